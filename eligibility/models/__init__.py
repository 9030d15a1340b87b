"""Tables of the app, by topic."""

from eligibility.models.decisions import Decision, OverrideProposal
from eligibility.models.rule_sets import AudienceEntry, RuleSet, RuleSetVersion

__all__ = ["AudienceEntry", "Decision", "OverrideProposal", "RuleSet", "RuleSetVersion"]
