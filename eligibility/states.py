"""The words of eligibility as data: verdicts, outcomes, and the switches of a rule set."""

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class Verdict(TextChoices):
    """What one rule finds."""

    PASS = "PASS", _("Met")
    FAIL = "FAIL", _("Not met")
    REFER = "REFER", _("For the Department to decide")
    MISSING = "MISSING", _("Information missing")


class Outcome(TextChoices):
    """What the three findings come to."""

    ELIGIBLE = "ELIGIBLE", _("Eligible")
    NOT_ELIGIBLE = "NOT_ELIGIBLE", _("Not eligible")
    REFER = "REFER", _("For the Department to decide")
    INCOMPLETE = "INCOMPLETE", _("Information missing")


class Rule(TextChoices):
    AUDIENCE = "audience", _("Service and group")
    SERVICE = "service", _("Length of service")
    AGE = "age", _("Age")


class ServiceBase(TextChoices):
    """The year from whose end service is counted."""

    ALLOTMENT_YEAR = "ALLOTMENT_YEAR", _("Year of allotment")
    JOINING_DATE = "JOINING_DATE", _("Year of joining")


class ServiceEdge(TextChoices):
    """Whether a period of whole years is complete on its last day or on the day after."""

    NEXT_DAY = "NEXT_DAY", _("On the day after the last day")
    LAST_DAY = "LAST_DAY", _("On the last day itself")


class TestDate(TextChoices):
    """The day on which the service must be complete."""

    COMMENCEMENT = "COMMENCEMENT", _("Commencement of the training")
    REGISTRATION = "REGISTRATION", _("Registration")
    FIRST_JULY = "FIRST_JULY", _("1 July of the year of commencement")

    __test__ = False  # a name that pytest would collect


class BreakPolicy(TextChoices):
    """What a break in service (extraordinary leave, suspension) does to the count."""

    REFER = "REFER", _("The Department decides")
    COUNT = "COUNT", _("It counts as service")
    EXCLUDE = "EXCLUDE", _("It does not count as service")


class AgeMode(TextChoices):
    """The four readings of an upper age limit; domain page 2.3 gives the evidence for each."""

    INCLUSIVE = "INCLUSIVE", _("Exactly the limit is within it")
    BORN_NOT_EARLIER = "BORN_NOT_EARLIER", _("Exactly the limit is over it")
    NOT_ATTAINED_LEGAL = (
        "NOT_ATTAINED_LEGAL",
        _("An age is attained on the day before the birthday"),
    )
    COMPLETED_YEARS = "COMPLETED_YEARS", _("Whole years only: everyone below the next birthday")


class AgeRelaxation(TextChoices):
    """Who has a higher age limit: the texts name nobody (docs/decisions/0080)."""

    NONE = "NONE", _("None: the texts give no relaxation to anybody")


class MissingData(TextChoices):
    """What comes of a fact that is not on record; it is never guessed."""

    INCOMPLETE = "INCOMPLETE", _("The answer waits for the fact")
    REFER = "REFER", _("The Department decides without it")


class SelfPacedCommencement(TextChoices):
    """When a course without runs commences for an officer."""

    FIRST_ENROLMENT = "FIRST_ENROLMENT", _("On the day of the first enrolment, and stays there")
    DAY_OF_ASKING = "DAY_OF_ASKING", _("On each day on which the question is asked")


# First that applies: domain page 20, section 2.5.
PRECEDENCE = (
    (Verdict.FAIL, Outcome.NOT_ELIGIBLE),
    (Verdict.MISSING, Outcome.INCOMPLETE),
    (Verdict.REFER, Outcome.REFER),
)
OVERRIDABLE = frozenset({Outcome.NOT_ELIGIBLE, Outcome.REFER})


class ProposalState(TextChoices):
    """The life of a proposal to decide otherwise than the rules."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")


class VersionState(TextChoices):
    """The life of a version of a rule set."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")


