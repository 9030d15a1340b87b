"""Telling people: a notice in the transaction of its audit entry, mail after the commit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any, Final

from django.db import connection, models

from accounts import audit
from accounts.models import AuditEntry, Notice, User
from accounts.tasks import deliver
from igot.lib.commits import after_commit

# An entry and the notice that hangs on it, for what happens some thousand times an hour.
RECORD_AND_TELL: Final = """
WITH entry AS (
  INSERT INTO accounts_auditentry (event, subject_type, subject_id, subject_name, acting_user_id,
    acting_roles, address, at, details)
  VALUES (%(event)s, %(subject_type)s, %(subject_id)s, %(subject_name)s, %(acting_user)s,
    %(acting_roles)s, %(address)s, %(at)s, %(details)s)
  RETURNING id
)
INSERT INTO accounts_notice (user_id, entry_id, template, params, link, attachment, in_digest,
  created_at, attempts)
SELECT %(user)s, entry.id, %(event)s, %(params)s, %(link)s, '', false, %(at)s, 0 FROM entry
RETURNING id"""


def record_and_tell(
    user: User,
    subject: models.Model,
    event: str,
    *,
    acting_user: User | None,
    at: datetime,
    link: str,
    params: Mapping[str, object],
    by_sweep: bool = False,
) -> None:
    """Record `event` and tell `user` of it, as `audit.record` and `notify` do: in one statement.

    `by_sweep` leaves the mail to the sweep, for work that tells many.
    """
    if connection.vendor != "postgresql":
        entry = audit.record(subject, event, acting_user=acting_user, at=at)
        notice = Notice(user=user, entry=entry, template=event, link=link, created_at=at)
        notice.params = {name: str(value) for name, value in params.items()}
        notice.save(force_insert=True)
        notice_id = notice.pk
    else:
        values = audit.fields_of(subject, event, acting_user, at, {})
        values |= {"acting_user": acting_user.pk if acting_user else None, "details": "{}"}
        values |= {"user": user.pk, "link": link}
        values["params"] = dumps({name: str(value) for name, value in params.items()})
        with connection.cursor() as cursor:
            cursor.execute(RECORD_AND_TELL, values)
            (notice_id,) = cursor.fetchone()
    if not by_sweep:
        after_commit(deliver.delay, notice_id=notice_id)


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
