"""A course page in Chromium: nothing refused, nothing too wide, no fault, two sheets of paper."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from courses.models import Course
from courses.states import RunState
from tests.factories.accounts import make_officer
from tests.factories.courses import make_course, make_module, make_programme, make_run
from tests.factories.eligibility import load_rule_sets

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def typical_course() -> Course:
    """Make a course of a programme with an outline and four batches, one of them undated."""
    programme = make_programme()
    course = make_course(
        code="poverty",
        programme=programme,
        weeks=11,
        least_weekly_hours=12,
        most_weekly_hours=14,
        prerequisites="None. Some lectures use mathematics.",
    )
    make_course(programme=programme, title="Microeconomics")
    for position in (1, 2, 3):
        make_module(course=course, position=position, summary="What it is about, in a sentence.")
    today = timezone.localdate()
    for number in (1, 2, 3):
        begins = today + timedelta(days=90 * number)
        make_run(
            course=course,
            name=f"Batch {number}",
            opens_on=begins - timedelta(days=100),
            commences_on=begins,
            fee_usd=Decimal(100 + 25 * number),
        )
    course.runs.create(
        code="june",
        name="June batch",
        state=RunState.ANNOUNCED,
        expected_month=(today + timedelta(days=300)).replace(day=1),
    )
    return course


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_page_fits_and_the_browser_refuses_nothing_of_it(
    page: "Page", live_server: "LiveServer", axe: Callable[[], None], language: str
) -> None:
    course = typical_course()
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    for width in (1280, 768, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live_server.url + course.get_absolute_url())
        assert not page.evaluate(IS_TOO_WIDE), width

    axe()
    assert said == []
    assert page.locator("svg.months-strip rect.months-window").count() == 3


def test_an_officer_reads_the_answer_first(
    page: "Page", live_server: "LiveServer", axe: Callable[[], None], login: Callable[[Any], None]
) -> None:
    load_rule_sets()
    course = typical_course()
    login(make_officer().user)

    page.goto(live_server.url + course.get_absolute_url())

    panel = page.locator(".panel")
    assert "Yes, on your service record you can take this course" in panel.inner_text()
    assert panel.get_by_role("link", name="Why?").is_visible()
    axe()


def test_the_page_prints_on_two_sheets(page: "Page", live_server: "LiveServer") -> None:
    course = typical_course()
    page.goto(live_server.url + course.get_absolute_url())

    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))

    assert sheets <= 2
