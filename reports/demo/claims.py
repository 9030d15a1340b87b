"""Claims of the demo, each left at another point of its way."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from enrollment.models import CertificateSubmission
from igot.lib.dates import financial_year
from igot.lib.uploads import check_upload
from reimbursement.actions import claims, payments, returns, sanctions, scrutiny
from reimbursement.models import (
    Allotment,
    Claim,
    ClaimDocument,
    PaymentBatch,
    ReferenceRate,
    SanctionLimit,
)
from reimbursement.tasks import issue_missing_orders
from reports.demo.papers import picture

RATE_SOURCE = "Invented for the demo"
FEE = Decimal("100.00")


def load_money(users: dict[str, User], today: date) -> None:
    """Make up the rates of two years, the money of each, and who may sanction how much."""
    for back in range(760):
        day = today - timedelta(days=back)
        if day.weekday() < 5:  # no rate on Saturdays and Sundays
            rate = Decimal("84.00") + Decimal((day.toordinal() * 37) % 400) / 100
            ReferenceRate.objects.get_or_create(
                currency="USD", on=day, defaults={"rate": rate, "source": RATE_SOURCE}
            )
    this_year = Allotment.objects.get(financial_year=financial_year(today))
    last_year = financial_year(today - timedelta(days=366))
    if not Allotment.objects.filter(financial_year=last_year).exists():
        this_year.pk, this_year.financial_year = None, last_year
        this_year.save()
    for key, amount, designation in (
        ("sanction", "25000.00", "Under Secretary to the Government of India"),
        ("sanction2", "500000.00", "Deputy Secretary to the Government of India"),
    ):
        SanctionLimit.objects.create(
            user=users[key],
            amount=Decimal(amount),
            effective_from=today - timedelta(days=700),
            order_reference="DEMO/2",
            designation=designation,
        )


def make_claims(users: dict[str, User], certificates: Sequence[CertificateSubmission]) -> int:
    """Make a claim of each certificate and leave it at the next of the points of its way."""
    points: tuple[Callable[[dict[str, User], Claim], None], ...] = (
        pay,
        sanction,
        submit,
        pay,
        recommend,
        draft,
        question,
        pay,
        take_up,
        reject,
    )
    for index, certificate in enumerate(certificates):
        at = min((certificate.reviewed_at or timezone.now()) + timedelta(days=4), timezone.now())
        claim = claims.open_claim(
            enrollment_id=certificate.enrollment_id, acting_user=certificate.officer.log_in, at=at
        )
        fill_in(claim, certificate, index, at)
        points[index % len(points)](users, claim)
    issue_missing_orders()
    return settle(users)


def fill_in(claim: Claim, certificate: CertificateSubmission, index: int, at: datetime) -> None:
    """State what was paid, attach the two papers and name the account."""
    user, officer = certificate.officer.log_in, certificate.officer
    paid_on = certificate.enrollment.commences_on or at.date()
    rate = ReferenceRate.for_day("USD", paid_on)
    given: dict[str, Any] = {"claim_id": claim.pk, "acting_user": user, "at": at}
    fee = (FEE * (rate.rate if rate else Decimal(84)) * Decimal("1.004")).quantize(Decimal("0.01"))
    markup = (fee * Decimal("0.035")).quantize(Decimal("0.01")) if index % 3 else Decimal("0.00")
    claims.record_payment(
        **given,
        paid_on=paid_on,
        fee_usd=FEE,
        debited_inr=fee,
        markup_inr=markup,
        tax_inr=(markup * Decimal("0.18")).quantize(Decimal("0.01")),
    )
    for kind in ClaimDocument.Kind:
        title = str(kind.label)
        content = picture(title, officer.name, str(claim.course), f"{paid_on:%d.%m.%Y}  ₹{fee}")
        paper = check_upload(SimpleUploadedFile(f"{kind.value}.png", content))
        claims.attach_paper(**given, kind=kind, upload=paper)
    claims.record_bank(
        **given,
        payee_name=officer.name,
        bank_name="State Bank of India",
        ifsc="SBIN0000691",
        account_number=f"{30000000000 + claim.pk * 7919}",
    )


def draft(users: dict[str, User], claim: Claim) -> None:
    """Leave the claim to be finished by its claimant."""


def submit(users: dict[str, User], claim: Claim) -> None:
    claims.submit_claim(
        claim_id=claim.pk, acting_user=claim.claimant_user, at=_next(claim.started_at)
    )


def take_up(users: dict[str, User], claim: Claim) -> None:
    submit(users, claim)
    scrutiny.take_up_claim(claim_id=claim.pk, acting_user=users["dealing2"], at=_after(claim, 2))


def question(users: dict[str, User], claim: Claim) -> None:
    take_up(users, claim)
    scrutiny.return_claim(
        claim_id=claim.pk,
        queries=["The bank statement does not show your name. Please attach its first page."],
        acting_user=users["dealing2"],
        at=_after(claim, 3),
    )


def recommend(users: dict[str, User], claim: Claim) -> None:
    take_up(users, claim)
    claim.refresh_from_db()
    left = claim.admissible_amount or Decimal(0)
    admitted = {}
    for line in claim.lines.order_by("pk"):
        amount = min(line.claimed, left) if line.kind == "fee" else Decimal("0.00")
        why = "" if amount == line.claimed else "Ceiling of the fee; mark-up and tax are not paid."
        admitted[line.kind] = scrutiny.Admitted(amount=amount, reason=why)
    scrutiny.recommend_claim(
        claim_id=claim.pk, admitted=admitted, acting_user=users["dealing2"], at=_after(claim, 5)
    )


def reject(users: dict[str, User], claim: Claim) -> None:
    recommend(users, claim)
    sanctions.reject_claim(
        claim_id=claim.pk,
        reason="The same fee was reimbursed by the State Government, as its letter of record says.",
        acting_user=users["sanction"],
        at=_after(claim, 8),
    )


def sanction(users: dict[str, User], claim: Claim) -> None:
    recommend(users, claim)
    claim.refresh_from_db()
    at = _after(claim, 9)
    sanctions.sanction_claim(
        claim_id=claim.pk,
        amount=claim.recommended_amount or Decimal(0),
        ifd_number=f"IFD/DEMO/{claim.pk}",
        ifd_dated_on=timezone.localdate(at),
        acting_user=users["sanction"],
        at=at,
    )


def pay(users: dict[str, User], claim: Claim) -> None:
    """Take the claim as far as its sanction; `settle` has it paid."""
    sanction(users, claim)


def settle(users: dict[str, User]) -> int:
    """Pay most of what is sanctioned; leave one batch to be released and some claims to be paid."""
    ready = list(Claim.objects.awaiting_payment().order_by("sanctioned_at"))
    first, second = ready[: len(ready) * 2 // 3], ready[len(ready) * 2 // 3 :][:2]
    if first:
        batch = _sent(users, first)
        returns.import_return_file(
            batch_id=batch.pk,
            file_name="return.csv",
            content=_answer(batch),
            acting_user=users["paying"],
            at=timezone.now(),
        )
    if second:
        waiting = _made(users, second)
        payments.lock_batch(batch_id=waiting.pk, acting_user=users["paying"], at=timezone.now())
    return Claim.objects.count()


def _made(users: dict[str, User], rows: Sequence[Claim]) -> PaymentBatch:
    return payments.make_batch(
        claim_ids=[claim.pk for claim in rows], acting_user=users["paying"], at=timezone.now()
    )


def _sent(users: dict[str, User], rows: Sequence[Claim]) -> PaymentBatch:
    batch = _made(users, rows)
    given: dict[str, Any] = {"batch_id": batch.pk, "at": timezone.now()}
    payments.lock_batch(**given, acting_user=users["paying"])
    payments.release_batch(**given, acting_user=users["paying2"])
    payments.export_batch(**given, acting_user=users["paying"])
    return batch


def _answer(batch: PaymentBatch) -> bytes:
    """Return what the bank would send back: all paid but one, whose account is closed."""
    columns = batch.layout.return_columns
    file = io.StringIO()
    table = csv.DictWriter(file, list(columns.values()))
    table.writeheader()
    for index, line in enumerate(batch.lines.order_by("pk")):
        failed = index == 2
        cells = {
            "reference": line.reference,
            "amount": str(line.amount),
            "account": f"XXXX{line.account_ending}",
            "status": (batch.layout.failed_words if failed else batch.layout.paid_words)[0],
            "utr": "" if failed else f"SBINDEMO{line.pk:08d}",
            "paid_on": "" if failed else f"{timezone.localdate():%d.%m.%Y}",
            "reason": "Account closed" if failed else "",
        }
        table.writerow({heading: cells.get(name, "") for name, heading in columns.items()})
    return file.getvalue().encode()


def _next(at: datetime) -> datetime:
    return min(at + timedelta(hours=1), timezone.now())


def _after(claim: Claim, days: int) -> datetime:
    return min(claim.started_at + timedelta(days=days), timezone.now())
