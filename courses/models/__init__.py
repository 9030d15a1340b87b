"""Institutes, programmes, courses, runs, and what is dated about them: fee, points, grade rule."""

from courses.models.base import (
    BilingualModel,
    Certification,
    DatedModel,
    DatedQuerySet,
    Outcome,
    in_language,
)
from courses.models.catalogue import (
    Course,
    CourseCredit,
    CourseFee,
    CourseModule,
    CourseQuerySet,
    CourseUnit,
    ProgrammeCourse,
)
from courses.models.committee import CommitteeDecision, CommitteeDecisionQuerySet
from courses.models.editions import CourseEdition, CourseEditionQuerySet
from courses.models.institutes import GradeRule, Institute, Programme, Provider
from courses.models.names import CourseAlias, FormerTitle
from courses.models.requirements import Requirement
from courses.models.runs import Run, RunQuerySet, RunReschedule
from courses.models.search import SearchText, SearchWord
from courses.models.version import CatalogueVersion

__all__ = [
    "BilingualModel",
    "CatalogueVersion",
    "Certification",
    "CommitteeDecision",
    "CommitteeDecisionQuerySet",
    "Course",
    "CourseAlias",
    "CourseCredit",
    "CourseEdition",
    "CourseEditionQuerySet",
    "CourseFee",
    "CourseModule",
    "CourseQuerySet",
    "CourseUnit",
    "DatedModel",
    "DatedQuerySet",
    "FormerTitle",
    "GradeRule",
    "Institute",
    "Outcome",
    "Programme",
    "ProgrammeCourse",
    "Provider",
    "Requirement",
    "Run",
    "RunQuerySet",
    "RunReschedule",
    "SearchText",
    "SearchWord",
    "in_language",
]
