"""Pages of a registration that stands, in Chromium at two widths: nothing runs over the side."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Course
from enrollment.states import EnrollmentState as E
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment, make_rule_version
from tests.factories.pool import make_coupon_issue
from tests.factories.registrations import (
    make_exam_city,
    make_exam_preference,
    make_registration_policy,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def addresses() -> "tuple[User, list[str]]":
    """Make an officer with a registration for each page; return both."""
    make_rule_version()
    make_registration_policy()
    today = timezone.localdate()
    run = make_run(seats=2, needs_proctored_exam=True, commences_on=today + timedelta(days=9))
    standing = make_enrollment(run=run, state=E.IN_PROGRESS)
    make_run(course=run.course, seats=1, commences_on=today + timedelta(days=70), name="Later")
    make_coupon_issue(enrollment=standing, first_revealed_at=timezone.now())
    make_exam_preference(enrollment=standing, city=make_exam_city(name="Sri Vijaya Puram"))
    modules = make_course(mode=Course.Mode.SELF_PACED, certification=Course.Certification.MODULES)
    paced = make_enrollment(course=modules, officer=standing.officer, state=E.IN_PROGRESS)
    pages = [("detail", standing), ("defer", standing), ("cities", standing), ("complete", paced)]
    found = [reverse(f"enrollment:{name}", args=[e.pk]) for name, e in pages]
    return standing.officer.log_in, [*found, reverse("enrollment:start", args=[run.course.code])]


@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_of_a_registration_fit_the_screen(
    page: "Page",
    live_server: "LiveServer",
    login: "Callable[[User], None]",
    axe: Callable[[], None],
    width: int,
) -> None:
    user, pages = addresses()
    page.set_viewport_size({"width": width, "height": 900})
    login(user)

    for address in pages:
        page.goto(f"{live_server.url}{address}")
        assert page.locator("h1").count() == 1
        assert not page.evaluate(IS_TOO_WIDE), address
        axe()
