"""What waits in the demo: for a seat, for the day of publication, for a person at the desk."""

import pytest
from django.utils import timezone

from accounts.roles import Role
from enrollment import seats
from enrollment.models import Result, ResultImport, ResultImportRow
from enrollment.states import EnrollmentState, ImportState
from reports.demo import standing
from tests.factories.accounts import make_user
from tests.factories.courses import make_run
from tests.factories.enrollment import make_enrollment

pytestmark = pytest.mark.django_db


def test_the_batch_for_which_most_wait_has_one_seat_left_and_a_waiting_list() -> None:
    asked_for, other = make_run(), make_run()
    make_enrollment(run=asked_for, state=EnrollmentState.CONFIRMED)
    waiting = [make_enrollment(run=asked_for, state=EnrollmentState.SUBMITTED) for _ in range(3)]

    told = standing.limit_seats([other, asked_for])

    asked_for.refresh_from_db()
    other.refresh_from_db()
    assert (asked_for.seats, other.seats) == (2, None)
    assert told == 2
    assert set(seats.beyond().values_list("pk", flat=True)) == {row.pk for row in waiting[1:]}


def test_one_file_waits_for_its_day_and_rows_of_another_for_a_person() -> None:
    users = {"dealing": make_user(Role.DEALING_HAND), "dealing2": make_user(Role.DEALING_HAND)}
    first = make_run(least_grade=50, needs_proctored_exam=True)
    second = make_run(course=first.course, least_grade=50, needs_proctored_exam=True)
    taking_part = [
        make_enrollment(run=run, state=EnrollmentState.IN_PROGRESS, username=f"learner_{place}")
        for place, run in enumerate((first, first, first, second, second))
    ]

    held = standing.bring_results_under_embargo(users, taking_part)

    early = ResultImport.objects.get(run=first)
    assert held == 3
    assert early.state == ImportState.APPROVED
    assert early.public_from is not None and early.public_from > timezone.now()
    assert not Result.objects.exists()  # nobody outside the desk sees one
    outcomes = ResultImportRow.objects.in_queue().values_list("outcome", flat=True)
    assert sorted(outcomes) == ["ambiguous", "ambiguous", "unknown_officer"]
