"""Results written by sets: added from the rows of a file, and told to their officers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.core.cache import cache
from django.db import connection

from accounts.models import AuditEntry
from accounts.notifications import Telling, notify_each
from courses.models.institutes import RULE_FIELDS
from enrollment.actions import steps
from enrollment.models import Enrollment, Result, ResultImport
from enrollment.models.result_imports import ExamOutcome, progress_key
from enrollment.result_sql import quote, sql_of, take_time

__all__ = ["add_results", "lock_registrations", "show_progress", "take_time", "tell_officers"]

ADD: Final = """
INSERT INTO {result} (enrollment_id, attempt, passed, import_row_id, recorded_at, moved_from,
 grade_rule_id, {rule}, {sitting})
SELECT r.enrollment_id,
 COALESCE((SELECT MAX(x.attempt) FROM {result} x WHERE x.enrollment_id = r.enrollment_id), 0) + 1,
 r.would_pass, r.id, %(at)s, '', i.grade_rule_id, {kept_rule}, {kept_sitting}
FROM {row} r JOIN {import} i ON i.id = r.result_import_id
WHERE r.result_import_id = %(import)s AND r.outcome IN ('changed', 'new')
ORDER BY r.row"""
SITTING: Final = (
    "online_grade",
    "exam_outcome",
    "exam_score",
    "total",
    "exam_on",
    "exam_centre",
    "exam_city",
)
PROGRESS_KEPT: Final = 600  # seconds


def add_results(staged: ResultImport, *, at: datetime) -> None:
    """Add a result for each row that brings something new, under the rule of its file."""
    words = {
        "rule": ", ".join(quote(name) for name in RULE_FIELDS),
        "kept_rule": ", ".join(f"i.{quote(name)}" for name in RULE_FIELDS),
        "sitting": ", ".join(quote(name) for name in SITTING),
        "kept_sitting": ", ".join(f"r.{quote(name)}" for name in SITTING),
    }
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(sql_of(ADD, **words), {"import": staged.pk, "at": moment})


def lock_registrations(staged: ResultImport) -> None:
    """Lock the registrations that a file has results of, in their order."""
    concerned = Result.every.of_import(staged.pk).values("enrollment")
    locked = Enrollment.objects.select_for_update(no_key=True).filter(pk__in=concerned)
    list(locked.order_by("pk").values_list("pk"))


def tell_officers(results: Sequence[Result], *, at: datetime) -> None:
    """Tell the officers their results: a notice each, which the sweep mails."""
    entries = AuditEntry.objects.filter(
        event="result.recorded",
        subject_type=Result._meta.label_lower,
        subject_id__in=[result.pk for result in results],
    )
    by_result = {entry.subject_id: entry for entry in entries}
    notify_each([_telling(result, by_result[result.pk]) for result in results], at=at)


def _telling(result: Result, entry: AuditEntry) -> Telling:
    enrollment = result.enrollment
    return Telling(
        user=enrollment.officer.user,
        of=entry,
        link=enrollment.get_absolute_url(),
        params={
            **steps.particulars(enrollment),
            "grade": f"{result.online_grade}",
            "outcome": _outcome(result),
        },
    )


def _outcome(result: Result) -> str:
    if result.passed:
        return "passed"
    return "waits" if waits(result) else "failed"


def waits(result: Result) -> bool:
    """Tell whether the examination of a result is still to come, so that nothing is settled."""
    is_open = result.exam_outcome == ExamOutcome.NONE and bool(result.needs_proctored_exam)
    return is_open and result.online_grade >= (result.least_grade or 0)


def show_progress(staged: ResultImport, done: int) -> None:
    """Leave word, outside the transaction, how many results are made public by now."""
    cache.set(progress_key(staged.pk), done, PROGRESS_KEPT)
