"""What a person decides on rows of results that the portal could not place by itself."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from enrollment import result_matching, result_policies
from enrollment.models import Enrollment, ResultImport, ResultImportRow
from enrollment.models.result_imports import APPLIABLE
from enrollment.result_sql import WITH_RESULTS
from igot.lib.errors import Refused

Settled = ResultImportRow.Settled


@transaction.atomic(durable=True)
def match_row(*, row_id: int, number: str, reason: str, acting_user: User, at: datetime) -> None:
    """Give a row to the registration with `number`; the grades are judged as for any other row.

    :raises Refused: not open to `acting_user`, no such registration in the run, or what the row
        says goes against what stands on record
    """
    row = _lock_for(row_id, acting_user)
    enrollment = _registration(row, number, acting_user)
    taken = row.result_import.rows.appliable().filter(enrollment=enrollment).first()
    if taken is not None:
        raise Refused(
            _("Row %(row)s of this file is for %(number)s already. Put one of the two aside.")
            % {"row": taken.row, "number": enrollment}
        )
    outcome, against = result_matching.judge_by_hand(row, enrollment)
    if outcome not in APPLIABLE:
        raise Refused(
            _("This row cannot be applied to %(number)s: %(reason)s")
            % {"number": enrollment, "reason": against}
        )
    row.enrollment, row.outcome, row.reason = enrollment, outcome, ""
    _settle(row, Settled.MATCHED, reason, acting_user, at)
    audit.record(
        row,
        "resultimportrow.matched",
        acting_user=acting_user,
        at=at,
        registration=enrollment,
        reason=reason,
    )


@transaction.atomic(durable=True)
def put_row_aside(*, row_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Leave a row out of what is applied, saying why.

    :raises Refused: not open to `acting_user`
    """
    row = _lock_for(row_id, acting_user)
    _settle(row, Settled.ASIDE, reason, acting_user, at)
    event = "resultimportrow.put_aside"
    audit.record(row, event, acting_user=acting_user, at=at, reason=reason)


@transaction.atomic(durable=True)
def put_all_aside(
    *, import_id: int, outcome: str, reason: str, acting_user: User, at: datetime
) -> None:
    """Leave all rows of a file that came out as `outcome` out of what is applied.

    :raises Refused: not open to `acting_user`, or there is no such row
    """
    staged = _lock_import(import_id)
    if declined := result_policies.why_not_results(result_policies.ASIDE, staged, acting_user):
        raise Refused(declined)
    waiting = staged.rows.unsettled().filter(outcome=outcome)
    if waiting.filter(enrollment__officer__user=acting_user).exists():
        raise Refused(_("Nobody decides their own case."))
    count = waiting.update(
        settled_how=Settled.ASIDE, settled_by=acting_user, settled_at=at, settled_reason=reason
    )
    if not count:
        raise Refused(_("No row with this outcome waits for a person."))
    audit.record(
        staged,
        "resultimport.rows_put_aside",
        acting_user=acting_user,
        at=at,
        outcome=outcome,
        rows=count,
        reason=reason,
    )


def _lock_import(import_id: int) -> ResultImport:
    locked = ResultImport.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("run__course").get(pk=import_id)


def _lock_for(row_id: int, acting_user: User) -> ResultImportRow:
    """Lock the file, then the row, and read both again."""
    rows = ResultImportRow.objects
    staged = _lock_import(rows.values_list("result_import", flat=True).get(pk=row_id))
    locked = rows.select_for_update(no_key=True, of=("self",))
    row = locked.select_related("enrollment__officer").get(pk=row_id)
    row.result_import = staged
    if reason := result_policies.why_not_settle(None, row, acting_user):
        raise Refused(reason)
    return row


def _registration(row: ResultImportRow, number: str, acting_user: User) -> Enrollment:
    """Find the registration by its number, in the run of the file."""
    found = Enrollment.objects.filter(run=row.result_import.run_id, state__in=WITH_RESULTS)
    enrollment = found.filter(number=number.strip().upper()).select_related("officer").first()
    if enrollment is None:
        raise Refused(
            _("No confirmed registration of this batch has the number %(number)s.")
            % {"number": number}
        )
    if enrollment.officer.user_id == acting_user.pk:
        raise Refused(_("Nobody decides their own case."))
    return enrollment


def _settle(row: ResultImportRow, how: str, reason: str, acting_user: User, at: datetime) -> None:
    row.settled_how, row.settled_by, row.settled_at = how, acting_user, at
    row.settled_reason = reason
    row.save()
