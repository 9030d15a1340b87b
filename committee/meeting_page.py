"""What the pages of meetings show: the home page, a meeting, its agenda, an item."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import AuditEntry, Notice, User
from accounts.roles import Role
from committee import states
from committee.models import (
    AgendaItem,
    Attendance,
    Interest,
    Invitation,
    ItemPaper,
    Meeting,
    Participation,
    Proposal,
)
from committee.policies import agenda as agenda_policies
from committee.policies import meetings as policies
from committee.policies.interests import ASKED
from courses.models import CommitteeDecision

DESK = (Role.COMMITTEE_SECRETARY, Role.AUDITOR)
NOTICES = {
    "meeting.called": lambda: pgettext("history", "Notice sent"),
    "meeting.opened": lambda: pgettext("history", "Opened"),
    "meeting.closed": lambda: pgettext("history", "Closed"),
    "meeting.cancelled": lambda: pgettext("history", "Cancelled"),
}
MOST_EXPERTS = 20


def home(user: User) -> dict[str, Any]:
    """Return what the committee's home page shows to `user`."""
    visible = Meeting.objects.visible_to(user).with_counts()
    ahead = list(visible.to_come()[:5])
    is_secretary = user.has_role(Role.COMMITTEE_SECRETARY)
    context: dict[str, Any] = {
        "ahead": [{"meeting": meeting, "open": 0} for meeting in ahead],
        "latest": list(visible.exclude(pk__in=[m.pk for m in ahead]).latest_first()[:8]),
        "is_secretary": is_secretary,
        "is_desk": user.has_role(*DESK),
        "is_member": user.has_role(Role.COMMITTEE_MEMBER),
        "reads_decisions": user.has_role(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY),
    }
    unanswered = _unanswered(user, [meeting.pk for meeting in ahead])
    for row in context["ahead"]:
        row["open"] = unanswered.get(row["meeting"].pk, 0)
    if context["reads_decisions"]:
        context["awaiting"] = CommitteeDecision.objects.awaiting_confirmation().count()
    if is_secretary:
        context["to_screen"] = Proposal.objects.awaiting_screening().count()
        context["ready"] = Proposal.objects.ready_for_agenda().count()
    return context


def _unanswered(user: User, meetings: list[int]) -> dict[int, int]:
    """Count the items of each meeting on which `user` has yet to declare."""
    rows = questions_open_to(user).filter(item__meeting__in=meetings)
    return dict(rows.values_list("item__meeting").annotate(Count("pk")))


def questions_open_to(user: User) -> QuerySet[Participation]:
    """Return the items on which a member has still to declare."""
    return Participation.objects.filter(
        seat__user=user,
        interest="",
        item__state__in=ASKED,
        item__meeting__state__in=policies.ATTENDED,
    )


def shown(meeting: Meeting, user: User, at: datetime) -> dict[str, Any]:
    """Return what the page of a meeting shows to `user`."""
    is_desk = user.has_role(*DESK)
    attendance = list(meeting.attendance.select_related("seat__user").order_by("seat", "pk"))
    own = next((row for row in attendance if row.seat.user_id == user.pk), None)
    return {
        "meeting": meeting,
        "rows": agenda_rows(meeting, user),
        "own": own,
        "may_reply": not policies.why_not_reply(meeting, own),
        "history": _history(meeting),
        "is_desk": is_desk,
        "is_secretary": user.has_role(Role.COMMITTEE_SECRETARY),
        "is_member": own is not None,
        "steps": _steps(meeting, user, at),
        "members": _members(meeting, attendance) if is_desk else [],
        "mailed": _mailed(meeting) if is_desk else None,
        "may_carry": meeting.state in policies.ATTENDED,
    }


def _steps(meeting: Meeting, user: User, at: datetime) -> dict[str, dict[str, Any]]:
    """Return for each step of the secretary whether its time has come, and why not if not."""
    if not user.has_role(Role.COMMITTEE_SECRETARY):
        return {}
    named = {
        "call": states.CALL_MEETING,
        "open": states.OPEN_MEETING,
        "close": states.CLOSE_MEETING,
        "cancel": states.CANCEL_MEETING,
    }
    steps = {
        name: {"why_not": policies.why_not(step, meeting, user, at)}
        for name, step in named.items()
        if meeting.state in step.sources
    }
    if not policies.why_not_edit(meeting, user):
        steps["edit"] = {"why_not": ""}
    return steps


def _history(meeting: Meeting) -> list[dict[str, Any]]:
    entries = AuditEntry.objects.about(meeting).filter(event__in=NOTICES)
    return [
        {"name": NOTICES[entry.event](), "at": entry.at, "who": entry.acting_user, "state": "done"}
        for entry in entries.select_related("acting_user")
    ]


def _mailed(meeting: Meeting) -> dict[str, int]:
    """Return how many notices of the meeting were mailed, and how many wait to be."""
    notices = Notice.objects.filter(
        entry__subject_type=meeting._meta.label_lower, entry__subject_id=meeting.pk
    ).filter(attachment="meeting")
    return notices.aggregate(
        sent=Count("pk", filter=Q(mailed_at__isnull=False)),
        waiting=Count("pk", filter=Q(mailed_at__isnull=True)),
    )


