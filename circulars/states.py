"""The life of a circular. These steps are the whole workflow: no other module has another."""

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class CircularState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted for approval")
    APPROVED = "approved", _("Approved")
    ISSUED = "issued", _("Issued")
    SUPERSEDED = "superseded", _("Superseded")
    ARCHIVED = "archived", _("Archived")


class Step(NamedTuple):
    sources: frozenset[CircularState]
    target: CircularState
    role: Role


SUBMIT = Step(frozenset({CircularState.DRAFT}), CircularState.SUBMITTED, Role.CIRCULAR_AUTHOR)
RETURN = Step(
    frozenset({CircularState.SUBMITTED, CircularState.APPROVED}),
    CircularState.DRAFT,
    Role.CIRCULAR_APPROVER,
)
APPROVE = Step(frozenset({CircularState.SUBMITTED}), CircularState.APPROVED, Role.CIRCULAR_APPROVER)
ISSUE = Step(frozenset({CircularState.APPROVED}), CircularState.ISSUED, Role.CIRCULAR_APPROVER)
SUPERSEDE = Step(
    frozenset({CircularState.ISSUED}), CircularState.SUPERSEDED, Role.CIRCULAR_APPROVER
)
ARCHIVE = Step(frozenset({CircularState.ISSUED}), CircularState.ARCHIVED, Role.CIRCULAR_APPROVER)

STEPS = (SUBMIT, RETURN, APPROVE, ISSUE, SUPERSEDE, ARCHIVE)
PUBLIC = frozenset({CircularState.ISSUED, CircularState.SUPERSEDED, CircularState.ARCHIVED})
FINAL = frozenset({CircularState.SUPERSEDED, CircularState.ARCHIVED})
