"""The dealing hand: confirms, brings in codes, verifies certificates, scrutinises claims."""

from typing import Any

from playwright.sync_api import Page, expect

from accounts.roles import Role
from enrollment.states import BatchState, CertificateState, EnrollmentState
from reimbursement.states import ClaimState
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_coupon_batch, make_result
from tests.factories.reimbursement import make_claim
from tests.journeys.people import offered, open_task, take_step


def test_the_dealing_hand_confirms_one_registration_and_returns_another(
    page: Page, live_server: Any, login: Any
) -> None:
    run = make_run(course=make_course())
    kept, sent_back = [
        make_enrollment(state=EnrollmentState.SUBMITTED, run=run, officer=make_officer(name=name))
        for name in ("Asha Menon", "Ravi Iyer")
    ]
    login(make_user(Role.DEALING_HAND))
    page.goto(live_server.url)

    open_task(page, "registrations to confirm")
    page.get_by_role("link", name=str(kept.number)).click()
    take_step(page, "Confirm")

    page.get_by_role("link", name="Registrations", exact=True).first.click()
    page.get_by_role("link", name=str(sent_back.number)).click()
    take_step(page, "Return", Reason="The user name on edX is not known to the provider.")
    expect(page.get_by_role("region", name="What was done")).to_contain_text(
        "The user name on edX is not known"
    )

    kept.refresh_from_db()
    sent_back.refresh_from_db()
    assert kept.state == EnrollmentState.CONFIRMED
    assert sent_back.state == EnrollmentState.RETURNED


def test_who_brought_codes_in_does_not_release_them(
    page: Page, live_server: Any, login: Any
) -> None:
    hand = make_user(Role.DEALING_HAND)
    batch = make_coupon_batch(codes=2, imported_by=hand, is_released=False)
    login(hand)

    page.goto(f"{live_server.url}/desk/enrollment/couponbatch/{batch.pk}/change/")
    expect(offered(page, "Close")).to_be_visible()
    expect(offered(page, "Release")).to_have_count(0)
    page.goto(f"{live_server.url}/desk/enrollment/couponbatch/{batch.pk}/step/release/")
    expect(page.get_by_text("Whoever imported a batch may not release it")).to_be_visible()

    batch.refresh_from_db()
    assert batch.state == BatchState.IMPORTED


def test_the_dealing_hand_verifies_a_certificate_beside_the_result(
    page: Page, live_server: Any, login: Any
) -> None:
    certificate = make_certificate(state=CertificateState.UNDER_REVIEW)
    make_result(enrollment=certificate.enrollment)
    login(make_user(Role.DEALING_HAND))
    page.goto(live_server.url)

    open_task(page, "certificate to verify")
    page.get_by_role("link", name=certificate.certificate_number).click()
    take_step(page, "Verify")

    certificate.refresh_from_db()
    assert certificate.state == CertificateState.VERIFIED


def test_the_dealing_hand_asks_recommends_and_cannot_sanction(
    page: Page, live_server: Any, login: Any
) -> None:
    asked, fit = make_claim(), make_claim()
    login(make_user(Role.DEALING_HAND))
    page.goto(live_server.url)

    open_task(page, "claims to take up")
    page.get_by_role("link", name=str(asked.number)).click()
    take_step(page, "Take up")
    take_step(page, "Return with queries", **{"Query 1": "Please attach the whole page."})
    expect(page.get_by_text("Please attach the whole page.")).to_be_visible()

    page.get_by_role("link", name="Claims", exact=True).first.click()
    page.get_by_role("link", name=str(fit.number)).click()
    take_step(page, "Take up")
    take_step(page, "Recommend")
    expect(offered(page, "Sanction")).to_have_count(0)

    asked.refresh_from_db()
    fit.refresh_from_db()
    assert asked.state == ClaimState.RETURNED
    assert fit.state == ClaimState.RECOMMENDED
