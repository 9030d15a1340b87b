"""The selection committee for tests: members with terms, rubric, proposals, meetings, items."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from committee.models import (
    AgendaItem,
    Attendance,
    Committee,
    Criterion,
    Meeting,
    Participation,
    Proposal,
    Rubric,
    Seat,
)
from committee.states import ItemState, MeetingState, ProposalState
from courses.models import Course
from tests.factories.accounts import make_user

numbers = count(1)
CONSTITUTED_ON = date(2019, 1, 1)


def make_secretary(**fields: Any) -> User:
    return make_user(Role.COMMITTEE_SECRETARY, **fields)


def make_seat(
    *,
    committee: Committee,
    user: User | None = None,
    kind: str = Seat.Kind.JOINT_SECRETARY,
    is_voting: bool = True,
    **fields: Any,
) -> Seat:
    return Seat.objects.create(
        committee=committee,
        user=user or make_user(Role.COMMITTEE_MEMBER),
        kind=kind,
        is_voting=is_voting,
        designation=fields.pop("designation", "Joint Secretary"),
        effective_from=fields.pop("effective_from", CONSTITUTED_ON),
        **fields,
    )


def make_committee(*, members: int = 4, **fields: Any) -> Committee:
    """Make a committee with a chair and `members` Joint Secretaries; quorum 3, chair needed."""
    committee = Committee.objects.create(
        title=fields.pop("title", "Selection Committee"),
        order_number=fields.pop("order_number", "T-16017/1/2019-Trg (TFA)"),
        ordered_on=fields.pop("ordered_on", CONSTITUTED_ON),
        effective_from=fields.pop("effective_from", CONSTITUTED_ON),
        **fields,
    )
    make_seat(
        committee=committee,
        kind=Seat.Kind.CHAIR,
        designation="Additional Secretary (Training)",
    )
    for _number in range(members):
        make_seat(committee=committee)
    return committee


def make_rubric(
    *, weights: Sequence[int] = (40, 30, 30), is_approved: bool = True, **fields: Any
) -> Rubric:
    """Make a rubric with a criterion for each weight; approved by somebody else than drafted."""
    rubric = Rubric.objects.create(
        code=fields.pop("code", f"rubric-{next(numbers)}"),
        title=fields.pop("title", "Courses for officers"),
        drafted_by=fields.pop("drafted_by", None) or make_secretary(),
        **fields,
    )
    for position, weight in enumerate(weights, start=1):
        Criterion.objects.create(
            rubric=rubric, position=position, title=f"Criterion {position}", weight=weight
        )
    if is_approved:
        rubric.approved_by = make_user(Role.COMMITTEE_MEMBER)
        rubric.approved_at = timezone.now()
        rubric.save()
    return rubric


def make_proposal(*, state: str = ProposalState.SCREENED, **fields: Any) -> Proposal:
    defaults = {
        "number": f"P/2018/{next(numbers):03}",  # a year that the portal numbers no more
        "source": Proposal.Source.INSTITUTE,
        "proposer": "J-PAL South Asia",
        "received_on": date(2026, 10, 1),
        "institute_name": "J-PAL South Asia",
        "title": "Evaluating Social Programmes",
        "level": Course.Level.INTRODUCTORY,
        "mode": Course.Mode.RUN,
        "weeks": 8,
        "fee": Decimal(100),
        "currency": "USD",
        "certification": Course.Certification.GRADE_AND_EXAM,
        "objective": "How to tell whether a programme works.",
        "reasons": "Asked for by three States.",
        "officers": "Group A officers who run programmes.",
        "rule_set_code": "OM",
    }
    if "recorded_by" not in fields:
        fields["recorded_by"] = make_secretary()
    return Proposal.objects.create(state=state, **{**defaults, **fields})


def make_meeting(
    *,
    committee: Committee | None = None,
    state: str = MeetingState.CALLED,
    begins_at: datetime | None = None,
    present: bool = True,
    **fields: Any,
) -> Meeting:
    """Make a meeting with an attendance row for each member; `present`: all in person."""
    committee = committee or make_committee()
    begins_at = begins_at or timezone.now() + timedelta(days=7)
    if "rubric" not in fields:
        fields["rubric"] = make_rubric()
    if "convened_by" not in fields:
        fields["convened_by"] = make_secretary()
    meeting = Meeting.objects.create(
        committee=committee,
        number=fields.pop("number", f"SC/2026/{next(numbers)}"),
        begins_at=begins_at,
        ends_at=fields.pop("ends_at", begins_at + timedelta(hours=2)),
        place=fields.pop("place", "Conference room, Block-IV, Old JNU Campus"),
        state=state,
        **fields,
    )
    mode = Attendance.Mode.PERSON if present else Attendance.Mode.ABSENT
    for seat in committee.seats.order_by("pk"):
        Attendance.objects.create(meeting=meeting, seat=seat, mode=mode)
    return meeting


def make_item(
    *, meeting: Meeting | None = None, state: str = ItemState.LISTED, **fields: Any
) -> AgendaItem:
    """Make an item with a participation for each member of the meeting, present as they attend.

    A state beyond LISTED needs a meeting in session; OPEN and CLOSED are set after the rows.
    """
    session = MeetingState.CALLED if state == ItemState.LISTED else MeetingState.IN_SESSION
    meeting = meeting or make_meeting(state=session)
    item = AgendaItem.objects.create(
        meeting=meeting,
        position=fields.pop("position", meeting.items.count() + 1),
        proposal=fields.pop("proposal", None) or make_proposal(state=ProposalState.ON_AGENDA),
        **fields,
    )
    for attendance in meeting.attendance.select_related("seat").order_by("pk"):
        Participation.objects.create(
            item=item,
            seat=attendance.seat,
            is_chair=attendance.seat.is_chair,
            is_voting=attendance.seat.is_voting,
            presence=attendance.mode,
        )
    if state != ItemState.LISTED:
        item.state, item.opened_at = state, timezone.now()
        item.save()
    return item


def chair_of(item: AgendaItem) -> Participation:
    return item.participations.with_member().get(is_chair=True)


def members_of(item: AgendaItem) -> list[Participation]:
    """Return the participations of the members other than the chair."""
    return list(item.participations.with_member().filter(is_chair=False).order_by("pk"))
