"""What the database itself refuses, whoever writes the row."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.roles import Role
from committee.models import (
    AgendaItem,
    Criterion,
    CriterionScore,
    Minutes,
    Participation,
    Proposal,
    Resolution,
    Rubric,
    Seat,
)
from committee.states import ItemState, MeetingState
from courses.models import Run
from tests.factories.accounts import make_user
from tests.factories.committee import (
    chair_of,
    make_committee,
    make_item,
    make_meeting,
    make_proposal,
    make_rubric,
    make_seat,
    members_of,
)
from tests.factories.courses import make_run

pytestmark = pytest.mark.django_db


def refused(name: str, write: Callable[[], Any]) -> None:
    """Assert that the database refuses `write` by the constraint or trigger `name`."""
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        write()


def row(participation: Participation) -> Any:
    return Participation.objects.filter(pk=participation.pk)


def vote(participation: Participation, how: str = "for") -> None:
    row(participation).update(interest="none")
    row(participation).update(vote=how, voted_at=timezone.now())


def resolution_of(item: AgendaItem, **fields: Any) -> Resolution:
    known = {
        "number": f"R/{item.pk}",
        "decided_on": date(2026, 11, 1),
        "outcome": "shortlisted",
        "reasons": "It fills a gap.",
        "rule_set_code": "OM",
        "certification": "grade_exam",
        "valid_from": date(2026, 12, 1),
        "quorum_needed": 3,
        "quorum_counted": 5,
        "chair_needed": True,
        "chair_counted": True,
        "votes_for": 3,
        "votes_against": 0,
        "votes_abstained": 0,
        "recorded_by": item.meeting.convened_by,
        "recorded_at": timezone.now(),
    }
    return Resolution.objects.create(item=item, **{**known, **fields})


def voted_item(votes: int = 3) -> AgendaItem:
    item = make_item(state=ItemState.OPEN)
    for participation in [chair_of(item), *members_of(item)][:votes]:
        vote(participation)
    AgendaItem.objects.filter(pk=item.pk).update(state=ItemState.CLOSED)
    return item


def test_a_second_chair_in_the_same_days_is_refused() -> None:
    committee = make_committee()

    refused(
        "committee_seat_one_chair", lambda: make_seat(committee=committee, kind=Seat.Kind.CHAIR)
    )


def test_a_chair_may_follow_on_another() -> None:
    committee = make_committee()
    committee.seats.filter(kind="chair").update(effective_to=date(2026, 6, 30))

    make_seat(committee=committee, kind=Seat.Kind.CHAIR, effective_from=date(2026, 7, 1))

    assert committee.seats.filter(kind="chair").count() == 2


def test_a_term_of_a_chair_cannot_be_stretched_over_the_next() -> None:
    committee = make_committee()
    first = committee.seats.filter(kind="chair")
    first.update(effective_to=date(2026, 6, 30))
    old = first.get()
    make_seat(committee=committee, kind=Seat.Kind.CHAIR, effective_from=date(2026, 7, 1))

    refused(
        "committee_seat_one_chair",
        lambda: Seat.objects.filter(pk=old.pk).update(effective_to=date(2026, 7, 1)),
    )


def test_nobody_sits_twice_at_once() -> None:
    committee = make_committee()
    sitting = committee.seats.filter(kind="joint_secretary").first()
    assert sitting

    refused(
        "committee_seat_once_a_member",
        lambda: make_seat(committee=committee, user=sitting.user, kind=Seat.Kind.STAKEHOLDER),
    )


def test_a_chair_without_a_vote_is_refused() -> None:
    committee = make_committee()

    refused(
        "committee_seat_chair_votes",
        lambda: committee.seats.filter(kind="chair").update(is_voting=False),
    )


def test_a_rubric_whose_weights_do_not_sum_is_not_approved() -> None:
    rubric = make_rubric(weights=(50, 40), is_approved=False)

    refused(
        "committee_rubric_weights_sum",
        lambda: Rubric.objects.filter(pk=rubric.pk).update(approved_at=timezone.now()),
    )


def test_an_approved_rubric_is_frozen_with_its_criteria() -> None:
    rubric = make_rubric()
    criteria = Criterion.objects.filter(rubric=rubric)

    refused(
        "committee_rubric_frozen", lambda: Rubric.objects.filter(pk=rubric.pk).update(title="New")
    )
    refused("committee_criterion_unchanged", lambda: criteria.update(weight=10))
    refused("committee_criterion_kept", lambda: criteria.delete())
    refused(
        "committee_criterion_frozen",
        lambda: Criterion.objects.create(rubric=rubric, position=9, title="Late", weight=1),
    )


def test_a_meeting_is_not_called_with_a_draft_of_a_rubric() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT, rubric=make_rubric(is_approved=False))

    refused(
        "committee_meeting_rubric_approved",
        lambda: type(meeting).objects.filter(pk=meeting.pk).update(state=MeetingState.CALLED),
    )


def test_one_participation_per_item_and_member() -> None:
    item = make_item()
    member = members_of(item)[0]

    refused(
        "participation",
        lambda: Participation.objects.create(item=item, seat=member.seat),
    )


def test_a_vote_before_and_after_the_item_is_open_is_refused() -> None:
    listed = make_item()
    closed = voted_item()
    late = members_of(closed)[-1]

    name = "committee_participation_vote_once_while_open"
    refused(name, lambda: row(members_of(listed)[0]).update(vote="for", voted_at=timezone.now()))
    refused(name, lambda: row(late).update(vote="for", voted_at=timezone.now()))


def test_a_second_vote_is_refused() -> None:
    item = make_item(state=ItemState.OPEN)
    member = members_of(item)[0]
    vote(member)

    refused(
        "committee_participation_vote_once_while_open", lambda: row(member).update(vote="against")
    )
    refused("committee_participation_vote_once_while_open", lambda: row(member).update(vote=""))


def test_a_vote_of_a_recused_member_is_refused() -> None:
    item = make_item(state=ItemState.OPEN)
    member = members_of(item)[0]
    row(member).update(interest="teaching", is_recused=True)

    refused(
        "committee_participation_",
        lambda: row(member).update(vote="for", voted_at=timezone.now()),
    )


def test_a_declared_interest_recuses() -> None:
    member = members_of(make_item())[0]

    refused(
        "committee_participation_interest_recuses",
        lambda: row(member).update(interest="family", is_recused=False),
    )


def test_whoever_voted_is_not_recused_afterwards() -> None:
    item = make_item(state=ItemState.OPEN)
    member = members_of(item)[0]
    vote(member)

    refused("committee_participation_", lambda: row(member).update(is_recused=True))


@pytest.mark.parametrize("fields", [{"is_voting": False}, {"presence": "absent"}, {"interest": ""}])
def test_a_vote_without_right_presence_or_declaration_is_refused(fields: dict[str, Any]) -> None:
    item = make_item(state=ItemState.OPEN)
    member = members_of(item)[0]
    row(member).update(**{"interest": "none", **fields})

    refused(
        "committee_participation_",
        lambda: row(member).update(vote="for", voted_at=timezone.now()),
    )


def test_a_casting_vote_is_the_chairs_and_given_when_votes_are_closed() -> None:
    item = make_item(state=ItemState.OPEN)
    chair = chair_of(item)
    vote(chair)

    name = "committee_participation_casting_once_when_closed"
    refused(name, lambda: row(chair).update(casting_vote="for"))
    AgendaItem.objects.filter(pk=item.pk).update(state=ItemState.CLOSED)
    refused(
        "committee_participation_casting_by_chair",
        lambda: row(members_of(item)[0]).update(casting_vote="for"),
    )
    row(chair).update(casting_vote="against")
    refused(name, lambda: row(chair).update(casting_vote="for"))


def test_a_sheet_that_was_handed_in_is_sealed() -> None:
    item = make_item(state=ItemState.OPEN)
    member = members_of(item)[0]
    criterion = item.meeting.rubric.criteria.first()
    assert criterion
    score = CriterionScore.objects.create(participation=member, criterion=criterion, points=7)
    row(member).update(scored_at=timezone.now(), score=70)
    scores = CriterionScore.objects.filter(pk=score.pk)

    refused("committee_criterionscore_unchanged", lambda: scores.update(points=10))
    refused("committee_criterionscore_kept", lambda: scores.delete())
    refused("committee_participation_sheet_once_in_time", lambda: row(member).update(score=99))


def test_points_run_to_ten() -> None:
    item = make_item(state=ItemState.OPEN)
    criterion = item.meeting.rubric.criteria.first()

    refused(
        "points",
        lambda: CriterionScore.objects.create(
            participation=members_of(item)[0], criterion=criterion, points=11
        ),
    )


def test_an_item_opens_only_in_session() -> None:
    item = make_item()

    refused(
        "committee_agendaitem_open_in_session",
        lambda: AgendaItem.objects.filter(pk=item.pk).update(state=ItemState.OPEN),
    )


def test_an_item_is_decided_by_a_resolution_alone_and_stays_so() -> None:
    item = voted_item()
    items = AgendaItem.objects.filter(pk=item.pk)
    refused(
        "committee_agendaitem_decided_by_resolution", lambda: items.update(state=ItemState.DECIDED)
    )

    resolution_of(item)
    items.update(state=ItemState.DECIDED)

    refused("committee_agendaitem_", lambda: items.update(state=ItemState.OPEN))


def test_a_resolution_without_quorum_is_refused() -> None:
    item = voted_item()

    refused("committee_resolution_", lambda: resolution_of(item, quorum_counted=2))
    refused("committee_resolution_with_quorum", lambda: resolution_of(item, chair_counted=False))


def test_a_resolution_that_counts_other_votes_than_were_cast_is_refused() -> None:
    item = voted_item(votes=1)

    refused("committee_resolution_counts_agree", lambda: resolution_of(item, votes_for=3))


def test_a_quorum_lower_than_the_committees_is_refused() -> None:
    item = voted_item()

    refused("committee_resolution_counts_agree", lambda: resolution_of(item, quorum_needed=1))


def test_a_course_is_not_shortlisted_against_the_votes_or_without_terms() -> None:
    item = voted_item(votes=0)

    refused("committee_resolution_carried", lambda: resolution_of(item, votes_for=0))
    voted = voted_item()
    refused(
        "committee_resolution_shortlisted_on_terms", lambda: resolution_of(voted, rule_set_code="")
    )
    refused("committee_resolution_with_reasons", lambda: resolution_of(voted, reasons=""))
    refused(
        "committee_resolution_known_currency",
        lambda: resolution_of(voted, fee_ceiling=100, currency="XYZ"),
    )


def test_counts_of_a_resolution_are_never_changed() -> None:
    resolution = resolution_of(voted_item())
    rows = Resolution.objects.filter(pk=resolution.pk)

    refused("committee_resolution_counts_stay", lambda: rows.update(votes_against=1))
    rows.update(reasons="Put more clearly.")


def test_a_resolution_is_frozen_with_the_minutes() -> None:
    resolution = resolution_of(voted_item())
    meeting = resolution.item.meeting
    type(meeting).objects.filter(pk=meeting.pk).update(state=MeetingState.CONFIRMED)
    rows = Resolution.objects.filter(pk=resolution.pk)

    refused("committee_resolution_frozen", lambda: rows.update(reasons="Otherwise."))
    refused("committee_resolution_kept", lambda: rows.delete())
    rows.update(announced_at=timezone.now())


def test_confirmed_minutes_are_frozen() -> None:
    meeting = make_meeting(state=MeetingState.CLOSED)
    minutes = Minutes.objects.create(
        meeting=meeting, text="Resolved.", drafted_by=meeting.convened_by, drafted_at=timezone.now()
    )
    rows = Minutes.objects.filter(pk=minutes.pk)
    rows.update(
        state="confirmed",
        confirmed_by=make_user(Role.COMMITTEE_MEMBER),
        confirmed_at=timezone.now(),
        sha256="ab",
    )

    refused("committee_minutes_frozen", lambda: rows.update(text="Something else."))
    refused("committee_minutes_kept", lambda: rows.delete())


@pytest.mark.parametrize(
    "fields", [{"fee": -1}, {"currency": "XYZ"}, {"currency": ""}, {"fee": None}]
)
def test_a_fee_below_zero_or_in_an_unknown_currency_is_refused(fields: dict[str, Any]) -> None:
    proposal = make_proposal()

    refused("committee_proposal_", lambda: Proposal.objects.filter(pk=proposal.pk).update(**fields))


def test_a_proposal_stands_on_one_live_item() -> None:
    item = make_item()

    refused(
        "agendaitem",
        lambda: AgendaItem.objects.create(meeting=item.meeting, position=2, proposal=item.proposal),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"fee_usd": -1},
        {"cap_usd": -1},
        {"least_grade": 101},
        {"most_attempts": 0},
        {"ends_on": date(2026, 1, 9), "commences_on": date(2026, 1, 1)},
    ],
)
def test_terms_of_a_run_that_cannot_be_are_refused(fields: dict[str, Any]) -> None:
    run = make_run(
        commences_on=date(2026, 1, 10), opens_on=date(2026, 1, 1), closes_on=date(2026, 1, 10)
    )

    refused("courses_run_", lambda: Run.objects.filter(pk=run.pk).update(**fields))
