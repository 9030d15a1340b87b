"""Files of results read by chunks: all rows are matched together, or nothing of them stays."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment.actions import provider_files
from enrollment.actions.results import RESULT_FILES, ResultFiles, stage_results
from enrollment.models import ResultImportRow, ResultReversal
from enrollment.result_sql import GIVEN, REGISTERED
from enrollment.states import ImportState
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_result

pytestmark = pytest.mark.django_db
AT = timezone.now()
LATER = AT + provider_files.LEASE + timedelta(seconds=1)


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """Let every file be one that a task reads, three rows at a time."""
    monkeypatch.setattr(provider_files, "SMALL", -1)
    monkeypatch.setattr(ResultFiles, "rows_at_once", 3)


@pytest.fixture
def run():
    return make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=60),
    )


@pytest.fixture
def clerk():
    return make_user(Role.DEALING_HAND)


def taken_in(run, clerk, *rows, header="username,email,grade,exam"):
    content = "\n".join([header, *rows, ""]).encode()
    return stage_results(
        run=run, file_name="r.csv", file=ContentFile(content), acting_user=clerk, at=AT
    )


def rows_of(*names, grade=72):
    return [f"{name},,{grade},passed" for name in names]


def enrolled(run, *names):
    return [make_enrollment(run=run, username=name, state="in_progress") for name in names]


def outcomes(staged):
    staged.refresh_from_db()
    return dict(staged.rows.order_by("row").values_list("row", "outcome"))


def is_there(table):
    """Tell whether this session has the table."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table}")  # noqa: S608 -- a name of ours
    except DatabaseError:
        return False
    return True


class Dies(ResultFiles):
    """A worker that is killed in its second chunk: what it had committed stays."""

    def keep(self, thing, rows):
        if thing.rows_done > 3:
            raise SystemExit("killed")
        super().keep(thing, rows)


def test_rows_of_several_chunks_are_each_kept_once_with_their_registration(run, clerk):
    names = [f"officer{number}" for number in range(7)]
    found = enrolled(run, *names)
    staged = taken_in(run, clerk, *rows_of(*names))

    assert RESULT_FILES.read(staged.pk)

    assert outcomes(staged) == dict.fromkeys(range(2, 9), "new")
    assert (staged.state, staged.rows_done) == (ImportState.STAGED, 7)
    kept = staged.rows.order_by("row").values_list("enrollment", flat=True)
    assert list(kept) == [enrollment.pk for enrollment in found]


def test_two_rows_of_one_officer_far_apart_in_the_file_are_both_left_to_a_person(run, clerk):
    enrolled(run, "asha", "ravi", "meera", "john")
    staged = taken_in(run, clerk, *rows_of("asha", "ravi", "meera", "john", "Asha"))

    RESULT_FILES.read(staged.pk)

    assert outcomes(staged) == {2: "ambiguous", 3: "new", 4: "new", 5: "new", 6: "ambiguous"}
    assert staged.rows.get(row=2).reason == "The officer stands in two rows."


def test_whatever_stands_in_a_cell_is_kept_as_it_was_read(run, clerk):
    enrolled(run, "asha")
    cell = "Centre \\N \\\\.\t2, “पुणे”"
    staged = taken_in(
        run, clerk, f'asha,,72,passed,"{cell}"', header="username,email,grade,exam,exam centre"
    )

    RESULT_FILES.read(staged.pk)

    row = staged.rows.get()
    assert row.exam_centre == cell
    assert row.raw == {
        "email": "", "grade": "72", "exam": "passed", "exam_score": "", "exam_on": ""
    }  # fmt: skip


def test_what_a_row_cannot_be_read_for_stands_beside_it(run, clerk):
    enrolled(run, "asha")
    staged = taken_in(run, clerk, *rows_of("asha", grade="a lot"))

    RESULT_FILES.read(staged.pk)

    row = staged.rows.get()
    assert (row.outcome, row.online_grade) == ("bad_score", None)
    assert row.reason == row.raw["fault"] == "“a lot” is not a grade in per cent."


