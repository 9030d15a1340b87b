"""Which officers have completed a programme, and how far the others are: facts from the rows."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Officer
from courses import rules
from courses.models import Course, Programme
from courses.requirements import Line, in_words, tree_of
from courses.rules import Need
from enrollment.models import (
    CertificateSubmission,
    CompletionBenefit,
    Enrollment,
    ProgrammeCompletion,
    Result,
)
from enrollment.models.results import ExamOutcome
from enrollment.states import CertificateState
from igot.lib.dates import dmy


def passed_certificates(tree: Need) -> "QuerySet[CertificateSubmission]":
    """Return the verified certificates that count for `tree`.

    A course with a proctored examination counts only where the examination was passed (letter of
    17.05.2019, para 5: the five courses "and their corresponding in-person exams").
    """
    sat = Q(exam_outcome=ExamOutcome.PASSED) | Q(least_total__isnull=False)  # or weighed in
    exam = Result.objects.filter(sat, enrollment=OuterRef("enrollment"), passed=True)
    with_exam = Q(course__certification=Course.Certification.GRADE_AND_EXAM)
    return CertificateSubmission.objects.filter(
        ~with_exam | Exists(exam),
        state=CertificateState.VERIFIED,
        course__in=list(rules.courses_of(tree)),
    )


def newly_complete(programme: Programme) -> Iterator[int]:
    """Yield the officers who complete `programme` and have no completion that says so.

    One whose completion was revoked comes again only with a certificate verified later.
    """
    tree = tree_of(programme)
    standing = ProgrammeCompletion.objects.filter(programme=programme)
    revoked = {
        officer: at
        for officer, at in standing.filter(revoked_at__isnull=False)
        .order_by("revoked_at")
        .values_list("officer", "revoked_at")
    }
    rows = passed_certificates(tree).exclude(officer__in=standing.valid().values("officer"))
    done: dict[int, set[int]] = defaultdict(set)
    latest: dict[int, Any] = {}
    for officer, course, at in rows.values_list("officer", "course", "reviewed_at").iterator():
        done[officer].add(course)
        latest[officer] = at if officer not in latest else max(at, latest[officer])
    for officer, courses in done.items():
        if officer in revoked and latest[officer] <= revoked[officer]:
            continue
        if rules.is_complete(tree, courses):
            yield officer


@dataclass(frozen=True, kw_only=True)
class Found:
    """A completion as its rows bear it out, ready to be frozen."""

    completed_on: date
    courses: list[dict[str, str]]
    benefits: list[dict[str, str]]
    has_dfft_priority: bool


def facts_of(officer: Officer, programme: Programme) -> Found | None:
    """Return what `officer` completed of `programme`, or None while something is missing."""
    tree = tree_of(programme)
    rows = passed_certificates(tree).filter(officer=officer).select_related("course")
    certificates = {row.course_id: row for row in rows.order_by("reviewed_at", "pk")}
    if not rules.is_complete(tree, certificates.keys()):
        return None
    places = [key for key in rules.courses_of(tree) if key in certificates]
    counted = [certificates[key] for key in dict.fromkeys(places)]
    completed_on = max(row.completed_on for row in counted)
    benefits = benefits_on(programme, completed_on)
    return Found(
        completed_on=completed_on,
        courses=[
            {
                "title": row.course.title,
                "title_hi": row.course.title_hi or row.course.title,
                "certificate": row.certificate_number,
                "completed_on": dmy(row.completed_on),
            }
            for row in counted
        ],
        benefits=[
            {
                "kind": row.kind,
                "text": row.text,
                "text_hi": row.text_hi,
                "circular": row.circular_reference,
            }
            for row in benefits
        ],
        has_dfft_priority=any(row.kind == CompletionBenefit.Kind.DFFT_PRIORITY for row in benefits),
    )


def benefits_on(programme: Programme, day: date) -> list[CompletionBenefit]:
    """Return what a completion on `day` opens: for each kind the row in force, in their order."""
    rows = CompletionBenefit.objects.in_force(day).filter(programme=programme)
    by_kind: dict[str, CompletionBenefit] = {}
    for row in rows:  # the latest first
        by_kind.setdefault(row.kind, row)
    return [by_kind[kind] for kind in CompletionBenefit.Kind.values if kind in by_kind]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an officer is in one programme."""

    programme: Programme
    lines: list[Line]
    benefits: list[CompletionBenefit]
    completion: ProgrammeCompletion | None


def progress_of(officer: Officer, *, today: date) -> list[Progress]:
    """Return the programmes in which `officer` has a registration, each with what is missing.

    Three queries, and four for each programme.
    """
    own = Enrollment.objects.filter(officer=officer).values("course")
    begun = Programme.objects.filter(courses__in=own).distinct().order_by("title")
    trees = {programme: tree_of(programme) for programme in begun}
    every = Need(kind=rules.ALL, branches=tuple(trees.values()))
    passed = passed_certificates(every).filter(officer=officer)
    done = frozenset(passed.values_list("course", flat=True))
    completions = ProgrammeCompletion.objects.valid().filter(officer=officer)
    completed = {row.programme_id: row for row in completions.select_related("document")}
    return [
        Progress(
            programme=programme,
            lines=in_words(tree, done=done),
            benefits=[] if programme.pk in completed else benefits_on(programme, today),
            completion=completed.get(programme.pk),
        )
        for programme, tree in trees.items()
    ]
