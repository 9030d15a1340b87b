"""What the portal can check of a claim by itself, for the person who decides what follows."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from enrollment.states import CertificateState
from igot.lib.dates import dmy
from reimbursement import rules
from reimbursement.facts import derivation_of, passes_grade_rule, registered_on, was_approved
from reimbursement.models import Claim, ClaimDocument, ReimbursementPolicy
from reimbursement.states import DEAD, Lane


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the desk's checklist: whether it holds, and what was found."""

    name: str
    passed: bool
    detail: str = ""

    @property
    def state(self) -> str:
        return "pass" if self.passed else "warning"


def checks_of(claim: Claim) -> list[Check]:
    """Return what the portal can check of a claim by itself; a person decides what follows."""
    return [*_checks_of_papers(claim), *_checks_of_payment(claim), *_checks_of_account(claim)]


def _checks_of_papers(claim: Claim) -> Iterator[Check]:
    certificate = claim.certificate
    yield Check(
        name=_("Certificate verified"),
        passed=certificate.state == CertificateState.VERIFIED,
        detail=_("No. %(number)s, completed on %(day)s")
        % {"number": certificate.certificate_number, "day": dmy(certificate.completed_on)},
    )
    yield Check(
        name=_("Result passes the grade rule"),
        passed=passes_grade_rule(claim.enrollment),
        detail=_("Online grade and proctored examination"),
    )
    papers = list(claim.documents.current())
    there = {paper.kind for paper in papers}
    for kind in ClaimDocument.Kind:
        yield Check(name=str(kind.label), passed=kind in there, detail="")
    for paper in papers:
        others = list(ClaimDocument.objects.same_file_elsewhere(paper).select_related("claim")[:5])
        yield Check(
            name=_("%(paper)s: used in no other claim") % {"paper": paper.get_kind_display()},
            passed=not others,
            detail=", ".join(str(other.claim) for other in others),
        )


def _checks_of_payment(claim: Claim) -> Iterator[Check]:
    registered = registered_on(claim.enrollment)
    yield Check(
        name=_("Course approved on the day of registration"),
        passed=was_approved(claim.course, registered),
        detail=dmy(registered),
    )
    if claim.paid_on is None:
        return
    yield Check(
        name=_("Paid on or after the day of registration"),
        passed=claim.paid_on >= registered,
        detail=_("Registered %(registered)s, paid %(paid)s")
        % {"registered": dmy(registered), "paid": dmy(claim.paid_on)},
    )
    yield Check(
        name=_("Claimed in time"),
        passed=claim.lane == Lane.NORMAL,
        detail=str(claim.get_lane_display()),
    )
    derivation = derivation_of(claim)
    if derivation and claim.policy:
        yield _check_of_rate(derivation, claim.policy)


def _check_of_rate(derivation: rules.Derivation, policy: ReimbursementPolicy) -> Check:
    off = rules.differs_from_reference(derivation, tolerance_percent=policy.rate_tolerance_percent)
    return Check(
        name=_("Bank's rate near the reference rate"),
        passed=not off,
        detail=_("Bank %(bank)s, reference %(reference)s")
        % {"bank": f"₹{derivation.bank_rate}", "reference": f"₹{derivation.terms.rate}"},
    )


def _checks_of_account(claim: Claim) -> Iterator[Check]:
    others = Claim.objects.with_account(claim.account_digest).exclude(officer=claim.officer_id)
    found = list(others.select_related("course")[:5])
    yield Check(
        name=_("Bank account used by no other officer"),
        passed=not found,
        detail=", ".join(str(other) for other in found),
    )
    earlier = Claim.objects.filter(officer=claim.officer_id, course=claim.course_id)
    dead = [str(other) for other in earlier.filter(state__in=DEAD).exclude(pk=claim.pk)]
    yield Check(name=_("No earlier claim for this course"), passed=not dead, detail=", ".join(dead))
