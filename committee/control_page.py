"""What the secretary's page shows: the item before the committee, presence, the whole agenda."""

from dataclasses import asdict
from typing import Any

from accounts.models import User
from accounts.roles import Role
from committee import room_page, rules, states
from committee.models import AgendaItem, Attendance, Meeting, Resolution
from committee.policies import agenda, resolutions, room
from committee.policies import meetings as meeting_policies
from committee.states import ItemState
from committee.terms import terms_of


def context_of(meeting: Meeting, user: User) -> dict[str, Any]:
    """Return all that the page shows of `meeting`, with the steps open to `user`."""
    items = list(meeting.items.with_counts().in_order().select_related("proposal", "resolution"))
    for item in items:
        item.meeting = meeting
    by_state = {item.state: item for item in items}
    opened = by_state.get(ItemState.OPEN)
    current = next((item for item in items if item.pk == meeting.current_item_id), None)
    return {
        "meeting": meeting,
        "is_secretary": user.has_role(Role.COMMITTEE_SECRETARY),
        "agenda": [_row(item, opened, user) for item in items],
        "presence": _presence(meeting, user),
        "modes": [mode for mode in Attendance.Mode if _is_offered(mode, meeting)],
        **(_current(current, user) if current else {}),
    }


def sits(meeting: Meeting, seat_id: int) -> bool:
    """Return whether the member of `seat_id` is called to `meeting`."""
    return meeting.attendance.filter(seat=seat_id).exists()


def terms_now(resolution: Resolution) -> dict[str, Any]:
    """Fill a form with the terms as they are stored."""
    return asdict(terms_of(resolution))


def _current(item: AgendaItem, user: User) -> dict[str, Any]:
    """Return the item before the committee with what may be done to it."""
    standing = room_page.desk_standing(item, user)
    members = standing.members
    return {
        "item": item,
        "standing": standing,
        "may_close": not room.why_not(states.CLOSE_ITEM, item, user),
        "may_reopen": not room.why_not_reopen(item, members, user),
        "may_carry_over": not agenda.why_not_carry_over(item, user),
        "may_decide": not resolutions.why_not_decide(item, members, user),
        "why_no_quorum": resolutions.why_no_quorum(item, standing.quorum),
    }


def _row(item: Any, opened: AgendaItem | None, user: User) -> dict[str, Any]:
    order = item.meeting.committee
    quorum = rules.Quorum(
        counted=item.counted,
        needed=order.quorum,
        chair_counts=bool(item.chairs_counted),
        chair_needed=order.chair_needed,
    )
    is_listed = item.state == ItemState.LISTED
    step = states.OPEN_ITEM
    return {
        "item": item,
        "quorum": quorum,
        "may_open": is_listed
        and not (room.why_not(step, item, user) or room.why_not_beside(item, opened)),
        "may_close": not room.why_not(states.CLOSE_ITEM, item, user),
        "may_decide": not room.why_not(states.DECIDE_ITEM, item, user),
        "may_carry_over": not agenda.why_not_carry_over(item, user),
        "may_correct": item.state == ItemState.DECIDED
        and not resolutions.why_not_correct(_with_item(item), user),
    }


def _with_item(item: AgendaItem) -> Resolution:
    resolution = item.resolution
    resolution.item = item
    return resolution


def _presence(meeting: Meeting, user: User) -> dict[str, Any]:
    rows = meeting.attendance.select_related("seat__user").order_by("seat__kind", "seat")
    ordered = sorted(rows, key=lambda row: not row.seat.is_chair)
    return {
        "rows": ordered,
        "may_record": not meeting_policies.why_not_record_presence(meeting, user),
        "present": sum(row.is_present for row in ordered),
    }


def _is_offered(mode: str, meeting: Meeting) -> bool:
    """By circulation nobody sits in a room, and else nobody circulates."""
    if mode == Attendance.Mode.ABSENT:
        return True
    is_circular = meeting.mode == Meeting.Mode.CIRCULATION
    return (mode == Attendance.Mode.CIRCULATION) == is_circular
