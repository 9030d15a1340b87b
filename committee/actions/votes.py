"""What a member does on an item: fill in the score sheet, hand it in, vote, break a tie.

The row of the item is locked first by each of these and by whoever closes the votes: of two acts
at once one comes after the other, and the later one sees what the earlier one did.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from committee import rules
from committee.models import MOST_POINTS, AgendaItem, CriterionScore, Participation, Vote
from committee.policies import room as policies
from igot.lib.errors import Refused

Points = Mapping[int, int]  # criterion -> points


@transaction.atomic(durable=True)
def keep_sheet(
    *, item_id: int, points: Points, remark: str, acting_user: User, at: datetime
) -> Participation:
    """Keep the own score sheet as a draft, which nobody else sees.

    :raises Refused: handed in already, recused, without a vote, undeclared, or the item is closed
    """
    own = _lock_own(item_id, acting_user)
    _write_sheet(own, points, remark, acting_user)
    own.save(update_fields=["score_remark"])
    audit.record(own, "participation.sheet_kept", acting_user=acting_user, at=at)
    return own


@transaction.atomic(durable=True)
def hand_in_sheet(
    *, item_id: int, points: Points, remark: str, acting_user: User, at: datetime
) -> Participation:
    """Hand in the own score sheet: it is sealed, and the others' sheets show.

    :raises Refused: as for a draft, or a criterion has no points
    """
    own = _lock_own(item_id, acting_user)
    weights = _write_sheet(own, points, remark, acting_user)
    if missing := len(weights.keys() - points.keys()):
        raise Refused(
            _("Give points on every criterion first: %(count)s are missing.") % {"count": missing}
        )
    own.score = rules.weighted_score(points, weights, MOST_POINTS)
    own.scored_at = at
    own.save(update_fields=["score_remark", "score", "scored_at"])
    audit.record(own, "participation.sheet_handed_in", acting_user=acting_user, at=at)
    return own


@transaction.atomic(durable=True)
def cast_vote(*, item_id: int, vote: str, acting_user: User, at: datetime) -> Participation:
    """Cast the own vote, once; the trail tells that, not how, for it is sealed until the close.

    :raises Refused: voted already (the sentence names the vote that stands), the votes are
        closed, or the member is recused, absent, undeclared or without a vote
    """
    own = _lock_own(item_id, acting_user)
    if reason := policies.why_not_vote(own, acting_user):
        raise Refused(reason)
    if vote not in Vote.values:
        raise Refused(_("Choose for, against or abstain."))
    own.vote, own.voted_at = vote, at
    own.save(update_fields=["vote", "voted_at"])
    audit.record(own, "participation.voted", acting_user=acting_user, at=at)
    return own


@transaction.atomic(durable=True)
def break_tie(*, item_id: int, vote: str, acting_user: User, at: datetime) -> Participation:
    """Give the chair's casting vote on a closed item whose votes are tied.

    :raises Refused: not the chair, no tie, no casting vote by the order, or given already
    """
    own = _lock_own(item_id, acting_user)
    members = Participation.objects.filter(item=item_id).exclude(pk=own.pk)
    if reason := policies.why_not_cast(own, [own, *members], acting_user):
        raise Refused(reason)
    if vote not in {Vote.FOR, Vote.AGAINST}:
        raise Refused(_("A casting vote is for or against."))
    own.casting_vote = vote
    own.save(update_fields=["casting_vote"])
    audit.record(own, "participation.tie_broken", acting_user=acting_user, at=at, vote=vote)
    return own


def _lock_own(item_id: int, user: User) -> Participation:
    item = AgendaItem.objects.select_for_update(no_key=True).get(pk=item_id)
    rows = Participation.objects.select_for_update(no_key=True, of=("self",)).with_member()
    own = rows.filter(item=item, seat__user=user).first()
    if own is None:
        raise Refused(_("You are no member of the committee on this item."))
    own.item = item
    return own


def _write_sheet(own: Participation, points: Points, remark: str, user: User) -> dict[int, int]:
    """Write the points down and return the weights of the rubric."""
    if reason := policies.why_not_score(own, user):
        raise Refused(reason)
    rubric = own.item.meeting.rubric
    weights = dict(rubric.criteria.values_list("pk", "weight"))
    if points.keys() - weights.keys():
        raise Refused(_("The sheet belongs to another rubric. Open the page anew."))
    if any(not 0 <= number <= MOST_POINTS for number in points.values()):
        raise Refused(_("Points run from 0 to %(most)s.") % {"most": MOST_POINTS})
    own.scores.exclude(criterion__in=points.keys()).delete()
    CriterionScore.objects.bulk_create(
        (
            CriterionScore(participation=own, criterion_id=key, points=number)
            for key, number in points.items()
        ),
        update_conflicts=True,
        unique_fields=["participation", "criterion"],
        update_fields=["points"],
    )
    own.score_remark = remark
    return weights
