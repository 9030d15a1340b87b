"""The life cycles of a proposal, a meeting, an item of its agenda and its minutes, as data."""

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role


class ProposalState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", pgettext_lazy("proposal", "Submitted")
    SCREENED = "screened", pgettext_lazy("proposal", "Screened")
    ON_AGENDA = "on_agenda", pgettext_lazy("proposal", "On the agenda")
    DELIBERATED = "deliberated", pgettext_lazy("proposal", "Deliberated")
    DECIDED = "decided", pgettext_lazy("proposal", "Decided, to be announced")
    NOTIFIED = "notified", pgettext_lazy("proposal", "Decision announced")
    IN_CATALOGUE = "in_catalogue", pgettext_lazy("proposal", "In the catalogue")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")
    SUPERSEDED = "superseded", pgettext_lazy("proposal", "Superseded")


class RubricState(TextChoices):
    DRAFT = "draft", _("Draft")
    APPROVED = "approved", pgettext_lazy("rubric", "Approved")


class MeetingState(TextChoices):
    DRAFT = "draft", pgettext_lazy("meeting", "Being prepared")
    CALLED = "called", pgettext_lazy("meeting", "Called")
    IN_SESSION = "in_session", pgettext_lazy("meeting", "In session")
    CLOSED = "closed", pgettext_lazy("meeting", "Closed")
    CONFIRMED = "confirmed", pgettext_lazy("meeting", "Minutes confirmed")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "Cancelled")


class ItemState(TextChoices):
    LISTED = "listed", pgettext_lazy("item", "Not yet taken up")
    OPEN = "open", pgettext_lazy("item", "Open for votes")
    CLOSED = "closed", pgettext_lazy("item", "Votes closed")
    DECIDED = "decided", pgettext_lazy("item", "Decided")
    CARRIED_OVER = "carried_over", pgettext_lazy("item", "Carried over")


class MinutesState(TextChoices):
    DRAFT = "draft", pgettext_lazy("minutes", "Being written")
    SUBMITTED = "submitted", pgettext_lazy("minutes", "With the chair")
    CONFIRMED = "confirmed", pgettext_lazy("minutes", "Confirmed by the chair")


class Step(NamedTuple):
    """From which states to which, and in which role; each step belongs to one life cycle."""

    sources: frozenset[str]
    target: str
    role: Role


SECRETARY, MEMBER = Role.COMMITTEE_SECRETARY, Role.COMMITTEE_MEMBER
P, M, N = ProposalState, MeetingState, MinutesState

SUBMIT_PROPOSAL = Step(frozenset({P.DRAFT}), P.SUBMITTED, SECRETARY)
SCREEN_PROPOSAL = Step(frozenset({P.SUBMITTED}), P.SCREENED, SECRETARY)
RETURN_PROPOSAL = Step(frozenset({P.SUBMITTED}), P.DRAFT, SECRETARY)
LIST_PROPOSAL = Step(frozenset({P.SCREENED}), P.ON_AGENDA, SECRETARY)
# Taken off, or carried over; also once its votes were closed without a decision.
UNLIST_PROPOSAL = Step(frozenset({P.ON_AGENDA, P.DELIBERATED}), P.SCREENED, SECRETARY)
DELIBERATE_PROPOSAL = Step(frozenset({P.ON_AGENDA}), P.DELIBERATED, SECRETARY)
DECIDE_PROPOSAL = Step(frozenset({P.DELIBERATED}), P.DECIDED, SECRETARY)
NOTIFY_PROPOSAL = Step(frozenset({P.DECIDED}), P.NOTIFIED, SECRETARY)
CATALOGUE_PROPOSAL = Step(frozenset({P.NOTIFIED}), P.IN_CATALOGUE, SECRETARY)
# Deferred, or more information asked for: after the announcement it may come back to be screened.
RESUME_PROPOSAL = Step(frozenset({P.NOTIFIED}), P.SUBMITTED, SECRETARY)
WITHDRAW_PROPOSAL = Step(
    frozenset({P.DRAFT, P.SUBMITTED, P.SCREENED, P.IN_CATALOGUE}), P.WITHDRAWN, SECRETARY
)
SUPERSEDE_PROPOSAL = Step(frozenset({P.IN_CATALOGUE}), P.SUPERSEDED, SECRETARY)
PROPOSAL_STEPS = (
    SUBMIT_PROPOSAL,
    SCREEN_PROPOSAL,
    RETURN_PROPOSAL,
    LIST_PROPOSAL,
    UNLIST_PROPOSAL,
    DELIBERATE_PROPOSAL,
    DECIDE_PROPOSAL,
    NOTIFY_PROPOSAL,
    CATALOGUE_PROPOSAL,
    RESUME_PROPOSAL,
    WITHDRAW_PROPOSAL,
    SUPERSEDE_PROPOSAL,
)
PROPOSAL_ENDS = frozenset({P.WITHDRAWN, P.SUPERSEDED})
PROPOSAL_EDITABLE = frozenset({P.DRAFT, P.SUBMITTED})  # what is on an agenda stays as it was listed

