"""Claims, money and payments for tests, each with what its state requires."""

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Officer, User
from accounts.roles import Role
from circulars.models import IssuedDocument
from courses.models import Course
from enrollment.models import CertificateSubmission
from enrollment.states import EnrollmentState
from igot.lib.crypto import blind_index
from igot.lib.dates import financial_year, financial_year_start
from reimbursement import facts
from reimbursement.models import (
    Allotment,
    Claim,
    ClaimDocument,
    ClaimLine,
    ClaimRevision,
    PaymentBatch,
    PaymentLayout,
    PaymentLine,
    ReferenceRate,
    ReimbursementPolicy,
    SanctionLimit,
    SanctionOrder,
)
from reimbursement.states import BatchState, ClaimState
from tests.factories.accounts import make_user
from tests.factories.courses import LAUNCHED_ON, OM
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_result

numbers = count(1)
ACCOUNT = "123456789012"
AFTER_RECOMMENDATION = frozenset(
    {
        ClaimState.RECOMMENDED,
        ClaimState.REJECTED,
        ClaimState.SANCTIONED,
        ClaimState.IN_PAYMENT,
        ClaimState.PAYMENT_FAILED,
        ClaimState.PAID,
    }
)
AFTER_SANCTION = AFTER_RECOMMENDATION - {ClaimState.RECOMMENDED, ClaimState.REJECTED}


def make_policy(*, effective_from: date = LAUNCHED_ON, **fields: Any) -> ReimbursementPolicy:
    return ReimbursementPolicy.objects.get_or_create(
        effective_from=effective_from, defaults={"circular_reference": OM, **fields}
    )[0]


def make_rate(*, on: date | None = None, rate: str = "69.6000", **fields: Any) -> ReferenceRate:
    fields.setdefault("source", "Reference rate made up for a test")
    return ReferenceRate.objects.get_or_create(
        currency="USD",
        on=on or timezone.localdate(),
        defaults={"rate": Decimal(rate), **fields},
    )[0]


def make_allotment(
    *, on: date | None = None, allotted: Decimal = Decimal(1_000_000), **fields: Any
) -> Allotment:
    defaults = {
        "demand_number": "72",
        "major_head": "Major Head 2070 – Other Administrative Services",
        "head_of_account": "2070.00.003.00.00.09",
        "object_head": "09 – Training Expenses",
        "ddo_name": "Drawing & Disbursing Officer (Cash), DoPT",
        "ddo_code": "000001",
        "pao_name": "Pay & Accounts Office, Ministry of Personnel, PG & Pensions, DoPT",
        "pao_address": "Lok Nayak Bhavan, Khan Market, New Delhi",
        "order_reference": "Allotment order of the test",
        "file_number": "T-16017/42/2018-Trg (TFA)",
        "needs_ifd_concurrence": False,
        "allotted": allotted,
        **fields,
    }
    year = financial_year(on or timezone.localdate())
    return Allotment.objects.get_or_create(financial_year=year, defaults=defaults)[0]


def make_sanctioning_authority(
    *, limit: Decimal = Decimal(100_000), name: str = "Meera Nair", **fields: Any
) -> User:
    """Make a user who may sanction up to `limit`, as an Under Secretary."""
    user = make_user(Role.SANCTIONING_AUTHORITY, name=name)
    fields.setdefault("designation", "Under Secretary to the Government of India")
    fields.setdefault("effective_from", date(2019, 4, 1))
    SanctionLimit.objects.create(
        user=user, amount=limit, order_reference="Delegation order of the test", **fields
    )
    return user


def make_completed(
    *,
    officer: Officer | None = None,
    course: Course | None = None,
    at: datetime | None = None,
    reviewed_by: User | None = None,
    **fields: Any,
) -> CertificateSubmission:
    """Make a verified certificate with the passing result below it, registered 90 days ago."""
    at = at or timezone.now() - timedelta(days=90)
    enrollment = make_enrollment(
        state=EnrollmentState.COMPLETED, officer=officer, course=course, at=at
    )
    if enrollment.run is not None:
        make_result(enrollment=enrollment)
    return make_certificate(enrollment=enrollment, reviewed_by=reviewed_by, **fields)


