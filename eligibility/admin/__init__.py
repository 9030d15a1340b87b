"""The desk of the app, by topic."""

from eligibility.admin.decisions import DecisionAdmin, OverrideProposalAdmin
from eligibility.admin.rule_sets import RuleSetAdmin, RuleSetVersionAdmin

__all__ = ["DecisionAdmin", "OverrideProposalAdmin", "RuleSetAdmin", "RuleSetVersionAdmin"]
