"""The life of a meeting: prepared, called, changed, opened, closed, cancelled."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from committee.actions.meetings import (
    call_meeting,
    cancel_meeting,
    change_meeting,
    close_meeting,
    create_meeting,
    open_meeting,
)
from committee.models import Invitation, Meeting, Participation, Seat
from committee.states import ItemState, MeetingState, ProposalState
from igot.lib.errors import Refused
from tests.factories.accounts import make_user
from tests.factories.committee import (
    make_committee,
    make_item,
    make_meeting,
    make_rubric,
    make_seat,
    make_secretary,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
DAY = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)  # 11:00 in India


def particulars(**fields: Any) -> dict[str, Any]:
    known = {
        "mode": Meeting.Mode.HYBRID,
        "begins_at": DAY,
        "ends_at": DAY + timedelta(hours=2),
        "place": "Room 5",
        "video_link": "",
        "remarks": "",
    }
    return {**known, "rubric": fields.pop("rubric", None) or make_rubric(), **fields}


def create(**fields: Any) -> Meeting:
    return create_meeting(acting_user=make_secretary(), at=NOW, **particulars(**fields))


def prepared(**fields: Any) -> Meeting:
    """Prepare a meeting with one item, its members not yet called."""
    meeting = make_meeting(state=MeetingState.DRAFT, begins_at=DAY, **fields)
    meeting.attendance.all().delete()
    make_item(meeting=meeting)
    return meeting


def do(action: Any, meeting: Meeting, *, at: datetime = NOW, by: Any = None, **more: Any) -> Any:
    return action(meeting_id=meeting.pk, acting_user=by or make_secretary(), at=at, **more)


def told(meeting: Meeting, template: str) -> set[int]:
    return set(Notice.objects.filter(template=template).values_list("user", flat=True))


# --- preparing --------------------------------------------------------------------------------


def test_meetings_are_numbered_within_their_year() -> None:
    make_committee()

    first, second = create(), create()
    later = create(begins_at=DAY + timedelta(days=60), ends_at=DAY + timedelta(days=61))

    assert [m.number for m in (first, second, later)] == ["SC/2026/1", "SC/2026/2", "SC/2027/1"]
    assert first.state == MeetingState.DRAFT


def test_a_meeting_is_of_the_committee_in_force_on_its_day() -> None:
    make_committee(effective_to=date(2026, 11, 15))
    now = make_committee(effective_from=date(2026, 11, 16), order_number="Second")

    assert create().committee == now


def test_without_a_committee_on_that_day_there_is_no_meeting() -> None:
    make_committee(effective_to=date(2026, 11, 19))

    with pytest.raises(Refused, match=r"No committee is constituted on 20\.11\.2026"):
        create()


def test_a_member_prepares_no_meeting() -> None:
    make_committee()

    with pytest.raises(Refused, match="Secretary"):
        create_meeting(acting_user=make_user(Role.COMMITTEE_MEMBER), at=NOW, **particulars())


def test_a_meeting_being_prepared_is_changed_without_a_word() -> None:
    meeting = prepared()

    assert do(change_meeting, meeting, place="Room 9")

    meeting.refresh_from_db()
    assert (meeting.place, meeting.notices_sent) == ("Room 9", 0)
    assert not Notice.objects.exists()


# --- calling ----------------------------------------------------------------------------------


def test_calling_gives_every_member_of_the_day_a_place_on_every_item() -> None:
    meeting = prepared()
    make_item(meeting=meeting)

    do(call_meeting, meeting)

    meeting.refresh_from_db()
    assert (meeting.state, meeting.called_at, meeting.notices_sent) == ("called", NOW, 1)
    assert meeting.attendance.filter(mode="absent").count() == 5
    assert Participation.objects.filter(item__meeting=meeting).count() == 10


def test_a_member_whose_term_ends_before_the_day_is_not_called() -> None:
    committee = make_committee()
    gone = committee.seats.filter(kind="joint_secretary").first()
    Seat.objects.filter(pk=gone.pk).update(effective_to=date(2026, 11, 19))
    meeting = prepared(committee=committee)

    do(call_meeting, meeting)

    assert meeting.attendance.count() == 4
    assert not meeting.attendance.filter(seat=gone).exists()
    assert gone.user_id not in told(meeting, "meeting.called")


def test_a_member_whose_term_ends_on_the_day_is_called() -> None:
    committee = make_committee()
    Seat.objects.filter(committee=committee).update(effective_to=date(2026, 11, 20))

    do(call_meeting, meeting := prepared(committee=committee))

    assert meeting.attendance.count() == 5


def test_members_and_experts_get_the_notice_once_each() -> None:
    meeting = prepared()
    expert = make_user(Role.NODAL_OFFICER)
    for item in (meeting.items.get(), make_item(meeting=meeting)):
        Invitation.objects.create(
            item=item, user=expert, field="Law", invited_by=meeting.convened_by, invited_at=NOW
        )

    do(call_meeting, meeting)

    members = set(meeting.committee.seats.values_list("user", flat=True))
    assert told(meeting, "meeting.called") == {*members, expert.pk}
    notice = Notice.objects.get(user=expert)
    assert notice.params["day"] == "20.11.2026"
    assert (notice.params["begins"], notice.params["ends"]) == ("11:00", "13:00")


def test_an_empty_agenda_is_not_called() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT, begins_at=DAY)

    with pytest.raises(Refused, match="agenda is empty"):
        do(call_meeting, meeting)


def test_a_meeting_whose_time_has_passed_is_not_called() -> None:
    with pytest.raises(Refused, match="has passed"):
        do(call_meeting, prepared(), at=DAY + timedelta(hours=2))


def test_a_meeting_with_a_rubric_in_draft_is_not_called() -> None:
    with pytest.raises(Refused, match="rubric is not approved"):
        do(call_meeting, prepared(rubric=make_rubric(is_approved=False)))


def test_a_change_after_the_call_sends_a_new_notice() -> None:
    meeting = prepared()
    do(call_meeting, meeting)

    do(change_meeting, meeting, place="Room 9")

    meeting.refresh_from_db()
    assert (meeting.place, meeting.notices_sent) == ("Room 9", 2)
    assert len(told(meeting, "meeting.changed")) == 5


def test_nothing_changed_is_nothing_sent() -> None:
    meeting = prepared()
    do(call_meeting, meeting)

    assert not do(change_meeting, meeting, place=meeting.place)

    meeting.refresh_from_db()
    assert meeting.notices_sent == 1


def test_a_later_day_calls_who_sits_then_and_excuses_who_does_not() -> None:
    committee = make_committee()
    old = committee.seats.filter(kind="joint_secretary").first()
    Seat.objects.filter(pk=old.pk).update(effective_to=date(2026, 11, 25))
    new = make_seat(committee=committee, effective_from=date(2026, 11, 26))
    meeting = prepared(committee=committee)
    do(call_meeting, meeting)

    later = DAY + timedelta(days=10)
    do(change_meeting, meeting, begins_at=later, ends_at=later + timedelta(hours=2))

    seats = set(meeting.attendance.values_list("seat", flat=True))
    assert new.pk in seats
    assert old.pk not in seats
    assert not Participation.objects.filter(seat=old).exists()
    assert told(meeting, "meeting.not_called") == {old.user_id}
    assert new.user_id in told(meeting, "meeting.changed")


def test_the_notice_may_be_sent_again() -> None:
    meeting = prepared()
    do(call_meeting, meeting)

    do(call_meeting, meeting, at=NOW + timedelta(days=1))

    meeting.refresh_from_db()
    assert (meeting.notices_sent, meeting.called_at) == (2, NOW)
    assert Participation.objects.filter(item__meeting=meeting).count() == 5


# --- opening and closing ----------------------------------------------------------------------


def test_a_meeting_opens_on_its_day() -> None:
    meeting = make_meeting(begins_at=DAY)

    do(open_meeting, meeting, at=DAY - timedelta(hours=3))

    meeting.refresh_from_db()
    assert (meeting.state, meeting.opened_at) == ("in_session", DAY - timedelta(hours=3))


def test_a_meeting_does_not_open_the_day_before() -> None:
    meeting = make_meeting(begins_at=DAY)

    with pytest.raises(Refused, match=r"called for 20\.11\.2026"):
        do(open_meeting, meeting, at=DAY - timedelta(days=1))


def test_one_meeting_of_a_committee_sits_at_a_time() -> None:
    committee = make_committee()
    sitting = make_meeting(committee=committee, state=MeetingState.IN_SESSION)
    meeting = make_meeting(committee=committee, begins_at=DAY)

    with pytest.raises(Refused, match=f"{sitting.number} of the committee is in session"):
        do(open_meeting, meeting, at=DAY)


def test_a_meeting_does_not_close_over_an_undecided_item() -> None:
    meeting = make_meeting(state=MeetingState.IN_SESSION)
    make_item(meeting=meeting)

    with pytest.raises(Refused, match="first: 1"):
        do(close_meeting, meeting)


def test_a_meeting_closes_when_each_item_is_decided_or_carried_over() -> None:
    meeting = make_meeting(state=MeetingState.IN_SESSION)
    make_item(meeting=meeting, state=ItemState.CARRIED_OVER)

    do(close_meeting, meeting, at=DAY)

    meeting.refresh_from_db()
    assert (meeting.state, meeting.closed_at) == ("closed", DAY)


# --- cancelling -------------------------------------------------------------------------------


def test_cancelling_tells_everybody_and_lets_the_proposals_wait_again() -> None:
    meeting = prepared()
    do(call_meeting, meeting)

    do(cancel_meeting, meeting, reason="The House sits.")

    meeting.refresh_from_db()
    item = meeting.items.get()
    assert (meeting.state, meeting.notices_sent) == ("cancelled", 2)
    assert (item.state, item.carried_over_reason) == ("carried_over", "The House sits.")
    assert item.proposal.state == ProposalState.SCREENED
    assert len(told(meeting, "meeting.cancelled")) == 5


def test_a_meeting_never_called_is_cancelled_quietly() -> None:
    do(cancel_meeting, prepared(), reason="Not needed")

    assert not Notice.objects.exists()


def test_a_meeting_in_session_is_not_cancelled() -> None:
    with pytest.raises(Refused, match="In session"):
        do(cancel_meeting, make_meeting(state=MeetingState.IN_SESSION), reason="Late")


@pytest.mark.parametrize("action", [call_meeting, open_meeting, close_meeting, cancel_meeting])
def test_each_step_is_the_secretarys(action: Any) -> None:
    more = {"reason": "x"} if action is cancel_meeting else {}

    for role in set(Role) - {Role.COMMITTEE_SECRETARY}:
        with pytest.raises(Refused, match="Secretary"):
            do(action, make_meeting(), by=make_user(role), **more)


def test_each_step_is_on_record() -> None:
    meeting = prepared()
    do(call_meeting, meeting)
    do(open_meeting, meeting, at=DAY)

    events = AuditEntry.objects.about(meeting).values_list("event", flat=True)

    assert list(events) == ["meeting.called", "meeting.opened"]
