"""The lives of a claim and of a payment batch. No other module names a next state."""

from typing import Generic, NamedTuple, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class ClaimState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    UNDER_SCRUTINY = "under_scrutiny", _("Under scrutiny")
    RETURNED = "returned", _("Returned with queries")
    RECOMMENDED = "recommended", _("Recommended for sanction")
    SANCTIONED = "sanctioned", _("Sanctioned")
    IN_PAYMENT = "in_payment", _("With the paying officer")
    PAYMENT_FAILED = "payment_failed", _("Payment failed")
    PAID = "paid", _("Paid")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


class Lane(TextChoices):
    """How late a claim comes, and what that asks for."""

    NORMAL = "normal", _("In time")
    INVESTIGATION = "investigation", _("Late: investigation by the Head of Department")
    TIME_BARRED = "time_barred", _("Time-barred: express sanction with the consent of Finance")


class BatchState(TextChoices):
    DRAFT = "draft", _("Being drawn up")
    LOCKED = "locked", _("Locked")
    RELEASED = "released", _("Released")
    EXPORTED = "exported", _("Sent for payment")
    SETTLED = "settled", _("Settled")
    PART_SETTLED = "part_settled", _("Settled in part")
    REJECTED_WHOLE = "rejected_whole", _("Rejected as a whole")


State = TypeVar("State", bound=TextChoices)


class Step(NamedTuple, Generic[State]):
    sources: frozenset[State]
    target: State
    role: Role


_C = ClaimState
SUBMIT = Step(frozenset({_C.DRAFT, _C.RETURNED}), _C.SUBMITTED, Role.OFFICER)
TAKE_UP = Step(frozenset({_C.SUBMITTED}), _C.UNDER_SCRUTINY, Role.DEALING_HAND)
RETURN = Step(frozenset({_C.UNDER_SCRUTINY}), _C.RETURNED, Role.DEALING_HAND)
RECOMMEND = Step(frozenset({_C.UNDER_SCRUTINY}), _C.RECOMMENDED, Role.DEALING_HAND)
SEND_BACK = Step(frozenset({_C.RECOMMENDED}), _C.UNDER_SCRUTINY, Role.SANCTIONING_AUTHORITY)
SANCTION = Step(frozenset({_C.RECOMMENDED}), _C.SANCTIONED, Role.SANCTIONING_AUTHORITY)
REJECT = Step(frozenset({_C.RECOMMENDED}), _C.REJECTED, Role.SANCTIONING_AUTHORITY)
ADD_TO_BATCH = Step(frozenset({_C.SANCTIONED}), _C.IN_PAYMENT, Role.PAYING_OFFICER)
MARK_PAID = Step(frozenset({_C.IN_PAYMENT}), _C.PAID, Role.PAYING_OFFICER)  # return file only
MARK_FAILED = Step(frozenset({_C.IN_PAYMENT}), _C.PAYMENT_FAILED, Role.PAYING_OFFICER)
PAY_AGAIN = Step(frozenset({_C.PAYMENT_FAILED}), _C.SANCTIONED, Role.OFFICER)
TAKE_FROM_BATCH = Step(frozenset({_C.IN_PAYMENT}), _C.SANCTIONED, Role.PAYING_OFFICER)
WITHDRAW = Step(
    frozenset({_C.DRAFT, _C.SUBMITTED, _C.RETURNED, _C.UNDER_SCRUTINY}), _C.WITHDRAWN, Role.OFFICER
)
CLAIM_STEPS = (
    SUBMIT,
    TAKE_UP,
    RETURN,
    RECOMMEND,
    SEND_BACK,
    SANCTION,
    REJECT,
    ADD_TO_BATCH,
    MARK_PAID,
    MARK_FAILED,
    PAY_AGAIN,
    TAKE_FROM_BATCH,
    WITHDRAW,
)
DEAD = frozenset({_C.REJECTED, _C.WITHDRAWN, _C.LAPSED})
LIVE = frozenset(_C) - DEAD
OPEN_TO_CLAIMANT = SUBMIT.sources  # the claimant may change what the claim says
PAYABLE = frozenset({_C.SANCTIONED, _C.IN_PAYMENT, _C.PAYMENT_FAILED, _C.PAID})

LOCK = Step(frozenset({BatchState.DRAFT}), BatchState.LOCKED, Role.PAYING_OFFICER)
RELEASE = Step(frozenset({BatchState.LOCKED}), BatchState.RELEASED, Role.PAYING_OFFICER)
EXPORT = Step(frozenset({BatchState.RELEASED}), BatchState.EXPORTED, Role.PAYING_OFFICER)
SETTLE = Step(
    frozenset({BatchState.EXPORTED, BatchState.PART_SETTLED}),
    BatchState.SETTLED,
    Role.PAYING_OFFICER,
)
SETTLE_IN_PART = Step(
    frozenset({BatchState.EXPORTED, BatchState.PART_SETTLED}),
    BatchState.PART_SETTLED,
    Role.PAYING_OFFICER,
)
REJECT_WHOLE = Step(
    frozenset({BatchState.EXPORTED}), BatchState.REJECTED_WHOLE, Role.PAYING_OFFICER
)
BATCH_STEPS = (LOCK, RELEASE, EXPORT, SETTLE, SETTLE_IN_PART, REJECT_WHOLE)
