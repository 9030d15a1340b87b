"""That the accounts of the pool do not hold: taken down for each batch, and told to the desk."""

from collections import defaultdict
from datetime import datetime
from typing import Final

from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.models import User
from accounts.notifications import notify
from accounts.roles import Role
from enrollment import pool_audit
from enrollment.models import CouponBatch

SAID: Final = 20  # faults of a batch that its entry names; the command names all


@transaction.atomic(durable=True)
def check_pool(*, at: datetime) -> int:
    """Count the pool anew and tell the desk of each batch that does not hold; return the faults."""
    by_batch: dict[int, list[str]] = defaultdict(list)
    for fault in pool_audit.faults():
        by_batch[fault.batch_id].append(fault.words)
    for batch in CouponBatch.objects.filter(pk__in=by_batch).select_related("course"):
        _tell_of(batch, by_batch[batch.pk], at)
    return sum(len(words) for words in by_batch.values())


def _tell_of(batch: CouponBatch, words: list[str], at: datetime) -> None:
    entry = audit.record(
        batch, "couponbatch.does_not_hold", acting_user=None, at=at, faults=words[:SAID]
    )
    link = reverse("admin:enrollment_couponbatch_change", args=[batch.pk])
    for user in User.objects.holding(Role.DEALING_HAND):
        notify(user, of=entry, link=link, batch=batch, number=len(words), first=words[0])
