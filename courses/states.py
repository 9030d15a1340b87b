"""The states of a run, of a committee decision and of a draft beside the public page, as data."""

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role


class RunState(TextChoices):
    ANNOUNCED = "announced", _("Announced")
    SCHEDULED = "scheduled", _("Scheduled")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DecisionState(TextChoices):
    DRAFT = "draft", _("Recorded, to be confirmed")
    IN_FORCE = "in_force", _("In force")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class EditionState(TextChoices):
    DRAFT = "draft", pgettext_lazy("draft of a page", "Being written")
    SUBMITTED = "submitted", pgettext_lazy("draft of a page", "With a second person")
    RETURNED = "returned", pgettext_lazy("draft of a page", "Returned")
    PUBLISHED = "published", pgettext_lazy("draft of a page", "Published")
    DISCARDED = "discarded", pgettext_lazy("draft of a page", "Discarded")


class Step(NamedTuple):
    sources: frozenset[DecisionState]
    target: DecisionState
    role: Role


class EditionStep(NamedTuple):
    """From which states to which; each is open to the keepers of the catalogue."""

    name: str
    sources: frozenset[EditionState]
    target: EditionState


CONFIRM = Step(frozenset({DecisionState.DRAFT}), DecisionState.IN_FORCE, Role.COMMITTEE_MEMBER)
WITHDRAW = Step(frozenset({DecisionState.IN_FORCE}), DecisionState.WITHDRAWN, Role.COMMITTEE_MEMBER)
# Taken in a meeting of the committee, confirmed with its minutes: it begins in force.
ADOPT = Step(frozenset({DecisionState.DRAFT}), DecisionState.IN_FORCE, Role.COMMITTEE_SECRETARY)
STEPS = (CONFIRM, WITHDRAW)  # of people; ADOPT follows an announcement
RECORDER = Role.COMMITTEE_SECRETARY  # records what was resolved, as a draft
MOVABLE = frozenset({RunState.SCHEDULED})  # its days move by an action; those of others are free
RESCHEDULER = Role.DEALING_HAND

# The catalogue: a draft is written by one keeper and published by another.
KEEPERS = (Role.DEALING_HAND, Role.COMMITTEE_SECRETARY)
E = EditionState
LIVE_EDITIONS = frozenset({E.DRAFT, E.SUBMITTED, E.RETURNED})
BEING_WRITTEN = frozenset({E.DRAFT, E.RETURNED})
EDIT_EDITION = EditionStep("edit", BEING_WRITTEN, E.DRAFT)
CATCH_UP_EDITION = EditionStep("catch_up", BEING_WRITTEN, E.DRAFT)
SUBMIT_EDITION = EditionStep("submit", BEING_WRITTEN, E.SUBMITTED)
RETURN_EDITION = EditionStep("return", frozenset({E.SUBMITTED}), E.RETURNED)
PUBLISH_EDITION = EditionStep("publish", frozenset({E.SUBMITTED}), E.PUBLISHED)
DISCARD_EDITION = EditionStep("discard", LIVE_EDITIONS, E.DISCARDED)
EDITION_STEPS = (
    EDIT_EDITION,
    CATCH_UP_EDITION,
    SUBMIT_EDITION,
    RETURN_EDITION,
    PUBLISH_EDITION,
    DISCARD_EDITION,
)
EDITION_ENDS = frozenset({E.PUBLISHED, E.DISCARDED})
# What is done to a course or a run that has no life cycle of its own: the name of the step.
EDIT_COURSE, RENAME_COURSE, WITHDRAW_COURSE = "edit", "rename", "withdraw"
MOVE_RUN, SCHEDULE_RUN = "reschedule", "schedule"
