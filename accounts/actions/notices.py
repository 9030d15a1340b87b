"""What people do to their notices: read them."""

from datetime import datetime

from django.db import transaction

from accounts.models import Notice, User


@transaction.atomic(durable=True)
def read_notice(*, notice_id: int, acting_user: User, at: datetime) -> Notice:
    """Mark one of the user's notices as read and return it."""
    notice = Notice.objects.visible_to(acting_user).select_for_update(no_key=True).get(pk=notice_id)
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])
    return notice


@transaction.atomic(durable=True)
def read_all_notices(*, acting_user: User, at: datetime) -> int:
    """Mark all of the user's notices as read; return how many were not."""
    return Notice.objects.visible_to(acting_user).unread().update(read_at=at)
