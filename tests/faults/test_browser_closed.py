"""The browser is closed at each step: nothing is lost, nothing done twice, and one goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Notice
from enrollment.models import Enrollment, Intimation
from enrollment.states import EnrollmentState
from tests.factories.accounts import make_nodal_officer, make_officer, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db
STEPS: dict[str, dict[str, str]] = {
    "details": {},
    "accounts": {"platform_username": "asha_rao", "programme_username": "asha_rao"},
    "declaration": {"agree": "on"},
    "review": {},
}


@pytest.fixture
def elsewhere() -> Callable[[], Client]:
    """Return a way to open another browser, on another machine, as the same officer."""
    load_rule_sets()
    make_nodal_officer()
    user = make_officer().log_in

    def opened() -> Client:
        client = Client()
        sign_in(client, user)
        return client

    return opened


def start(client: Client) -> Enrollment:
    run = make_run(course=make_course(code="poverty"))
    client.post("/register/poverty/", {"run": run.pk})
    return Enrollment.objects.get()


def page(step: str, enrollment: Enrollment) -> str:
    return reverse(f"enrollment:{step}", args=[enrollment.pk])


def test_each_step_is_taken_in_a_browser_of_its_own(elsewhere: Callable[[], Client]) -> None:
    enrollment = start(elsewhere())

    for step, typed in STEPS.items():
        other = elsewhere()
        # whoever opens the last page of a draft is led to the step that is next
        led = other.get(page("review", enrollment), follow=step != "review")
        assert led.status_code == 200
        if step != "review":
            assert led.redirect_chain[-1][0] == page(step, enrollment), step
        other.post(page(step, enrollment), typed)

    assert_submitted_once()


def test_a_step_whose_answer_never_came_is_sent_again_and_done_once(
    elsewhere: Callable[[], Client],
) -> None:
    enrollment = start(elsewhere())

    for step, typed in STEPS.items():
        elsewhere().post(page(step, enrollment), typed)
        again = elsewhere().post(page(step, enrollment), typed)
        assert again.status_code in (200, 302, 409), step

    assert_submitted_once()


def test_starting_again_takes_up_the_draft_that_there_is(elsewhere: Callable[[], Client]) -> None:
    enrollment = start(elsewhere())

    answer = elsewhere().post("/register/poverty/", {"run": enrollment.run_id})

    assert answer.status_code == 302
    assert Enrollment.objects.get() == enrollment


def test_what_was_typed_stands_in_the_form_of_another_browser(
    elsewhere: Callable[[], Client],
) -> None:
    enrollment = start(elsewhere())
    for step in ("details", "accounts"):
        elsewhere().post(page(step, enrollment), STEPS[step])

    shown: Any = elsewhere().get(page("accounts", enrollment)).content.decode()

    assert 'value="asha_rao"' in shown


def test_a_step_refused_keeps_what_was_typed(elsewhere: Callable[[], Client]) -> None:
    enrollment = start(elsewhere())
    elsewhere().post(page("details", enrollment))

    shown = elsewhere().post(
        page("accounts", enrollment), {"platform_username": "asha rao!", "programme_username": "x"}
    )

    assert shown.status_code == 200
    assert "asha rao!" in shown.content.decode()


def assert_submitted_once() -> None:
    enrollment = Enrollment.objects.get()
    assert enrollment.state == EnrollmentState.SUBMITTED
    assert Intimation.objects.count() == 1
    entries = AuditEntry.objects.about(enrollment)
    assert [entry.event for entry in entries].count("enrollment.submitted") == 1
    told = Notice.objects.filter(entry__in=entries)
    assert told.count() == told.values("user", "entry").distinct().count()
    assert told.filter(user=enrollment.officer.log_in).count() <= 1
