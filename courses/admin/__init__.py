"""The desk of the catalogue, by topic."""

from courses.admin.catalogue import CourseAdmin, RunAdmin
from courses.admin.decisions import CommitteeDecisionAdmin

__all__ = ["CommitteeDecisionAdmin", "CourseAdmin", "RunAdmin"]
