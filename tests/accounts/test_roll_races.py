"""Two at once: approvers, workers, and an officer who enters the same code meanwhile."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from accounts import roll_sql
from accounts.actions import rolls
from accounts.models import AuditEntry, Officer, ProposedChange, RollImport, ServiceRecordEntry
from accounts.roles import Role
from accounts.roll_states import RollState
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user
from tests.factories.rolls import AT, HEADER, ROW, make_checked

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*works: Callable[[], object]) -> list[str]:
    """Do all `works` at the same time, each on its own connection; return what each came to."""
    barrier, found = Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait(20)
            work()
            found.append("done")
        except Refused as refusal:
            found.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(found)


def test_of_two_approvers_one_approves_and_the_officers_are_added_once():
    roll = make_checked(ROW, "E2,Bela Sen,IAS,A,01.02.1980")
    approvers = [make_user(Role.DEALING_HAND) for _ in range(2)]

    found = at_once(
        *(
            lambda user=user: rolls.approve_roll(roll_id=roll.pk, acting_user=user, at=AT)
            for user in approvers
        )
    )

    assert found.count("done") == 1
    assert Officer.objects.count() == ServiceRecordEntry.objects.count() == 2
    assert AuditEntry.objects.filter(event="roll.applied").count() == 1


def test_of_two_workers_one_applies():
    roll = make_checked()
    RollImport.objects.filter(pk=roll.pk).update(
        state=RollState.APPLYING, approved_by=make_user(Role.DEALING_HAND)
    )

    found = at_once(*[lambda: rolls.apply_roll(roll_id=roll.pk, at=AT)] * 2)

    assert found.count("done") == 1
    assert Officer.objects.count() == 1


def test_of_two_workers_one_checks(monkeypatch):
    monkeypatch.setattr(rolls, "SMALL", 1)
    roll = make_checked()

    at_once(*[lambda: rolls.check_roll(roll_id=roll.pk, at=AT)] * 2)

    assert roll.rows.count() == 1
    assert AuditEntry.objects.filter(event="roll.checked").count() == 1


def test_an_officer_entered_between_matching_and_adding_is_matched_anew(monkeypatch):
    roll = make_checked(f"{ROW},Director", header=f"{HEADER},designation")
    insert, entered = roll_sql.insert_officers, []

    def enter_first(*args, **given):
        if not entered:
            entered.append("E1")
            thread = Thread(target=lambda: (make_officer(employee_code="E1"), connection.close()))
            thread.start()
            thread.join(60)
        return insert(*args, **given)

    monkeypatch.setattr(roll_sql, "insert_officers", enter_first)

    rolls.approve_roll(roll_id=roll.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)

    assert Officer.objects.get().designation == "Deputy Secretary"
    assert ProposedChange.objects.get().after == {"designation": "Director"}
    roll.refresh_from_db()
    assert roll.counts == {"changed": 1}


def test_of_two_rolls_about_one_officer_one_proposes():
    make_officer(employee_code="E1")
    header = f"{HEADER},designation"
    waiting = [make_checked(f"{ROW},{post}", header=header) for post in ("Director", "Secretary")]
    user = make_user(Role.DEALING_HAND)

    at_once(
        *(
            lambda roll=roll: rolls.approve_roll(roll_id=roll.pk, acting_user=user, at=AT)
            for roll in waiting
        )
    )

    assert ProposedChange.objects.count() == 1
    outcomes = sorted(roll.rows.get().outcome for roll in waiting)
    assert outcomes == ["changed", "waiting"]


def test_a_roll_that_breaks_while_it_is_applied_leaves_nothing(monkeypatch):
    roll = make_checked()

    def break_off(*args, **given):
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(roll_sql, "insert_postings", break_off)
    with pytest.raises(RuntimeError), transaction.atomic():
        rolls._approve(roll.pk, make_user(Role.DEALING_HAND), AT)
        rolls.apply_roll.__wrapped__(roll_id=roll.pk, at=AT)

    roll.refresh_from_db()
    assert roll.state == RollState.CHECKED
    assert not Officer.objects.exists() and not ServiceRecordEntry.objects.exists()
