"""Without JavaScript the officer registers and begins a claim all the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from enrollment.models import Enrollment
from enrollment.states import EnrollmentState
from igot.lib.dates import dmy
from reimbursement.models import Claim
from tests.factories.accounts import make_officer
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets
from tests.factories.reimbursement import make_completed, make_policy, make_rate
from tests.journeys.people import PATIENCE


@pytest.fixture
def context(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Any]:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def test_an_officer_registers_without_javascript(page: Page, live_server: Any, login: Any) -> None:
    load_rule_sets()
    make_run(course=make_course(code="poverty"))
    login(make_officer().user)

    page.goto(f"{live_server.url}/courses/poverty/")
    page.get_by_role("link", name="Register", exact=True).click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Details are right").click()
    page.get_by_label("edX user name").fill("asha_rao")
    page.get_by_label("MicroMasters user name").fill("asha_rao")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("I have read this and declare it").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Submit registration").click()

    expect(page.get_by_text("Your registration is submitted")).to_be_visible()
    assert Enrollment.objects.get().state == EnrollmentState.SUBMITTED


def test_an_officer_begins_a_claim_without_javascript(
    page: Page, live_server: Any, login: Any
) -> None:
    make_policy()
    make_rate(rate="69.6000")
    certificate = make_completed()
    login(certificate.officer.user)

    page.goto(f"{live_server.url}/me/claims/")
    page.get_by_role("link", name=str(certificate.course)).click()
    page.get_by_role("button", name="Begin claim").click()
    page.get_by_role("link", name="What you paid").click()
    page.get_by_label("Day on which you paid").fill(dmy(timezone.localdate()))
    page.get_by_label("Course fee in US dollars").fill("100")
    page.get_by_label("Rupees debited for the fee").fill("6,985")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("complementary")).to_contain_text("₹6,960")
    page.get_by_role("button", name="Save and continue").click()

    expect(page.get_by_role("heading", name="Papers")).to_be_visible()
    assert Claim.objects.get().debited_inr == 6985