def _members(meeting: Meeting, attendance: list[Attendance]) -> list[dict[str, Any]]:
    """Return the members with their replies, open questions and the items they are recused from."""
    unanswered: dict[int, int] = {}
    recused: dict[int, list[dict[str, Any]]] = {}
    for row in _on_items(meeting):
        if row.is_recused:
            kind = row.get_interest_display()
            recused.setdefault(row.seat_id, []).append({"number": row.item.position, "kind": kind})
        elif not row.interest and row.item.state in ASKED:
            unanswered[row.seat_id] = unanswered.get(row.seat_id, 0) + 1
    return [
        {
            "row": row,
            "unanswered": unanswered.get(row.seat_id, 0),
            "recused": recused.get(row.seat_id, []),
        }
        for row in attendance
    ]


def _on_items(meeting: Meeting) -> QuerySet[Participation]:
    rows = Participation.objects.filter(item__meeting=meeting).select_related("item")
    return rows.only(
        "seat", "interest", "is_recused", "item__position", "item__state", "item__meeting"
    ).order_by("item__position")


def agenda_rows(meeting: Meeting, user: User) -> list[dict[str, Any]]:
    """Return the items that `user` may see, each with the own answer and the number of papers."""
    items = list(AgendaItem.objects.visible_to(user).filter(meeting=meeting).in_order())
    mine = answers_of(user, items)
    papers = ItemPaper.objects.visible_to(user).standing().filter(item__in=items).order_by()
    counts = dict(papers.values_list("item").annotate(Count("pk")))
    return [
        {"item": item, "mine": mine.get(item.pk), "papers": counts.get(item.pk, 0)}
        for item in items
    ]


def answers_of(user: User, items: list[AgendaItem]) -> dict[int, Participation | Invitation]:
    """Return the row of `user` on each item, as expert or as member; none where not asked."""
    if not user.has_role(Role.COMMITTEE_MEMBER, Role.NODAL_OFFICER):
        return {}
    invited = Invitation.objects.filter(user=user, item__in=items)
    seated = Participation.objects.filter(seat__user=user, item__in=items)
    rows: dict[int, Participation | Invitation] = {row.item_id: row for row in invited}
    return rows | {row.item_id: row for row in seated}


def asked(meeting: Meeting, user: User) -> tuple[list[AgendaItem], dict[int, Any]]:
    """Return the items on which `user` is asked for interests now, and what stands already."""
    live = AgendaItem.objects.visible_to(user).filter(meeting=meeting, state__in=ASKED)
    items = list(live.in_order())
    mine = answers_of(user, items)
    return [item for item in items if item.pk in mine], mine


def item_shown(item: AgendaItem, user: User) -> dict[str, Any]:
    """Return what the page of an item shows; to whoever is recused no more than that."""
    mine = answers_of(user, [item]).get(item.pk)
    is_recused = mine is not None and mine.interest not in ("", Interest.NONE)
    is_furnished = not agenda_policies.why_not_furnish(item, user)
    context: dict[str, Any] = {
        "item": item,
        "meeting": item.meeting,
        "proposal": item.proposal,
        "mine": mine,
        "is_recused": is_recused,
        "is_expert": isinstance(mine, Invitation),
        "is_asked": mine is not None and not mine.interest,
        "may_declare": mine is not None
        and item.state in ASKED
        and item.meeting.state in policies.ATTENDED,
        "may_furnish": is_furnished,
        "may_transfer": not agenda_policies.why_not_carry_over(item, user),
        "papers": [],
        "experts": [],
    }
    if is_recused:
        return context
    context["papers"] = list(
        ItemPaper.objects.visible_to(user).filter(item=item).order_by("withdrawn_at", "pk")
    )
    if not isinstance(mine, Invitation):
        context["experts"] = list(item.invitations.select_related("user").order_by("pk"))
    else:
        mine.item = item
        context["why_not_opinion"] = agenda_policies.why_not_give_opinion(mine)
    return context


def found_experts(item: AgendaItem, words: str) -> list[dict[str, Any]]:
    """Return nodal officers by name, address, Ministry or authority, who are not invited yet."""
    if not words:
        return []
    rows = User.objects.holding(Role.NODAL_OFFICER)
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(designation__icontains=word)
            | Q(officer__ministry__icontains=word)
            | Q(nodal_appointments__authority__name__icontains=word)
        )
    rows = rows.exclude(pk__in=item.invitations.values("user"))
    rows = (
        rows.exclude(seats__committee=item.meeting.committee_id).distinct().order_by("name", "pk")
    )
    return [{"user": user, "why": _office_of(user)} for user in _with_office(rows)[:MOST_EXPERTS]]


def _with_office(rows: QuerySet[User]) -> QuerySet[User]:
    return rows.prefetch_related("nodal_appointments__authority")


def _office_of(user: User) -> str:
    """Say for what a nodal officer acts."""
    names = {str(row.authority) for row in user.nodal_appointments.all()}
    parts = [user.designation, *sorted(names)]
    return ", ".join(part for part in parts if part) or _("Nodal officer")


def ready_proposals(user: User, words: str) -> QuerySet[Proposal]:
    """Return the screened proposals that wait for an agenda, by number, title or institute."""
    rows = Proposal.objects.visible_to(user).ready_for_agenda()
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(number__icontains=word)
            | Q(title__icontains=word)
            | Q(title_hi__icontains=word)
            | Q(institute_name__icontains=word)
            | Q(proposer__icontains=word)
        )
    return rows.order_by("received_on", "pk")
