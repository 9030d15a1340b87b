"""The life cycles of registrations, coupons, imports and certificates, as tables of steps."""

from typing import Generic, NamedTuple, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class EnrollmentState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    AWAITING_AUTHORITY = "awaiting_authority", _("Awaiting the authority's approval")
    RETURNED = "returned", _("Returned for correction")
    CONFIRMED = "confirmed", _("Confirmed")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    NOT_COMPLETED = "not_completed", _("Not completed")
    REJECTED = "rejected", _("Not confirmed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DEFERRED = "deferred", _("Deferred to a later run")
    LAPSED = "lapsed", _("Lapsed")


class HoldReason(TextChoices):
    RESCHEDULED = "rescheduled", _("The batch was moved")
    RECORD = "record", _("The service record changed")


class BatchState(TextChoices):
    IMPORTED = "imported", _("Imported")
    RELEASED = "released", _("Released")
    CLOSED = "closed", _("Closed")


class CouponState(TextChoices):
    AVAILABLE = "available", _("Available")
    ISSUED = "issued", _("Issued")
    REDEEMED = "redeemed", _("Redeemed")
    EXPIRED = "expired", _("Expired")
    DEAD = "dead", _("Not to be used again")


class ImportState(TextChoices):
    STAGED = "staged", _("Waiting for approval")
    APPLIED = "applied", _("Applied")
    DISCARDED = "discarded", _("Discarded")
    REVERSED = "reversed", _("Reversed")


class CertificateState(TextChoices):
    UNDER_REVIEW = "under_review", _("Under review")
    VERIFIED = "verified", _("Verified")
    RETURNED = "returned", _("Returned for correction")
    REJECTED = "rejected", _("Rejected")
    SUPERSEDED = "superseded", _("Replaced by a later upload")


State = TypeVar("State", bound=TextChoices)


class Step(NamedTuple, Generic[State]):
    sources: frozenset[State]
    target: State
    role: Role


_E = EnrollmentState
SUBMIT = Step(frozenset({_E.DRAFT, _E.RETURNED}), _E.SUBMITTED, Role.OFFICER)
AWAIT_AUTHORITY = Step(frozenset({_E.SUBMITTED}), _E.AWAITING_AUTHORITY, Role.OFFICER)
AUTHORITY_APPROVE = Step(frozenset({_E.AWAITING_AUTHORITY}), _E.SUBMITTED, Role.NODAL_OFFICER)
AUTHORITY_WITHHOLD = Step(frozenset({_E.AWAITING_AUTHORITY}), _E.REJECTED, Role.NODAL_OFFICER)
RETURN = Step(frozenset({_E.SUBMITTED, _E.AWAITING_AUTHORITY}), _E.RETURNED, Role.DEALING_HAND)
CONFIRM = Step(frozenset({_E.SUBMITTED}), _E.CONFIRMED, Role.DEALING_HAND)
REJECT = Step(frozenset({_E.SUBMITTED}), _E.REJECTED, Role.DEALING_HAND)
BEGIN = Step(frozenset({_E.CONFIRMED}), _E.IN_PROGRESS, Role.DEALING_HAND)
COMPLETE = Step(
    frozenset({_E.CONFIRMED, _E.IN_PROGRESS, _E.NOT_COMPLETED}), _E.COMPLETED, Role.DEALING_HAND
)
FAIL = Step(frozenset({_E.CONFIRMED, _E.IN_PROGRESS}), _E.NOT_COMPLETED, Role.DEALING_HAND)
WITHDRAW = Step(
    frozenset(
        {_E.DRAFT, _E.SUBMITTED, _E.AWAITING_AUTHORITY, _E.RETURNED, _E.CONFIRMED, _E.IN_PROGRESS}
    ),
    _E.WITHDRAWN,
    Role.OFFICER,
)
ENROLLMENT_STEPS = (
    SUBMIT,
    AWAIT_AUTHORITY,
    AUTHORITY_APPROVE,
    AUTHORITY_WITHHOLD,
    RETURN,
    CONFIRM,
    REJECT,
    BEGIN,
    COMPLETE,
    FAIL,
    WITHDRAW,
)
LIVE = frozenset(
    {
        _E.DRAFT,
        _E.SUBMITTED,
        _E.AWAITING_AUTHORITY,
        _E.RETURNED,
        _E.CONFIRMED,
        _E.IN_PROGRESS,
        _E.COMPLETED,
    }
)
OPEN_FOR_CHANGES = SUBMIT.sources  # what the officer may still correct
UNDER_WAY = LIVE - {_E.COMPLETED}
# Whose decision is made anew when the day of commencement or a fact of the record changes. A draft
# and what came back are decided when they are submitted.
DECIDED_ANEW = frozenset({_E.SUBMITTED, _E.AWAITING_AUTHORITY, _E.CONFIRMED, _E.IN_PROGRESS})
MAY_BE_HELD = DECIDED_ANEW | {_E.RETURNED, _E.COMPLETED, _E.NOT_COMPLETED}
ONCE_CONFIRMED = frozenset({_E.CONFIRMED, _E.IN_PROGRESS, _E.COMPLETED, _E.NOT_COMPLETED})
WITH_COUPON = frozenset({_E.CONFIRMED, _E.IN_PROGRESS})  # may hold or wait for a coupon

RELEASE_BATCH = Step(frozenset({BatchState.IMPORTED}), BatchState.RELEASED, Role.DEALING_HAND)
CLOSE_BATCH = Step(
    frozenset({BatchState.IMPORTED, BatchState.RELEASED}), BatchState.CLOSED, Role.DEALING_HAND
)

_K = CouponState
ISSUE_COUPON = Step(frozenset({_K.AVAILABLE}), _K.ISSUED, Role.DEALING_HAND)
TAKE_BACK_COUPON = Step(frozenset({_K.ISSUED}), _K.AVAILABLE, Role.DEALING_HAND)  # never shown
KILL_COUPON = Step(frozenset({_K.ISSUED}), _K.DEAD, Role.DEALING_HAND)  # shown: somebody knows it
EXPIRE_COUPON = Step(frozenset({_K.AVAILABLE, _K.ISSUED}), _K.EXPIRED, Role.DEALING_HAND)
REDEEM_COUPON = Step(frozenset({_K.ISSUED, _K.DEAD}), _K.REDEEMED, Role.DEALING_HAND)
COUPON_STEPS = (ISSUE_COUPON, TAKE_BACK_COUPON, KILL_COUPON, EXPIRE_COUPON, REDEEM_COUPON)

APPLY_IMPORT = Step(frozenset({ImportState.STAGED}), ImportState.APPLIED, Role.DEALING_HAND)
DISCARD_IMPORT = Step(frozenset({ImportState.STAGED}), ImportState.DISCARDED, Role.DEALING_HAND)

_C = CertificateState
VERIFY = Step(frozenset({_C.UNDER_REVIEW}), _C.VERIFIED, Role.DEALING_HAND)
RETURN_CERTIFICATE = Step(frozenset({_C.UNDER_REVIEW}), _C.RETURNED, Role.DEALING_HAND)
REJECT_CERTIFICATE = Step(frozenset({_C.UNDER_REVIEW}), _C.REJECTED, Role.DEALING_HAND)
SUPERSEDE = Step(frozenset({_C.UNDER_REVIEW, _C.RETURNED}), _C.SUPERSEDED, Role.OFFICER)
CERTIFICATE_STEPS = (VERIFY, RETURN_CERTIFICATE, REJECT_CERTIFICATE, SUPERSEDE)
LIVE_CERTIFICATES = frozenset({_C.UNDER_REVIEW, _C.VERIFIED})
