"""Tables of the app, by topic."""

from eligibility.models.decisions import Decision, OverrideProposal
from eligibility.models.representations import Representation
from eligibility.models.rolls import RollScreening
from eligibility.models.rule_sets import AudienceEntry, RuleSet, RuleSetVersion
from eligibility.models.screenings import ScreenedTraining, Screening, ScreeningResult

__all__ = [
    "AudienceEntry",
    "Decision",
    "OverrideProposal",
    "Representation",
    "RollScreening",
    "RuleSet",
    "RuleSetVersion",
    "ScreenedTraining",
    "Screening",
    "ScreeningResult",
]
