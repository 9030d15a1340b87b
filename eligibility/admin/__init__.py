"""The desk of the app, by topic."""

from eligibility.admin.courses import CourseWithRulesAdmin, DecisionWithRulesAdmin
from eligibility.admin.decisions import DecisionAdmin, OverrideProposalAdmin
from eligibility.admin.representations import RepresentationAdmin
from eligibility.admin.rule_sets import RuleSetAdmin, RuleSetVersionAdmin

__all__ = [
    "CourseWithRulesAdmin",
    "DecisionAdmin",
    "DecisionWithRulesAdmin",
    "OverrideProposalAdmin",
    "RepresentationAdmin",
    "RuleSetAdmin",
    "RuleSetVersionAdmin",
]
