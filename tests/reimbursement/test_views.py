"""The pages of a claim: who reaches them, what they show, what a form may change."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from reimbursement.models import Claim, QueryItem, ReferenceRate
from reimbursement.states import ClaimState
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.reimbursement import (
    ACCOUNT,
    make_claim,
    make_completed,
    make_document,
    make_payment_batch,
    make_payment_line,
    make_policy,
    make_rate,
)
from tests.reimbursement.files import A_PDF, A_PDF_WITH_SCRIPT

pytestmark = pytest.mark.django_db
OWN_PAGES = ["payment", "papers", "bank", "review", "queries", "withdraw"]
DESK = [Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.PAYING_OFFICER, Role.AUDITOR]


def page(name, thing):
    return reverse(f"reimbursement:{name}", args=[thing.pk])


@pytest.fixture
def claimant(client):
    """An officer who is signed in."""
    officer = make_officer()
    sign_in(client, officer.user)
    return officer


# --- who reaches what ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["detail", "amount", *OWN_PAGES])
def test_a_stranger_learns_nothing_of_a_claim(client, claimant, name):
    claim = make_claim(state=ClaimState.DRAFT, officer=make_officer(name="Ravi Kumar"))

    assert client.get(page(name, claim)).status_code == 404
    assert client.post(page(name, claim)).status_code in (404, 405)


@pytest.mark.parametrize("name", ["detail", "amount"])
@pytest.mark.parametrize("role", DESK)
def test_the_desk_sees_what_was_submitted_and_no_drafts(client, role, name):
    sign_in(client, make_user(role))
    submitted, draft = make_claim(state=ClaimState.SUBMITTED), make_claim(state=ClaimState.DRAFT)

    assert client.get(page(name, submitted)).status_code == 200
    assert client.get(page(name, draft)).status_code == 404


@pytest.mark.parametrize("role", [Role.NODAL_OFFICER, Role.COMMITTEE_MEMBER, Role.CIRCULAR_AUTHOR])
def test_other_roles_see_no_claim_and_no_paper(client, role):
    sign_in(client, make_user(role))
    claim = make_claim(state=ClaimState.SUBMITTED)

    assert client.get(page("detail", claim)).status_code == 404
    assert client.get(page("paper", claim.documents.first())).status_code == 404


def test_without_signing_in_every_page_leads_to_the_login(client):
    claim = make_claim(state=ClaimState.DRAFT)

    for name in ["detail", "amount", "order", *OWN_PAGES]:
        response = client.get(page(name, claim))
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]


@pytest.mark.parametrize("name", ["payment", "papers", "bank", "review", "queries"])
def test_after_submission_the_form_is_closed(client, claimant, name):
    claim = make_claim(state=ClaimState.SUBMITTED, officer=claimant)

    assert client.get(page(name, claim)).status_code == 403


def test_the_list_is_ones_own(client, claimant):
    own = make_claim(state=ClaimState.SUBMITTED, officer=claimant)
    other = make_claim(state=ClaimState.SUBMITTED)

    text = client.get(reverse("reimbursement:list")).content.decode()

    assert own.number in text
    assert other.number not in text


# --- papers --------------------------------------------------------------------------------------


def test_a_paper_comes_as_an_attachment_that_cannot_run(client, claimant):
    paper = make_claim(state=ClaimState.SUBMITTED, officer=claimant).documents.first()

    response = client.get(page("paper", paper))

    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_another_officers_paper_is_not_there(client, claimant):
    paper = make_claim(state=ClaimState.SUBMITTED).documents.first()

    assert client.get(page("paper", paper)).status_code == 404


def test_a_replaced_paper_is_not_there_any_more(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)
    old = claim.documents.get(kind="fee_receipt")
    old.replaced_at = timezone.now()
    old.save()
    make_document(claim=claim)

    assert client.get(page("paper", old)).status_code == 404


def test_a_file_is_looked_into_before_it_is_kept(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)
    before = claim.documents.count()
    sent = {"kind": "fee_receipt", "upload": pdf_file(A_PDF_WITH_SCRIPT)}

    response = client.post(page("papers", claim), sent)

    assert response.status_code == 200
    assert response.context["form"].errors["upload"]
    assert claim.documents.count() == before


def test_a_good_file_is_attached(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)
    sent = {"kind": "fee_receipt", "upload": pdf_file(A_PDF)}

    response = client.post(page("papers", claim), sent)

    assert response.status_code == 302
    current = claim.documents.current().get(kind="fee_receipt")
    assert current.file_name == "receipt.pdf"
    assert claim.documents.filter(kind="fee_receipt").count() == 2


def pdf_file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("receipt.pdf", content, content_type="application/pdf")


# --- the form, from the first page to the last ----------------------------------------------------


def test_a_claim_goes_from_the_certificate_to_submission(client, claimant):
    certificate = make_completed(officer=claimant)
    make_policy()
    make_rate()
    today = f"{timezone.localdate():%d.%m.%Y}"

    client.post(reverse("reimbursement:start", args=[certificate.enrollment_id]))
    claim = Claim.objects.get()
    client.post(
        page("payment", claim),
        {
            "paid_on": today,
            "fee_usd": "US$ 100",
            "debited_inr": "6,985.00",
            "markup_inr": "244.48",
            "tax_inr": "44.01",
        },
    )
    for kind in ("fee_receipt", "debit_proof"):
        client.post(page("papers", claim), {"kind": kind, "upload": pdf_file(A_PDF)})
    client.post(page("bank", claim), BANK)
    response = client.post(page("review", claim), {"declared": "on"}, follow=True)

    claim.refresh_from_db()
    assert (claim.state, claim.admissible_amount) == (ClaimState.SUBMITTED, Decimal(6960))
    assert claim.account_number == ACCOUNT
    assert claim.number in response.content.decode()


BANK = {
    "payee_name": "Asha Rao",
    "bank_name": "State Bank of India",
    "ifsc": "sbin0000691",
    "account_number": ACCOUNT,
    "account_again": f"{ACCOUNT[:4]} {ACCOUNT[4:]}",
}


def test_opening_by_get_makes_nothing(client, claimant):
    certificate = make_completed(officer=claimant)

    client.get(reverse("reimbursement:start", args=[certificate.enrollment_id]))

    assert not Claim.objects.exists()


def test_who_has_claimed_already_is_led_to_the_claim(client, claimant):
    certificate = make_completed(officer=claimant)
    start = reverse("reimbursement:start", args=[certificate.enrollment_id])
    client.post(start)

    answers = [client.get(start), client.post(start)]

    claim = Claim.objects.get()
    assert [answer["Location"] for answer in answers] == [claim.get_absolute_url()] * 2


def test_submitting_twice_submits_once(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)

    first = client.post(page("review", claim), {"declared": "on"})
    second = client.post(page("review", claim), {"declared": "on"})

    assert (first.status_code, second.status_code) == (302, 403)
    assert claim.revisions.count() == 1


def test_without_the_declaration_nothing_is_submitted(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)

    response = client.post(page("review", claim), {"late_reason": "x"})

    claim.refresh_from_db()
    assert "declared" in response.context["form"].errors
    assert claim.state == ClaimState.DRAFT


def test_the_review_names_what_is_missing_and_offers_no_submission(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)
    claim.documents.all().delete()

    text = client.get(page("review", claim)).content.decode()

    assert "Add the fee receipt." in text
    assert "Submit claim" not in text


def test_a_missing_rate_is_told_and_what_was_entered_is_kept(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)
    ReferenceRate.objects.all().delete()

    text = client.get(page("payment", claim)).content.decode()

    assert "not yet recorded" in text
    assert "6,985.00" in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ifsc": "SBIN1000691"}, "ifsc"),
        ({"ifsc": ""}, "ifsc"),
        ({"account_number": "12345678", "account_again": "12345678"}, "account_number"),
        ({"account_again": "123456789013"}, "account_again"),
        ({"account_again": ""}, "account_again"),
        ({"payee_name": "12345"}, "payee_name"),
        ({"bank_name": "Bank\u202e"}, "bank_name"),
    ],
)
def test_bank_details_are_checked_at_the_field(client, claimant, changes, field):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant, account_number="999999999999")

    response = client.post(page("bank", claim), {**BANK, **changes})

    claim.refresh_from_db()
    assert field in response.context["form"].errors
    assert claim.account_ending == "9999"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"paid_on": "31.12.2099"}, "paid_on"),
        ({"paid_on": "31.02.2026"}, "paid_on"),
        ({"fee_usd": "0"}, "fee_usd"),
        ({"fee_usd": "NaN"}, "fee_usd"),
        ({"debited_inr": "-1"}, "debited_inr"),
        ({"debited_inr": "1e5"}, "debited_inr"),
        ({"debited_inr": "99999999999"}, "debited_inr"),
        ({"markup_inr": "abc"}, "markup_inr"),
    ],
)
def test_amounts_and_days_are_checked_at_the_field(client, claimant, changes, field):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)
    sent = {"paid_on": "01.10.2026", "fee_usd": "100", "debited_inr": "6985", **changes}

    response = client.post(page("payment", claim), sent)

    claim.refresh_from_db()
    assert field in response.context["form"].errors
    assert claim.debited_inr == Decimal(6985)


def test_digits_of_devanagari_are_read(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)
    sent = {"paid_on": "01.10.2026", "fee_usd": "१००", "debited_inr": "७,०००"}

    client.post(page("payment", claim), sent)

    claim.refresh_from_db()
    assert (claim.fee_usd, claim.debited_inr) == (Decimal(100), Decimal(7000))


def test_extra_fields_of_a_post_change_nothing(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)
    stranger = make_officer(name="Ravi Kumar")
    extra = {
        "state": "paid",
        "sanctioned_amount": "999999",
        "admissible_amount": "999999",
        "cap_usd": "9999",
        "rate": "999",
        "officer": stranger.pk,
        "claimant_user": stranger.user_id,
        "number": "X",
    }

    client.post(page("bank", claim), {**BANK, **extra})
    client.post(page("review", claim), {"declared": "on", **extra})

    claim.refresh_from_db()
    assert (claim.state, claim.officer) == (ClaimState.SUBMITTED, claimant)
    assert (claim.admissible_amount, claim.cap_usd) == (Decimal(6960), Decimal(100))
    assert claim.sanctioned_amount is None


def test_queries_are_answered_on_a_page_and_sent_again(client, claimant):
    claim = make_claim(state=ClaimState.RETURNED, officer=claimant)
    query = QueryItem.objects.create(
        claim=claim,
        text="Whose card is it?",
        asked_by=make_user(Role.DEALING_HAND),
        asked_at=timezone.now(),
    )

    shown = client.get(page("queries", claim)).content.decode()
    client.post(page("queries", claim), {f"answer_{query.pk}": "Mine <b>only</b>"})
    client.post(page("review", claim), {"declared": "on"})

    claim.refresh_from_db()
    assert "Whose card is it?" in shown
    assert (claim.state, claim.revision_number) == (ClaimState.SUBMITTED, 2)
    detail = client.get(page("detail", claim)).content.decode()
    assert "Mine &lt;b&gt;only&lt;/b&gt;" in detail


def test_a_claim_is_withdrawn_by_post_only(client, claimant):
    claim = make_claim(state=ClaimState.SUBMITTED, officer=claimant)

    client.get(page("withdraw", claim))
    claim.refresh_from_db()
    assert claim.state == ClaimState.SUBMITTED

    client.post(page("withdraw", claim))
    claim.refresh_from_db()
    assert claim.state == ClaimState.WITHDRAWN


def test_a_sanctioned_claim_is_not_withdrawn_and_the_page_says_why(client, claimant):
    claim = make_claim(state=ClaimState.SANCTIONED, officer=claimant)

    text = client.post(page("withdraw", claim)).content.decode()

    claim.refresh_from_db()
    assert "Sanctioned" in text
    assert claim.state == ClaimState.SANCTIONED


def test_the_account_is_corrected_after_a_failure_and_at_no_other_time(client, claimant):
    failed = make_claim(state=ClaimState.PAYMENT_FAILED, officer=claimant)
    other = make_claim(state=ClaimState.SUBMITTED, officer=claimant)

    client.post(
        page("account", failed),
        {**BANK, "account_number": "555555555555", "account_again": "555555555555"},
    )

    failed.refresh_from_db()
    assert (failed.state, failed.account_ending) == (ClaimState.SANCTIONED, "5555")
    assert client.get(page("account", other)).status_code == 404


# --- what pages show -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(ClaimState))
def test_the_page_of_a_claim_shows_in_every_state_without_the_account(client, claimant, state):
    claim = make_claim(state=state, officer=claimant)

    for name in ("detail", "amount"):
        response = client.get(page(name, claim))
        assert response.status_code == 200
        assert ACCOUNT not in response.content.decode()


@pytest.mark.parametrize("name", ["payment", "papers", "bank", "review"])
def test_the_form_never_shows_the_account_number_again(client, claimant, name):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)

    assert ACCOUNT not in client.get(page(name, claim)).content.decode()


def test_a_paid_claim_shows_its_utr(client, claimant):
    claim = make_claim(state=ClaimState.PAID, officer=claimant)
    batch = make_payment_batch(claims=0)
    make_payment_line(
        batch=batch, claim=claim, outcome="paid", utr="SBIN226327001", paid_on=timezone.localdate()
    )

    assert "SBIN226327001" in client.get(page("detail", claim)).content.decode()


def test_why_this_amount_gives_every_figure_with_its_source(client, claimant):
    claim = make_claim(
        state=ClaimState.SUBMITTED, officer=claimant, markup_inr="244.48", tax_inr="44.01"
    )

    text = client.get(page("amount", claim)).content.decode()

    for figure in ("US$100", "₹6,985", "₹69.6000", "₹6,960", "₹244.48", "₹44.01", "₹313.49"):
        assert figure in text
    assert claim.rate_source in text
    assert claim.cap_source in text


def test_the_sanction_order_is_handed_to_its_claimant_alone(client, claimant):
    own = make_claim(state=ClaimState.SANCTIONED, officer=claimant)
    other = make_claim(state=ClaimState.SANCTIONED)
    unissued = make_claim(state=ClaimState.SANCTIONED, officer=claimant, has_document=False)

    assert client.get(page("order", own)).status_code == 200
    assert client.get(page("order", other)).status_code == 404
    assert client.get(page("order", unissued)).status_code == 404


def test_pages_show_in_hindi(client, claimant):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)

    response = client.get(page("review", claim), headers={"accept-language": "hi"})

    assert response.status_code == 200
    assert 'lang="hi' in response.content.decode()


def test_a_failing_post_tells_the_log_no_account_number(client, claimant, caplog):
    claim = make_claim(state=ClaimState.DRAFT, officer=claimant)

    client.post(page("bank", claim), {**BANK, "account_number": ACCOUNT, "ifsc": "nonsense"})

    assert ACCOUNT not in caplog.text
    assert ACCOUNT not in str(list(AuditEntry.objects.values_list("details", flat=True)))


# --- how much a page asks ------------------------------------------------------------------------


def queries_of(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_the_list_asks_no_more_for_more_claims(client, claimant):
    make_claim(state=ClaimState.SUBMITTED, officer=claimant)
    url = reverse("reimbursement:list")
    few = queries_of(client, url)
    for _ in range(4):
        make_claim(state=ClaimState.SUBMITTED, officer=claimant)

    assert queries_of(client, url) <= few <= 12


def test_the_page_of_a_claim_stays_within_its_budget(client, claimant):
    claim = make_claim(state=ClaimState.SANCTIONED, officer=claimant)

    assert queries_of(client, page("detail", claim)) <= 16
