"""Gathering the notices that a user gets in one mail a day."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import Digest, Notice, User
from igot.lib.dates import civil_date


@transaction.atomic(durable=True)
def make_digest(*, user_id: int, at: datetime) -> bool:
    """Gather what waits for a user's mail of the day; False where it was gathered already.

    The mail is a row before it is sent, one a user and day: what comes later waits for tomorrow.
    """
    digest, is_new = Digest.objects.get_or_create(
        user_id=user_id, day=civil_date(at), defaults={"made_at": at}
    )
    if is_new and not Notice.objects.awaiting_digest().filter(user=user_id).update(digest=digest):
        digest.delete()
        return False
    return is_new


def make_digests(*, at: datetime) -> int:
    """Gather the mails of the day, each user's by itself; return how many."""
    today = civil_date(at)
    made = Digest.objects.filter(day=today).values("user")
    waiting = Notice.objects.awaiting_digest().exclude(user__in=made)
    users = list(waiting.order_by("user").values_list("user", flat=True).distinct())
    return sum(make_digest(user_id=user_id, at=at) for user_id in users)


@transaction.atomic(durable=True)
def choose_mail(*, wants_digest: bool, acting_user: User, at: datetime) -> None:
    """Take down whether intimations are mailed once a day or each at once."""
    user = User.objects.select_for_update(no_key=True).get(pk=acting_user.pk)
    if user.wants_digest == wants_digest:
        return
    user.wants_digest = wants_digest
    user.save(update_fields=["wants_digest"])
    audit.record(
        user, "user.mail_chosen", acting_user=acting_user, at=at, one_mail_a_day=wants_digest
    )
