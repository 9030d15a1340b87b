"""Taking results back: a row is added, the earlier result counts again, what rests on it goes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.notifications import Telling, notify_each
from enrollment import result_policies, result_sql, states
from enrollment.actions import certificates, result_writing, steps
from enrollment.actions.provider_files import advance
from enrollment.models import (
    CertificateSubmission,
    Enrollment,
    Result,
    ResultImport,
    ResultReversal,
)
from igot.lib.errors import Refused

CHUNK: Final = 1_000


@transaction.atomic(durable=True)
def reverse_import(*, import_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Reverse all results of an approved file, all or none.

    :raises Refused: not open to `acting_user`, a registration would stand twice, or credit points
        that were used would be missing
    """
    result_sql.take_time()
    locked = ResultImport.objects.select_for_update(no_key=True, of=("self",))
    staged = locked.select_related("run__course").get(pk=import_id)
    if declined := result_policies.why_not_results(states.REVERSE_IMPORT, staged, acting_user):
        raise Refused(declined)
    result_writing.lock_registrations(staged)
    done = 0
    for results in _chunks(staged):
        _reverse(results, reason, acting_user, at)
        done += len(results)
    staged.reversed_by, staged.reversed_at, staged.reversal_reason = acting_user, at, reason
    advance(
        staged,
        states.ImportState.REVERSED,
        "resultimport.reversed",
        acting_user=acting_user,
        at=at,
        results=done,
        reason=reason,
    )


@transaction.atomic(durable=True)
def reverse_result(*, result_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Reverse one result.

    :raises Refused: as `reverse_import`
    """
    enrollment_id = Result.every.values_list("enrollment", flat=True).get(pk=result_id)
    Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment_id)
    result = _with_all(Result.every).get(pk=result_id)
    if declined := result_policies.why_not_reverse_result(None, result, acting_user):
        raise Refused(declined)
    _reverse([result], reason, acting_user, at)


def _reverse(results: Sequence[Result], reason: str, acting_user: User, at: datetime) -> None:
    """Reverse results whose registrations are locked."""
    ResultReversal.objects.bulk_create(
        ResultReversal(result=result, reason=reason, reversed_by=acting_user, at=at)
        for result in results
    )
    entries = audit.record_each(
        results, "result.reversed", acting_user=acting_user, at=at, reason=reason
    )
    public = [result for result in results if result.public_at is not None]
    standing = _standing_of(public)
    _revoke_certificates(public, standing, reason, acting_user, at)
    _move_back(public, standing, acting_user, at)
    told = {entry.subject_id: entry for entry in entries}
    notify_each(
        [
            Telling(
                user=result.enrollment.officer.user,
                of=told[result.pk],
                link=result.enrollment.get_absolute_url(),
                params={**steps.particulars(result.enrollment), "reason": reason},
            )
            for result in public
        ],
        at=at,
    )


def _standing_of(results: Sequence[Result]) -> dict[int, list[Result]]:
    """Return the results that count still, by registration, the earliest first."""
    left = Result.objects.filter(enrollment__in=[result.enrollment_id for result in results])
    found: dict[int, list[Result]] = defaultdict(list)
    for result in left.order_by("attempt"):
        found[result.enrollment_id].append(result)
    return found


def _revoke_certificates(
    results: Sequence[Result],
    standing: dict[int, list[Result]],
    reason: str,
    acting_user: User,
    at: datetime,
) -> None:
    """Revoke the verified certificates of registrations of which no passed result is left."""
    without = [
        result.enrollment_id
        for result in results
        if not any(other.passed for other in standing[result.enrollment_id])
    ]
    resting = CertificateSubmission.objects.filter(
        enrollment__in=without, state=states.CertificateState.VERIFIED
    )
    for submission_id in resting.order_by("pk").values_list("pk", flat=True):
        certificates.revoke_certificate(
            submission_id=submission_id, reason=reason, acting_user=acting_user, at=at
        )


def _move_back(
    results: Sequence[Result],
    standing: dict[int, list[Result]],
    acting_user: User,
    at: datetime,
) -> None:
    """Move the registrations where the results that are left put them, by the table of steps."""
    moved: dict[tuple[str, str], list[Enrollment]] = defaultdict(list)
    for result in results:
        enrollment, left = result.enrollment, standing[result.enrollment_id]
        target = _target(result, left)
        if enrollment.state != target and enrollment.state in states.WITH_RESULT_TAKEN_BACK:
            moved[enrollment.state, target].append(enrollment)
    for (state, target), group in moved.items():
        _refuse_second(group, state)
        step = next(step for step in states.AFTER_REVERSAL if step.target == target)
        steps.take_each(step, group, was=state, acting_user=acting_user, at=at)


def _target(result: Result, left: Sequence[Result]) -> str:
    """Return the state in which the results that are left leave a registration."""
    if any(other.passed for other in left):
        return states.EnrollmentState.COMPLETED
    if left and not result_writing.waits(left[-1]):
        return states.EnrollmentState.NOT_COMPLETED
    return _before_results(result)


def _before_results(result: Result) -> str:
    """Return the state that the registration had before any result moved it."""
    moves = Result.every.filter(enrollment=result.enrollment_id).exclude(moved_from="")
    first = moves.order_by("attempt").values_list("moved_from", flat=True).first()
    back = (states.EnrollmentState.CONFIRMED, states.EnrollmentState.IN_PROGRESS)
    return first if first in back else states.EnrollmentState.IN_PROGRESS


def _refuse_second(enrollments: Sequence[Enrollment], state: str) -> None:
    """Refuse where the officer has registered for the run again meanwhile."""
    if state in states.LIVE:
        return
    for enrollment in enrollments:
        others = Enrollment.objects.live().filter(officer=enrollment.officer_id)
        if others.filter(run=enrollment.run_id).exclude(pk=enrollment.pk).exists():
            raise Refused(
                _(
                    "%(number)s cannot come back: the officer has registered for this batch "
                    "again. Settle that registration first."
                )
                % {"number": enrollment}
            )


def _with_all(results: Any) -> Any:
    return results.select_related(
        "enrollment__officer__user",
        "enrollment__course",
        "enrollment__run",
        "import_row__result_import",
    )


def _chunks(staged: ResultImport) -> Iterator[list[Result]]:
    """Yield the results of a file that count still, some thousand at a time."""
    while results := list(
        _with_all(Result.every.of_import(staged.pk).valid()).order_by("pk")[:CHUNK]
    ):
        yield results