def make_claim(
    *,
    state: str = ClaimState.SUBMITTED,
    certificate: CertificateSubmission | None = None,
    officer: Officer | None = None,
    course: Course | None = None,
    paid_on: date | None = None,
    debited_inr: str = "6985.00",
    markup_inr: str = "0.00",
    tax_inr: str = "0.00",
    rate: str = "69.6000",
    account_number: str = ACCOUNT,
    maker: User | None = None,
    checker: User | None = None,
    has_document: bool = True,
    **fields: Any,
) -> Claim:
    """Make a claim in `state`, complete for it: papers, lines, revision, people, order.

    The figures are those of the worked example: US$ 100, ₹6,985 debited, reference rate 69.60.
    """
    now = timezone.now()
    paid_on = paid_on or timezone.localdate() - timedelta(days=30)
    make_policy()
    make_rate(on=paid_on, rate=rate)
    certificate = certificate or make_completed(officer=officer, course=course)
    claim = Claim.objects.create(
        officer=certificate.officer,
        claimant_user=certificate.officer.user,
        course=certificate.course,
        enrollment=certificate.enrollment,
        certificate=certificate,
        started_at=now,
        paid_on=paid_on,
        fee_usd=fields.pop("fee_usd", Decimal(100)),
        debited_inr=Decimal(debited_inr),
        markup_inr=Decimal(markup_inr),
        tax_inr=Decimal(tax_inr),
        payee_name=certificate.officer.name,
        bank_name="State Bank of India",
        ifsc="SBIN0000691",
        account_number=account_number,
        account_digest=blind_index(account_number),
        account_ending=account_number[-4:],
    )
    for kind in ClaimDocument.Kind:
        make_document(claim=claim, kind=kind)
    if state != ClaimState.DRAFT:
        _submit(claim, now)
    if state in AFTER_RECOMMENDATION:
        _recommend(claim, maker or make_user(Role.DEALING_HAND))
    if state in AFTER_SANCTION:
        _sanction(claim, checker or make_sanctioning_authority(), now, has_document)
    claim.state = state
    for name, value in fields.items():
        setattr(claim, name, value)
    claim.save()
    return claim


def make_document(
    *, claim: Claim, kind: str = ClaimDocument.Kind.FEE_RECEIPT, content: bytes = b""
) -> ClaimDocument:
    content = content or f"%PDF-1.4 paper {next(numbers)}\n%%EOF\n".encode()
    paper = ClaimDocument(
        claim=claim,
        kind=kind,
        file_name=f"{kind}.pdf",
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=timezone.now(),
    )
    paper.file.save("paper.pdf", ContentFile(content), save=False)
    paper.save()
    return paper


def _submit(claim: Claim, at: datetime) -> None:
    derivation = facts.derivation_of(claim)
    assert derivation is not None
    terms = derivation.terms
    claim.policy = facts.policy_on(derivation.paid.on)
    claim.cap_usd, claim.cap_source = terms.cap_usd, terms.cap_source
    claim.rate, claim.rate_on, claim.rate_source = terms.rate, terms.rate_on, terms.rate_source
    claim.claimed_amount, claim.admissible_amount = derivation.claimed, derivation.payable
    claim.due_on, claim.lane = facts.lane_of(claim, preferred_on=timezone.localdate(at))
    claim.number = f"IGOT/C/{at.year}/T{next(numbers):05d}"
    claim.submitted_at = claim.declared_at = at
    claim.revision_number = 1
    for line in derivation.lines:
        ClaimLine.objects.create(claim=claim, kind=line.kind, claimed=line.claimed)
    claim.state = ClaimState.SUBMITTED
    claim.save()
    claim.refresh_from_db()
    content = facts.snapshot(claim)
    ClaimRevision.objects.create(
        claim=claim, number=1, content=content, sha256=facts.digest(content), at=at
    )


def _recommend(claim: Claim, maker: User) -> None:
    derivation = facts.derivation_of(claim)
    assert derivation is not None
    for line in derivation.lines:
        less = "" if line.admissible == line.claimed else "Above the ceiling"
        claim.lines.filter(kind=line.kind).update(admissible=line.admissible, reason=less)
    revision = facts.latest_revision(claim)
    assert revision is not None
    claim.taken_up_by = claim.recommended_by = maker
    claim.recommended_amount = claim.admissible_amount
    claim.recommended_revision = revision.sha256


