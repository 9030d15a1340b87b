"""The ledger is append-only in Python and in the database, and its chain tells of any change."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from credits import chain
from credits.models import CreditEntry, CreditThreshold
from igot.lib.append_only import AppendOnlyError
from tests.conftest import triggers_off
from tests.factories.accounts import make_officer
from tests.factories.credits import make_credit_entry, make_threshold

pytestmark = pytest.mark.django_db


def run_sql(statement, *args):
    with connection.cursor() as cursor:
        cursor.execute(statement, args)


def test_a_line_cannot_be_saved_again_or_deleted():
    line = make_credit_entry()

    line.points = 1000
    for forbidden in (
        line.save,
        line.delete,
        CreditEntry.objects.all().delete,
        lambda: CreditEntry.objects.update(points=1000),
    ):
        with pytest.raises(AppendOnlyError):
            forbidden()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE credits_creditentry SET points = 1000", "DELETE FROM credits_creditentry"],
)
def test_the_database_refuses_what_goes_round_the_model(statement):
    make_credit_entry()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run_sql(statement)
    assert CreditEntry.objects.get().points == 10


@pytest.mark.postgres
def test_the_database_refuses_to_empty_the_ledger():
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run_sql("TRUNCATE credits_creditentry CASCADE")


@pytest.mark.parametrize(
    "fields",
    [
        {"points": 0},
        {"kind": "award", "points": -5},
        {"kind": "reversal", "points": -5},  # names no entry
    ],
)
def test_the_database_refuses_lines_that_make_no_sense(fields):
    officer = make_officer()
    given = {"kind": "award", "points": 5, "key": "x", "description": "x", "digest": "x"}

    with pytest.raises(IntegrityError), transaction.atomic():
        CreditEntry.objects.create(
            officer=officer, posted_at=datetime(2026, 1, 1, tzinfo=UTC), **{**given, **fields}
        )


def test_an_honest_ledger_holds():
    officer = make_officer()
    for _number in range(3):
        make_credit_entry(officer=officer)
        make_credit_entry()
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    assert out.getvalue() == "The ledger holds: 6 lines.\n"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE credits_creditentry SET points = 90 WHERE id = %s", "does not fit"),
        ("UPDATE credits_creditentry SET description = 'x' WHERE id = %s", "does not fit"),
        ("DELETE FROM credits_creditentry WHERE id = %s", "audit trail knows it"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_or_missing_line_is_found_wherever_it_stands(change, told, place):
    officer = make_officer()
    lines = [make_credit_entry(officer=officer) for _number in range(3)]

    with transaction.atomic(), triggers_off():
        run_sql(change, lines[place].pk)

    assert any(told in fault for fault in chain.faults())
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_ledger", stdout=StringIO(), stderr=StringIO())


def test_the_balance_as_of_a_day_counts_the_day_in_india():
    officer = make_officer()
    make_credit_entry(officer=officer, at=datetime(2026, 5, 17, 18, 29, tzinfo=UTC))
    make_credit_entry(officer=officer, at=datetime(2026, 5, 17, 18, 31, tzinfo=UTC))
    lines = CreditEntry.objects.of(officer)

    assert lines.up_to(date(2026, 5, 16)).balance() == 0
    assert lines.up_to(date(2026, 5, 17)).balance() == 10
    assert lines.up_to(date(2026, 5, 18)).balance() == 20
    assert [line.balance_after for line in lines.with_balance()] == [20, 10]


def test_thresholds_are_loaded_once_and_edits_are_kept():
    call_command("load_thresholds", stdout=StringIO())
    assert {t.kind: t.points for t in CreditThreshold.objects.all()} == {
        "domestic": 40,
        "foreign": 80,
    }

    CreditThreshold.objects.filter(kind="foreign").update(points=90)
    call_command("load_thresholds", stdout=StringIO())

    assert CreditThreshold.objects.get(kind="foreign").points == 90
    assert CreditThreshold.objects.count() == 2


def test_a_threshold_holds_from_its_first_to_its_last_day():
    make_threshold(points=40, effective_to=date(2026, 3, 31))
    make_threshold(points=50, effective_from=date(2026, 4, 1))

    def in_force(day):
        return [threshold.points for threshold in CreditThreshold.in_force(day)]

    assert in_force(date(2018, 12, 31)) == []
    assert in_force(date(2026, 3, 31)) == [40]
    assert in_force(date(2026, 4, 1)) == [50]
