"""Work that the schedule finds in the rows of the committee: papers of what was confirmed."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from celery import shared_task
from django.utils import timezone

from circulars.documents import kept
from committee import documents
from committee.actions import announcements
from committee.actions import minutes as actions
from committee.models import Corrigendum, Meeting, Minutes, Proposal, Resolution
from igot.lib.dates import civil_date
from igot.lib.errors import Refused

PAPERS_AT_ONCE = 20
FOLLOWED_AT_ONCE = 100


@shared_task
def render_minutes(**ignored: Any) -> int:
    """Issue the PDFs of confirmed minutes and corrigenda that have none; return how many."""
    minutes = Minutes.objects.unrendered().with_meeting().order_by("pk")[:PAPERS_AT_ONCE]
    corrigenda = Corrigendum.objects.unrendered().with_meeting().order_by("pk")[:PAPERS_AT_ONCE]
    return sum(_issue_minutes(row) for row in minutes) + sum(
        _issue_corrigendum(row) for row in corrigenda
    )


def _issue_minutes(minutes: Minutes) -> bool:
    with kept(documents.minutes_paper(minutes, public_id=uuid.uuid4())) as pdf:
        try:
            actions.file_minutes(minutes_id=minutes.pk, pdf=pdf, at=timezone.now())
        except Refused:  # another worker was first: `kept` takes the file away again
            return False
    return True


def _issue_corrigendum(corrigendum: Corrigendum) -> bool:
    with kept(documents.corrigendum_paper(corrigendum, public_id=uuid.uuid4())) as pdf:
        try:
            actions.file_corrigendum(corrigendum_id=corrigendum.pk, pdf=pdf, at=timezone.now())
        except Refused:  # as above
            return False
    return True


@shared_task
def follow_announcements(**ignored: Any) -> int:
    """Do what follows an announcement on its day; return how many rows were followed up.

    Decisions come into force, published courses are noted, issued circulars are named.
    """
    now = timezone.now()
    for resolution in list(Resolution.objects.waiting(civil_date(now))[:FOLLOWED_AT_ONCE]):
        _once(announcements.adopt_waiting, resolution_id=resolution.pk, at=now)
    published = list(Proposal.objects.published_unnoted()[:FOLLOWED_AT_ONCE])
    for proposal in published:
        _once(announcements.note_catalogued, proposal_id=proposal.pk, at=now)
    named = 0
    for meeting in list(Meeting.objects.with_unnamed_circular()[:FOLLOWED_AT_ONCE]):
        named += announcements.name_issued_circular(meeting_id=meeting.pk, at=now)
    return len(published) + named


def _once(action: Callable[..., None], **given: Any) -> None:
    """Do `action` unless another worker was first."""
    with suppress(Refused):
        action(**given)
