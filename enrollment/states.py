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


class FileState(TextChoices):
    """What a file of a provider comes to while it is read; each kind goes on in its own way."""

    READING = "reading", _("Being read")
    REFUSED = "refused", _("Could not be read")
    STOPPED = "stopped", _("Stopped")


class BatchState(TextChoices):
    READING = "reading", _("Being read")
    REFUSED = "refused", _("Could not be read")
    STOPPED = "stopped", _("Stopped")
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
    READING = "reading", _("Being read")
    REFUSED = "refused", _("Could not be read")
    STOPPED = "stopped", _("Stopped")
    STAGED = "staged", _("Waiting for approval")
    APPROVED = "approved", _("Approved, not public yet")
    APPLIED = "applied", _("Applied")
    DISCARDED = "discarded", _("Discarded")
    REVERSED = "reversed", _("Reversed")


class UsageState(TextChoices):
    READING = "reading", _("Being read")
    REFUSED = "refused", _("Could not be read")
    STOPPED = "stopped", _("Stopped")
    READ = "read", _("Waiting for approval")
    APPROVED = "approved", _("Being applied")
    APPLIED = "applied", _("Applied")
    DISCARDED = "discarded", _("Discarded")


class CaseState(TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class AnswerState(TextChoices):
    STAGED = "staged", _("Waiting to be applied")
    APPLIED = "applied", _("Applied")
    DISCARDED = "discarded", _("Discarded")


class CertificateState(TextChoices):
    UPLOADED = "uploaded", _("Sent in")
    CHECKING = "checking", _("Being checked")
    UNDER_REVIEW = "under_review", _("Under review")
    VERIFIED = "verified", _("Verified")
    RETURNED = "returned", _("Returned for correction")
    REJECTED = "rejected", _("Rejected")
    SUPERSEDED = "superseded", _("Replaced by a later upload")
    REVOKED = "revoked", _("Revoked")
    REFUSED = "refused", _("Refused by a check")


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
# When the result that moved a registration is reversed, it goes where the others leave it.
UNDO_COMPLETION = Step(frozenset({_E.COMPLETED}), _E.NOT_COMPLETED, Role.DEALING_HAND)
BACK_TO_COURSE = Step(
    frozenset({_E.COMPLETED, _E.NOT_COMPLETED}), _E.IN_PROGRESS, Role.DEALING_HAND
)
BACK_TO_CONFIRMED = Step(
    frozenset({_E.COMPLETED, _E.NOT_COMPLETED}), _E.CONFIRMED, Role.DEALING_HAND
)
AFTER_REVERSAL = (COMPLETE, UNDO_COMPLETION, BACK_TO_COURSE, BACK_TO_CONFIRMED)
WITH_RESULT_TAKEN_BACK = frozenset({_E.COMPLETED, _E.NOT_COMPLETED})
WITHDRAW = Step(
    frozenset(
        {_E.DRAFT, _E.SUBMITTED, _E.AWAITING_AUTHORITY, _E.RETURNED, _E.CONFIRMED, _E.IN_PROGRESS}
    ),
    _E.WITHDRAWN,
    Role.OFFICER,
)
DEFER = Step(
    frozenset({_E.SUBMITTED, _E.AWAITING_AUTHORITY, _E.CONFIRMED, _E.IN_PROGRESS}),
    _E.DEFERRED,
    Role.OFFICER,
)
# The portal itself, at night; of what is submitted only what stands on a waiting list.
LAPSE = Step(
    frozenset({_E.RETURNED, _E.AWAITING_AUTHORITY, _E.SUBMITTED}), _E.LAPSED, Role.DEALING_HAND
)
DECLARE_COMPLETE = Step(
    frozenset({_E.CONFIRMED, _E.IN_PROGRESS}), _E.COMPLETED, Role.OFFICER
)  # of a self-paced course that is certified by its modules
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
    DEFER,
    LAPSE,
    DECLARE_COMPLETE,
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
AWAITS_SEAT = frozenset({_E.SUBMITTED, _E.AWAITING_AUTHORITY})  # stands in the order of a batch
WITH_COUPON = frozenset({_E.CONFIRMED, _E.IN_PROGRESS})  # may hold or wait for a coupon
# A receipt is issued of what is under way, and holds until the registration ends without a course.
HAS_RECEIPT = UNDER_WAY - {_E.DRAFT}
RECEIPT_ENDS = frozenset({_E.WITHDRAWN, _E.DEFERRED, _E.LAPSED, _E.REJECTED})

STOP_READING = Step(frozenset({FileState.READING}), FileState.STOPPED, Role.DEALING_HAND)

RELEASE_BATCH = Step(frozenset({BatchState.IMPORTED}), BatchState.RELEASED, Role.DEALING_HAND)
CLOSE_BATCH = Step(
    frozenset({BatchState.IMPORTED, BatchState.RELEASED}), BatchState.CLOSED, Role.DEALING_HAND
)
# Which of our letters a batch answers can be said whenever it is read; its state stays.
NAME_REQUEST = Step(
    frozenset({BatchState.IMPORTED, BatchState.RELEASED, BatchState.CLOSED}),
    BatchState.RELEASED,
    Role.DEALING_HAND,
)

_K = CouponState
ISSUE_COUPON = Step(frozenset({_K.AVAILABLE}), _K.ISSUED, Role.DEALING_HAND)
TAKE_BACK_COUPON = Step(frozenset({_K.ISSUED}), _K.AVAILABLE, Role.DEALING_HAND)  # never shown
KILL_COUPON = Step(frozenset({_K.ISSUED}), _K.DEAD, Role.DEALING_HAND)  # shown: somebody knows it
EXPIRE_COUPON = Step(frozenset({_K.AVAILABLE, _K.ISSUED}), _K.EXPIRED, Role.DEALING_HAND)
# Whatever the pool says of a code: one that the provider reports as used is used.
REDEEM_COUPON = Step(
    frozenset({_K.AVAILABLE, _K.ISSUED, _K.EXPIRED, _K.DEAD}), _K.REDEEMED, Role.DEALING_HAND
)
COUPON_STEPS = (ISSUE_COUPON, TAKE_BACK_COUPON, KILL_COUPON, EXPIRE_COUPON, REDEEM_COUPON)

_I = ImportState
APPROVE_IMPORT = Step(frozenset({_I.STAGED}), _I.APPROVED, Role.DEALING_HAND)
PUBLISH_IMPORT = Step(frozenset({_I.APPROVED}), _I.APPLIED, Role.DEALING_HAND)
DISCARD_IMPORT = Step(frozenset({_I.STAGED}), _I.DISCARDED, Role.DEALING_HAND)
REVERSE_IMPORT = Step(frozenset({_I.APPROVED, _I.APPLIED}), _I.REVERSED, Role.DEALING_HAND)
APPLY_ANSWER = Step(frozenset({AnswerState.STAGED}), AnswerState.APPLIED, Role.DEALING_HAND)
DISCARD_ANSWER = Step(frozenset({AnswerState.STAGED}), AnswerState.DISCARDED, Role.DEALING_HAND)
ANSWER_STEPS = (APPLY_ANSWER, DISCARD_ANSWER)
IMPORT_STEPS = (APPROVE_IMPORT, PUBLISH_IMPORT, DISCARD_IMPORT, REVERSE_IMPORT)

_U = UsageState
APPROVE_USAGE = Step(frozenset({_U.READ}), _U.APPROVED, Role.DEALING_HAND)
APPLY_USAGE = Step(frozenset({_U.APPROVED}), _U.APPLIED, Role.DEALING_HAND)  # the portal's own
DISCARD_USAGE = Step(frozenset({_U.READ}), _U.DISCARDED, Role.DEALING_HAND)
USAGE_STEPS = (APPROVE_USAGE, APPLY_USAGE, DISCARD_USAGE)

TAKE_CASE = Step(frozenset({CaseState.OPEN}), CaseState.OPEN, Role.DEALING_HAND)
CLOSE_CASE = Step(frozenset({CaseState.OPEN}), CaseState.CLOSED, Role.DEALING_HAND)

_C = CertificateState
VERIFY = Step(frozenset({_C.UNDER_REVIEW}), _C.VERIFIED, Role.DEALING_HAND)
RETURN_CERTIFICATE = Step(frozenset({_C.UNDER_REVIEW}), _C.RETURNED, Role.DEALING_HAND)
REJECT_CERTIFICATE = Step(frozenset({_C.UNDER_REVIEW}), _C.REJECTED, Role.DEALING_HAND)
# The portal itself checks: a task takes what was sent in, and hands it to a person or refuses it.
BEGIN_CHECKS = Step(frozenset({_C.UPLOADED, _C.CHECKING}), _C.CHECKING, Role.DEALING_HAND)
PASS_CHECKS = Step(frozenset({_C.CHECKING}), _C.UNDER_REVIEW, Role.DEALING_HAND)
REFUSE_CERTIFICATE = Step(frozenset({_C.CHECKING}), _C.REFUSED, Role.DEALING_HAND)
SUPERSEDE = Step(
    frozenset({_C.UPLOADED, _C.CHECKING, _C.UNDER_REVIEW, _C.RETURNED}),
    _C.SUPERSEDED,
    Role.OFFICER,
)
CHECKING_STEPS = (BEGIN_CHECKS, PASS_CHECKS, REFUSE_CERTIFICATE)
REVOKE_CERTIFICATE = Step(frozenset({_C.VERIFIED}), _C.REVOKED, Role.DEALING_HAND)
CERTIFICATE_STEPS = (
    *CHECKING_STEPS,
    VERIFY,
    RETURN_CERTIFICATE,
    REJECT_CERTIFICATE,
    SUPERSEDE,
    REVOKE_CERTIFICATE,
)
BEING_CHECKED = frozenset({_C.UPLOADED, _C.CHECKING})
WITH_THE_OFFICE = BEING_CHECKED | {_C.UNDER_REVIEW}
SEND_AGAIN = frozenset({_C.RETURNED, _C.REFUSED})
LIVE_CERTIFICATES = WITH_THE_OFFICE | {_C.VERIFIED}