def test_a_worker_that_dies_leaves_nothing_behind_and_the_next_begins_anew(run, clerk):
    names = [f"officer{number}" for number in range(5)]
    enrolled(run, *names)
    staged = taken_in(run, clerk, *rows_of(*names))
    with pytest.raises(SystemExit):
        Dies().read(staged.pk, clock=lambda: AT)
    assert not ResultImportRow.objects.exists()

    assert RESULT_FILES.read(staged.pk, clock=lambda: LATER)

    assert outcomes(staged) == dict.fromkeys(range(2, 7), "new")


def test_a_reading_that_was_stopped_leaves_no_row_to_the_file_that_is_read_next(run, clerk):
    enrolled(run, "asha", "ravi")
    stopped = taken_in(run, clerk, *rows_of("asha", "ravi", "x", "y", "z"))
    second = taken_in(run, clerk, *rows_of("ravi", grade=65))

    class Asked(ResultFiles):
        def keep(self, thing, rows):
            super().keep(thing, rows)
            if thing.rows_done == 3:
                RESULT_FILES.model.objects.filter(pk=thing.pk).update(stop_asked_at=AT)

    Asked().read(stopped.pk)
    RESULT_FILES.read(second.pk)

    stopped.refresh_from_db()
    assert (stopped.state, stopped.rows.count()) == (ImportState.STOPPED, 0)
    assert outcomes(second) == {2: "new"}


def test_rows_that_went_missing_on_the_way_are_no_smaller_file(run, clerk):
    staged = taken_in(run, clerk, *rows_of("a", "b", "c", "d", "e"))

    class Loses(ResultFiles):
        def finish(self, thing, at):
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {GIVEN} WHERE username = 'b'")  # noqa: S608 -- a name of ours
            super().finish(thing, at)

    with pytest.raises(RuntimeError, match="4 of 5 rows"):
        Loses().read(staged.pk)

    staged.refresh_from_db()
    assert (staged.state, staged.rows.count()) == (ImportState.READING, 0)
    assert not AuditEntry.objects.filter(event="resultimport.staged").exists()


def test_the_session_keeps_nothing_of_a_file_that_is_read(run, clerk):
    enrolled(run, "asha")
    staged = taken_in(run, clerk, *rows_of("asha"))

    class Looks(ResultFiles):
        def finish(self, thing, at):
            assert is_there(GIVEN)
            super().finish(thing, at)

    Looks().read(staged.pk)

    assert not is_there(GIVEN)
    assert not is_there(REGISTERED)


def test_a_character_that_no_text_has_refuses_the_file_with_a_sentence(run, clerk):
    enrolled(run, "asha")
    staged = taken_in(run, clerk, *rows_of("asha", "ravi\0"))

    RESULT_FILES.read(staged.pk)

    staged.refresh_from_db()
    assert (staged.state, staged.rows.count()) == (ImportState.REFUSED, 0)
    assert staged.problem == ("Row 3 holds a character that no text has. Export the file again.")


def test_an_officer_who_registered_again_gets_the_result_on_the_living_registration(run, clerk):
    officer = make_officer()
    first = make_enrollment(run=run, officer=officer, username="asha", state="not_completed")
    again = make_enrollment(
        run=run, officer=officer, provider_account=first.provider_account, state="in_progress"
    )
    staged = taken_in(run, clerk, *rows_of("asha"))

    RESULT_FILES.read(staged.pk)

    assert staged.rows.get().enrollment == again


def test_the_attempt_before_a_reversed_one_is_what_a_row_is_compared_with(run, clerk):
    (enrollment,) = enrolled(run, "asha")
    make_result(enrollment=enrollment, online_grade="40.00", exam_outcome="failed", passed=False)
    later = make_result(
        enrollment=enrollment, attempt=2, online_grade="72.00", exam_outcome="passed"
    )
    staged, again = (taken_in(run, clerk, f"asha,,{grade},failed") for grade in ("40", "40.00"))
    RESULT_FILES.read(staged.pk)
    assert outcomes(staged) == {2: "conflict"}

    ResultReversal.objects.create(
        result=later, reason="Letter.", reversed_by=make_user(Role.DEALING_HAND), at=AT
    )
    RESULT_FILES.read(again.pk)

    assert outcomes(again) == {2: "same"}
