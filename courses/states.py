"""The states of a run and of a committee decision, as data."""

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class RunState(TextChoices):
    ANNOUNCED = "announced", _("Announced")
    SCHEDULED = "scheduled", _("Scheduled")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DecisionState(TextChoices):
    DRAFT = "draft", _("Recorded, to be confirmed")
    IN_FORCE = "in_force", _("In force")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Step(NamedTuple):
    sources: frozenset[DecisionState]
    target: DecisionState
    role: Role


CONFIRM = Step(frozenset({DecisionState.DRAFT}), DecisionState.IN_FORCE, Role.COMMITTEE_MEMBER)
WITHDRAW = Step(frozenset({DecisionState.IN_FORCE}), DecisionState.WITHDRAWN, Role.COMMITTEE_MEMBER)
# Taken in a meeting of the committee, confirmed with its minutes: it begins in force.
ADOPT = Step(frozenset({DecisionState.DRAFT}), DecisionState.IN_FORCE, Role.COMMITTEE_SECRETARY)
STEPS = (CONFIRM, WITHDRAW)  # of people; ADOPT follows an announcement
RECORDER = Role.COMMITTEE_SECRETARY  # records what was resolved, as a draft
MOVABLE = frozenset({RunState.SCHEDULED})  # its days move by an action; those of others are free
RESCHEDULER = Role.DEALING_HAND
