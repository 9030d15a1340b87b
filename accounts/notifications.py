"""Telling people: a notice in the transaction of its audit entry, mail after the commit."""

from functools import partial

from django.db import transaction

from accounts.models import AuditEntry, Notice, User
from accounts.tasks import deliver


def notify(
    user: User | None,
    *,
    of: AuditEntry,
    link: str = "",
    template: str = "",
    attachment: str = "",
    **params: object,
) -> Notice | None:
    """Tell `user` of the entry `of`, once; nobody, where an officer has no log-in yet.

    The text is `templates/notices/<template or the entry's event>.txt`: its first line is the
    subject; `params` (no codes, no bank details) and `entry` are its context. `link` is a path.
    `attachment`, a name in the setting NOTICE_ATTACHMENTS, is made from the rows when it is mailed.
    """
    if user is None:
        return None
    notice, is_new = Notice.objects.get_or_create(
        user=user,
        entry=of,
        defaults={
            "template": template or of.event,
            "params": {name: str(value) for name, value in params.items()},
            "link": link,
            "attachment": attachment,
            "created_at": of.at,
        },
    )
    if is_new:
        transaction.on_commit(partial(deliver.delay, notice_id=notice.pk), robust=True)
    return notice
