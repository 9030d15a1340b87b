"""What the pages of the committee room show: an item, how it stands, and what is still sealed."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from committee import rules
from committee.forms import room as forms
from committee.models import AgendaItem, Attendance, Interest, Meeting, Participation
from committee.policies import interests, resolutions, room
from committee.states import ITEM_REVEALED, ItemState


class Standing(NamedTuple):
    """How an item stands now, as far as the reader may see it."""

    item: AgendaItem
    members: list[Participation]
    quorum: rules.Quorum
    voters: int  # members who may vote: present, voting, not recused
    voted: int
    sees_scores: bool
    sees_votes: bool
    awaits_chair: bool

    @property
    def is_revealed(self) -> bool:
        return self.item.state in ITEM_REVEALED

    @property
    def missing(self) -> list[tuple[Participation, str]]:
        """Return who does not count for the quorum, each with the reason."""
        reasons = ((member, _why_not_counted(member)) for member in self.members)
        return [(member, reason) for member, reason in reasons if reason]

    @property
    def tally(self) -> rules.Tally | None:
        if not self.sees_votes:
            return None
        return rules.tally_of(member.counted for member in self.members)

    @property
    def casting_vote(self) -> str:
        given = (m.get_casting_vote_display() for m in self.members if m.casting_vote)
        return next(given, "") if self.sees_votes else ""

    @property
    def sheets(self) -> list[Participation]:
        """Return the sheets handed in, to those who may see them."""
        return [m for m in self.members if m.scored_at] if self.sees_scores else []

    @property
    def sheets_in(self) -> int:
        return sum(member.scored_at is not None for member in self.members)

    @property
    def scores(self) -> tuple[Any, Any]:
        """Return median and mean of the sheets that are shown."""
        numbers = [sheet.score for sheet in self.sheets if sheet.score is not None]
        return rules.median_score(numbers), rules.mean_score(numbers)

    @property
    def etag(self) -> str:
        """Name what is shown: the same name, the same status."""
        rows = [
            (m.pk, m.presence, m.interest, m.is_recused, bool(m.scored_at), bool(m.vote))
            for m in self.members
        ]
        meeting = self.item.meeting
        seen = (self.sees_scores, self.sees_votes, self.casting_vote, self.awaits_chair)
        where = (self.item.pk, self.item.state, meeting.state, meeting.current_item_id)
        text = repr((where, rows, seen, get_language()))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def members_of(item: AgendaItem) -> list[Participation]:
    """Return everybody's participation in `item`, the chair first; one query."""
    members = list(item.participations.with_member().chair_first())
    for member in members:
        member.item = item
    return members


def own_among(members: Sequence[Participation], user: User) -> Participation | None:
    return next((member for member in members if member.seat.user_id == user.pk), None)


def standing_of(
    item: AgendaItem, members: list[Participation], *, sees_scores: bool, sees_votes: bool
) -> Standing:
    counting = [member for member in members if rules.counts(member.counted)]
    return Standing(
        item=item,
        members=members,
        quorum=resolutions.quorum(item, members),
        voters=len(counting),
        voted=sum(bool(member.vote) for member in counting),
        sees_scores=sees_scores,
        sees_votes=sees_votes,
        awaits_chair=sees_votes and room.awaits_casting_vote(item, members),
    )


def member_standing(item: AgendaItem, user: User) -> tuple[Standing, Participation | None]:
    """Return how `item` stands as the member `user` may see it, with the own row."""
    members = members_of(item)
    own = own_among(members, user)
    standing = standing_of(
        item,
        members,
        sees_scores=bool(own and room.sees_scores(own)),
        sees_votes=bool(own and room.sees_votes(own)),
    )
    return standing, own


def desk_standing(item: AgendaItem, user: User) -> Standing:
    """Return how `item` stands as the secretary or the auditor may see it."""
    members = members_of(item)
    is_revealed = room.is_revealed(item, members, user)
    return standing_of(item, members, sees_scores=is_revealed, sees_votes=is_revealed)


def item_before(meeting: Meeting, user: User) -> AgendaItem | None:
    """Return the item that the room shows `user` first; by circulation one that awaits them."""
    items = AgendaItem.objects.with_all().filter(meeting=meeting)
    if meeting.mode == Meeting.Mode.CIRCULATION:
        opened = items.filter(state=ItemState.OPEN).order_by("position")
        mine = Participation.objects.filter(seat__user=user, is_recused=False, vote="")
        if found := opened.filter(participations__in=mine).first() or opened.first():
            return found
    current = meeting.current_item_id
    return items.filter(pk=current).first() if current else None


def own_part(
    standing: Standing, own: Participation, *, sheet_form: forms.SheetForm | None
) -> dict[str, Any]:
    """Return what the member of `own` may see and do on the item now, with the forms for it."""
    item, user = standing.item, own.seat.user
    declared = {"interest": own.interest, "note": own.interest_note}
    part: dict[str, Any] = {
        "sees_matter": room.sees_matter(own),
        "may_declare": not interests.why_not_declare(item, own, Interest.NONE),
        "interest_form": forms.InterestForm(initial=declared),
        "vote_form": forms.VoteForm(),
        "tie_form": forms.TieForm(),
    }
    if not part["sees_matter"]:
        return part
    criteria = item.meeting.rubric.criteria.with_points_of(own)
    return part | {
        "papers": item.papers.filter(withdrawn_at__isnull=True).order_by("pk"),
        "opinions": item.invitations.exclude(opinion="").select_related("user").order_by("pk"),
        "why_not_score": room.why_not_score(own, user),
        "why_not_vote": room.why_not_vote(own, user),
        "may_break_tie": not room.why_not_cast(own, standing.members, user),
        "sheet_form": sheet_form or forms.SheetForm(criteria=criteria, remark=own.score_remark),
    }


def agenda_of(meeting: Meeting, user: User) -> list[dict[str, Any]]:
    """Return the items of the meeting with what the member `user` did on each; one query."""
    rows = Participation.objects.filter(item__meeting=meeting, seat__user=user)
    rows = rows.select_related("item__proposal", "item__resolution").order_by("item__position")
    return [{"item": own.item, "mark": _mark(own.item, own)} for own in rows]


def _mark(item: AgendaItem, own: Participation) -> str:
    """Say what the member did on the item, or has to do."""
    if own.is_recused:
        return _("You are recused")
    if own.vote:
        return _("You have voted")
    if item.state == ItemState.OPEN and own.is_voting:
        return _("Your vote is awaited")
    if item.state in {ItemState.LISTED, ItemState.OPEN} and not own.interest:
        return _("Declare your interest")
    return ""


def _why_not_counted(member: Participation) -> str:
    if not member.is_voting:
        return _("without a vote")
    if member.is_recused:
        return _("recused")
    if member.presence == Attendance.Mode.ABSENT:
        return _("absent")
    return ""
