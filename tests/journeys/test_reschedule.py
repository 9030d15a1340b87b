"""A batch is moved into the next year: the desk moves it, the officer reads why it is held."""

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import Notice
from accounts.roles import Role
from enrollment import tasks
from enrollment.states import EnrollmentState
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import make_decision
from tests.factories.enrollment import make_enrollment
from tests.journeys.people import offered, open_task, take_step

AT = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def test_a_batch_moved_into_the_next_year_is_held_and_explained(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    hand, officer = make_user(Role.DEALING_HAND), make_officer(born_on=date(1971, 7, 1))
    run = make_run(
        course=make_course(),
        opens_on=date(2026, 11, 1),
        closes_on=date(2026, 12, 30),
        commences_on=date(2026, 12, 30),
    )
    decision = make_decision(officer=officer, run=run, at=AT, is_binding=True)
    enrollment = make_enrollment(
        officer=officer, run=run, decision=decision, at=AT, state=EnrollmentState.CONFIRMED
    )
    login(hand)
    page.goto(f"{live_server.url}/desk/courses/run/{run.pk}/change/")
    take_step(
        page,
        "Move the days",
        **{
            "Commences on": "04.01.2027",
            "Reason": "The provider opens its course later.",
            "Letter or circular": "T-16017/42/2018-Trg of 20.11.2026",
        },
    )

    tasks.decide_anew()
    page.goto(f"{live_server.url}/courses/{run.course.code}/")
    expect(page.get_by_text("Moved from 30.12.2026 to 04.01.2027")).to_be_visible()
    login(officer.user)
    page.goto(live_server.url)
    open_task(page, "See why your registration is held")
    held = page.get_by_role("region", name="Your registration is held")
    expect(held).to_contain_text("moved from 30.12.2026 to 04.01.2027")
    expect(held).to_contain_text("exactly on the limit")
    axe()
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": "hi", "url": live_server.url}]
    )
    page.reload()
    expect(page.get_by_text("30.12.2026").first).to_be_visible()
    axe()
    page.context.clear_cookies(name=settings.LANGUAGE_COOKIE_NAME)

    login(make_user(Role.DEALING_HAND))
    page.goto(live_server.url)
    open_task(page, "held registration to settle")
    page.get_by_role("link", name=str(enrollment.number)).click()
    expect(offered(page, "Release the hold")).to_be_visible()
    take_step(page, "Release the hold", Reason="The limit itself is included.")

    enrollment.refresh_from_db()
    assert enrollment.held_at is None
    assert Notice.objects.filter(user=officer.user, template="enrollment.released").exists()