PROPOSERS = (SECRETARY, Role.NODAL_OFFICER, Role.DEALING_HAND)
# Before the decision is announced a proposer is told only that the committee has it.
PROPOSAL_SECRET = frozenset({P.ON_AGENDA, P.DELIBERATED, P.DECIDED})

APPROVE_RUBRIC = Step(frozenset({RubricState.DRAFT}), RubricState.APPROVED, SECRETARY)
# Draws a draft up from it; the approved version stays.
REVISE_RUBRIC = Step(frozenset({RubricState.APPROVED}), RubricState.DRAFT, SECRETARY)
RUBRIC_STEPS = (APPROVE_RUBRIC, REVISE_RUBRIC)

CALL_MEETING = Step(frozenset({M.DRAFT, M.CALLED}), M.CALLED, SECRETARY)  # again: after a change
OPEN_MEETING = Step(frozenset({M.CALLED}), M.IN_SESSION, SECRETARY)
CLOSE_MEETING = Step(frozenset({M.IN_SESSION}), M.CLOSED, SECRETARY)
CONFIRM_MEETING = Step(frozenset({M.CLOSED}), M.CONFIRMED, MEMBER)  # by its chair, with the minutes
CANCEL_MEETING = Step(frozenset({M.DRAFT, M.CALLED}), M.CANCELLED, SECRETARY)
MEETING_STEPS = (CALL_MEETING, OPEN_MEETING, CLOSE_MEETING, CONFIRM_MEETING, CANCEL_MEETING)
MEETING_EDITABLE = frozenset({M.DRAFT, M.CALLED})

OPEN_ITEM = Step(
    frozenset({ItemState.LISTED, ItemState.CLOSED}), ItemState.OPEN, SECRETARY
)  # CLOSED: opened again, with a reason (docs/decisions/0130)
CLOSE_ITEM = Step(frozenset({ItemState.OPEN}), ItemState.CLOSED, SECRETARY)
DECIDE_ITEM = Step(frozenset({ItemState.CLOSED}), ItemState.DECIDED, SECRETARY)
CARRY_ITEM_OVER = Step(
    frozenset({ItemState.LISTED, ItemState.OPEN, ItemState.CLOSED}),
    ItemState.CARRIED_OVER,
    SECRETARY,
)
ITEM_STEPS = (OPEN_ITEM, CLOSE_ITEM, DECIDE_ITEM, CARRY_ITEM_OVER)
ITEM_LIVE = frozenset({ItemState.LISTED, ItemState.OPEN, ItemState.CLOSED})
ITEM_REVEALED = frozenset({ItemState.CLOSED, ItemState.DECIDED})  # its scores and votes are shown
ITEM_ENDS = frozenset({ItemState.DECIDED, ItemState.CARRIED_OVER})

SUBMIT_MINUTES = Step(frozenset({N.DRAFT}), N.SUBMITTED, SECRETARY)
RETURN_MINUTES = Step(frozenset({N.SUBMITTED}), N.DRAFT, MEMBER)
CONFIRM_MINUTES = Step(frozenset({N.SUBMITTED}), N.CONFIRMED, MEMBER)
MINUTES_STEPS = (SUBMIT_MINUTES, RETURN_MINUTES, CONFIRM_MINUTES)