class ScreeningState(TextChoices):
    """The life of a screening of stored officers."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being made")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Could not be made")


class RollState(TextChoices):
    """The life of a roll that somebody sent to be screened."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being screened")
    DONE = "done", _("Screened")
    FAILED = "failed", _("Could not be screened")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Answer deleted")


ROLLS_AT_WORK = frozenset({RollState.QUEUED, RollState.RUNNING})


class Step(NamedTuple):
    sources: frozenset[TextChoices]
    target: TextChoices
    roles: frozenset[Role]


DESK = frozenset({Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY})
PROPOSE_OVERRIDE = Step(frozenset(OVERRIDABLE), ProposalState.PROPOSED, DESK)
APPROVE_OVERRIDE = Step(frozenset({ProposalState.PROPOSED}), ProposalState.APPROVED, DESK)
DECLINE_OVERRIDE = Step(frozenset({ProposalState.PROPOSED}), ProposalState.DECLINED, DESK)
APPROVE_RULES = Step(
    frozenset({VersionState.DRAFT}),
    VersionState.APPROVED,
    frozenset({Role.SANCTIONING_AUTHORITY}),
)
EDIT_RULES = Step(
    frozenset({VersionState.DRAFT}), VersionState.DRAFT, frozenset({Role.DEALING_HAND})
)
DRAFT_RULES = Step(  # a copy of what was approved becomes the next draft
    frozenset({VersionState.APPROVED}), VersionState.DRAFT, frozenset({Role.DEALING_HAND})
)
STEPS = (
    EDIT_RULES,
    PROPOSE_OVERRIDE,
    APPROVE_OVERRIDE,
    DECLINE_OVERRIDE,
    APPROVE_RULES,
    DRAFT_RULES,
)


class RepresentationState(TextChoices):
    """The life of a representation against a decision."""

    RECEIVED = "received", _("Received")
    UNDER_CONSIDERATION = "under_consideration", _("Under consideration")
    ANSWERED = "answered", _("Answered")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class RepresentationOutcome(TextChoices):
    """What an answered representation came to."""

    UPHELD = "upheld", _("The decision stands")
    DECIDED_ANEW = "decided_anew", _("Decided anew")
    OVERRIDE_PROPOSED = "override_proposed", _("Put up for a decision otherwise than the rules")


WAITING = frozenset({RepresentationState.RECEIVED, RepresentationState.UNDER_CONSIDERATION})
# Whom a decision in one of these may move to represent: docs/decisions/0084.
REPRESENTABLE = frozenset({Outcome.NOT_ELIGIBLE, Outcome.REFER, Outcome.INCOMPLETE})
_TAKEN_UP = frozenset({RepresentationState.UNDER_CONSIDERATION})
SEND_REPRESENTATION = Step(
    frozenset(REPRESENTABLE), RepresentationState.RECEIVED, frozenset({Role.OFFICER})
)
WITHDRAW_REPRESENTATION = Step(
    frozenset(WAITING), RepresentationState.WITHDRAWN, frozenset({Role.OFFICER})
)
TAKE_UP_REPRESENTATION = Step(
    frozenset({RepresentationState.RECEIVED}),
    RepresentationState.UNDER_CONSIDERATION,
    frozenset({Role.DEALING_HAND}),
)
UPHOLD_DECISION = Step(_TAKEN_UP, RepresentationState.ANSWERED, DESK)
DECIDE_ANEW = Step(_TAKEN_UP, RepresentationState.ANSWERED, DESK)
ANSWER_BY_OVERRIDE = Step(_TAKEN_UP, RepresentationState.ANSWERED, DESK)
REPRESENTATION_STEPS = {
    "send": SEND_REPRESENTATION,
    "withdraw": WITHDRAW_REPRESENTATION,
    "take-up": TAKE_UP_REPRESENTATION,
    "uphold": UPHOLD_DECISION,
    "decide-anew": DECIDE_ANEW,
    "propose": ANSWER_BY_OVERRIDE,
}
