"""What the dealing hand does with a claim, and how the sanctioning authority sends it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from igot.lib.errors import Refused
from igot.lib.money import round_rupees, rupees
from reimbursement import facts, policies, states
from reimbursement.actions.moves import advance, lock_claim_for, tell_claimant
from reimbursement.models import Claim, ClaimLine, QueryItem


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """What is admitted of one line, and why less than was claimed."""

    amount: Decimal
    reason: str = ""


@transaction.atomic(durable=True)
def take_up_claim(*, claim_id: int, acting_user: User, at: datetime) -> None:
    """Take a submitted claim up for scrutiny."""
    claim = lock_claim_for(states.TAKE_UP, claim_id, acting_user)
    claim.taken_up_by = acting_user
    entry = advance(claim, states.TAKE_UP, acting_user, at)
    tell_claimant(claim, entry)


@transaction.atomic(durable=True)
def return_claim(*, claim_id: int, queries: Sequence[str], acting_user: User, at: datetime) -> None:
    """Return a claim to the claimant with at least one query.

    :raises Refused: no query is put
    """
    claim = lock_claim_for(states.RETURN, claim_id, acting_user)
    texts = [text.strip() for text in queries if text.strip()]
    if not texts:
        raise Refused(_("Put at least one query."))
    QueryItem.objects.bulk_create(
        QueryItem(claim=claim, text=text, asked_by=acting_user, asked_at=at) for text in texts
    )
    entry = advance(claim, states.RETURN, acting_user, at, queries=len(texts))
    tell_claimant(claim, entry, count=len(texts))


@transaction.atomic(durable=True)
def recommend_claim(
    *,
    claim_id: int,
    admitted: Mapping[str, Admitted],
    lane_note: str = "",
    acting_user: User,
    at: datetime,
) -> None:
    """Recommend a claim line by line, `admitted` by kind of line; rounded once, to whole rupees.

    :raises Refused: a line is not decided, more is admitted than the rule, or less without reason
    """
    claim = lock_claim_for(states.RECOMMEND, claim_id, acting_user)
    lines = list(claim.lines.order_by("pk"))
    for line in lines:
        _admit(line, admitted.get(line.kind))
    amount = round_rupees(sum((line.admissible or Decimal(0) for line in lines), Decimal(0)))
    if claim.admissible_amount is None or amount > claim.admissible_amount:
        raise Refused(
            _("By the rule %(amount)s comes back; an amount is reduced, never raised.")
            % {"amount": rupees(claim.admissible_amount or 0)}
        )
    if amount <= 0:
        raise Refused(_("Nothing is admitted: return the claim with a query instead."))
    if reason := policies.why_not_lane(claim, lane_note=lane_note.strip()):
        raise Refused(reason)
    claim.lane_note = lane_note.strip()
    claim.recommended_by, claim.recommended_amount = acting_user, amount
    claim.recommended_revision = _revision_of(claim)
    entry = advance(claim, states.RECOMMEND, acting_user, at, amount=amount)
    tell_claimant(claim, entry)


@transaction.atomic(durable=True)
def send_back_claim(*, claim_id: int, remark: str, acting_user: User, at: datetime) -> None:
    """Send a recommended claim back to scrutiny with a remark; the recommendation is void.

    :raises Refused: the remark is blank
    """
    claim = lock_claim_for(states.SEND_BACK, claim_id, acting_user)
    if not remark.strip():
        raise Refused(_("Say what is to be looked at again."))
    maker = claim.recommended_by_id
    claim.recommended_by, claim.recommended_amount, claim.recommended_revision = None, None, ""
    claim.reason = remark.strip()
    advance(claim, states.SEND_BACK, acting_user, at, maker=maker, reason=claim.reason)


def _admit(line: ClaimLine, admitted: Admitted | None) -> None:
    if admitted is None:
        raise Refused(_("Decide the line “%(line)s” too.") % {"line": line.get_kind_display()})
    if not 0 <= admitted.amount <= line.claimed:
        raise Refused(
            _("Of “%(line)s” between ₹0 and %(claimed)s can be admitted.")
            % {"line": line.get_kind_display(), "claimed": rupees(line.claimed)}
        )
    if admitted.amount < line.claimed and not admitted.reason.strip():
        raise Refused(
            _("Say why less than claimed is admitted of “%(line)s”.")
            % {"line": line.get_kind_display()}
        )
    line.admissible = admitted.amount
    line.reason = admitted.reason.strip() if admitted.amount < line.claimed else ""
    line.save(update_fields=["admissible", "reason"])


def _revision_of(claim: Claim) -> str:
    """Return the digest of the latest revision, sure that the claim still says the same.

    :raises Refused: the claim has been changed since it was submitted
    """
    revision = facts.latest_revision(claim)
    if revision is None or facts.digest(facts.snapshot(claim)) != revision.sha256:
        raise Refused(_("The claim no longer says what was submitted: return it with a query."))
    return revision.sha256
