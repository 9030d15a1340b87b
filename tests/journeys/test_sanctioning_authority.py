"""The sanctioning authority: sanctions within the limit, and never what one recommended."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from accounts.roles import Role
from reimbursement.models import SanctionOrder
from reimbursement.states import ClaimState
from tests.factories.reimbursement import (
    make_allotment,
    make_claim,
    make_sanctioning_authority,
)
from tests.journeys.people import offered, open_task, papers, take_step


def test_the_sanctioning_authority_sanctions_and_the_order_is_issued(
    page: Page, live_server: Any, login: Any
) -> None:
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    authority = make_sanctioning_authority(name="Vandana Rao")
    login(authority)
    page.goto(live_server.url)

    open_task(page, "claim to decide")
    page.get_by_role("link", name=str(claim.number)).click()
    expect(page.get_by_role("region", name="Checks")).to_be_visible()
    take_step(page, "Sanction")

    claim.refresh_from_db()
    order = SanctionOrder.objects.get()
    assert claim.state == ClaimState.SANCTIONED
    assert claim.sanctioned_by == authority
    assert order.amount == claim.recommended_amount
    assert order.document is not None


def test_the_officer_reads_the_reasons_of_a_rejection(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    claim = make_claim(state=ClaimState.RECOMMENDED)
    login(make_sanctioning_authority())
    page.goto(f"{live_server.url}/desk/reimbursement/claim/{claim.pk}/change/")
    take_step(page, "Reject", Reasons="The State Government has paid the same fee.")

    login(claim.claimant_user)
    page.goto(f"{live_server.url}{claim.get_absolute_url()}")

    expect(page.get_by_text("The State Government has paid the same fee.")).to_be_visible()
    assert papers(page, "fee_receipt").startswith(b"%PDF-")
    axe()


def test_whoever_recommended_a_claim_does_not_sanction_it(
    page: Page, live_server: Any, login: Any
) -> None:
    make_allotment()
    both = make_sanctioning_authority()
    both.groups.add(Group.objects.get_or_create(name=Role.DEALING_HAND.value)[0])
    claim = make_claim(state=ClaimState.RECOMMENDED, maker=both)
    login(both)

    page.goto(f"{live_server.url}/desk/reimbursement/claim/{claim.pk}/change/")
    expect(page.get_by_role("region", name="Papers")).to_be_visible()
    expect(offered(page, "Sanction")).to_have_count(0)
    page.goto(f"{live_server.url}/desk/reimbursement/claim/{claim.pk}/step/sanction/")

    expect(page.get_by_text("This step is not open:")).to_be_visible()
    expect(page.get_by_role("button", name="Sanction")).to_have_count(0)


def test_an_amount_above_the_limit_is_not_sanctioned(
    page: Page, live_server: Any, login: Any
) -> None:
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    login(make_sanctioning_authority(limit=Decimal(1000)))

    page.goto(f"{live_server.url}/desk/reimbursement/claim/{claim.pk}/change/")
    expect(page.get_by_text("₹1,000").first).to_be_visible()
    offered(page, "Sanction").click()
    page.get_by_role("button", name="Sanction").click()

    expect(page.get_by_role("alert")).to_contain_text("Nothing was done.")
    expect(page.get_by_text("₹1,000").first).to_be_visible()
    claim.refresh_from_db()
    assert claim.state == ClaimState.RECOMMENDED
    assert not SanctionOrder.objects.exists()
