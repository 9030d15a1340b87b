"""That the accounts of the pool do not hold: taken down for each batch, and told to the desk."""

from collections import defaultdict
from datetime import datetime
from typing import Final

from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from accounts.roles import Role
from enrollment import pool_audit
from enrollment.models import CouponBatch
from igot.lib.dates import civil_date

EVENT: Final = "couponbatch.does_not_hold"
SAID: Final = 20  # faults of a batch that its entry names; the command names all


@transaction.atomic(durable=True)
def check_pool(*, at: datetime) -> int:
    """Count the pool anew and tell the desk of each batch that does not hold; return the faults.

    What was told of a batch is not told again on the same day, should this run twice.
    """
    by_batch: dict[int, list[str]] = defaultdict(list)
    for fault in pool_audit.faults():
        by_batch[fault.batch_id].append(fault.words)
    locked = CouponBatch.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    for batch in locked.filter(pk__in=by_batch).select_related("course"):
        if not _is_told(batch, by_batch[batch.pk], at):
            _tell_of(batch, by_batch[batch.pk], at)
    return sum(len(words) for words in by_batch.values())


def _is_told(batch: CouponBatch, words: list[str], at: datetime) -> bool:
    told = AuditEntry.objects.about(batch).filter(event=EVENT).order_by("pk").last()
    if told is None or civil_date(told.at) != civil_date(at):
        return False
    return bool(told.details["faults"] == words[:SAID])


def _tell_of(batch: CouponBatch, words: list[str], at: datetime) -> None:
    entry = audit.record(batch, EVENT, acting_user=None, at=at, faults=words[:SAID])
    link = reverse("admin:enrollment_couponbatch_change", args=[batch.pk])
    for user in User.objects.holding(Role.DEALING_HAND):
        notify(user, of=entry, link=link, batch=batch, number=len(words), first=words[0])
