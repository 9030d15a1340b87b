"""The life of a service record: declared by the officer, verified by somebody else."""

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class RecordState(TextChoices):
    EMPTY = "empty", _("Not yet declared")
    DECLARED = "declared", _("Declared, not yet verified")
    RETURNED = "returned", _("Returned for correction")
    VERIFIED = "verified", _("Verified")


class Step(NamedTuple):
    sources: frozenset[RecordState]
    target: RecordState
    roles: frozenset[Role]


VERIFIERS = frozenset({Role.NODAL_OFFICER, Role.DEALING_HAND})

DECLARE = Step(frozenset(RecordState), RecordState.DECLARED, frozenset({Role.OFFICER}))
VERIFY = Step(frozenset({RecordState.DECLARED}), RecordState.VERIFIED, VERIFIERS)
RETURN = Step(frozenset({RecordState.DECLARED}), RecordState.RETURNED, VERIFIERS)
STEPS = (DECLARE, VERIFY, RETURN)


class CorrectionState(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")


class CorrectionStep(NamedTuple):
    sources: frozenset[CorrectionState]
    target: CorrectionState
    roles: frozenset[Role]


CORRECTORS = frozenset({Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY})  # the second of the two
APPROVE_CORRECTION = CorrectionStep(
    frozenset({CorrectionState.PROPOSED}), CorrectionState.APPROVED, CORRECTORS
)
DECLINE_CORRECTION = CorrectionStep(
    frozenset({CorrectionState.PROPOSED}), CorrectionState.DECLINED, CORRECTORS
)
