"""How every action begins and ends: the row locked and asked about, the change written down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from enrollment.models import Enrollment
from igot.lib.errors import Refused
from reimbursement import policies
from reimbursement.models import Allotment, Claim, PaymentBatch
from reimbursement.states import BatchState, ClaimState, Step


def lock_claim(claim_id: int) -> Claim:
    """Lock a claim and read it again, with what policies ask of it.

    :raises Refused: there is no such claim
    """
    rows = Claim.objects.select_for_update(no_key=True, of=("self",))
    claim = rows.select_related(
        "officer__user", "claimant_user", "course", "enrollment__course", "certificate"
    ).filter(pk=claim_id)
    found = claim.first()
    if found is None:
        raise Refused(_("There is no such claim."))
    return found


def hold_grounds(claims: Sequence[Claim]) -> None:
    """Lock the registrations of locked claims, and read anew whether their certificates stand.

    No result is reversed until the commit, and what was reversed meanwhile is seen. In the order
    of their keys, as the reversal of a whole file locks them.
    """
    wanted = [claim.enrollment_id for claim in claims]
    rows = Enrollment.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    list(rows.values_list("pk"))
    for claim in claims:
        claim.certificate.refresh_from_db(fields=["state"])


def lock_claim_for(step: "Step[ClaimState]", claim_id: int, acting_user: User) -> Claim:
    """Lock a claim for `step`.

    :raises Refused: the step is not open to `acting_user`
    """
    claim = lock_claim(claim_id)
    if step in policies.GROUNDED:
        hold_grounds([claim])
    if reason := policies.why_not(step, claim, acting_user):
        raise Refused(reason)
    return claim


def lock_batch_for(
    step: "Step[BatchState] | None", batch_id: int, acting_user: User
) -> PaymentBatch:
    """Lock a batch, for `step` where one is named.

    :raises Refused: there is no such batch, or the step is not open to `acting_user`
    """
    rows = PaymentBatch.objects.select_for_update(no_key=True, of=("self",))
    batch = rows.select_related("layout").filter(pk=batch_id).first()
    if batch is None:
        raise Refused(_("There is no such batch."))
    if step and (reason := policies.why_not_batch(step, batch, acting_user)):
        raise Refused(reason)
    return batch


def lock_allotment(allotment_id: int) -> Allotment:
    """Lock an allotment: whoever holds it counts money and numbers orders alone."""
    return Allotment.objects.select_for_update(no_key=True).get(pk=allotment_id)


def advance(
    claim: Claim, step: "Step[ClaimState]", acting_user: User, at: datetime, **details: Any
) -> AuditEntry:
    """Move the claim by `step`, save all that was changed on it, and record it."""
    was, claim.state = claim.state, step.target
    claim.save()
    event = f"claim.{claim.state}"
    return audit.record(claim, event, acting_user=acting_user, at=at, was=was, **details)


def advance_batch(
    batch: PaymentBatch,
    step: "Step[BatchState]",
    acting_user: User,
    at: datetime,
    **details: Any,
) -> AuditEntry:
    """Move the batch by `step`, save it, and record it."""
    was, batch.state = batch.state, step.target
    batch.save()
    event = f"batch.{batch.state}"
    return audit.record(batch, event, acting_user=acting_user, at=at, was=was, **details)


def tell_claimant(claim: Claim, entry: AuditEntry, **params: Any) -> None:
    """Tell the claimant of `entry`, in words of the event, without bank details."""
    notify(
        claim.claimant_user,
        of=entry,
        link=claim.get_absolute_url(),
        claim=claim.number or "",
        course=claim.course.title,
        course_hi=claim.course.title_hi,
        **params,
    )
