"""Announcing what was decided: proposers told, courses made, decisions put in force."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from committee import states
from committee.actions.locks import lock_meeting
from committee.actions.proposals import advance
from committee.models import (
    Currency,
    Meeting,
    Minutes,
    Outcome,
    Proposal,
    Resolution,
)
from committee.outline import parse_outline
from committee.policies import announcements as policies
from courses.actions import new_courses
from courses.actions.decisions import adopt_decision, name_circular
from courses.actions.editions import submit_first_edition
from courses.models import CommitteeDecision, Course
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def announce_decisions(*, meeting_id: int, acting_user: User, at: datetime) -> int:
    """Announce every decision of a meeting whose minutes are confirmed; return how many.

    Proposers, members and experts are told. A course shortlisted is found or made, unpublished,
    and the decision in the catalogue comes into force; publishing is a second person's.
    :raises Refused: minutes not confirmed, nothing to announce, or not the secretary
    """
    meeting = lock_meeting(meeting_id)
    if reason := policies.why_not_announce(meeting, acting_user):
        raise Refused(reason)
    waiting = Resolution.objects.select_for_update(no_key=True, of=("self",))
    waiting = waiting.filter(item__meeting=meeting, announced_at__isnull=True)
    resolutions = list(waiting.select_related("item").order_by("item__position"))
    for resolution in resolutions:
        _announce(resolution, acting_user, at)
    entry = audit.record(
        meeting, "meeting.announced", acting_user=acting_user, at=at, decisions=len(resolutions)
    )
    _tell_committee(meeting, entry, acting_user)
    return len(resolutions)


@transaction.atomic(durable=True)
def adopt_waiting(*, resolution_id: int, at: datetime) -> None:
    """Put in force an announced decision whose day has come.

    :raises Refused: its day has not come, or it is in force already
    """
    resolution = _locked(resolution_id)
    day = civil_date(at)
    if resolution.decision_id or not resolution.valid_from or resolution.valid_from > day:
        raise Refused(f"{resolution} does not wait for {day}")
    _adopt(resolution, _locked_proposal(resolution), None, at)


@transaction.atomic(durable=True)
def note_catalogued(*, proposal_id: int, at: datetime) -> None:
    """Note that the course of a proposal is published: the end of the way of most.

    :raises Refused: it was noted before
    """
    proposal = Proposal.objects.select_for_update(no_key=True).get(pk=proposal_id)
    entry = advance(proposal, states.CATALOGUE_PROPOSAL, None, at)
    if proposal.course:
        notify(
            proposal.recorded_by,
            of=entry,
            link=proposal.course.get_absolute_url(),
            number=proposal.number,
            course=proposal.course.title,
            course_hi=proposal.course.title_hi,
        )


@transaction.atomic(durable=True)
def name_issued_circular(*, meeting_id: int, at: datetime) -> int:
    """Name the issued circular of a meeting on its decisions; return on how many."""
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
    if meeting.circular is None:
        return 0
    decisions = list(
        CommitteeDecision.objects.filter(
            resolution__item__meeting=meeting, circular__isnull=True
        ).order_by("pk")
    )
    for decision in decisions:
        name_circular(decision=decision, circular=meeting.circular, acting_user=None, at=at)
    return len(decisions)


def _announce(resolution: Resolution, acting_user: User, at: datetime) -> None:
    proposal = _locked_proposal(resolution)
    proposal.outcome = resolution.outcome
    is_shortlisted = resolution.outcome == Outcome.SHORTLISTED
    if is_shortlisted and proposal.course is None:
        proposal.course = _made_course(proposal, resolution, acting_user, at)
    entry = advance(
        proposal,
        states.NOTIFY_PROPOSAL,
        acting_user,
        at,
        resolution=resolution.number,
        outcome=resolution.outcome,
    )
    resolution.announced_by, resolution.announced_at = acting_user, at
    resolution.save()
    if is_shortlisted and not _waits_for_its_day(resolution, proposal, at):
        _adopt(resolution, proposal, acting_user, at)
    _tell_proposer(proposal, resolution, entry)


def _waits_for_its_day(resolution: Resolution, proposal: Proposal, at: datetime) -> bool:
    """Tell whether an earlier decision on the course stands until this one begins.

    Two are never in force side by side, and the course is not to fall between them.
    """
    standing = CommitteeDecision.objects.in_force().filter(
        course=proposal.course_id, rule_set_code=resolution.rule_set_code
    )
    begins = resolution.valid_from
    return bool(begins and begins > civil_date(at) and standing.exists())


def _made_course(
    proposal: Proposal, resolution: Resolution, acting_user: User, at: datetime
) -> Course:
    fields = {
        name: getattr(proposal, name)
        for name in (
            "title",
            "title_hi",
            "level",
            "mode",
            "language",
            "objective",
            "objective_hi",
            "prerequisites",
            "weeks",
            "least_weekly_hours",
            "most_weekly_hours",
            "website",
        )
    }
    decided = {
        "certification": resolution.certification,
        "rule_set_code": resolution.rule_set_code,
    }
    course = new_courses.make_course(
        new=new_courses.NewCourse(
            fields={**fields, **decided},
            institute_name=proposal.institute_name,
            institute=proposal.institute,
            provider=proposal.provider,
            modules=_modules_of(proposal.outline),
        ),
        acting_user=acting_user,
        at=at,
    )
    submit_first_edition(course=course, acting_user=acting_user, at=at, note=resolution.number)
    return course


def _modules_of(outline: str) -> list[tuple[str, list[str]]]:
    return [(module.title, module.units) for module in parse_outline(outline).modules]


def _adopt(
    resolution: Resolution, proposal: Proposal, acting_user: User | None, at: datetime
) -> None:
    """Put the decision in force, recorded by the secretary of the day, confirmed by the chair."""
    course, begins = proposal.course, resolution.valid_from
    if course is None or begins is None:
        raise ValueError(f"{resolution} shortlists no course from a day")  # the database forbids it
    minutes = Minutes.objects.get(meeting=resolution.item.meeting_id)
    in_dollars = resolution.currency == Currency.USD
    decision = CommitteeDecision(
        resolution_number=resolution.number,
        decided_on=resolution.decided_on,
        course=course,
        outcome=CommitteeDecision.Outcome.SHORTLISTED,
        rule_set_code=resolution.rule_set_code,
        audience=resolution.audience,
        audience_hi=resolution.audience_hi,
        fee_ceiling_usd=resolution.fee_ceiling if in_dollars else None,
        fee_ceiling_inr=None if in_dollars else resolution.fee_ceiling,
        certification=resolution.certification,
        credit_points=resolution.credit_points,
        valid_from=begins,
        valid_to=resolution.valid_to,
        reasons=resolution.reasons,
        reasons_hi=resolution.reasons_hi,
        recorded_by=resolution.recorded_by,
        confirmed_by=minutes.confirmed_by,
        confirmed_at=minutes.confirmed_at,
    )
    adopt_decision(decision=decision, acting_user=acting_user, at=at)
    resolution.decision = decision
    resolution.save()
    _set_terms(resolution, proposal, course)


def _set_terms(resolution: Resolution, proposal: Proposal, course: Course) -> None:
    """Set fee and points from the first day of the decision; a fee in rupees is the desk's to set.

    The dated table of fees is in US$ (docs/decisions/0136).
    """
    day = resolution.valid_from
    if day is None:
        return
    reference = f"Resolution {resolution.number} of {dmy(resolution.decided_on)}"
    if proposal.fee is not None and proposal.currency == Currency.USD:
        ceiling = resolution.fee_ceiling if resolution.currency == Currency.USD else None
        cap = proposal.fee if ceiling is None else min(proposal.fee, ceiling)
        new_courses.set_fee(
            course=course, fee_usd=proposal.fee, cap_usd=cap, day=day, reference=reference
        )
    if resolution.credit_points is not None:
        new_courses.set_points(
            course=course, points=resolution.credit_points, day=day, reference=reference
        )


def _locked(resolution_id: int) -> Resolution:
    """Lock the meeting, then the resolution: the order of every announcement."""
    meetings = Meeting.objects.select_for_update(no_key=True)
    meetings.get(items__resolution=resolution_id)
    rows = Resolution.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("item").get(pk=resolution_id)


def _locked_proposal(resolution: Resolution) -> Proposal:
    rows = Proposal.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("course", "institute", "provider", "recorded_by").get(
        pk=resolution.item.proposal_id
    )


def _tell_proposer(proposal: Proposal, resolution: Resolution, entry: AuditEntry) -> None:
    notify(
        proposal.recorded_by,
        of=entry,
        link=proposal.get_absolute_url(),
        number=proposal.number,
        title=proposal.title,
        title_hi=proposal.title_hi,
        outcome=resolution.outcome,
        resolution=resolution.number,
        reasons=resolution.reasons,
        reasons_hi=resolution.reasons_hi,
    )


def _tell_committee(meeting: Meeting, entry: AuditEntry, acting_user: User) -> None:
    """Tell members and experts; members find the minutes, experts the public list."""
    members = User.objects.filter(seats__attendance__meeting=meeting).distinct()
    experts = User.objects.filter(invitations__item__meeting=meeting).distinct()
    links = {
        **dict.fromkeys(experts, reverse("courses:decision_list")),
        **dict.fromkeys(members, reverse("committee:minutes", args=[meeting.pk])),
    }
    for user, link in links.items():
        if user != acting_user:
            notify(user, of=entry, link=link, meeting=meeting.number)
