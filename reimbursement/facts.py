"""The queries that turn rows into what the rules and the pages of a claim need."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import Officer
from courses.models import CommitteeDecision, Course, CourseFee, Run
from courses.states import DecisionState
from enrollment.models import CertificateSubmission, Enrollment
from enrollment.states import CertificateState
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused
from igot.lib.validity import holding
from reimbursement import rules
from reimbursement.models import (
    Claim,
    ClaimDocument,
    ClaimRevision,
    ReferenceRate,
    ReimbursementPolicy,
)
from reimbursement.states import Lane


def policy_on(day: date) -> ReimbursementPolicy:
    """Return the policy in force on `day`.

    :raises Refused: none is recorded
    """
    if policy := ReimbursementPolicy.on(day):
        return policy
    raise Refused(
        _(
            "No policy of reimbursement is recorded for %(day)s. Please write to the Training "
            "Division."
        )
        % {"day": dmy(day)}
    )


def terms_on(course: Course, day: date, *, run: Run | None = None) -> rules.Terms:
    """Return on what conditions a fee of `course` paid on `day` comes back.

    The ceiling is that of the batch where it has one, with the letter that gives it.

    :raises Refused: ceiling, rate or policy of that day is not recorded; nothing is ever guessed
    """
    policy = policy_on(day)
    cap_usd, cap_source = _ceiling(course, day, run)
    if not cap_usd:
        raise Refused(
            _("No fee of this course comes back if it was paid on %(day)s.") % {"day": dmy(day)}
        )
    rate = ReferenceRate.for_day("USD", day, oldest_days=policy.oldest_rate_days)
    if rate is None:
        raise Refused(
            _(
                "The reference rate for %(day)s is not yet recorded. What you entered is kept; "
                "please come back when the Training Division has entered the rate."
            )
            % {"day": dmy(day)}
        )
    return rules.Terms(
        cap_usd=cap_usd,
        cap_source=cap_source,
        rate=rate.rate,
        rate_on=rate.on,
        rate_source=rate.source,
        markup_admissible=policy.markup_admissible,
        tax_admissible=policy.tax_admissible,
        policy_source=policy.circular_reference,
    )


def _ceiling(course: Course, day: date, run: Run | None) -> tuple[Decimal | None, str]:
    if run is not None and run.cap_usd is not None:
        return run.cap_usd, run.terms_reference
    fee = CourseFee.objects.in_force(day).filter(course=course).first()
    return (fee.cap_usd, fee.circular_reference) if fee else (None, "")


def paid_of(claim: Claim) -> rules.Paid | None:
    """Return what the claim says was paid, or None while it does not yet say so."""
    if claim.paid_on is None or claim.fee_usd is None or claim.debited_inr is None:
        return None
    return rules.Paid(
        on=claim.paid_on,
        fee_usd=claim.fee_usd,
        fee_inr=claim.debited_inr,
        markup_inr=Decimal(claim.markup_inr),
        tax_inr=Decimal(claim.tax_inr),
    )


def derivation_of(claim: Claim) -> rules.Derivation | None:
    """Work out what comes back: on the frozen terms once submitted, on today's rows before.

    :raises Refused: the claim is not yet submitted, and a row that it needs is not recorded
    """
    paid = paid_of(claim)
    if paid is None:
        return None
    return rules.derive(paid, frozen_terms(claim) or terms_now(claim, paid.on))


def terms_now(claim: Claim, day: date) -> rules.Terms:
    """Return the terms of the claim's course and batch for a fee paid on `day`.

    :raises Refused: as `terms_on`
    """
    return terms_on(claim.course, day, run=claim.enrollment.run)


def frozen_terms(claim: Claim) -> rules.Terms | None:
    """Return the terms that the claim was submitted on; None while the claimant may change it."""
    if claim.is_open_to_claimant or claim.policy is None or claim.rate_on is None:
        return None
    if claim.cap_usd is None or claim.rate is None:
        return None
    return rules.Terms(
        cap_usd=claim.cap_usd,
        cap_source=claim.cap_source,
        rate=claim.rate,
        rate_on=claim.rate_on,
        rate_source=claim.rate_source,
        markup_admissible=claim.policy.markup_admissible,
        tax_admissible=claim.policy.tax_admissible,
        policy_source=claim.policy.circular_reference,
    )


def certificate_of(enrollment: Enrollment) -> CertificateSubmission | None:
    """Return the verified certificate of a registration."""
    found = enrollment.certificates.filter(state=CertificateState.VERIFIED)
    return found.select_related("course", "officer__user", "enrollment").first()


def claimable(officer: Officer) -> list[CertificateSubmission]:
    """Return the verified certificates of `officer` for which no claim lives or was paid."""
    verified = CertificateSubmission.objects.filter(
        officer=officer, state=CertificateState.VERIFIED
    )
    live = Claim.objects.filter(officer=officer).live()
    open_ones = verified.exclude(course__in=live.values("course"))
    return list(open_ones.select_related("course__institute", "enrollment__run"))


def passes_grade_rule(enrollment: Enrollment) -> bool:
    """Tell whether the result that the course asks for is there and passes."""
    if enrollment.course.certification != Course.Certification.GRADE_AND_EXAM:
        return True
    return enrollment.results.filter(passed=True).exists()


def why_not_grounded(claim: Claim) -> str:
    """Return why the claim no longer rests on certificate and result, or "".

    Both can be reversed after the claim was submitted.
    """
    if claim.certificate.state != CertificateState.VERIFIED:
        return _no_longer_verified()
    if not passes_grade_rule(claim.enrollment):
        return _("No passing result stands for the registration any more.")
    return ""


def _no_longer_verified() -> str:
    return _("The certificate of this course is no longer verified.")


def was_approved(course: Course, day: date) -> bool:
    """Tell whether the committee's approval of `course` covered `day`, both days inclusive.

    A decision withdrawn later still carries the registrations made while it stood.
    """
    decisions = CommitteeDecision.objects.filter(
        holding(day, first="valid_from", until="valid_to"),
        course=course,
        outcome=CommitteeDecision.Outcome.SHORTLISTED,
        state__in=[DecisionState.IN_FORCE, DecisionState.WITHDRAWN],
    )
    return decisions.exists()


def registered_on(enrollment: Enrollment) -> date:
    """Return the civil date of the registration."""
    return civil_date(enrollment.submitted_at or enrollment.started_at)


def lane_of(claim: Claim, *, preferred_on: date) -> tuple[date, Lane]:
    """Return when the claim fell due and how late it is if preferred on `preferred_on`.

    :raises Refused: no policy is recorded for that day
    """
    policy = policy_on(preferred_on)
    due_on = rules.due_date(
        paid_on=claim.paid_on or preferred_on, completed_on=claim.certificate.completed_on
    )
    lane = rules.lane_of(
        due_on=due_on,
        preferred_on=preferred_on,
        years=policy.time_bar_years,
        limitation_years=policy.limitation_years,
    )
    return due_on, lane


# --- what is frozen -----------------------------------------------------------------------------


def snapshot(claim: Claim) -> dict[str, object]:
    """Return all that the claim says, as its revision keeps it; the account by digest and end."""
    papers = claim.documents.current().values_list("kind", "sha256", "file_name")
    answers = claim.queries.order_by("pk").values_list("text", "answer")
    return {
        "number": claim.number,
        "revision": claim.revision_number,
        "officer": claim.officer_id,
        "course": claim.course_id,
        "registration": claim.enrollment_id,
        "certificate": claim.certificate.sha256,
        "paid_on": _text(claim.paid_on),
        "fee_usd": _text(claim.fee_usd),
        "debited_inr": _text(claim.debited_inr),
        "markup_inr": _text(claim.markup_inr),
        "tax_inr": _text(claim.tax_inr),
        "cap_usd": _text(claim.cap_usd),
        "cap_source": claim.cap_source,
        "rate": _text(claim.rate),
        "rate_on": _text(claim.rate_on),
        "rate_source": claim.rate_source,
        "policy": claim.policy_id,
        "claimed": _text(claim.claimed_amount),
        "admissible": _text(claim.admissible_amount),
        "due_on": _text(claim.due_on),
        "lane": str(claim.lane),
        "late_reason": claim.late_reason,
        "payee_name": claim.payee_name,
        "bank_name": claim.bank_name,
        "ifsc": claim.ifsc,
        "account_digest": claim.account_digest,
        "account_ending": claim.account_ending,
        "papers": sorted(list(paper) for paper in papers),
        "answers": [list(answer) for answer in answers],
    }


def digest(content: dict[str, object]) -> str:
    """Return the SHA-256 of a revision's content."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def latest_revision(claim: Claim) -> ClaimRevision | None:
    """Return the revision that the claim now is."""
    return claim.revisions.order_by("-number").first()


