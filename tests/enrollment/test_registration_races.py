"""Two clicks at once, on PostgreSQL with threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from enrollment.actions import confirmations, registrations
from enrollment.models import Enrollment, Intimation, ProviderList, ProviderListLine
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_run
from tests.factories.enrollment import make_enrollment, make_rule_version

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
E = EnrollmentState


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Make the calls at the same moment, each in a thread; return what came of each."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        barrier.wait()
        try:
            call()
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(run, calls))


def test_one_draft_submitted_twice_at_once_makes_one_intimation():
    make_rule_version()
    draft = make_enrollment(state=E.DRAFT)

    def submit() -> None:
        registrations.submit_registration(
            enrollment_id=draft.pk,
            acting_user=User.objects.get(pk=draft.officer.user_id),
            at=timezone.now(),
        )

    outcomes = at_once(submit, submit, submit)

    assert outcomes.count("done") == 1
    assert Intimation.objects.count() == 1


def test_one_batch_started_twice_at_once_makes_one_draft():
    officer, run = make_officer(), make_run()

    def start() -> None:
        registrations.start_registration(
            officer_id=officer.pk,
            course_id=run.course_id,
            run_id=run.pk,
            acting_user=officer.user,
            at=timezone.now(),
        )

    assert at_once(start, start, start) == ["done"] * 3
    assert Enrollment.objects.count() == 1


def test_two_lists_made_at_once_name_nobody_twice():
    run = make_run()
    for _number in range(5):
        make_enrollment(state=E.CONFIRMED, run=run)
    hands = [make_user(Role.DEALING_HAND) for _number in range(3)]

    def make_list(hand: User) -> None:
        confirmations.make_provider_list(
            provider_id=run.course.provider_id, run_id=None, acting_user=hand, at=timezone.now()
        )

    outcomes = at_once(*[lambda hand=hand: make_list(hand) for hand in hands])

    assert outcomes.count("done") == 1
    assert ProviderList.objects.count() == 1
    assert ProviderListLine.objects.count() == 5


def test_two_dealing_hands_who_confirm_at_once_confirm_once():
    make_rule_version()
    enrollment = make_enrollment(state=E.SUBMITTED)
    hands = [make_user(Role.DEALING_HAND) for _number in range(2)]

    def confirm(hand: User) -> None:
        confirmations.confirm_enrollment(
            enrollment_id=enrollment.pk, acting_user=hand, at=timezone.now()
        )

    outcomes = at_once(*[lambda hand=hand: confirm(hand) for hand in hands])

    assert outcomes.count("done") == 1
