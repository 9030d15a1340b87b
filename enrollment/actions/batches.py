"""What happens to batches of coupons: imported by one person, released by another, closed."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, Final, cast

from django.core.files.base import File
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from courses.models import Course, Provider
from enrollment import imports, pool_policies, provider_tables, states
from enrollment.actions import coupon_queue
from enrollment.actions.provider_files import FileReader, advance, drop_file, take_in
from enrollment.models import ColumnMap, Coupon, CouponBatch, CouponImportRow
from igot.lib.copying import copy_in
from igot.lib.crypto import blind_index
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from igot.lib.tables import TableError

log = logging.getLogger("igot.uploads")
COUPON_FIELDS: Final = (
    "batch",
    "provider",
    "course",
    "code",
    "code_digest",
    "ending",
    "valid_until",
    "price_usd",
    "state",
)
SERVED_AT_ONCE: Final = 500  # of the queue, while whoever releases a batch waits
ROW_FIELDS: Final = ("batch", "row", "ending", "outcome", "reason")
Outcome = CouponImportRow.Outcome


def import_coupons(
    *,
    course: Course,
    letter_reference: str,
    file: File,
    file_name: str,
    acting_user: User,
    at: datetime,
) -> CouponBatch:
    """Take in a provider's file of codes; a small one is read at once, a large one by a task.

    The codes can be issued only once a second person has released the batch.
    :raises Refused: not open to `acting_user`, lacks a column, or imported before
    """
    batch = _take_in(course, letter_reference, file, file_name, acting_user, at)
    return COUPON_FILES.read_if_small(batch, at)


@transaction.atomic(durable=True)
def _take_in(
    course: Course,
    letter_reference: str,
    file: File,
    file_name: str,
    acting_user: User,
    at: datetime,
) -> CouponBatch:
    """Store the file with its row; the provider's row is locked, so that files come in turn."""
    if reason := pool_policies.why_not_import(acting_user):
        raise Refused(reason)
    provider = Provider.objects.select_for_update(no_key=True).get(pk=course.provider_id)
    batch = CouponBatch(
        provider=provider,
        course=course,
        letter_reference=letter_reference,
        file_name=file_name[:150],
        state=states.BatchState.READING,
        imported_by=acting_user,
        imported_at=at,
    )
    _refuse_unreadable(batch, file)
    take_in(batch, file, known=CouponBatch.objects.standing())
    batch.save()
    audit.record(
        batch, "couponbatch.taken_in", acting_user=acting_user, at=at, rows=batch.rows_total
    )
    return batch


def _refuse_unreadable(batch: CouponBatch, file: File) -> None:
    """Refuse at the form what the first lines of a file show: no table, a column missing, empty."""
    try:
        file.seek(0)
        table = imports.open_coupons(cast(IO[bytes], file), by=_map_of(batch))
        if next(iter(table.table.records()), None) is None:
            raise TableError(_("The file has no row below its header."))
    except TableError as problem:
        log.warning("refused a file of coupons of %s bytes: %s", file.size, problem)
        raise Refused(str(problem)) from None


def _map_of(batch: CouponBatch) -> ColumnMap | None:
    on = civil_date(batch.imported_at)
    return provider_tables.map_in_force(batch.provider, ColumnMap.Kind.COUPONS, on)


