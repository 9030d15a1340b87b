"""Telling people: a notice in the transaction of its audit entry, mail after the commit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import AuditEntry, Notice, User
from accounts.tasks import deliver
from igot.lib.commits import after_commit


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
    about = {"link": link, "template": template, "attachment": attachment}
    return _keep(user, of, about, params)


def notify_in_digest(
    user: User, *, of: AuditEntry, link: str = "", template: str = "", **params: object
) -> Notice:
    """Tell `user` as `notify` does, but mail it with others once a day.

    It is mailed at once to whoever has chosen that.
    """
    about = {"link": link, "template": template, "in_digest": user.wants_digest}
    return _keep(user, of, about, params)


def _keep(
    user: User, of: AuditEntry, about: dict[str, Any], params: Mapping[str, object]
) -> Notice:
    about["template"] = about["template"] or of.event
    about["params"] = {name: str(value) for name, value in params.items()}
    defaults = {**about, "created_at": of.at}
    notice, is_new = Notice.objects.get_or_create(user=user, entry=of, defaults=defaults)
    if is_new and not notice.in_digest:
        after_commit(deliver.delay, notice_id=notice.pk)
    return notice


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What one of many is told: as `notify` takes it."""

    user: User | None
    of: AuditEntry
    link: str
    params: Mapping[str, object]


def notify_each(tellings: Iterable[Telling], *, at: datetime) -> None:
    """Tell many at once, each of an own entry and once: few queries; the sweep mails them."""
    Notice.objects.bulk_create(
        (
            Notice(
                user=telling.user,
                entry=telling.of,
                template=telling.of.event,
                params={name: str(value) for name, value in telling.params.items()},
                link=telling.link,
                created_at=at,
            )
            for telling in tellings
            if telling.user is not None
        ),
        batch_size=500,
        ignore_conflicts=True,
    )
