"""What the secretary does to resolutions: record what was decided, and put it right in time."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.models import User
from accounts.notifications import notify
from committee import rules, states
from committee.actions.locks import lock_proposals, lock_single_item
from committee.actions.proposals import advance
from committee.actions.room import decide_item
from committee.models import AgendaItem, Meeting, Participation, Resolution
from committee.policies import resolutions as policies
from committee.states import ProposalState
from committee.terms import Terms, terms_of
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def record_resolution(*, item_id: int, terms: Terms, acting_user: User, at: datetime) -> Resolution:
    """Record what the committee resolved on a closed item; quorum and votes are counted here.

    The number is the meeting's with that of the item: SC/2026/7/3. Nobody is told: what is
    decided is announced later.

    :raises Refused: not closed, decided already, no quorum, against the votes, or terms missing
    """
    item = lock_single_item(item_id)
    members = list(item.participations.with_member())
    _check(item, members, terms, acting_user)
    resolution = Resolution.objects.create(
        item=item,
        number=f"{item.meeting.number}/{item.position}",
        decided_on=civil_date(at),
        recorded_by=acting_user,
        recorded_at=at,
        **_counts(item, members),
        **terms.columns,
    )
    audit.record(
        resolution, "resolution.recorded", acting_user=acting_user, at=at, outcome=terms.outcome
    )
    decide_item(item, acting_user, at)
    (proposal,) = lock_proposals([item.proposal_id])
    if proposal.state == ProposalState.ON_AGENDA:
        advance(proposal, states.DELIBERATE_PROPOSAL, acting_user, at, item=item.pk)
    proposal.outcome = terms.outcome
    advance(proposal, states.DECIDE_PROPOSAL, acting_user, at, resolution=resolution.number)
    return resolution


@transaction.atomic(durable=True)
def correct_resolution(
    *, resolution_id: int, terms: Terms, why: str, acting_user: User, at: datetime
) -> Resolution:
    """Put a resolution right while its minutes are not confirmed; what was counted stays.

    :raises Refused: minutes confirmed, announced, against the votes, or terms missing
    """
    found = Resolution.objects.values_list("item__meeting_id", "item_id").get(pk=resolution_id)
    Meeting.objects.select_for_update(no_key=True).get(pk=found[0])  # its minutes wait for us
    item = lock_single_item(found[1])
    resolution = Resolution.objects.select_for_update(no_key=True).get(pk=resolution_id)
    resolution.item = item
    members = list(item.participations.with_member())
    reason = policies.why_not_correct(resolution, acting_user)
    if reason := reason or policies.why_not_outcome(terms.outcome, item, members):
        raise Refused(reason)
    _check_terms(terms)
    changed = _write(resolution, terms)
    resolution.save()
    (proposal,) = lock_proposals([item.proposal_id])
    proposal.outcome = terms.outcome
    proposal.save(update_fields=["outcome"])
    entry = audit.record(
        resolution,
        "resolution.corrected",
        acting_user=acting_user,
        at=at,
        why=why,
        changed=changed,
    )
    for member in members:
        if member.is_chair and not member.is_recused:
            notify(
                member.seat.user,
                of=entry,
                link=reverse("committee:item_room", args=[item.pk]),
                number=resolution.number,
                why=why,
            )
    return resolution


def _check(item: AgendaItem, members: list[Participation], terms: Terms, user: User) -> None:
    reason = policies.why_not_decide(item, members, user)
    if reason := reason or policies.why_not_outcome(terms.outcome, item, members):
        raise Refused(reason)
    _check_terms(terms)


def _check_terms(terms: Terms) -> None:
    for sentence in policies.why_not_terms(terms).values():
        raise Refused(sentence)


def _counts(item: AgendaItem, members: list[Participation]) -> dict[str, object]:
    quorum = policies.quorum(item, members)
    tally = rules.tally_of(member.counted for member in members)
    return {
        "quorum_needed": quorum.needed,
        "quorum_counted": quorum.counted,
        "chair_needed": quorum.chair_needed,
        "chair_counted": quorum.chair_counts,
        "votes_for": tally.in_favour,
        "votes_against": tally.against,
        "votes_abstained": tally.abstained,
        "casting_vote": policies.casting_vote_of(members),
    }


def _write(resolution: Resolution, terms: Terms) -> dict[str, list[str]]:
    """Take over what differs and return it, field by field, as it was and as it is."""
    before, changed = terms_of(resolution).columns, {}
    for name, value in terms.columns.items():
        if before[name] != value:
            changed[name] = [str(before[name]), str(value)]
            setattr(resolution, name, value)
    return changed
