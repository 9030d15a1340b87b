"""Meetings of the demo's committee that are over: minutes with the chair, decisions announced."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from accounts.models import User
from committee.actions import agenda, announcements, interests, meetings, presence, room, votes
from committee.actions import minutes as minutes_actions
from committee.actions import proposals as proposals_actions
from committee.actions.resolutions import record_resolution
from committee.models import (
    MOST_POINTS,
    AgendaItem,
    Attendance,
    Meeting,
    Minutes,
    Outcome,
    Proposal,
    Rubric,
    ScreeningAnswer,
    ScreeningPoint,
    Seat,
)
from committee.tasks import follow_announcements, render_minutes
from committee.terms import Terms
from courses.actions.editions import publish_course
from courses.models import Course
from igot.lib.dates import IST


class Heard(NamedTuple):
    """A course that was before the committee, and what came of it."""

    title: str
    title_hi: str
    institute: str
    objective: str
    outcome: str
    reasons: str
    reasons_hi: str


EARLIER = (
    Heard(
        "Evidence for Better Programmes",
        "बेहतर कार्यक्रमों के लिए साक्ष्य",
        "Institute of Public Evidence (demo)",
        "Ask the right question, find the evidence, and say what it does and does not show.",
        Outcome.SHORTLISTED,
        "It fills a gap that three States have named.",
        "यह उस कमी को पूरा करता है जिसे तीन राज्यों ने बताया है।",
    ),
    Heard(
        "Urban Transport and Its Finances",
        "नगरीय परिवहन और उसका वित्त",
        "School of City Studies (demo)",
        "How cities move, what it costs, and who pays for it.",
        Outcome.MORE_INFORMATION,
        "How the certificate is proctored is not yet known.",
        "प्रमाणपत्र की परीक्षा कैसे होगी, यह अभी ज्ञात नहीं है।",
    ),
)
LATEST = (
    Heard(
        "Contracts and Concessions",
        "संविदाएँ और रियायतें",
        "Institute of Public Evidence (demo)",
        "Write, award and supervise a contract of the public hand.",
        Outcome.SHORTLISTED,
        "Asked for by works departments; the syllabus is public.",
        "निर्माण विभागों की माँग; पाठ्यक्रम सार्वजनिक है।",
    ),
    Heard(
        "Games for Teams",
        "दलों के लिए खेल",
        "Academy of Leisure (demo)",
        "Playful exercises for offices.",
        Outcome.REJECTED,
        "No use for officers is shown.",
        "अधिकारियों के लिए उपयोग नहीं दिखाया गया।",
    ),
)


def hold_past_meetings(users: dict[str, User], today: date) -> int:
    """Hold two meetings: one announced and in the catalogue, one with its minutes at the chair."""
    secretary = users["secretary"]
    held = _hold(users, EARLIER, today, days_ago=45)
    minutes = minutes_actions.draft_minutes(
        meeting_id=held.pk, acting_user=secretary, at=_at(today, 44)
    )
    minutes_actions.submit_minutes(minutes_id=minutes.pk, acting_user=secretary, at=_at(today, 44))
    _confirm(minutes, today)
    announcements.announce_decisions(meeting_id=held.pk, acting_user=secretary, at=_at(today, 40))
    for course in Course.objects.filter(proposals__items__meeting=held):
        publish_course(course_id=course.pk, acting_user=users["dealing"], at=_at(today, 39))
    follow_announcements()
    latest = _hold(users, LATEST, today, days_ago=6)
    waiting = minutes_actions.draft_minutes(
        meeting_id=latest.pk, acting_user=secretary, at=_at(today, 5)
    )
    minutes_actions.submit_minutes(minutes_id=waiting.pk, acting_user=secretary, at=_at(today, 5))
    render_minutes()
    return 2


def _confirm(minutes: Minutes, today: date) -> None:
    chair = minutes.meeting.attendance.get(seat__kind=Seat.Kind.CHAIR).seat.user
    minutes_actions.confirm_minutes(
        minutes_id=minutes.pk, version=1, acting_user=chair, at=_at(today, 42)
    )


def _hold(users: dict[str, User], heard: Iterable[Heard], today: date, *, days_ago: int) -> Meeting:
    """Propose, screen, call, vote and decide, each on its day."""
    secretary, before = users["secretary"], _at(today, days_ago + 10)
    proposed = [_propose(secretary, row, before) for row in heard]
    begins_at = _at(today, days_ago)
    meeting = meetings.create_meeting(
        mode=Meeting.Mode.HYBRID,
        begins_at=begins_at,
        ends_at=begins_at + timedelta(hours=2),
        place="Conference room, Block-IV, Old JNU Campus",
        rubric=Rubric.objects.approved()[0],
        acting_user=secretary,
        at=before,
    )
    agenda.list_proposals(
        meeting_id=meeting.pk,
        proposal_ids=[proposal.pk for proposal in proposed],
        acting_user=secretary,
        at=before,
    )
    meetings.call_meeting(meeting_id=meeting.pk, acting_user=secretary, at=before)
    meetings.open_meeting(meeting_id=meeting.pk, acting_user=secretary, at=begins_at)
    attending = list(meeting.attendance.select_related("seat__user").order_by("pk"))
    for place, who in enumerate(attending):
        mode = Attendance.Mode.VIDEO if place == 1 else Attendance.Mode.PERSON
        presence.record_presence(
            meeting_id=meeting.pk,
            seat_id=who.seat_id,
            mode=mode,
            acting_user=secretary,
            at=begins_at,
        )
    members = [who.seat.user for who in attending]
    for item, row in zip(meeting.items.in_order(), heard, strict=True):
        _decide(item, row, members, secretary, begins_at)
    meetings.close_meeting(
        meeting_id=meeting.pk, acting_user=secretary, at=begins_at + timedelta(hours=2)
    )
    meeting.refresh_from_db()
    return meeting


def _propose(secretary: User, row: Heard, at: datetime) -> Proposal:
    proposal = proposals_actions.record_proposal(
        fields={
            "source": Proposal.Source.INSTITUTE,
            "proposer": row.institute,
            "received_on": at.date(),
            "institute_name": row.institute,
            "title": row.title,
            "title_hi": row.title_hi,
            "mode": Course.Mode.SELF_PACED,
            "weeks": 6,
            "fee": Decimal(100),
            "currency": "USD",
            "certification": Course.Certification.GRADE_AND_EXAM,
            "objective": row.objective,
            "outline": "Questions\n- What is asked\n- Of whom\nAnswers\n- What was found",
            "reasons": row.reasons,
            "officers": "Group A officers.",
            "rule_set_code": "OM",
        },
        submits=True,
        acting_user=secretary,
        at=at,
    )
    yes = ScreeningAnswer.Answer.YES
    answers = {point.pk: (yes, "") for point in ScreeningPoint.objects.in_use()}
    proposals_actions.screen_proposal(
        proposal_id=proposal.pk, answers=answers, passes=True, acting_user=secretary, at=at
    )
    return proposal


def _decide(
    item: AgendaItem, row: Heard, members: list[User], secretary: User, at: datetime
) -> None:
    """Let all but the last member, who taught the course, score and vote; record the decision."""
    given: dict[str, Any] = {"item_id": item.pk, "at": at}
    room.open_item(acting_user=secretary, **given)
    *voters, teacher = members
    interests.declare_interest(
        interest="teaching", note="Designed a module.", acting_user=teacher, **given
    )
    is_shortlisted = row.outcome == Outcome.SHORTLISTED
    criteria = list(item.meeting.rubric.criteria.order_by("position"))
    for place, voter in enumerate(voters):
        interests.declare_interest(interest="none", note="", acting_user=voter, **given)
        high = (8 if is_shortlisted else 3) + place % 3
        points = {criterion.pk: min(high, MOST_POINTS) for criterion in criteria}
        votes.hand_in_sheet(points=points, remark="", acting_user=voter, **given)
        vote = "for" if is_shortlisted and place != 2 else "against"
        votes.cast_vote(vote=vote, acting_user=voter, **given)
    room.close_item(acting_user=secretary, **given)
    record_resolution(terms=_terms(row, at.date()), acting_user=secretary, **given)


def _terms(row: Heard, day: date) -> Terms:
    if row.outcome != Outcome.SHORTLISTED:
        return Terms(outcome=row.outcome, reasons=row.reasons, reasons_hi=row.reasons_hi)
    return Terms(
        outcome=row.outcome,
        reasons=row.reasons,
        reasons_hi=row.reasons_hi,
        rule_set_code="OM",
        audience="Officers of Group A services.",
        audience_hi="समूह क सेवाओं के अधिकारी।",
        certification=Course.Certification.GRADE_AND_EXAM,
        fee_ceiling=Decimal(80),
        currency="USD",
        credit_points=3,
        valid_from=day + timedelta(days=1),
    )


def _at(today: date, days_ago: int) -> datetime:
    """Return eleven o'clock of a day that lies behind."""
    return datetime.combine(today - timedelta(days=days_ago), time(11), tzinfo=IST)
