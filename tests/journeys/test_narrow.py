"""At 320 pixels no main page scrolls sideways, in either language."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from enrollment.states import EnrollmentState
from tests.factories.accounts import make_nodal_officer, make_officer
from tests.factories.courses import make_course, make_run
from tests.factories.credits import make_credit_entry, make_threshold
from tests.factories.eligibility import load_rule_sets
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.reimbursement import make_claim

SPILL = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LANGUAGES = pytest.mark.parametrize("language", ["en", "hi"])


@pytest.fixture
def narrow(page: Page, live_server: Any, language: str) -> Page:
    page.set_viewport_size({"width": 320, "height": 640})
    cookie: Any = {
        "name": settings.LANGUAGE_COOKIE_NAME,
        "value": language,
        "url": live_server.url,
    }
    page.context.add_cookies([cookie])
    return page


def spills(page: Page, site: str, paths: list[str]) -> dict[str, int]:
    """Return by how many pixels which of the pages are too wide; each has to open."""
    found = {}
    for path in paths:
        answer = page.goto(site + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        found[path] = page.evaluate(SPILL)
    return {path: pixels for path, pixels in found.items() if pixels > 0}


@LANGUAGES
def test_public_pages_fit_a_small_telephone(narrow: Page, live_server: Any, language: str) -> None:
    load_rule_sets()
    make_run(course=make_course(code="poverty"))

    paths = ["/", "/courses/", "/courses/poverty/", "/eligibility/", "/accounts/login/"]

    assert spills(narrow, live_server.url, paths) == {}


@LANGUAGES
def test_an_officers_pages_fit_a_small_telephone(
    narrow: Page, live_server: Any, login: Any, language: str
) -> None:
    load_rule_sets()
    officer = make_officer()
    run = make_run(course=make_course(code="poverty"))
    draft = make_enrollment(state=EnrollmentState.DRAFT, officer=officer, run=run)
    claim = make_claim(state="draft", officer=officer, course=make_course(title="Micro"))
    done = make_claim(officer=officer, course=make_course(title="Macro"))
    make_threshold()
    make_credit_entry(officer=officer)
    login(officer.user)
    steps = ["run", "details", "accounts", "declaration", "review"]
    pages = ["payment", "papers", "bank", "review", "amount"]

    paths = [
        "/dashboard/",
        "/register/poverty/",
        "/me/registrations/",
        *(f"/me/registrations/{draft.pk}/{step}/" for step in steps),
        "/me/claims/",
        *(f"/me/claims/{claim.pk}/{page}/" for page in pages),
        f"/me/claims/{done.pk}/",
        "/me/points/",
        "/me/notices/",
        "/me/record/",
        "/me/record/edit/",
        "/eligibility/calendar/",
    ]

    assert spills(narrow, live_server.url, paths) == {}


@LANGUAGES
def test_the_in_box_of_an_authority_fits_a_small_telephone(
    narrow: Page, live_server: Any, login: Any, language: str
) -> None:
    intimation = make_intimation()
    make_officer(is_verified=False)
    login(make_nodal_officer())

    paths = [
        "/dashboard/",
        "/authority/registrations/",
        intimation.get_absolute_url(),
        "/officers/",
    ]

    assert spills(narrow, live_server.url, paths) == {}
