"""A sitting of the selection committee: one item decided, one with its votes open, one to come."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from committee.actions import (
    agenda,
    meetings,
    papers,
    presence,
    proposals,
    resolutions,
    room,
    votes,
)
from committee.actions.interests import declare_interests
from committee.models import AgendaItem, Committee, Meeting, Rubric, ScreeningPoint
from committee.terms import Terms

COURSES = (
    ("Public Policy Analysis", "Indian Institute of Management Bangalore", "grade_exam", 120),
    ("Ethics in Public Office", "Azim Premji University", "certificate", 60),
    ("Climate and the District Plan", "The Energy and Resources Institute", "modules", 90),
    ("Negotiation for Administrators", "Indian School of Business", "grade_exam", 200),
)


def sit(users: dict[str, User], today: date) -> int:
    """Bring the committee in force into session with four items; return how many sit in it."""
    at = timezone.now()
    committee = Committee.objects.in_force(today).earliest("pk")
    seats = list(committee.seats.held_on(today).in_order())
    meeting = _call(users, at)
    secretary: dict[str, Any] = {"acting_user": users["secretary"], "at": at}
    for seat in seats:
        mode = {"member4": "absent", "member2": "video"}.get(_key_of(seat.user), "person")
        presence.record_presence(meeting_id=meeting.pk, seat_id=seat.pk, mode=mode, **secretary)
    items = list(meeting.items.order_by("position"))
    for seat in seats:
        answers = {item.pk: ("none", "") for item in items}
        if _key_of(seat.user) == "member3":
            answers[items[1].pk] = ("teaching", "Teaches a module of it.")
        declare_interests(meeting_id=meeting.pk, answers=answers, acting_user=seat.user, at=at)
    voting = {_key_of(seat.user): seat.user for seat in seats}
    del voting["member4"]
    _decide(items[0], voting, secretary)
    room.open_item(item_id=items[1].pk, **secretary)
    for key in ("chair", "member2"):
        _score(items[1], voting[key], 8 if key == "chair" else 6, at)
    votes.cast_vote(item_id=items[1].pk, vote="for", acting_user=voting["chair"], at=at)
    return len(seats)


def _call(users: dict[str, User], at: datetime) -> Meeting:
    secretary: dict[str, Any] = {"acting_user": users["secretary"], "at": at}
    rubric = Rubric.objects.approved()[0]
    answers = {point.pk: ("yes", "") for point in ScreeningPoint.objects.in_use()}
    made = []
    for title, institute, certification, fee in COURSES:
        fields = _proposal(title, institute, certification, fee, at)
        proposal = proposals.record_proposal(fields=fields, submits=True, **secretary)
        proposals.screen_proposal(
            proposal_id=proposal.pk, answers=answers, passes=True, **secretary
        )
        made.append(proposal.pk)
    meeting = meetings.create_meeting(
        begins_at=at,
        ends_at=at + timedelta(hours=3),
        place="Conference room, Block-IV, Old JNU Campus",
        rubric=rubric,
        **secretary,
    )
    agenda.list_proposals(meeting_id=meeting.pk, proposal_ids=made, **secretary)
    meetings.call_meeting(meeting_id=meeting.pk, **secretary)
    second = meeting.items.order_by("position")[1]
    _hear_expert(second, users, secretary)
    meetings.open_meeting(meeting_id=meeting.pk, **secretary)
    return meeting


def _hear_expert(item: AgendaItem, users: dict[str, User], secretary: dict[str, Any]) -> None:
    papers.invite_expert(
        item_id=item.pk, user_id=users["nodal"].pk, field="Public administration", **secretary
    )
    expert = {"acting_user": users["nodal"], "at": secretary["at"]}
    declare_interests(meeting_id=item.meeting_id, answers={item.pk: ("none", "")}, **expert)
    papers.give_opinion(
        item_id=item.pk,
        opinion="The cases are close to what district officers meet. The reading load is high.",
        **expert,
    )


def _proposal(
    title: str, institute: str, certification: str, fee: int, at: datetime
) -> dict[str, Any]:
    return {
        "title": title,
        "source": "institute",
        "proposer": institute,
        "received_on": at.date() - timedelta(days=30),
        "institute_name": institute,
        "level": "intermediate",
        "weeks": 8,
        "least_weekly_hours": 4,
        "most_weekly_hours": 6,
        "fee": Decimal(fee),
        "currency": "USD",
        "certification": certification,
        "objective": f"What an officer needs to know of {title.lower()}, by cases from India.",
        "reasons": "Asked for by several cadre controlling authorities.",
        "officers": "Group A officers of the All India and Central Services.",
        "rule_set_code": "OM",
        "outline": "Foundations\n- What is asked\n- What is known\nPractice\n- A case\n- A plan",
    }


def _decide(item: AgendaItem, voting: dict[str, User], secretary: dict[str, Any]) -> None:
    room.open_item(item_id=item.pk, **secretary)
    at = secretary["at"]
    for place, (key, user) in enumerate(voting.items()):
        _score(item, user, 6 + place % 4, at)
        vote = "against" if key == "member2" else "for"
        votes.cast_vote(item_id=item.pk, vote=vote, acting_user=user, at=at)
    room.close_item(item_id=item.pk, **secretary)
    terms = Terms(
        outcome="shortlisted",
        reasons="It fills a gap, and the certificate rests on a proctored examination.",
        reasons_hi="यह एक कमी पूरी करता है और प्रमाणपत्र निरीक्षित परीक्षा पर आधारित है।",
        rule_set_code="OM",
        audience="Group A officers of the All India and Central Services.",
        certification="grade_exam",
        fee_ceiling=Decimal(120),
        currency="USD",
        credit_points=4,
        valid_from=at.date() + timedelta(days=30),
    )
    resolutions.record_resolution(item_id=item.pk, terms=terms, **secretary)


def _score(item: AgendaItem, user: User, points: int, at: datetime) -> None:
    criteria = item.meeting.rubric.criteria.values_list("pk", flat=True)
    votes.hand_in_sheet(
        item_id=item.pk,
        points=dict.fromkeys(criteria, points),
        remark="",
        acting_user=user,
        at=at,
    )


def _key_of(user: User) -> str:
    return user.email.partition("@")[0]
