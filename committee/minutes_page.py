"""What the pages of minutes show: the text as blocks, how it stands, and what is open to whom."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, User
from accounts.roles import Role
from committee import minutes_text, states
from committee.actions.minutes import digest_of_corrigendum
from committee.documents import number_of
from committee.models import Corrigendum, Meeting, Minutes
from committee.policies import minutes as policies
from committee.states import MinutesState


def minutes_of(meeting_id: int, user: User) -> Minutes | None:
    """Return the minutes of a meeting where there are any that `user` may read."""
    return Minutes.objects.visible_to(user).with_meeting().filter(meeting=meeting_id).first()


def meetings_over(user: User) -> QuerySet[Any, Any]:
    """Return the meetings whose minutes `user` writes, confirms or reads, the latest first."""
    readable = Q(minutes__in=Minutes.objects.visible_to(user))
    if user.is_superuser or user.has_role(Role.COMMITTEE_SECRETARY, Role.AUDITOR):
        readable |= Q(minutes__isnull=True)
    resolved = Count("items__resolution")
    waiting = Count("items__resolution", filter=Q(items__resolution__announced_at__isnull=True))
    rows = Meeting.objects.over().filter(readable).annotate(resolved=resolved, waiting=waiting)
    return rows.select_related("minutes__document", "committee").latest_first()


def not_yet(meeting: Meeting, user: User) -> dict[str, Any]:
    """Return what the page shows before there are minutes."""
    return {"meeting": meeting, "refusal": policies.why_not_draft(meeting, user)}


def shown(minutes: Minutes, user: User) -> dict[str, Any]:
    """Return all that the page of minutes shows to `user`."""
    is_open = minutes.state != MinutesState.CONFIRMED
    may_confirm = is_open and not policies.why_not(states.CONFIRM_MINUTES, minutes, user)
    return {
        "meeting": minutes.meeting,
        "minutes": minutes,
        "texts": _texts(minutes.text, minutes.text_hi),
        "marks": _marks(minutes),
        "remark": _latest_remark(minutes) if minutes.state == MinutesState.DRAFT else "",
        "may_edit": is_open and not policies.why_not_edit(minutes, user),
        "may_submit": is_open and not policies.why_not(states.SUBMIT_MINUTES, minutes, user),
        "may_confirm": may_confirm,
        "may_return": is_open and not policies.why_not(states.RETURN_MINUTES, minutes, user),
        "changes": differences_of(minutes) if may_confirm else [],
        "corrigenda": _corrigenda(minutes, user),
        "may_correct": not is_open and not policies.why_not_draft_corrigendum(minutes, user),
    }


def differences_of(minutes: Minutes) -> list[dict[str, Any]]:
    """Compare the text with what the rows say now, by language; languages that agree are left out.

    Removed is what the minutes say, added what the rows say.
    """
    made = minutes_text.made_from_rows(minutes.meeting)
    pairs = (("en", minutes.text, made.en), ("hi", minutes.text_hi, made.hi))
    compared = [(code, minutes_text.differences(now, new)) for code, now, new in pairs]
    return [{"language": code, "lines": lines} for code, lines in compared if lines]


def conflict(minutes: Minutes, text: str, text_hi: str) -> list[dict[str, Any]]:
    """Compare what was typed with the text that stands meanwhile."""
    pairs = (("en", minutes.text, text), ("hi", minutes.text_hi, text_hi))
    compared = [(code, minutes_text.differences(stands, typed)) for code, stands, typed in pairs]
    return [{"language": code, "lines": lines} for code, lines in compared if lines]


def _texts(text: str, text_hi: str) -> list[dict[str, Any]]:
    pairs = (("en", text), ("hi", text_hi))
    return [
        {"language": code, "blocks": minutes_text.blocks_of(words)}
        for code, words in pairs
        if words
    ]


def _latest_remark(minutes: Minutes) -> str:
    entries = AuditEntry.objects.about(minutes).filter(event="minutes.returned")
    latest = entries.order_by("-pk").first()
    return str(latest.details.get("remark", "")) if latest else ""


def _marks(minutes: Minutes) -> list[dict[str, Any]]:
    """Return the way of the minutes from the draft to the paper."""
    order = list(MinutesState.values)
    place = order.index(minutes.state)

    def at(step: int) -> str:
        return "done" if place > step else "current" if place == step else "next"

    confirmed = minutes.confirmed_at is not None
    paper = "done" if minutes.document_id else "current" if confirmed else "next"
    return [
        {"name": _("Written"), "state": at(0), "who": minutes.drafted_by, "at": minutes.drafted_at},
        {"name": _("With the chair"), "state": at(1)},
        {
            "name": _("Confirmed"),
            "state": "done" if confirmed else "next",
            "who": minutes.confirmed_by,
            "at": minutes.confirmed_at,
        },
        {"name": _("Issued as PDF"), "state": paper},
    ]


def _corrigenda(minutes: Minutes, user: User) -> list[dict[str, Any]]:
    rows = Corrigendum.objects.visible_to(user).filter(minutes=minutes).with_meeting()
    return [_corrigendum(row, user) for row in rows.order_by("number")]


def _corrigendum(row: Corrigendum, user: User) -> dict[str, Any]:
    return {
        "row": row,
        "number": number_of(row),
        "texts": _texts(row.text, row.text_hi),
        "sha256": row.sha256 or digest_of_corrigendum(row),
        "may_edit": not policies.why_not_edit_corrigendum(row, user),
        "may_confirm": not policies.why_not_confirm_corrigendum(row, user),
    }
