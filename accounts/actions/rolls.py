"""Bringing in a roll: upload, name the columns, check, approve by a second person, apply."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, policies, roll_policies, roll_sql
from accounts.models import (
    CadreAuthority,
    ProposedChange,
    RollImport,
    RollRow,
    RollSource,
    User,
)
from accounts.roll_changes import changes_of
from accounts.roll_files import open_roll
from accounts.roll_reading import Names, Reader
from accounts.roll_states import (
    APPROVE,
    CHECK,
    DISCARD,
    FIND_NOTHING,
    FINISH,
    FINISH_CHECK,
    REFUSE,
    ChangeState,
    RollState,
    RollStep,
    RowOutcome,
)
from igot.lib.commits import after_commit
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from igot.lib.tables import TableError
from igot.lib.uploads import sha256_of

SMALL: Final = 500_000  # bytes: what is read and applied while its sender waits
STAGED_AT_ONCE: Final = 20_000  # rows
LEASE: Final = timedelta(minutes=10)  # longer than any task may run
ATTEMPTS: Final = 3
KEPT: Final = timedelta(days=180)  # rows of a roll, after which only its counts remain


@transaction.atomic(durable=True)
def upload_roll(
    *,
    file: File,
    file_name: str,
    source: RollSource | None,
    new_source: str,
    authority: CadreAuthority | None,
    acting_user: User,
    at: datetime,
) -> RollImport:
    """Keep a file that can be read as a table, from a known source or a new one.

    :raises Refused: it is no table, or the source is not one of theirs
    """
    about = source.authority if source else authority
    if reason := roll_policies.why_not_bring(about, acting_user):
        raise Refused(reason)
    try:
        open_roll(file)
    except TableError as error:
        raise Refused(str(error)) from None
    digest = sha256_of(file)
    source = source or RollSource.objects.create(name=new_source, authority=authority)
    roll = RollImport(
        source=source,
        file_name=file_name,
        size=file.size,
        sha256=digest,
        date_order="",
        uploaded_by=acting_user,
        uploaded_at=at,
    )
    roll.file.save(file_name, file, save=False)
    roll.save()
    audit.record(roll, "roll.uploaded", acting_user=acting_user, at=at, sha256=roll.sha256)
    return roll


def map_roll(
    *, roll_id: int, mapping: Mapping[str, str], date_order: str, acting_user: User, at: datetime
) -> None:
    """Say which column of the file is what, remember it for the source, and have it checked.

    A small file is checked at once, in a transaction of its own; a large one by a task.

    :raises Refused: the roll is being checked, is applied or discarded, or is another authority's
    """
    roll = _queue_check(roll_id, mapping, date_order, acting_user, at)
    if roll.size <= SMALL:
        check_roll(roll_id=roll_id, at=at)


@transaction.atomic(durable=True)
def _queue_check(
    roll_id: int, mapping: Mapping[str, str], date_order: str, acting_user: User, at: datetime
) -> RollImport:
    roll = _lock_for(CHECK, roll_id, acting_user)
    roll.mapping = {column: name for column, name in mapping.items() if name}
    roll.date_order, roll.problem, roll.leased_until = date_order, "", None
    source = RollSource.objects.select_for_update(no_key=True).get(pk=roll.source_id)
    source.mapping, source.date_order = roll.mapping, date_order or source.date_order
    source.save(update_fields=["mapping", "date_order"])
    _advance(roll, CHECK, acting_user, at, "roll.columns_named")
    return roll


def check_roll(*, roll_id: int, at: datetime) -> bool:
    """Read every row and tell what would come of it; nothing but the roll's own rows is written.

    Rows are staged some thousands at a time, so that progress shows; a check that breaks off is
    begun anew. Returns False where another worker is at it.
    """
    roll = _claim_check(roll_id, at)
    if roll is None:
        return False
    with translation.override(roll.uploaded_by.language):
        try:
            reader = _stage_rows(roll, on=civil_date(at))
        except TableError as error:
            _refuse(roll_id, str(error), at)
            return True
    _finish_check(roll_id, reader, at)
    return True


@transaction.atomic(durable=True)
def _claim_check(roll_id: int, at: datetime) -> RollImport | None:
    roll = _lock(roll_id)
    if roll.state != RollState.CHECKING or (roll.leased_until and roll.leased_until > at):
        return None
    roll.leased_until, roll.rows_done, roll.counts, roll.notes = at + LEASE, 0, {}, []
    roll.save()
    _forget_rows(roll)
    return roll


def _stage_rows(roll: RollImport, *, on: date) -> Reader:
    """Read the file into the table of rows.

    :raises TableError: at the first row that cannot be read at all, or where there is none
    """
    with roll.file.open("rb") as file:
        table = open_roll(file)
        reader = Reader(
            names=Names.load(),
            mapping=roll.mapping,
            order=roll.date_order,
            today=on,
            authority_id=roll.source.authority_id,
        )
        rows, done = reader.rows(table), 0
        while batch := list(islice(rows, STAGED_AT_ONCE)):
            done += len(batch)
            with transaction.atomic():
                roll_sql.stage(roll, batch)
                RollImport.objects.filter(pk=roll.pk).update(rows_done=done, notes=table.notes)
    if not done:
        raise TableError(_("The file has no row below its header."))
    return reader


@transaction.atomic(durable=True)
def _refuse(roll_id: int, problem: str, at: datetime) -> None:
    roll = _lock(roll_id)
    roll.problem, roll.leased_until = problem[:500], None
    _forget_rows(roll)
    _advance(roll, REFUSE, None, at, "roll.refused")


@transaction.atomic(durable=True)
def _finish_check(roll_id: int, reader: Reader, at: datetime) -> None:
    roll_sql.take_time()
    roll = _lock(roll_id)
    roll_sql.mark_repeated(roll, reader.repeats())
    _match(roll)
    roll.checked_at, roll.leased_until = at, None
    has_news = any(roll.counts.get(outcome) for outcome in (RowOutcome.NEW, RowOutcome.CHANGED))
    step = FINISH_CHECK if has_news else FIND_NOTHING
    _advance(roll, step, None, at, "roll.checked", **roll.counts)


def approve_roll(*, roll_id: int, acting_user: User, at: datetime) -> None:
    """Approve a checked roll as a second person; a small one is applied at once.

    :raises Refused: one's own upload, not checked, another authority's, or oneself is in it
    """
    roll = _approve(roll_id, acting_user, at)
    if roll.size <= SMALL:
        apply_roll(roll_id=roll_id, at=at)


@transaction.atomic(durable=True)
def _approve(roll_id: int, acting_user: User, at: datetime) -> RollImport:
    roll = _lock_for(APPROVE, roll_id, acting_user)
    own = roll.rows.filter(outcome=RowOutcome.NEW, official_email=acting_user.email.lower()).first()
    if own is not None:
        raise Refused(
            _("Row %(row)s is about you. Nobody verifies their own service record: ask another.")
            % {"row": own.number}
        )
    roll.approved_by, roll.approved_at = acting_user, at
    _advance(roll, APPROVE, acting_user, at, "roll.approved")
    return roll


@transaction.atomic(durable=True)
def apply_roll(*, roll_id: int, at: datetime) -> None:
    """Bring an approved roll in, all of it or nothing: new officers, and changes proposed.

    What the check found is matched anew with the records as they are now.

    :raises Refused: the roll is not waiting to be applied, or its officers are being entered
        elsewhere at this moment
    """
    roll_sql.take_time()
    roll = _lock(roll_id)
    if roll.state not in FINISH.sources or roll.approved_by is None:
        raise Refused(_("The roll is “%(state)s”.") % {"state": roll.get_state_display()})
    approver = roll.approved_by
    _add_officers(roll, approver, at)
    note = f"{roll.source}: {roll.file_name}"[:500]
    roll_sql.insert_entries(roll, note=note, approver=approver, at=at)
    roll_sql.insert_postings(roll, approver=approver, at=at)
    _propose_changes(roll, at)
    roll.counts, roll.applied_at = roll_sql.counts_of(roll), at
    _drop_file(roll)
    _advance(roll, FINISH, approver, at, "roll.applied", sha256=roll.sha256, **roll.counts)


def _add_officers(roll: RollImport, approver: User, at: datetime) -> None:
    """Add the new officers; where somebody enters one of them meanwhile, match and try again."""
    for _attempt in range(ATTEMPTS):
        _match(roll)
        before = transaction.savepoint()
        if roll_sql.insert_officers(roll, approver=approver, at=at) == roll.counts.get("new", 0):
            transaction.savepoint_commit(before)
            return
        transaction.savepoint_rollback(before)
    raise Refused(_("Officers of this roll are being entered elsewhere. Try again in a minute."))


def _propose_changes(roll: RollImport, at: datetime) -> None:
    """Open a proposed change for each row that differs from a record."""
    rows = RollRow.objects.filter(roll=roll, outcome=RowOutcome.CHANGED).with_names()
    waiting = []
    for row in rows.order_by("number").iterator(chunk_size=500):
        assert row.officer is not None  # noqa: S101 – matching gave it one
        before, after = changes_of(row, row.officer)
        waiting.append(
            ProposedChange(
                officer=row.officer,
                roll=roll,
                row_number=row.number,
                before=before,
                after=after,
                proposed_by=roll.uploaded_by,
                proposed_at=at,
            )
        )
    ProposedChange.objects.bulk_create(waiting, batch_size=500, ignore_conflicts=True)
    mine = ProposedChange.objects.filter(roll=roll).values("officer")
    rows.exclude(officer__in=mine).update(outcome=RowOutcome.WAITING)


def _match(roll: RollImport) -> None:
    """Match the rows with the records, set aside what was declined before, and count."""
    roll_sql.classify(roll)
    declined: dict[int, list[Any]] = {}
    changed = RollRow.objects.filter(roll=roll, outcome=RowOutcome.CHANGED)
    refused = ProposedChange.objects.filter(
        state=ChangeState.DECLINED, officer__in=changed.values("officer")
    )
    for officer_id, after in refused.values_list("officer", "after"):
        declined.setdefault(officer_id, []).append(after)
    again = [
        row.pk
        for row in changed.filter(officer__in=list(declined)).with_names()
        if row.officer and changes_of(row, row.officer)[1] in declined[row.officer.pk]
    ]
    changed.filter(pk__in=again).update(outcome=RowOutcome.DECLINED)
    roll.counts = roll_sql.counts_of(roll)


@transaction.atomic(durable=True)
def discard_roll(*, roll_id: int, acting_user: User, at: datetime) -> None:
    """Give up a roll that is not approved: its file and its rows are deleted.

    :raises Refused: it is being worked on, applied or discarded, or another authority's
    """
    roll = _lock_for(DISCARD, roll_id, acting_user)
    _forget_rows(roll)
    _drop_file(roll)
    _advance(roll, DISCARD, acting_user, at, "roll.discarded")


@transaction.atomic(durable=True)
def note_download(*, roll_id: int, acting_user: User, at: datetime) -> None:
    """Record that the rows of a roll left the portal as a file."""
    roll = RollImport.objects.with_people().get(pk=roll_id)
    audit.record(roll, "roll.rows_downloaded", acting_user=acting_user, at=at)


@transaction.atomic(durable=True)
def forget_old_rows(*, at: datetime) -> int:
    """Delete the rows of rolls applied long ago, whose facts the records hold; return how many."""
    old = RollImport.objects.filter(state=RollState.APPLIED, applied_at__lt=at - KEPT)
    rows = RollRow.objects.filter(roll__in=old)
    return int(rows._raw_delete(rows.db))  # nothing hangs on a row


def _forget_rows(roll: RollImport) -> None:
    rows = RollRow.objects.filter(roll=roll)
    rows._raw_delete(rows.db)  # nothing hangs on a row


def _drop_file(roll: RollImport) -> None:
    if roll.file.name:
        after_commit(default_storage.delete, roll.file.name)
    roll.file = ""


def _lock(roll_id: int) -> RollImport:
    rolls = RollImport.objects.select_for_update(no_key=True, of=("self",))
    return rolls.with_people().get(pk=roll_id)


def _lock_for(step: RollStep[RollState], roll_id: int, acting_user: User) -> RollImport:
    roll = _lock(roll_id)
    if reason := roll_policies.why_not_roll(step, roll, acting_user):
        raise Refused(reason)
    return roll


def _advance(
    roll: RollImport,
    step: RollStep[RollState],
    acting_user: User | None,
    at: datetime,
    event: str,
    **details: Any,
) -> None:
    was, roll.state = roll.state, step.target
    roll.save()
    principal = acting_user and policies.on_behalf_of(acting_user, roll.source.authority)
    audit.record(
        roll, event, acting_user=acting_user, at=at, on_behalf_of=principal, was=was, **details
    )
