"""Papers of an item and the experts invited to it, with their opinions."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from committee.actions.locks import lock_item, lock_meeting_of_item
from committee.actions.meetings import tell
from committee.models import AgendaItem, Invitation, ItemPaper
from committee.policies import agenda as policies
from committee.states import MeetingState
from igot.lib.errors import Refused
from igot.lib.files import stored_with
from igot.lib.uploads import CheckedFile

MOST_PAPERS = 20  # of one item


def add_paper(
    *, item_id: int, title: str, file: CheckedFile, acting_user: User, at: datetime
) -> ItemPaper:
    """Add a paper to an item; the file goes again if anything refuses it.

    :raises Refused: not the secretary, the item is settled, or the paper is there already
    """
    paper = ItemPaper(
        title=title, sha256=file.sha256, size=file.size, added_by=acting_user, added_at=at
    )
    with stored_with(paper, paper.file, file), transaction.atomic(durable=True):
        paper.item = _item_to_furnish(item_id, acting_user)
        standing = paper.item.papers.filter(withdrawn_at__isnull=True)
        if standing.filter(sha256=file.sha256).exists():
            raise Refused(_("This file is among the papers of the item already."))
        if standing.count() >= MOST_PAPERS:
            raise Refused(_("An item has at most %(most)s papers.") % {"most": MOST_PAPERS})
        paper.save()
        audit.record(
            paper.item,
            "item.paper_added",
            acting_user=acting_user,
            at=at,
            title=title,
            sha256=file.sha256,
        )
    return paper


@transaction.atomic(durable=True)
def withdraw_paper(*, paper_id: int, acting_user: User, at: datetime) -> None:
    """Take a paper back: from now on nobody but the auditor opens it.

    :raises Refused: not the secretary, the item is settled, or it is withdrawn already
    """
    item = _item_to_furnish(
        ItemPaper.objects.values_list("item_id", flat=True).get(pk=paper_id), acting_user
    )
    paper = item.papers.get(pk=paper_id)
    if paper.withdrawn_at:
        raise Refused(_("The paper is withdrawn already."))
    paper.withdrawn_at = at
    paper.save(update_fields=["withdrawn_at"])
    audit.record(item, "item.paper_withdrawn", acting_user=acting_user, at=at, title=paper.title)


@transaction.atomic(durable=True)
def invite_expert(
    *, item_id: int, user_id: int, field: str, acting_user: User, at: datetime
) -> None:
    """Invite a nodal officer to an item as domain expert; the notice goes with that of the meeting.

    :raises Refused: not the secretary, the item is settled, or no nodal officer, or invited already
    """
    meeting = lock_meeting_of_item(item_id)
    item = lock_item(meeting, item_id)
    expert = User.objects.get(pk=user_id)
    if reason := policies.why_not_invite(item, expert, acting_user):
        raise Refused(reason)
    Invitation.objects.create(
        item=item, user=expert, field=field, invited_by=acting_user, invited_at=at
    )
    entry = audit.record(
        item,
        "item.expert_invited",
        acting_user=acting_user,
        at=at,
        expert=expert.pk,
        expert_in=field,
    )
    if meeting.state != MeetingState.DRAFT:
        meeting.notices_sent += 1
        meeting.save(update_fields=["notices_sent"])
        tell(meeting, entry, [expert], template="meeting.called")


@transaction.atomic(durable=True)
def withdraw_invitation(*, invitation_id: int, acting_user: User, at: datetime) -> None:
    """Withdraw an invitation, unless the opinion is there.

    :raises Refused: not the secretary, the item is settled, or the opinion is given
    """
    item_id = Invitation.objects.values_list("item_id", flat=True).get(pk=invitation_id)
    meeting = lock_meeting_of_item(item_id)
    item = lock_item(meeting, item_id)
    if reason := policies.why_not_furnish(item, acting_user):
        raise Refused(reason)
    invitation = item.invitations.select_related("user").get(pk=invitation_id)
    if invitation.opinion:
        raise Refused(_("The expert has given the opinion: the invitation stands."))
    entry = audit.record(
        item,
        "item.expert_excused",
        acting_user=acting_user,
        at=at,
        expert=invitation.user_id,
    )
    invitation.delete()
    if meeting.state != MeetingState.DRAFT:
        meeting.notices_sent += 1
        meeting.save(update_fields=["notices_sent"])
        tell(meeting, entry, [invitation.user], template="meeting.not_called")


@transaction.atomic(durable=True)
def give_opinion(*, item_id: int, opinion: str, acting_user: User, at: datetime) -> None:
    """Give one's opinion as an expert; it may be put better until the item is taken up.

    :raises Refused: not invited, an interest declared or not asked yet, or votes are closed
    """
    item = lock_item(lock_meeting_of_item(item_id), item_id)
    invitation = item.invitations.filter(user=acting_user).first()
    if invitation is not None:
        invitation.item = item
    if (reason := policies.why_not_give_opinion(invitation)) or invitation is None:
        raise Refused(reason)
    invitation.opinion, invitation.given_at = opinion, at
    invitation.save(update_fields=["opinion", "given_at"])
    audit.record(item, "item.opinion_given", acting_user=acting_user, at=at, opinion=opinion)


def _item_to_furnish(item_id: int, acting_user: User) -> AgendaItem:
    item = lock_item(lock_meeting_of_item(item_id), item_id)
    if reason := policies.why_not_furnish(item, acting_user):
        raise Refused(reason)
    return item
