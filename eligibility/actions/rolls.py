"""Rolls that somebody sends: taken in, screened by a task, cancelled, and deleted in time."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from courses.models import Run
from eligibility.models import RollScreening, RuleSetVersion
from eligibility.models.rolls import KEPT_FOR, MOST_ATTEMPTS, SENDERS
from eligibility.states import RollState
from igot.lib.commits import after_commit
from igot.lib.dates import civil_date
from igot.lib.errors import Refused

MOST_WAITING = 3  # of one person


@transaction.atomic(durable=True)
def send_roll(
    *,
    stored: str,
    file: Mapping[str, Any],
    version: RuleSetVersion,
    run: Run | None,
    commences_on: date,
    acting_user: User,
    at: datetime,
) -> RollScreening:
    """Take in a roll whose file is `stored`; `file` holds its name, size and digest.

    :raises Refused: not for this user, or too many rolls of theirs wait
    """
    User.objects.select_for_update(no_key=True).get(pk=acting_user.pk)
    if not acting_user.has_role(*SENDERS):
        raise Refused(_("Rolls are screened for nodal officers and the Training Division."))
    if RollScreening.objects.sent_by(acting_user).at_work().count() >= MOST_WAITING:
        raise Refused(_("Three of your rolls are still being screened. Wait for one of them."))
    roll = RollScreening.objects.create(
        uploaded_by=acting_user,
        uploaded_at=at,
        file=stored,
        file_name=file["name"],
        size=file["size"],
        sha256=file["sha256"],
        run=run,
        rule_set_version=version,
        commences_on=commences_on,
        language=acting_user.language,
    )
    _record(roll, "roll.sent", acting_user, at, size=roll.size, sha256=roll.sha256)
    return roll


@transaction.atomic(durable=True)
def begin_roll(*, roll_id: int, at: datetime) -> RollScreening:
    """Take a roll that is due; it is given up after `MOST_ATTEMPTS`.

    :raises Refused: somebody else has taken it, or it is done
    """
    roll = _lock(roll_id)
    if not RollScreening.objects.due(at).filter(pk=roll_id).exists():
        raise _not_now(roll)
    if roll.attempts >= MOST_ATTEMPTS:
        _fail(roll, _("It was tried three times without success. Send a smaller file."), at)
        return roll
    roll.attempts, roll.beat_at, roll.rows_done = roll.attempts + 1, at, 0
    _advance(roll, RollState.RUNNING)
    return roll


@transaction.atomic(durable=True)
def report_progress(*, roll_id: int, attempt: int, rows_done: int, at: datetime) -> None:
    """Note how far the screening is.

    :raises Refused: it was cancelled, or another worker has taken it over
    """
    roll = _lock_attempt(roll_id, attempt)
    roll.rows_done, roll.beat_at = rows_done, at
    roll.save(update_fields=["rows_done", "beat_at"])


@transaction.atomic(durable=True)
def note_size(*, roll_id: int, attempt: int, rows_total: int | None, at: datetime) -> None:
    """Note how many rows the roll has, about, before they are screened.

    :raises Refused: it was cancelled, or another worker has taken it over
    """
    roll = _lock_attempt(roll_id, attempt)
    roll.rows_total, roll.beat_at = rows_total, at
    roll.save(update_fields=["rows_total", "beat_at"])


@transaction.atomic(durable=True)
def finish_roll(
    *, roll_id: int, attempt: int, stored: str, answer: Mapping[str, Any], at: datetime
) -> RollScreening:
    """Keep the answer, delete the roll itself, and tell who sent it.

    :raises Refused: it was cancelled, or another worker has taken it over
    """
    roll = _lock_attempt(roll_id, attempt)
    roll.result, roll.kept_until, roll.finished_at = stored, civil_date(at) + KEPT_FOR, at
    roll.rows_done = roll.rows_total = answer["rows"]
    roll.counts, roll.preview, roll.notes = answer["counts"], answer["preview"], answer["notes"]
    _forget_file(roll)
    _advance(roll, RollState.DONE)
    _tell(roll, _record(roll, "roll.screened", None, at, rows=roll.rows_done, counts=roll.counts))
    return roll


@transaction.atomic(durable=True)
def fail_roll(*, roll_id: int, attempt: int, problem: str, at: datetime) -> RollScreening:
    """Give a roll up that cannot be read, with the sentence why.

    :raises Refused: it was cancelled, or another worker has taken it over
    """
    roll = _lock_attempt(roll_id, attempt)
    _fail(roll, problem, at)
    return roll


@transaction.atomic(durable=True)
def cancel_roll(*, roll_id: int, acting_user: User, at: datetime) -> RollScreening:
    """Stop the screening of one's own roll and delete the file.

    :raises Refused: it is done already, or somebody else's
    """
    roll = _lock(roll_id)
    if roll.uploaded_by_id != acting_user.pk or not acting_user.has_role(*SENDERS):
        raise Refused(_("Only who sent a roll cancels its screening."))
    if not roll.is_at_work:
        raise _not_now(roll)
    roll.finished_at = at
    _forget_file(roll)
    _advance(roll, RollState.CANCELLED)
    _record(roll, "roll.cancelled", acting_user, at)
    return roll


@transaction.atomic(durable=True)
def record_download(*, roll_id: int, kind: str, acting_user: User, at: datetime) -> RollScreening:
    """Write down that the answer was taken away, before it is given.

    :raises Refused: the answer is no longer kept
    """
    roll = _lock(roll_id)
    if roll.state != RollState.DONE:
        raise _not_now(roll)
    _record(roll, "roll.downloaded", acting_user, at, kind=kind)
    return roll


@transaction.atomic(durable=True)
def expire_roll(*, roll_id: int, at: datetime) -> RollScreening:
    """Delete the answer, whose time has passed; the counts stay.

    :raises Refused: it is deleted already, or its time has not passed
    """
    roll = _lock(roll_id)
    if roll.state != RollState.DONE or not roll.kept_until or roll.kept_until >= civil_date(at):
        raise _not_now(roll)
    after_commit(default_storage.delete, str(roll.result.name))
    roll.result, roll.preview = "", []
    _advance(roll, RollState.EXPIRED)
    _record(roll, "roll.deleted", None, at)
    return roll


def _lock(roll_id: int) -> RollScreening:
    rolls = RollScreening.objects.select_for_update(no_key=True, of=("self",))
    return rolls.select_related("uploaded_by").get(pk=roll_id)


def _lock_attempt(roll_id: int, attempt: int) -> RollScreening:
    roll = _lock(roll_id)
    if roll.state != RollState.RUNNING or roll.attempts != attempt:
        raise _not_now(roll)
    return roll


def _fail(roll: RollScreening, problem: str, at: datetime) -> None:
    roll.problem, roll.finished_at = problem[:500], at
    _forget_file(roll)
    _advance(roll, RollState.FAILED)
    _tell(roll, _record(roll, "roll.failed", None, at, problem=roll.problem))


def _forget_file(roll: RollScreening) -> None:
    after_commit(default_storage.delete, str(roll.file.name))
    roll.file = ""


def _advance(roll: RollScreening, state: RollState) -> None:
    roll.state = state
    roll.save()


def _not_now(roll: RollScreening) -> Refused:
    return Refused(_("This is “%(state)s”.") % {"state": roll.get_state_display()})


def _record(
    roll: RollScreening, event: str, acting_user: User | None, at: datetime, **details: Any
) -> AuditEntry:
    return audit.record(roll, event, acting_user=acting_user, at=at, **details)


def _tell(roll: RollScreening, entry: AuditEntry) -> None:
    notify(
        roll.uploaded_by,
        of=entry,
        link=roll.get_absolute_url(),
        number=roll.pk,
        name=roll.file_name,
        problem=roll.problem,
        days=KEPT_FOR.days,
    )
