"""The sanction order: its words, its figures, who may read what of it, and that it issues once."""

import uuid
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from circulars import documents as papers
from circulars.models import IssuedDocument
from igot.lib.errors import Refused
from reimbursement import actions, tasks
from reimbursement.documents import figures, sanction_letter
from reimbursement.models import SanctionOrder
from reimbursement.states import ClaimState, Lane
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.reimbursement import ACCOUNT, make_allotment, make_claim

pytestmark = pytest.mark.django_db


def order_of(claim) -> SanctionOrder:
    return SanctionOrder.objects.with_everything().get(claims=claim)


def text_of(claim) -> str:
    paper = sanction_letter(order_of(claim))
    return render_to_string("circulars/pdf/paper.html", papers.context_of(paper))


@pytest.mark.parametrize(
    ("amount", "written"),
    [("6960", "Rs. 6,960/-"), ("362050.00", "Rs. 3,62,050/-"), ("12345678", "Rs. 1,23,45,678/-")],
)
def test_figures_are_written_as_sanctions_write_them(amount, written):
    assert figures(Decimal(amount)) == written


def test_the_letter_says_what_a_sanction_has_to_say():
    make_allotment(needs_ifd_concurrence=True)
    claim = make_claim(state=ClaimState.SANCTIONED, has_document=False)
    SanctionOrder.objects.update(ifd_number="1234/2026", ifd_dated_on=timezone.localdate())

    text = text_of(claim)

    for said in (
        "I am directed to convey the sanction of the President",
        "Rs. 6,960/- (Rupees Six Thousand Nine Hundred Sixty only)",
        "रुपये छह हजार नौ सौ साठ मात्र",
        "The Pay &amp; Accounts Officer",
        "Major Head 2070",
        "Demand No. 72",
        "The Drawing &amp; Disbursing Officer is",
        "preferred within two years",
        "Dy. No. 1234/2026",
        "Under Secretary to the Government of India",
        "Guard file",
        claim.number,
        claim.officer.name,
    ):
        assert said in text, said


def test_the_letter_shows_the_end_of_the_account_only():
    claim = make_claim(state=ClaimState.SANCTIONED, has_document=False)

    text = text_of(claim)

    assert ACCOUNT not in text
    assert f"ending {ACCOUNT[-4:]}" in text


def test_without_concurrence_the_letter_quotes_none():
    claim = make_claim(state=ClaimState.SANCTIONED, has_document=False)

    assert "Dy. No." not in text_of(claim)


@pytest.mark.parametrize(
    ("lane", "said"),
    [
        (Lane.INVESTIGATION, "investigated by the Head of Department under GFR 295(3)"),
        (Lane.TIME_BARRED, "express sanction that GFR 296 requires"),
    ],
)
def test_a_late_claim_is_certified_as_what_it_is(lane, said):
    claim = make_claim(state=ClaimState.SANCTIONED, has_document=False, lane=lane)

    text = text_of(claim)

    assert said in text
    assert "within two years" not in text


def test_a_name_with_markup_is_printed_as_text():
    officer = make_officer(name="<b>Asha</b> & Co")
    claim = make_claim(state=ClaimState.SANCTIONED, officer=officer, has_document=False)

    assert "&lt;b&gt;Asha&lt;/b&gt; &amp; Co" in text_of(claim)


def test_the_task_issues_what_is_missing_once(django_capture_on_commit_callbacks):
    claim = make_claim(state=ClaimState.SANCTIONED, has_document=False)

    with django_capture_on_commit_callbacks(execute=True):
        first, second = tasks.issue_missing_orders(), tasks.issue_missing_orders()

    document = IssuedDocument.objects.get()
    order = order_of(claim)
    assert (first, second) == (1, 0)
    assert order.document == document
    assert document.pdf.read().startswith(b"%PDF-")
    assert AuditEntry.objects.about(claim).filter(event="claim.order_issued").count() == 1


def test_what_is_public_of_an_order_names_no_bank_and_no_officer():
    claim = make_claim(state=ClaimState.SANCTIONED, has_document=False)

    tasks.issue_missing_orders()

    document = IssuedDocument.objects.get()
    told = str(document.particulars)
    assert document.is_public is False
    assert document.particulars["Amount"] == "₹6,960"
    assert document.particulars["Officers"] == "1"
    for private in (ACCOUNT, ACCOUNT[-4:], claim.ifsc, claim.officer.name):
        assert private not in told


def test_the_verification_page_confirms_number_and_amount_without_login(client):
    make_claim(state=ClaimState.SANCTIONED, has_document=False)
    tasks.issue_missing_orders()
    document = IssuedDocument.objects.get()

    response = client.get(reverse("circulars:verify", args=[document.public_id]))

    text = response.content.decode()
    assert response.status_code == 200
    assert document.number in text
    assert "6,960" in text
    assert ACCOUNT[-4:] not in text


def test_an_order_is_issued_once_even_by_two_workers():
    claim = make_claim(state=ClaimState.SANCTIONED, has_document=False)
    order = order_of(claim)
    tasks.issue_missing_orders()
    late = papers.KeptPdf(public_id=uuid.uuid4(), name="x", sha256="0" * 64, size=1, pages=1)

    with pytest.raises(Refused, match="issued already"):
        actions.issue_order(order_id=order.pk, pdf=late, at=timezone.now())

    assert IssuedDocument.objects.count() == 1


def test_a_draft_of_the_letter_looks_like_one():
    claim = make_claim(state=ClaimState.SANCTIONED, has_document=False)

    assert sanction_letter(order_of(claim)).is_draft is True


def test_the_paying_officer_reads_the_order(client):
    claim = make_claim(state=ClaimState.SANCTIONED)
    sign_in(client, make_user(Role.PAYING_OFFICER))

    response = client.get(reverse("reimbursement:order", args=[claim.pk]))

    assert response.status_code == 200
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