def _sanction(claim: Claim, checker: User, at: datetime, has_document: bool) -> None:
    amount = claim.recommended_amount
    assert amount is not None
    claim.sanction_order = make_order(amount=amount, signed_by=checker, has_document=has_document)
    claim.sanctioned_by, claim.sanctioned_at, claim.sanctioned_amount = checker, at, amount


def make_order(
    *, amount: Decimal, signed_by: User, has_document: bool = True, **fields: Any
) -> SanctionOrder:
    """Make an order that commits its amount, with a document unless a test says not."""
    allotment = make_allotment()
    allotment.refresh_from_db()
    allotment.committed += amount
    allotment.save()
    today = timezone.localdate()
    serial = fields.pop("serial", SanctionOrder.objects.count() + 1)
    number = f"{allotment.series}/{serial}"
    document = make_issued_document(number=number) if has_document else None
    return SanctionOrder.objects.create(
        series=allotment.series,
        year=financial_year_start(today).year,
        serial=serial,
        file_number=allotment.file_number,
        dated_on=today,
        allotment=allotment,
        amount=amount,
        signed_by=signed_by,
        signatory_designation="Under Secretary to the Government of India",
        signed_at=timezone.now(),
        document=document,
        **fields,
    )


def make_issued_document(*, number: str = "1") -> IssuedDocument:
    content = b"%PDF-1.4 order\n%%EOF\n"
    document = IssuedDocument(
        kind="sanction_order",
        number=number,
        title="Sanction order",
        dated_on=timezone.localdate(),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        pages=1,
        issued_at=timezone.now(),
    )
    document.pdf.save(f"{document.public_id}.pdf", ContentFile(content), save=False)
    document.save()
    return document


def make_layout(*, code: str = "pfms-like", **fields: Any) -> PaymentLayout:
    defaults = {
        "name": "PFMS-like CSV",
        "export_columns": [
            ["Payment Ref", "reference"],
            ["Payee Name", "payee_name"],
            ["Bank Name", "bank_name"],
            ["IFSC", "ifsc"],
            ["Account Number", "account_number"],
            ["Amount", "amount"],
            ["Sanction No", "order_number"],
            ["Sanction Date", "order_dated_on"],
            ["Remarks", "remark"],
        ],
        "return_columns": {
            "reference": "Payment Ref",
            "amount": "Amount",
            "account": "Account Number",
            "status": "Status",
            "utr": "UTR",
            "paid_on": "Paid On",
            "reason": "Reason",
        },
        "paid_words": ["success", "paid"],
        "failed_words": ["failed", "returned"],
        **fields,
    }
    return PaymentLayout.objects.get_or_create(code=code, defaults=defaults)[0]


def make_payment_batch(
    *,
    state: str = BatchState.DRAFT,
    claims: int = 1,
    locker: User | None = None,
    releaser: User | None = None,
    **fields: Any,
) -> PaymentBatch:
    """Make a batch of `claims` claims in `state`, made and locked by the same paying officer."""
    locker = locker or make_user(Role.PAYING_OFFICER)
    if state != BatchState.DRAFT:
        fields.setdefault("locked_by", locker)
    if state not in (BatchState.DRAFT, BatchState.LOCKED):
        fields.setdefault("released_by", releaser or make_user(Role.PAYING_OFFICER))
    if state not in (BatchState.DRAFT, BatchState.LOCKED, BatchState.RELEASED):
        fields.setdefault("exported_at", timezone.now())
        fields.setdefault("export", "file")
        fields.setdefault("export_sha256", hashlib.sha256(b"file").hexdigest())
    batch = PaymentBatch.objects.create(
        number=f"IGOT/P/T{next(numbers):05d}",
        layout=make_layout(),
        state=state,
        made_by=locker,
        made_at=timezone.now(),
        **fields,
    )
    for position in range(1, claims + 1):
        claim = make_claim(state=ClaimState.IN_PAYMENT)
        make_payment_line(batch=batch, claim=claim, position=position)
    return batch


def make_payment_line(
    *, batch: PaymentBatch, claim: Claim, position: int = 1, **fields: Any
) -> PaymentLine:
    return PaymentLine.objects.create(
        batch=batch,
        claim=claim,
        reference=f"IGOTP{batch.pk:06d}{position:05d}",
        amount=claim.sanctioned_amount,
        payee_name=claim.payee_name,
        ifsc=claim.ifsc,
        account_number=claim.account_number,
        account_ending=claim.account_ending,
        **fields,
    )
