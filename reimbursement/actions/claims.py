"""What a claimant does: opens a claim, fills it in, submits it, answers, withdraws."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Officer, User
from enrollment import holds
from enrollment.models import CertificateSubmission
from enrollment.states import CertificateState
from igot.lib.crypto import blind_index
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from igot.lib.uploads import CheckedFile
from reimbursement import facts, rules, states
from reimbursement.actions.moves import advance, lock_claim_for, tell_claimant
from reimbursement.models import Claim, ClaimDocument, ClaimLine, ClaimRevision
from reimbursement.states import Lane


@transaction.atomic(durable=True)
def open_claim(*, enrollment_id: int, acting_user: User, at: datetime) -> Claim:
    """Return the claimant's live claim for the registration's course, begun now if there is none.

    Pressing twice opens one claim: the officer's row is locked while we look.
    :raises Refused: the registration is not the user's, is held, or its certificate is not verified
    """
    officer = Officer.objects.select_for_update(no_key=True).filter(user=acting_user).first()
    certificates = CertificateSubmission.objects.filter(
        enrollment=enrollment_id, officer=officer, state=CertificateState.VERIFIED
    )
    certificate = certificates.select_related("enrollment").first()
    if officer is None or certificate is None:
        raise Refused(_("A claim rests on a verified certificate of your own."))
    if reason := holds.why_not_held(certificate.enrollment):
        raise Refused(reason)
    live = Claim.objects.live().filter(officer=officer, course=certificate.course_id).first()
    if live is not None:
        return live
    claim = Claim.objects.create(
        officer=officer,
        claimant_user=acting_user,
        course_id=certificate.course_id,
        enrollment_id=enrollment_id,
        certificate=certificate,
        started_at=at,
    )
    audit.record(claim, "claim.started", acting_user=acting_user, at=at)
    return claim


@transaction.atomic(durable=True)
def record_payment(
    *,
    claim_id: int,
    paid_on: date,
    fee_usd: Decimal,
    debited_inr: Decimal,
    markup_inr: Decimal,
    tax_inr: Decimal,
    acting_user: User,
    at: datetime,
) -> None:
    """Keep what the claimant says was paid: the fee in US$, and three lines of the debit in INR."""
    claim = lock_claim_for(states.SUBMIT, claim_id, acting_user)
    claim.paid_on, claim.fee_usd, claim.debited_inr = paid_on, fee_usd, debited_inr
    claim.markup_inr, claim.tax_inr = markup_inr, tax_inr
    claim.save()
    audit.record(claim, "claim.payment_recorded", acting_user=acting_user, at=at, paid_on=paid_on)


@transaction.atomic(durable=True)
def attach_paper(
    *,
    claim_id: int,
    kind: str,
    upload: CheckedFile,
    acting_user: User,
    at: datetime,
) -> ClaimDocument:
    """Attach a file that was checked; one of the same kind from before is kept as replaced."""
    claim = lock_claim_for(states.SUBMIT, claim_id, acting_user)
    claim.documents.filter(kind=kind, replaced_at__isnull=True).update(replaced_at=at)
    paper = ClaimDocument.objects.create(
        claim=claim,
        kind=kind,
        file=ContentFile(upload.content, name=upload.name),
        file_name=upload.name,
        content_type=upload.content_type,
        size=len(upload.content),
        sha256=upload.sha256,
        uploaded_at=at,
    )
    audit.record(
        claim,
        "claim.paper_attached",
        acting_user=acting_user,
        at=at,
        kind=kind,
        sha256=paper.sha256,
    )
    return paper


@transaction.atomic(durable=True)
def record_bank(
    *,
    claim_id: int,
    payee_name: str,
    bank_name: str,
    ifsc: str,
    account_number: str,
    acting_user: User,
    at: datetime,
) -> None:
    """Keep the account that the money goes to; the trail says that, not which."""
    claim = lock_claim_for(states.SUBMIT, claim_id, acting_user)
    _set_bank(claim, payee_name, bank_name, ifsc, account_number)
    claim.save()
    audit.record(claim, "claim.bank_recorded", acting_user=acting_user, at=at)


@transaction.atomic(durable=True)
def answer_queries(
    *, claim_id: int, answers: Mapping[int, str], acting_user: User, at: datetime
) -> None:
    """Keep the claimant's answers to the open queries, by the query's key."""
    claim = lock_claim_for(states.SUBMIT, claim_id, acting_user)
    for query in claim.queries.open():
        if answer := answers.get(query.pk, "").strip():
            query.answer, query.answered_at = answer, at
            query.save(update_fields=["answer", "answered_at"])
    audit.record(claim, "claim.queries_answered", acting_user=acting_user, at=at)


@transaction.atomic(durable=True)
def submit_claim(*, claim_id: int, late_reason: str = "", acting_user: User, at: datetime) -> Claim:
    """Submit a claim: ceiling, rate and amount are frozen, and a revision is kept for good.

    :raises Refused: something is missing, or nothing comes back
    """
    claim = lock_claim_for(states.SUBMIT, claim_id, acting_user)
    if gaps := facts.gaps_of(claim):
        raise Refused(gaps[0].sentence)
    derivation = _freeze(claim, at)
    if claim.lane != Lane.NORMAL and not late_reason.strip():
        raise Refused(_("The claim comes late: say why."))
    claim.late_reason = late_reason.strip() if claim.lane != Lane.NORMAL else ""
    claim.declared_at = at
    claim.submitted_at = claim.submitted_at or at
    claim.number = claim.number or f"IGOT/C/{civil_date(at).year}/{claim.pk:05d}"
    claim.revision_number += 1
    claim.recommended_by, claim.recommended_revision = None, ""
    claim.recommended_amount, claim.reason = None, ""
    _write_lines(claim, derivation)
    keep_revision(claim, at)
    entry = advance(
        claim,
        states.SUBMIT,
        acting_user,
        at,
        revision=claim.revision_number,
        admissible=claim.admissible_amount,
    )
    tell_claimant(claim, entry, amount=claim.admissible_amount)
    return claim


@transaction.atomic(durable=True)
def withdraw_claim(*, claim_id: int, acting_user: User, at: datetime) -> None:
    """Withdraw a claim that has not been recommended; another may be made later."""
    claim = lock_claim_for(states.WITHDRAW, claim_id, acting_user)
    entry = advance(claim, states.WITHDRAW, acting_user, at)
    tell_claimant(claim, entry)


@transaction.atomic(durable=True)
def correct_bank(
    *,
    claim_id: int,
    payee_name: str,
    bank_name: str,
    ifsc: str,
    account_number: str,
    acting_user: User,
    at: datetime,
) -> None:
    """Name another account after a payment failed: the claim waits for payment again."""
    claim = lock_claim_for(states.PAY_AGAIN, claim_id, acting_user)
    _set_bank(claim, payee_name, bank_name, ifsc, account_number)
    claim.revision_number += 1
    keep_revision(claim, at)
    entry = advance(claim, states.PAY_AGAIN, acting_user, at, revision=claim.revision_number)
    tell_claimant(claim, entry, template="claim.bank_corrected")


def _set_bank(
    claim: Claim, payee_name: str, bank_name: str, ifsc: str, account_number: str
) -> None:
    claim.payee_name, claim.bank_name, claim.ifsc = payee_name, bank_name, ifsc
    claim.account_number = account_number
    claim.account_digest = blind_index(account_number)
    claim.account_ending = account_number[-4:]


def _freeze(claim: Claim, at: datetime) -> rules.Derivation:
    """Write onto the claim the terms of its day of payment and what follows from them."""
    paid = facts.paid_of(claim)
    if paid is None:
        raise Refused(_("Say what you paid and when."))
    terms = facts.terms_now(claim, paid.on)
    derivation = rules.derive(paid, terms)
    if derivation.payable <= 0:
        raise Refused(_("By the rules nothing comes back for this payment."))
    claim.policy = facts.policy_on(paid.on)
    claim.cap_usd, claim.cap_source = terms.cap_usd, terms.cap_source
    claim.rate, claim.rate_on, claim.rate_source = terms.rate, terms.rate_on, terms.rate_source
    claim.claimed_amount, claim.admissible_amount = derivation.claimed, derivation.payable
    claim.due_on, claim.lane = facts.lane_of(
        claim, preferred_on=civil_date(claim.submitted_at or at)
    )
    return derivation


def _write_lines(claim: Claim, derivation: rules.Derivation) -> None:
    """Write the lines as claimed; what was admitted of an earlier revision is void."""
    claim.lines.all().delete()
    ClaimLine.objects.bulk_create(
        ClaimLine(claim=claim, kind=line.kind, claimed=line.claimed) for line in derivation.lines
    )


def keep_revision(claim: Claim, at: datetime) -> ClaimRevision:
    """Keep what the claim says now, for good."""
    content = facts.snapshot(claim)
    return ClaimRevision.objects.create(
        claim=claim,
        number=claim.revision_number,
        content=content,
        sha256=facts.digest(content),
        at=at,
    )
