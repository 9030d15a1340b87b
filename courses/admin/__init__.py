"""The desk of the catalogue, by topic."""

from courses.admin.catalogue import CourseAdmin
from courses.admin.decisions import CommitteeDecisionAdmin
from courses.admin.editions import CourseEditionAdmin
from courses.admin.runs import RunAdmin

__all__ = ["CommitteeDecisionAdmin", "CourseAdmin", "CourseEditionAdmin", "RunAdmin"]
