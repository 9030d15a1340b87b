"""What happens to files of results: staged by one person, approved and applied by another."""

import hashlib
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from courses.models import Run
from enrollment import imports, pool_policies, result_matching, states
from enrollment.actions import steps
from enrollment.models import Enrollment, Result, ResultImport, ResultImportRow
from enrollment.models.results import ExamOutcome
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused
from igot.lib.tables import TableError


@transaction.atomic
def stage_results(
    *, run: Run, file_name: str, content: bytes, acting_user: User, at: datetime
) -> ResultImport:
    """Keep the rows of a provider's file with what would come of each; nothing else changes.

    Plain atomic, for the desk calls it where an import is added.
    :raises Refused: not open to `acting_user`, not readable, or brought in before
    """
    if reason := pool_policies.why_not_import(acting_user):
        raise Refused(reason)
    digest = hashlib.sha256(content).hexdigest()
    _refuse_known_file(digest)
    try:
        matches = result_matching.match_rows(run, imports.read_results(io.BytesIO(content)))
    except TableError as error:
        raise Refused(str(error)) from None
    staged = ResultImport.objects.create(
        run=run,
        file_name=file_name[:150],
        sha256=digest,
        uploaded_by=acting_user,
        uploaded_at=at,
    )
    ResultImportRow.objects.bulk_create((_row(staged, match) for match in matches), batch_size=500)
    audit.record(staged, "resultimport.staged", acting_user=acting_user, at=at, rows=len(matches))
    return staged


@transaction.atomic(durable=True)
def apply_results(
    *, import_id: int, rows: int, passes: int, acting_user: User, at: datetime
) -> None:
    """Apply a staged file whole: results are recorded, registrations move, officers are told.

    `rows` and `passes` are the totals of the provider's letter, typed by the approver.
    :raises Refused: not open to `acting_user`, the totals do not agree, or the registrations have
        changed since the file was staged
    """
    staged = _lock_for(states.APPLY_IMPORT, import_id, acting_user)
    _check_totals(staged, rows, passes)
    _check_unchanged(staged)
    rule = result_matching.pass_rule_of(staged.run)
    news = list(staged.rows.with_news().order_by("row"))
    enrollments = _lock_enrollments(row.enrollment_id for row in news)
    attempts = _attempts_of(enrollments)
    for row in news:
        enrollment = enrollments[row.enrollment_id or 0]
        attempt = attempts.get(enrollment.pk, 0) + 1
        _record(row, enrollment, attempt, rule, acting_user, at)
    staged.approved_by, staged.approved_at = acting_user, at
    _advance(staged, states.APPLY_IMPORT, acting_user, at, recorded=len(news))


@transaction.atomic(durable=True)
def discard_results(*, import_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Put a staged file aside; nothing of it is applied.

    :raises Refused: the step is not open to `acting_user`
    """
    staged = _lock_for(states.DISCARD_IMPORT, import_id, acting_user)
    _advance(staged, states.DISCARD_IMPORT, acting_user, at, reason=reason)


def _refuse_known_file(digest: str) -> None:
    known = ResultImport.objects.filter(sha256=digest).first()
    if known is not None:
        raise Refused(
            _("This very file was brought in on %(day)s (“%(state)s”); nothing was changed.")
            % {"day": dmy(civil_date(known.uploaded_at)), "state": known.get_state_display()}
        )


def _row(staged: ResultImport, match: result_matching.Match) -> ResultImportRow:
    row = match.row
    return ResultImportRow(
        result_import=staged,
        row=row.number,
        raw={"email": row.email, "grade": row.grade_text, "exam": row.exam_text},
        username=row.username,
        enrollment=match.enrollment,
        online_grade=row.online_grade,
        exam_outcome=row.exam_outcome or "",
        would_pass=match.would_pass,
        outcome=match.outcome,
        reason=match.reason[:250],
    )


def _lock_for(
    step: states.Step[states.ImportState], import_id: int, acting_user: User
) -> ResultImport:
    locked = ResultImport.objects.select_for_update(no_key=True, of=("self",))
    staged = locked.select_related("run__course").get(pk=import_id)
    if reason := pool_policies.why_not_results(step, staged, acting_user):
        raise Refused(reason)
    return staged


def _check_totals(staged: ResultImport, rows: int, passes: int) -> None:
    found = (staged.rows.count(), staged.rows.appliable().filter(would_pass=True).count())
    if found != (rows, passes):
        raise Refused(
            _("The totals do not agree with the file. Compare it with the provider's letter.")
        )


def _check_unchanged(staged: ResultImport) -> None:
    """Match the rows again: what was approved must be what is applied."""
    kept = list(staged.rows.order_by("row"))
    rows = [
        imports.result_row(
            number=row.row,
            username=row.username,
            email=row.raw["email"],
            grade_text=row.raw["grade"],
            exam_text=row.raw["exam"],
        )
        for row in kept
    ]
    for row, match in zip(kept, result_matching.match_rows(staged.run, rows), strict=True):
        found = (match.outcome.value, match.enrollment and match.enrollment.pk, match.would_pass)
        if found != (row.outcome, row.enrollment_id, row.would_pass):
            raise Refused(
                _(
                    "Row %(row)s would come out differently now, because a registration or a "
                    "result has changed. Discard this import and bring in the file anew."
                )
                % {"row": row.row}
            )


def _lock_enrollments(ids: Iterable[int | None]) -> dict[int, Enrollment]:
    locked = Enrollment.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = locked.filter(pk__in=list(ids)).select_related("officer__user", "course", "run")
    return {enrollment.pk: enrollment for enrollment in found}


def _attempts_of(enrollments: dict[int, Enrollment]) -> dict[int, int]:
    results = Result.objects.filter(enrollment__in=enrollments).order_by("attempt")
    return dict(results.values_list("enrollment", "attempt"))


def _record(
    row: ResultImportRow,
    enrollment: Enrollment,
    attempt: int,
    rule: result_matching.PassRule,
    acting_user: User,
    at: datetime,
) -> None:
    """Add one result, move the registration if that settles it, and tell the officer."""
    if row.online_grade is None:
        raise ValueError(f"row {row.pk} has no grade and is not to be applied")
    passed = bool(row.would_pass)
    result = Result.objects.create(
        enrollment=enrollment,
        attempt=attempt,
        online_grade=row.online_grade,
        exam_outcome=row.exam_outcome,
        passed=passed,
        grade_rule=rule.grade_rule,
        least_grade=rule.least_grade,
        needs_proctored_exam=rule.needs_proctored_exam,
        import_row=row,
        recorded_at=at,
    )
    entry = audit.record(
        result, "result.recorded", acting_user=acting_user, at=at, attempt=attempt, passed=passed
    )
    is_open = row.exam_outcome == ExamOutcome.NONE and rule.needs_proctored_exam
    waits = is_open and row.online_grade >= rule.least_grade
    step = states.COMPLETE if passed else states.FAIL
    if enrollment.state in step.sources and not waits:
        steps.take(step, enrollment, acting_user=acting_user, at=at)
    notify(
        enrollment.officer.user,
        of=entry,
        link=enrollment.get_absolute_url(),
        **steps.particulars(enrollment),
        grade=f"{row.online_grade}",
        outcome="waits" if waits else "passed" if passed else "failed",
    )


def _advance(
    staged: ResultImport,
    step: states.Step[states.ImportState],
    acting_user: User,
    at: datetime,
    **details: Any,
) -> AuditEntry:
    was, staged.state = staged.state, step.target
    staged.save()
    event = f"resultimport.{staged.state}"
    return audit.record(staged, event, acting_user=acting_user, at=at, was=was, **details)
