"""What happens to batches of coupons: imported by one person, released by another, closed."""

import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from courses.models import Course, Provider
from enrollment import imports, pool_policies, states
from enrollment.actions import coupons
from enrollment.models import Coupon, CouponBatch, CouponImportRow
from igot.lib.crypto import blind_index
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused
from igot.lib.tables import TableError

AT_ONCE: Final = 500


@transaction.atomic
def import_coupons(
    *,
    course: Course,
    letter_reference: str,
    file_name: str,
    content: bytes,
    acting_user: User,
    at: datetime,
) -> CouponBatch:
    """Keep the codes of a provider's file, and what became of each of its rows.

    Plain atomic, for the desk calls it where a batch is added. The codes can be issued only once
    a second person has released the batch. The provider's row is locked: one import at a time.
    :raises Refused: not open to `acting_user`, not readable, or imported before
    """
    if reason := pool_policies.why_not_import(acting_user):
        raise Refused(reason)
    digest = hashlib.sha256(content).hexdigest()
    Provider.objects.select_for_update(no_key=True).get(pk=course.provider_id)
    _refuse_known_file(digest)
    rows = _read(course, content, at)
    batch = CouponBatch.objects.create(
        provider=course.provider,
        course=course,
        letter_reference=letter_reference,
        file_name=file_name[:150],
        sha256=digest,
        imported_by=acting_user,
        imported_at=at,
    )
    outcomes = _keep(batch, rows)
    audit.record(batch, "couponbatch.imported", acting_user=acting_user, at=at, **outcomes)
    return batch


@transaction.atomic(durable=True)
def release_batch(*, batch_id: int, acting_user: User, at: datetime) -> None:
    """Let the codes of a batch be issued; the registrations in the queue are served at once.

    :raises Refused: the step is not open to `acting_user`, above all if they imported it
    """
    batch = _lock_for(states.RELEASE_BATCH, batch_id, acting_user)
    batch.released_by, batch.released_at = acting_user, at
    _advance(batch, states.RELEASE_BATCH, acting_user, at)
    coupons.serve_queue_of(course=batch.course, at=at)


@transaction.atomic(durable=True)
def close_batch(*, batch_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Stop issuing the codes of a batch; what is issued stands.

    :raises Refused: the step is not open to `acting_user`
    """
    batch = _lock_for(states.CLOSE_BATCH, batch_id, acting_user)
    _advance(batch, states.CLOSE_BATCH, acting_user, at, reason=reason)


def _refuse_known_file(digest: str) -> None:
    known = CouponBatch.objects.filter(sha256=digest).first()
    if known is not None:
        raise Refused(
            _("This very file was imported on %(day)s for “%(batch)s”; nothing was changed.")
            % {"day": dmy(civil_date(known.imported_at)), "batch": known}
        )


def _read(course: Course, content: bytes, at: datetime) -> list[imports.CouponRow]:
    names = {course.code, course.title, course.title_hi} - {""}
    try:
        return imports.read_coupons(
            io.BytesIO(content),
            course_names=frozenset(imports.fold(name) for name in names),
            on=civil_date(at),
        )
    except TableError as error:
        raise Refused(str(error)) from None


def _keep(batch: CouponBatch, rows: Sequence[imports.CouponRow]) -> dict[str, Any]:
    """Store codes and outcomes, and count the outcomes."""
    outcomes: dict[str, int] = {}
    for start in range(0, len(rows), AT_ONCE):
        part = [(row, blind_index(row.code) if row.code else "") for row in rows[start:][:AT_ONCE]]
        digests = [digest for _row, digest in part]
        known = Coupon.objects.filter(provider=batch.provider, code_digest__in=digests)
        taken = set(known.values_list("code_digest", flat=True))
        Coupon.objects.bulk_create(
            _coupon(batch, row, digest)
            for row, digest in part
            if row.outcome == CouponImportRow.Outcome.ACCEPTED and digest not in taken
        )
        kept = [_outcome(batch, row, is_known=digest in taken) for row, digest in part]
        CouponImportRow.objects.bulk_create(kept)
        for row in kept:
            outcomes[row.outcome] = outcomes.get(row.outcome, 0) + 1
    return outcomes


def _coupon(batch: CouponBatch, row: imports.CouponRow, digest: str) -> Coupon:
    if row.valid_until is None or row.price_usd is None:
        raise ValueError(f"row {row.number} was accepted without its terms")
    return Coupon(
        batch=batch,
        provider=batch.provider,
        course=batch.course,
        code=row.code,
        code_digest=digest,
        ending=row.ending,
        valid_until=row.valid_until,
        price_usd=row.price_usd,
    )


def _outcome(batch: CouponBatch, row: imports.CouponRow, *, is_known: bool) -> CouponImportRow:
    outcome, reason = row.outcome, row.reason
    if is_known and outcome == CouponImportRow.Outcome.ACCEPTED:
        outcome = CouponImportRow.Outcome.DUPLICATE
        reason = _("The code came in an earlier file.")
    return CouponImportRow(
        batch=batch, row=row.number, ending=row.ending, outcome=outcome, reason=reason[:250]
    )


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
