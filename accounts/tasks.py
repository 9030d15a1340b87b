"""Work after the commit: mail of notices, and the seals of the audit trail."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from accounts import audit
from accounts.actions import digests, rolls
from accounts.facts import digest_text, text_of
from accounts.models import Digest, Notice, RollImport
from accounts.roll_states import RollState
from igot.lib.attachments import TextAttachment
from igot.lib.dates import IST
from igot.lib.errors import Refused

log = logging.getLogger("igot.rolls")
mails = logging.getLogger("igot.mails")

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 8
A_ROUND = timedelta(seconds=40)  # of the sweep, which comes once a minute


@shared_task
def deliver(*, notice_id: int, **ignored: Any) -> None:
    """Mail one notice, unless it was mailed or is being mailed."""
    _deliver(notice_id, get_connection())


@shared_task
def deliver_unsent(**ignored: Any) -> int:
    """Mail what a lost message or a refused connection left behind; return how many were tried."""
    tried, ends_at = 0, timezone.now() + A_ROUND
    while (ids := _due(Notice.objects.unsent())) and timezone.now() < ends_at:
        tried += _deliver_each(ids, _deliver)
    return tried


@shared_task
def send_digests(**ignored: Any) -> int:
    """Make the mails of the day once its hour has come, and send them; return how many were tried.

    A mail is sent from its row, so that a worker or a broker that dies loses none.
    """
    now = timezone.now()
    if now.astimezone(IST).hour >= settings.NOTICE_DIGEST_HOUR:
        digests.make_digests(at=now)
    return _deliver_each(_due(Digest.objects.unsent()), _deliver_digest)


def _deliver_each(ids: list[int], deliver_one: Callable[[int, BaseEmailBackend], None]) -> int:
    """Mail each over one connection: a mail that is declined for itself holds up no other."""
    with get_connection() as connection:
        for key in ids:
            try:
                deliver_one(key, connection)
            except (SMTPRecipientsRefused, SMTPDataError) as declined:
                mails.warning("%s %s was declined: %s", deliver_one.__name__, key, type(declined))
    return len(ids)


def _due(rows: "QuerySet[Any]") -> list[int]:
    """Return the keys of the first of `rows` that nobody is mailing and that were not given up."""
    free = Q(leased_until=None) | Q(leased_until__lt=timezone.now())
    due = rows.filter(free, attempts__lt=MOST_ATTEMPTS)
    return list(due.order_by("pk").values_list("pk", flat=True)[:500])


def _is_won(rows: "QuerySet[Any]", key: int) -> bool:
    """Take the lease of a row, or find that another worker has it or it was mailed.

    The row is taken by its own columns alone: PostgreSQL looks at those again after it has waited
    for another worker, but not at what a join has found before (docs/decisions/0195).
    """
    if not rows.filter(pk=key).exists():
        return False
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    taken = rows.model._base_manager.filter(free, pk=key, mailed_at=None)
    return bool(taken.update(leased_until=now + LEASE, attempts=F("attempts") + 1))


def _deliver_digest(digest_id: int, connection: BaseEmailBackend) -> None:
    if not _is_won(Digest.objects.unsent(), digest_id):
        return
    digest = Digest.objects.select_related("user").get(pk=digest_id)
    with translation.override(digest.user.language):
        subject, body = digest_text(digest)
        foot = render_to_string("notices/_foot.txt", {"site_url": settings.SITE_URL})
    EmailMessage(
        " ".join(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}".split()),
        f"{body}\n\n{foot}",
        to=[digest.user.email],
        headers={"Message-ID": f"<digest-{digest.pk}@igot>"},
        connection=connection,
    ).send()
    with transaction.atomic():
        mailed = {"mailed_at": timezone.now(), "leased_until": None}
        Digest.objects.filter(pk=digest_id).update(**mailed)
        Notice.objects.filter(digest=digest_id).update(**mailed)


def _deliver(notice_id: int, connection: BaseEmailBackend) -> None:
    if not _is_won(Notice.objects.unsent(), notice_id):
        return
    notice = Notice.objects.select_related("user", "entry").get(pk=notice_id)
    with translation.override(notice.user.language):
        subject, body = text_of(notice)
        foot = render_to_string("notices/_foot.txt", {"site_url": settings.SITE_URL})
        attached = _attachments_of(notice)
    if notice.link:
        body = f"{body}\n\n{settings.SITE_URL}{notice.link}"
    EmailMessage(
        " ".join(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}".split()),
        f"{body}\n\n{foot}",
        to=[notice.user.email],
        headers={"Message-ID": f"<notice-{notice.pk}@igot>"},
        connection=connection,
        attachments=[file.as_part() for file in attached],
    ).send()
    with transaction.atomic():
        Notice.objects.filter(pk=notice_id).update(mailed_at=timezone.now(), leased_until=None)


def _attachments_of(notice: Notice) -> list[TextAttachment]:
    """Make what goes with the mail of `notice`; an app above says how, by name in the settings."""
    if not notice.attachment:
        return []
    return [import_string(settings.NOTICE_ATTACHMENTS[notice.attachment])(notice)]


@shared_task
def seal_audit(**ignored: Any) -> int:
    """Chain the audit entries that have no seal yet."""
    return audit.seal_entries()


@shared_task
def work_on_rolls(**ignored: Any) -> int:
    """Check the rolls whose columns are named and apply the approved ones; return how many."""
    done = 0
    for roll_id, state in RollImport.objects.at_work().values_list("pk", "state"):
        try:
            if state == RollState.APPLYING:
                rolls.apply_roll(roll_id=roll_id, at=timezone.now())
                done += 1
            else:
                done += rolls.check_roll(roll_id=roll_id, at=timezone.now())
        except Refused as refusal:  # another worker was first, or the next round finds it again
            log.info("roll %s: %s", roll_id, refusal)
    return done


@shared_task
def forget_rolls(**ignored: Any) -> int:
    """Delete the rows of rolls that were applied long ago; return how many."""
    return rolls.forget_old_rows(at=timezone.now())


@shared_task
def beat_heartbeat(**ignored: Any) -> None:
    """Leave a sign that the schedule runs, for the health check of the container."""
    mark = Path(settings.BASE_DIR) / "var" / "beat"
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
