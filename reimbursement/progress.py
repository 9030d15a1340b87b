"""Where a claim stands: its way as a timeline, who has it, and what comes next, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry
from reimbursement import facts
from reimbursement.models import Claim
from reimbursement.states import DEAD, ClaimState

C = ClaimState


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stop on the way: done, current, next, or blocked where the way ended."""

    name: str
    state: str
    who: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class _Stop:
    name: Promise
    who: Promise
    here: frozenset[ClaimState]  # the states in which the claim waits at this stop
    event: str  # the audit event that takes it past


_OFFICER = gettext_lazy("Claimant")
_DESK = gettext_lazy("Dealing hand, Training Division")
_AUTHORITY = gettext_lazy("Sanctioning authority")
_PAYING = gettext_lazy("Paying officer")
WAY: Final = (
    _Stop(
        name=gettext_lazy("Claim submitted"),
        who=_OFFICER,
        here=frozenset({C.DRAFT}),
        event="claim.submitted",
    ),
    _Stop(
        name=gettext_lazy("Scrutiny of papers and amounts"),
        who=_DESK,
        here=frozenset({C.SUBMITTED, C.UNDER_SCRUTINY, C.RETURNED}),
        event="claim.recommended",
    ),
    _Stop(
        name=gettext_lazy("Sanction"),
        who=_AUTHORITY,
        here=frozenset({C.RECOMMENDED}),
        event="claim.sanctioned",
    ),
    _Stop(
        name=gettext_lazy("Payment"),
        who=_PAYING,
        here=frozenset({C.SANCTIONED, C.IN_PAYMENT, C.PAYMENT_FAILED}),
        event="claim.paid",
    ),
)
NEXT: Final[dict[str, Promise]] = {
    C.DRAFT: gettext_lazy("Fill in what is still missing, then submit the claim."),
    C.SUBMITTED: gettext_lazy("A dealing hand takes the claim up in the order of submission."),
    C.UNDER_SCRUTINY: gettext_lazy("The dealing hand looks at papers and amounts, line by line."),
    C.RETURNED: gettext_lazy("Answer the queries, correct what is asked for, and submit again."),
    C.RECOMMENDED: gettext_lazy("The sanctioning authority, another person, decides."),
    C.SANCTIONED: gettext_lazy("The sanction order goes out; a paying officer sends the payment."),
    C.IN_PAYMENT: gettext_lazy("The payment is on its way to your bank."),
    C.PAYMENT_FAILED: gettext_lazy("The bank refused the payment: check your bank details."),
    C.PAID: gettext_lazy("The money is with your bank. Nothing more is to be done."),
    C.REJECTED: gettext_lazy("The reasons are below. You may appeal."),
    C.WITHDRAWN: gettext_lazy("You withdrew this claim. You may begin another."),
    C.LAPSED: gettext_lazy("The claim lapsed without an answer. You may begin another."),
}


def next_of(claim: Claim) -> str:
    """Tell what happens next to the claim."""
    return str(NEXT[claim.state])


def appeal_of(claim: Claim) -> str:
    """Tell how to appeal against a rejection."""
    if claim.policy and claim.policy.appeal_to:
        return _("Appeal in writing to: %(authority)s. Quote the number of the claim.") % {
            "authority": claim.policy.appeal_to
        }
    return _("Appeal in writing to the Training Division. Quote the number of the claim.")


def tasks_of(claim: Claim) -> list[dict[str, str]]:
    """Return the pages of the claim form, each with whether it is done."""
    missing = {gap.page for gap in facts.gaps_of(claim)}
    pages = [
        ("payment", _("What you paid")),
        ("papers", _("Papers")),
        ("bank", _("Bank details")),
    ]
    if claim.queries.exists():
        pages.append(("queries", _("Queries")))
    tasks = [_task(claim, page, name, page in missing) for page, name in pages]
    review = reverse("reimbursement:review", args=[claim.pk])
    return [*tasks, {"name": _("Declaration and submission"), "url": review}]


def _task(claim: Claim, page: str, name: str, is_missing: bool) -> dict[str, str]:
    return {
        "name": name,
        "url": reverse(f"reimbursement:{page}", args=[claim.pk]),
        "label": _("To do") if is_missing else _("Done"),
        "tone": "neutral" if is_missing else "success",
    }


def timeline_of(claim: Claim) -> list[Stage]:
    """Return the stages of the claim's way: those behind it, the one it is at, the rest."""
    entries = AuditEntry.objects.about(claim).values_list("event", "at")
    passed = dict(entries)  # the latest of each event
    if claim.state in DEAD:
        return _ended(claim, passed)
    if claim.state == C.PAID:
        return [_done(stop, passed) for stop in WAY]
    here = next(number for number, stop in enumerate(WAY) if claim.state in stop.here)
    behind = [_done(stop, passed) for stop in WAY[:here]]
    ahead = [Stage(name=str(stop.name), state="next") for stop in WAY[here + 1 :]]
    return [*behind, _present(WAY[here], claim), *ahead]


def _done(stop: _Stop, passed: dict[str, datetime]) -> Stage:
    who = str(stop.who)
    return Stage(name=str(stop.name), state="done", who=who, at=passed.get(stop.event))


def _present(stop: _Stop, claim: Claim) -> Stage:
    """Return the stop at which the claim waits, and for whom."""
    waits_for_claimant = claim.state in (C.DRAFT, C.RETURNED, C.PAYMENT_FAILED)
    return Stage(
        name=str(stop.name),
        state="current",
        who=str(_OFFICER) if waits_for_claimant else str(stop.who),
        note=str(claim.get_state_display()),
    )


def _ended(claim: Claim, passed: dict[str, datetime]) -> list[Stage]:
    behind = [_done(stop, passed) for stop in WAY if stop.event in passed]
    ended = passed.get(f"claim.{claim.state}")
    return [*behind, Stage(name=str(claim.get_state_display()), state="blocked", at=ended)]
