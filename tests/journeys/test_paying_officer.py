"""The paying officer: batches are drawn up and locked by one, released by another."""

from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from igot.lib.dates import dmy
from reimbursement.models import PaymentBatch
from reimbursement.states import BatchState, ClaimState
from tests.factories.accounts import make_user
from tests.factories.reimbursement import make_claim, make_layout, make_payment_batch
from tests.journeys.people import offered, open_row, open_task, take_step


def test_a_paying_officer_draws_up_and_locks_a_batch_but_does_not_release_it(
    page: Page, live_server: Any, login: Any
) -> None:
    make_layout()
    claim = make_claim(state=ClaimState.SANCTIONED)
    login(make_user(Role.PAYING_OFFICER, name="Iqbal Ahmad"))
    page.goto(live_server.url)

    open_task(page, "sanctioned claim to pay")
    page.locator("input.action-select").check()
    page.get_by_role("combobox", name="Action").select_option(label="Make a payment batch of these")
    page.get_by_role("button", name="Go").click()
    take_step(page, "Lock")
    expect(offered(page, "Release")).to_have_count(0)

    claim.refresh_from_db()
    assert claim.state == ClaimState.IN_PAYMENT
    assert PaymentBatch.objects.get().state == BatchState.LOCKED


def test_another_paying_officer_releases_it(page: Page, live_server: Any, login: Any) -> None:
    batch = make_payment_batch(state=BatchState.LOCKED)
    login(make_user(Role.PAYING_OFFICER, name="Leela Thomas"))
    page.goto(live_server.url)

    open_task(page, "payment batch to release")
    open_row(page, batch.number)
    take_step(page, "Release")

    batch.refresh_from_db()
    assert batch.state == BatchState.RELEASED


def test_a_payment_that_failed_goes_back_to_the_officer_who_corrects_the_account(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    batch = make_payment_batch(state=BatchState.EXPORTED)
    line = batch.lines.get()
    login(make_user(Role.PAYING_OFFICER))
    page.goto(f"{live_server.url}/desk/reimbursement/paymentbatch/{batch.pk}/change/")
    offered(page, "Import a return file").click()
    answer = (
        "Payment Ref,Amount,Account Number,Status,UTR,Paid On,Reason\n"
        f"{line.reference},{line.amount},XXXX{line.account_ending},FAILED,,"
        f"{dmy(timezone.localdate())},Account closed\n"
    )
    file: Any = {"name": "return.csv", "mimeType": "text/csv", "buffer": answer.encode()}
    page.get_by_label("Return file").set_input_files(file)
    page.get_by_role("button", name="Import a return file").click()
    expect(page.get_by_text("Account closed").first).to_be_visible()

    login(line.claim.claimant_user)
    page.goto(f"{live_server.url}{line.claim.get_absolute_url()}")
    expect(page.get_by_text("Account closed").first).to_be_visible()
    axe()
    page.get_by_role("link", name="Correct account").click()
    page.get_by_label("Name of the bank").fill("State Bank of India")
    page.get_by_label("IFSC").fill("SBIN0000691")
    page.get_by_label("Account number*").fill("40123456789")
    page.get_by_label("Account number once more").fill("40123456789")
    axe()
    page.get_by_role("button", name="Save account").click()
    expect(page.get_by_role("main")).to_contain_text("••••6789")

    line.claim.refresh_from_db()
    assert line.claim.state == ClaimState.SANCTIONED