def _text(value: date | Decimal | None) -> str:
    """Write a value as it comes back from any database: four places for what may have them."""
    if isinstance(value, Decimal | int):
        return f"{Decimal(value):.4f}"
    return value.isoformat() if value else ""


# --- what a claim still lacks -------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Something without which a claim cannot be submitted, and the page that mends it."""

    sentence: str
    page: str = ""  # the name of the page, "" where the claimant cannot mend it


def gaps_of(claim: Claim) -> list[Gap]:
    """Return what keeps the claim from being submitted, in the order of the form."""
    return [*_gaps_in_grounds(claim), *_gaps_in_form(claim)]


def _gaps_in_grounds(claim: Claim) -> Iterator[Gap]:
    if claim.certificate.state != CertificateState.VERIFIED:
        yield Gap(sentence=_no_longer_verified())
    if not passes_grade_rule(claim.enrollment):
        yield Gap(sentence=_("No passing result is recorded for your registration."))
    if not was_approved(claim.course, registered_on(claim.enrollment)):
        yield Gap(sentence=_("The course was not approved on the day of your registration."))


def _gaps_in_form(claim: Claim) -> Iterator[Gap]:
    if paid_of(claim) is None:
        yield Gap(sentence=_("Say what you paid and when."), page="payment")
    there = set(claim.documents.current().values_list("kind", flat=True))
    if ClaimDocument.Kind.FEE_RECEIPT not in there:
        yield Gap(sentence=_("Add the fee receipt."), page="papers")
    if ClaimDocument.Kind.DEBIT_PROOF not in there:
        yield Gap(sentence=_("Add the proof of debit."), page="papers")
    if not claim.account_digest:
        yield Gap(sentence=_("Give the bank account that the money goes to."), page="bank")
    if claim.queries.open().exists():
        yield Gap(sentence=_("Answer every query of the dealing hand."), page="queries")
