"""Work after the commit: mail of notices, and the seals of the audit trail."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from accounts import audit
from accounts.actions import rolls
from accounts.facts import text_of
from accounts.models import Notice, RollImport
from accounts.roll_states import RollState
from igot.lib.attachments import TextAttachment
from igot.lib.errors import Refused

log = logging.getLogger("igot.rolls")

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 8


@shared_task
def deliver(*, notice_id: int, **ignored: Any) -> None:
    """Mail one notice, unless it was mailed or is being mailed."""
    _deliver(notice_id, get_connection())


@shared_task
def deliver_unsent(**ignored: Any) -> int:
    """Mail what a lost message or a refused connection left behind; return how many were tried."""
    now = timezone.now()
    due = Notice.objects.unsent().filter(
        Q(leased_until=None) | Q(leased_until__lt=now), attempts__lt=MOST_ATTEMPTS
    )
    ids = list(due.order_by("pk").values_list("pk", flat=True)[:500])
    with get_connection() as connection:
        for notice_id in ids:
            _deliver(notice_id, connection)
    return len(ids)


def _deliver(notice_id: int, connection: BaseEmailBackend) -> None:
    now = timezone.now()
    won = (
        Notice.objects.unsent()
        .filter(Q(leased_until=None) | Q(leased_until__lt=now), pk=notice_id)
        .update(leased_until=now + LEASE, attempts=F("attempts") + 1)
    )
    if not won:
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
