"""The auditor: sees everything that was decided and changes nothing."""

from typing import Any

from playwright.sync_api import Page, expect

from accounts.roles import Role
from enrollment.states import CertificateState, EnrollmentState
from reimbursement.states import ClaimState
from tests.factories.accounts import make_user
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_coupon_batch
from tests.factories.reimbursement import ACCOUNT, make_claim
from tests.journeys.people import open_row


def test_the_auditor_reads_a_claim_from_the_desk_without_buttons_or_account_number(
    page: Page, live_server: Any, login: Any
) -> None:
    claim = make_claim(state=ClaimState.RECOMMENDED)
    login(make_user(Role.AUDITOR, name="Farah Khan"))
    page.goto(live_server.url)

    page.get_by_role("link", name="My work").first.click()
    page.get_by_role("link", name="Open desk").click()
    expect(page.get_by_role("link", name="Add")).to_have_count(0)
    page.get_by_role("main").get_by_role("link", name="Claims", exact=True).click()
    open_row(page, str(claim.number))

    expect(page.get_by_role("region", name="Checks")).to_be_visible()
    expect(page.get_by_role("navigation", name="Steps open to you")).to_have_count(0)
    expect(page.get_by_text(ACCOUNT)).to_have_count(0)
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_no_step_is_open_to_the_auditor_anywhere(page: Page, live_server: Any, login: Any) -> None:
    registration = make_enrollment(state=EnrollmentState.SUBMITTED)
    certificate = make_certificate(state=CertificateState.UNDER_REVIEW)
    batch = make_coupon_batch(codes=1, is_released=False)
    login(make_user(Role.AUDITOR))

    for path, refused in (
        (f"enrollment/enrollment/{registration.pk}", "confirm"),
        (f"enrollment/certificatesubmission/{certificate.pk}", "verify"),
        (f"enrollment/couponbatch/{batch.pk}", "release"),
    ):
        page.goto(f"{live_server.url}/desk/{path}/change/")
        expect(page.get_by_role("region", name="What was done")).to_be_visible()
        expect(page.get_by_role("navigation", name="Steps open to you")).to_have_count(0)
        page.goto(f"{live_server.url}/desk/{path}/step/{refused}/")
        expect(page.get_by_text("This step is not open:")).to_be_visible()