class CouponFiles(FileReader[CouponBatch, imports.CouponRow]):
    """How a file of codes is read: each code sealed, each row with what became of it."""

    model = CouponBatch
    name = "couponbatch"

    def has_to_wait(self, thing: CouponBatch) -> bool:
        """Read the files of a provider in turn: a code goes to the first that brings it."""
        before = CouponBatch.objects.to_be_read().filter(provider=thing.provider_id)
        return before.filter(pk__lt=thing.pk).exists()

    def rows(self, thing: CouponBatch, file: IO[bytes]) -> Iterator[imports.CouponRow]:
        by, course = _map_of(thing), thing.course
        redeemed = imports.redeemed_codes(imports.open_coupons(file, by=by))
        file.seek(0)
        names = {course.code, course.title, course.title_hi} - {""}
        yield from imports.coupon_rows(
            imports.open_coupons(file, by=by),
            course_names=frozenset(provider_tables.fold(name) for name in names),
            redeemed=redeemed,
            on=civil_date(thing.imported_at),
        )

    def keep(self, thing: CouponBatch, rows: list[imports.CouponRow]) -> None:
        """Seal the new codes of a chunk; those that stand already are found by one query."""
        digests = [blind_index(row.code) if row.code else "" for row in rows]
        taken = Coupon.objects.standing_among(thing.provider_id, digests)
        coupons, outcomes = [], []
        for row, digest in zip(rows, digests, strict=True):
            outcome, reason = row.outcome, row.reason
            if outcome == Outcome.ACCEPTED and digest in taken:
                outcome, is_own = Outcome.DUPLICATE, taken[digest] == thing.pk
                reason = (
                    _("Twice in this file.") if is_own else _("The code came in an earlier file.")
                )
            elif outcome == Outcome.ACCEPTED:
                taken[digest] = thing.pk
                coupons.append(_coupon(thing, row, digest))
            outcomes.append((thing.pk, row.number, row.ending, outcome.value, reason[:250]))
        copy_in(Coupon, COUPON_FIELDS, coupons)
        copy_in(CouponImportRow, ROW_FIELDS, outcomes)

    def forget(self, thing: CouponBatch) -> None:
        Coupon.objects.filter(batch=thing).drop()
        thing.rows.all().delete()

    def finish(self, thing: CouponBatch, at: datetime) -> None:
        counted = thing.rows.values_list("outcome").annotate(Count("pk")).order_by("outcome")
        drop_file(thing)
        by = thing.imported_by
        advance(
            thing,
            states.BatchState.IMPORTED,
            "couponbatch.imported",
            acting_user=by,
            at=at,
            **dict(counted),
        )


COUPON_FILES: Final = CouponFiles()


def _coupon(batch: CouponBatch, row: imports.CouponRow, digest: str) -> tuple[Any, ...]:
    """Return the values of COUPON_FIELDS."""
    if row.valid_until is None or row.price_usd is None:
        raise ValueError(f"row {row.number} was accepted without its terms")
    return (
        batch.pk,
        batch.provider_id,
        batch.course_id,
        row.code,
        digest,
        row.ending,
        row.valid_until,
        row.price_usd,
        states.CouponState.AVAILABLE.value,
    )


def release_batch(*, batch_id: int, acting_user: User, at: datetime) -> None:
    """Let the codes of a batch be issued, and serve the registrations that wait for them.

    The release stands before the first of them is served, each by a transaction of its own; those
    beyond `SERVED_AT_ONCE` are served by the task.
    :raises Refused: the step is not open to `acting_user`, above all if they imported it
    """
    course = _release(batch_id, acting_user, at)
    coupon_queue.serve_coupon_queue(at=at, course=course, limit=SERVED_AT_ONCE)


@transaction.atomic(durable=True)
def _release(batch_id: int, acting_user: User, at: datetime) -> Course:
    batch = _lock_for(states.RELEASE_BATCH, batch_id, acting_user)
    batch.released_by, batch.released_at = acting_user, at
    _advance(batch, states.RELEASE_BATCH, acting_user, at)
    return batch.course


@transaction.atomic(durable=True)
def close_batch(*, batch_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Stop issuing the codes of a batch; what is issued stands.

    :raises Refused: the step is not open to `acting_user`
    """
    batch = _lock_for(states.CLOSE_BATCH, batch_id, acting_user)
    _advance(batch, states.CLOSE_BATCH, acting_user, at, reason=reason)


def _lock_for(
    step: states.Step[states.BatchState], batch_id: int, acting_user: User
) -> CouponBatch:
    batch = CouponBatch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if reason := pool_policies.why_not_batch(step, batch, acting_user):
        raise Refused(reason)
    return batch


def _advance(
    batch: CouponBatch,
    step: states.Step[states.BatchState],
    acting_user: User,
    at: datetime,
    **details: Any,
) -> AuditEntry:
    was, batch.state = batch.state, step.target
    batch.save()
    event = f"couponbatch.{batch.state}"
    return audit.record(batch, event, acting_user=acting_user, at=at, was=was, **details)
