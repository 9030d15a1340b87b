"""The officer: registers, sees the code once, sends the certificate, claims; own cases only."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from enrollment.models import Enrollment
from enrollment.states import EnrollmentState
from igot.lib.dates import dmy
from reimbursement.models import Claim
from reimbursement.states import ClaimState
from tests.factories.accounts import make_officer
from tests.factories.courses import make_course, make_run
from tests.factories.credits import make_credit_entry, make_threshold
from tests.factories.eligibility import load_rule_sets
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue
from tests.factories.reimbursement import (
    make_claim,
    make_completed,
    make_policy,
    make_rate,
)
from tests.journeys.people import open_task
from tests.reimbursement.files import A_PDF


def test_an_officer_registers_page_by_page(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    load_rule_sets()
    run = make_run(course=make_course(code="poverty"))
    login(make_officer().user)
    page.goto(f"{live_server.url}/courses/poverty/")
    axe()

    page.get_by_role("link", name="Register", exact=True).click()
    axe()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a batch.")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Continue").click()
    axe()
    page.get_by_role("button", name="Details are right").click()
    axe()
    page.get_by_label("edX user name").fill("asha_rao")
    page.get_by_label("MicroMasters user name").fill("asha_rao")
    page.get_by_role("button", name="Continue").click()
    axe()
    page.get_by_label("I have read this and declare it").check()
    page.get_by_role("button", name="Continue").click()
    axe()
    page.get_by_role("button", name="Submit registration").click()
    expect(page.get_by_text("Your registration is submitted")).to_be_visible()
    axe()

    enrollment = Enrollment.objects.get()
    assert enrollment.state == EnrollmentState.SUBMITTED
    assert enrollment.run == run


def test_an_officer_too_young_in_service_is_told_and_cannot_go_on(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    load_rule_sets()
    make_run(course=make_course(code="poverty"))
    young = make_officer(allotment_year=2025, joined_on=date(2025, 8, 30), born_on=date(1999, 1, 1))
    login(young.user)
    page.goto(f"{live_server.url}/register/poverty/")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("you are not eligible for this batch")).to_be_visible()
    expect(page.get_by_role("button", name="Details are right")).to_have_count(0)
    axe()


def test_an_officer_sees_the_code_once(page: Page, live_server: Any, login: Any, axe: Any) -> None:
    enrollment = make_enrollment()
    batch = make_coupon_batch(course=enrollment.course)
    make_coupon_issue(
        enrollment=enrollment,
        coupon=make_coupon(batch=batch, code="JPAL-0000-4711", state="issued"),
    )
    login(enrollment.officer.user)
    page.goto(f"{live_server.url}/me/registrations/{enrollment.pk}/coupon/")
    axe()
    page.get_by_label("I am ready to copy the code now.").check()
    page.get_by_role("button", name="Show the code").click()
    expect(page.get_by_text("JPAL-0000-4711")).to_be_visible()
    axe()

    page.goto(f"{live_server.url}/me/registrations/{enrollment.pk}/coupon/")

    expect(page.get_by_text("••••4711 and is not shown a second time")).to_be_visible()
    expect(page.get_by_text("JPAL-0000-4711")).to_have_count(0)


def test_an_officer_claims_the_fee_from_the_dashboard(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    make_policy()
    make_rate(rate="69.6000")
    certificate = make_completed()
    login(certificate.officer.user)
    page.goto(live_server.url)
    open_task(page, "Claim the course fee")
    axe()
    page.get_by_role("button", name="Begin claim").click()
    page.get_by_role("link", name="What you paid").click()
    axe()
    page.get_by_label("Day on which you paid").fill("31.02.2026")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("alert")).to_contain_text("31.02.2026")
    page.get_by_label("Day on which you paid").fill(dmy(timezone.localdate()))
    page.get_by_label("Course fee in US dollars").fill("100")
    page.get_by_label("Rupees debited for the fee").fill("6,985")
    page.get_by_role("button", name="Save and continue").click()
    axe()
    for name in ("Fee receipt", "Proof of debit"):
        slot = page.get_by_role("region", name=name)
        slot.get_by_label("File").set_input_files(a_pdf(f"{name}.pdf"))
        slot.get_by_role("button", name="Attach file").click()
        expect(slot.get_by_text("Attached", exact=True)).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    axe()
    page.get_by_label("Name of the bank").fill("State Bank of India")
    page.get_by_label("IFSC").fill("SBIN0000691")
    page.get_by_label("Account number*").fill("30123456789")
    page.get_by_label("Account number once more").fill("30123456789")
    page.get_by_role("button", name="Save and continue").click()
    axe()
    page.get_by_label("I declare that I paid this fee myself").check()
    page.get_by_role("button", name="Submit claim").click()
    expect(page.get_by_role("heading", name="Claim IGOT/C/")).to_be_visible()
    axe()

    claim = Claim.objects.get()
    assert claim.state == ClaimState.SUBMITTED
    assert claim.admissible_amount == 6960


def test_an_officer_reads_the_points(page: Page, live_server: Any, login: Any, axe: Any) -> None:
    officer = make_officer()
    make_threshold()
    make_credit_entry(officer=officer, points=30)
    login(officer.user)
    page.goto(live_server.url)

    page.get_by_role("link", name="My work").first.click()
    axe()
    page.get_by_role("link", name="Statement of points").click()

    expect(page.get_by_text("10 points to go.")).to_be_visible()
    axe()


@pytest.mark.parametrize("page_of", ["registration", "claim"])
def test_the_case_of_another_officer_is_not_there(
    page: Page, live_server: Any, login: Any, page_of: str
) -> None:
    theirs = make_enrollment() if page_of == "registration" else make_claim()
    login(make_officer().user)

    answer = page.goto(f"{live_server.url}{theirs.get_absolute_url()}")

    assert answer is not None
    assert answer.status == 404


def a_pdf(name: str) -> Any:
    return {"name": name, "mimeType": "application/pdf", "buffer": A_PDF}
