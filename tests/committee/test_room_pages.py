"""The member's room: who reaches it, what it shows when, and what may be done there."""

import re

import pytest
from django.utils import timezone

from accounts.roles import Role
from committee.models import (
    AgendaItem,
    Attendance,
    Invitation,
    ItemPaper,
    Meeting,
    Participation,
    Proposal,
)
from committee.states import ItemState, MeetingState, ProposalState
from tests.committee.rooms import (
    cast,
    close,
    declare,
    everybody,
    hand_in,
    make_open_item,
    make_voted_item,
    points_of,
)
from tests.factories.accounts import make_user, sign_in
from tests.factories.committee import (
    chair_of,
    make_committee,
    make_item,
    make_meeting,
    make_proposal,
    make_seat,
    make_secretary,
    members_of,
)

pytestmark = pytest.mark.django_db


def enter(client, member):
    sign_in(client, member.seat.user)
    return member


def address(item, page="room"):
    return f"/committee/items/{item.pk}/{page}/"


def room_of(client, item):
    return client.get(address(item)).content.decode()


def give_opinion(item, text="It is sound."):
    return Invitation.objects.create(
        item=item,
        user=make_user(Role.NODAL_OFFICER, name="Meera Iyer"),
        field="Econometrics",
        opinion=text,
        given_at=timezone.now(),
        invited_by=item.meeting.convened_by,
        invited_at=timezone.now(),
    )


def test_the_room_shows_the_item_that_is_before_the_committee(client):
    item = make_open_item()
    enter(client, members_of(item)[0])

    page = client.get(f"/committee/meetings/{item.meeting_id}/room/")

    assert page.status_code == 200
    text = page.content.decode()
    assert item.proposal.title in text
    assert "Cast the vote" in text
    assert "5 count, 3 needed" in text


def test_before_the_first_item_the_room_says_so(client):
    item = make_item(meeting=make_meeting(state=MeetingState.IN_SESSION))
    enter(client, members_of(item)[0])

    text = client.get(f"/committee/meetings/{item.meeting_id}/room/").content.decode()

    assert "No item is before the committee" in text
    assert item.proposal.title in text


@pytest.mark.parametrize("role", [Role.COMMITTEE_SECRETARY, Role.AUDITOR, Role.OFFICER])
def test_others_than_members_do_not_enter(client, role):
    item = make_open_item()
    sign_in(client, make_user(role))

    assert client.get(address(item)).status_code == 403
    assert client.get(f"/committee/meetings/{item.meeting_id}/room/").status_code == 403
    assert client.get(address(item, "room/status")).status_code == 403


def test_a_member_of_another_committee_finds_nothing(client):
    item = make_open_item()
    sign_in(client, make_user(Role.COMMITTEE_MEMBER))

    assert client.get(address(item)).status_code == 404
    assert client.get(f"/committee/meetings/{item.meeting_id}/room/").status_code == 404
    assert client.post(address(item, "vote"), {"vote": "for", "sure": "on"}).status_code == 404


# --- interest ---------------------------------------------------------------------------------


def test_a_member_is_asked_for_an_interest_before_seeing_papers(client):
    item = make_open_item()
    member = enter(client, members_of(item)[0])
    Participation.objects.filter(pk=member.pk).update(interest="", declared_at=None)
    give_opinion(item)

    text = room_of(client, item)

    assert "have you an interest in this item?" in text
    assert "It is sound." not in text
    assert "Cast the vote" not in text


def test_declaring_none_opens_the_matter(client):
    item = make_open_item()
    member = enter(client, members_of(item)[0])
    Participation.objects.filter(pk=member.pk).update(interest="", declared_at=None)
    give_opinion(item)

    page = client.post(address(item, "interest"), {"interest": "none"}, follow=True)

    assert "It is sound." in page.content.decode()
    assert "Cast the vote" in page.content.decode()


def test_a_recused_member_sees_only_that(client):
    item = make_open_item()
    ItemPaper.objects.create(
        item=item,
        title="Syllabus",
        file="committee/papers/s.pdf",
        sha256="ab",
        size=1000,
        added_by=item.meeting.convened_by,
        added_at=timezone.now(),
    )
    give_opinion(item)
    member = enter(client, members_of(item)[0])
    hand_in(members_of(item)[1], 7, "Convincing.")
    cast(members_of(item)[1])

    page = client.post(address(item, "interest"), {"interest": "family"}, follow=True)

    for text in (page.content.decode(), room_of(client, close(item))):
        assert "You are recused from this item" in text
        for hidden in ("It is sound.", "Syllabus", "Convincing.", "70.00", "Votes cast", "Median"):
            assert hidden not in text
        assert "Cast the vote" not in text
    member.refresh_from_db()
    assert member.is_recused


def test_another_interest_needs_a_note(client):
    item = make_open_item()
    member = enter(client, members_of(item)[0])
    Participation.objects.filter(pk=member.pk).update(interest="", declared_at=None)

    text = client.post(address(item, "interest"), {"interest": "other"}).content.decode()

    assert "Say what the other interest is." in text


# --- the sheet --------------------------------------------------------------------------------


def sheet(item, number, **more):
    return {f"points_{key}": number for key in points_of(item, 0)} | more


def test_a_draft_comes_back_and_a_sheet_is_handed_in(client):
    item = make_open_item()
    member = enter(client, members_of(item)[0])

    client.post(address(item, "sheet"), sheet(item, 6, remark="So far", draft="1"))
    assert "So far" in room_of(client, item)
    page = client.post(address(item, "sheet"), sheet(item, 8, hand_in="1"), follow=True)

    assert "80.00 out of 100" in page.content.decode()
    member.refresh_from_db()
    assert member.scored_at is not None


def test_a_gap_is_named_and_what_was_typed_stays(client):
    item = make_open_item()
    enter(client, members_of(item)[0])
    first, *others = points_of(item, 0)

    page = client.post(
        address(item, "sheet"), {f"points_{first}": 3, "remark": "Not yet.", "hand_in": "1"}
    )

    text = page.content.decode()
    assert text.count("Give points from 0 to 10, or keep a draft.") == 2 * len(others)
    assert "Not yet." in text
    assert re.search(rf'name="points_{first}" value="3"[^>]*checked', text)


def test_points_beyond_ten_are_refused_with_a_sentence(client):
    item = make_open_item()
    enter(client, members_of(item)[0])

    text = client.post(address(item, "sheet"), sheet(item, 11, draft="1")).content.decode()

    assert "Points run from 0 to 10." in text


def test_others_scores_show_only_after_the_own_sheet(client):
    item = make_open_item()
    first, second, *_others = members_of(item)
    hand_in(first, 7, "Convincing.")
    enter(client, second)
    assert "Convincing." not in room_of(client, item)

    client.post(address(item, "sheet"), sheet(item, 9, hand_in="1"))

    text = room_of(client, item)
    assert "Convincing." in text
    assert "Median 80.00, mean 80.00" in text


# --- the vote ---------------------------------------------------------------------------------


def test_a_vote_is_cast_with_its_confirmation(client):
    item = make_open_item()
    member = enter(client, members_of(item)[0])

    page = client.post(address(item, "vote"), {"vote": "for", "sure": "on"}, follow=True)

    assert "Your vote “For” is cast." in page.content.decode()
    assert page.redirect_chain[0][0] == f"/committee/meetings/{item.meeting_id}/room/"
    member.refresh_from_db()
    assert member.vote == "for"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"vote": "for"}, "Tick the box"),
        ({"sure": "on"}, "Choose for, against or abstain."),
        ({"vote": "perhaps", "sure": "on"}, "Choose for, against or abstain."),
    ],
)
def test_a_vote_that_is_not_whole_is_not_cast(client, data, sentence):
    item = make_open_item()
    member = enter(client, members_of(item)[0])

    text = client.post(address(item, "vote"), data).content.decode()

    assert sentence in text
    member.refresh_from_db()
    assert member.vote == ""


def vote_page(client, item):
    return client.post(address(item, "vote"), {"vote": "for", "sure": "on"}).content.decode()


def test_a_second_tab_is_told_which_vote_stands(client):
    item = make_open_item()
    cast(enter(client, members_of(item)[0]), "against")

    assert "You voted “Against” on item 1" in vote_page(client, item)


def test_a_vote_after_the_close_is_refused_on_the_page(client):
    item = close(make_open_item())
    enter(client, members_of(item)[0])

    assert "The votes on item 1 are closed." in vote_page(client, item)


def test_a_vote_of_a_recused_member_is_refused_on_the_page(client):
    item = make_open_item()
    declare(enter(client, members_of(item)[0]), interest="financial")

    assert "You are recused from item 1" in vote_page(client, item)


def test_a_vote_of_an_absent_member_is_refused_on_the_page(client):
    item = make_open_item()
    member = enter(client, members_of(item)[0])
    Participation.objects.filter(pk=member.pk).update(presence=Attendance.Mode.ABSENT)

    assert "You are recorded as absent" in vote_page(client, item)


def test_a_vote_of_an_undeclared_member_is_refused_on_the_page(client):
    item = make_open_item()
    member = enter(client, members_of(item)[0])
    Participation.objects.filter(pk=member.pk).update(interest="")

    assert "Say first whether you have an interest" in vote_page(client, item)


def test_a_member_without_a_vote_has_no_ballot(client):
    committee = make_committee()
    seat = make_seat(committee=committee, is_voting=False)
    item = make_open_item(meeting=make_meeting(committee=committee, state="in_session"))
    enter(client, item.participations.with_member().get(seat=seat))

    assert "Cast the vote" not in room_of(client, item)
    assert "You sit in the committee without a vote." in vote_page(client, item)


def test_votes_are_sealed_until_the_close(client):
    item = make_open_item()
    cast(chair_of(item), "against")
    cast(enter(client, members_of(item)[0]), "for")

    text = room_of(client, item)
    assert "Votes cast: 2 of 5" in text
    assert "Who voted how" not in text

    close(item)
    assert "Who voted how" in room_of(client, item)


def test_the_chair_is_asked_for_the_casting_vote_and_gives_it(client):
    item = make_voted_item(["for", "against"])
    chair = enter(client, chair_of(item))
    assert "Your casting vote" in room_of(client, item)

    client.post(address(item, "casting-vote"), {"vote": "against", "sure": "on"})

    chair.refresh_from_db()
    assert chair.casting_vote == "against"
    assert "Casting vote of the chair: Against" in room_of(client, item)


def test_nobody_else_is_asked_for_a_casting_vote(client):
    item = make_voted_item(["for", "against"])
    enter(client, members_of(item)[0])

    assert "As the chair you decide" not in room_of(client, item)
    page = client.post(address(item, "casting-vote"), {"vote": "for", "sure": "on"})
    assert "The casting vote is the chair&#x27;s." in page.content.decode()


# --- the status that looks again --------------------------------------------------------------


def test_the_status_is_answered_304_until_something_changes(client):
    item = make_open_item()
    enter(client, members_of(item)[0])
    first = client.get(address(item, "room/status"))

    again = client.get(address(item, "room/status"), headers={"If-None-Match": first["ETag"]})
    cast(members_of(item)[1])
    changed = client.get(address(item, "room/status"), headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert "Votes cast: 1 of 5" in changed.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda item: close(item),
        lambda item: hand_in(members_of(item)[1], 5),
        lambda item: declare(members_of(item)[1], interest="family"),
        lambda item: Participation.objects.filter(pk=members_of(item)[1].pk).update(
            presence="absent"
        ),
        lambda item: Meeting.objects.filter(pk=item.meeting_id).update(current_item=None),
    ],
)
def test_whatever_the_status_shows_renews_its_etag(client, change):
    item = make_open_item()
    enter(client, members_of(item)[0])
    first = client.get(address(item, "room/status"))

    change(item)

    assert client.get(address(item, "room/status"))["ETag"] != first["ETag"]


def test_the_etag_of_two_members_who_see_different_things_differs(client):
    item = make_open_item()
    first, second, *_others = members_of(item)
    hand_in(first, 7)
    enter(client, first)
    seen = client.get(address(item, "room/status"))["ETag"]
    enter(client, second)

    assert client.get(address(item, "room/status"))["ETag"] != seen


# --- circulation, agenda, size ----------------------------------------------------------------


def test_by_circulation_the_room_shows_an_item_that_awaits_the_member(client):
    meeting = make_meeting(state=MeetingState.IN_SESSION, mode=Meeting.Mode.CIRCULATION)
    first = make_open_item(meeting=meeting)
    second = make_open_item(meeting=meeting, proposal=make_proposal(title="Public Finance"))
    cast(enter(client, members_of(first)[0]))

    text = client.get(f"/committee/meetings/{meeting.pk}/room/").content.decode()

    assert f"/committee/items/{second.pk}/vote/" in text


def test_the_agenda_tells_what_was_decided_and_what_awaits_the_member(client):
    done = make_voted_item()
    meeting = done.meeting
    AgendaItem.objects.filter(pk=done.pk).update(
        state=ItemState.CARRIED_OVER, carried_over_reason="No quorum."
    )
    item = make_open_item(meeting=meeting)
    enter(client, members_of(item)[3])

    text = room_of(client, item)

    assert "Carried over" in text
    assert "Your vote is awaited" in text


def make_big_meeting(*, members=19, items=50):
    meeting = make_meeting(committee=make_committee(members=members), state=MeetingState.IN_SESSION)
    item = make_open_item(meeting=meeting)
    seats = [attendance.seat for attendance in meeting.attendance.select_related("seat")]
    proposals = Proposal.objects.bulk_create(
        [
            Proposal(
                number=f"B/{number}",
                source="division",
                proposer="T",
                received_on="2026-10-01",
                institute_name="I",
                title=f"Course {number}",
                certification="modules",
                objective="o",
                reasons="r",
                officers="o",
                state=ProposalState.ON_AGENDA,
                recorded_by=meeting.convened_by,
            )
            for number in range(items - 1)
        ]
    )
    rows = AgendaItem.objects.bulk_create(
        [
            AgendaItem(meeting=meeting, position=place, proposal=proposal)
            for place, proposal in enumerate(proposals, start=2)
        ]
    )
    Participation.objects.bulk_create(
        [
            Participation(item=row, seat=seat, is_chair=seat.is_chair, presence="person")
            for row in rows
            for seat in seats
        ]
    )
    return item


def test_the_room_asks_few_questions_with_twenty_members_and_fifty_items(
    client, django_assert_max_num_queries
):
    item = make_big_meeting()
    for member in everybody(item)[:6]:
        hand_in(member, 7)
    give_opinion(item)
    enter(client, members_of(item)[0])
    room_of(client, item)  # the session is settled

    with django_assert_max_num_queries(12):
        assert "Course 48" in room_of(client, item)
    with django_assert_max_num_queries(12):
        client.get(f"/committee/meetings/{item.meeting_id}/room/")
    with django_assert_max_num_queries(8):
        client.get(address(item, "room/status"))


def test_the_secretarys_page_asks_few_questions_with_twenty_members_and_fifty_items(
    client, django_assert_max_num_queries
):
    item = make_big_meeting()
    sign_in(client, make_secretary())
    url = f"/committee/meetings/{item.meeting_id}/control/"
    client.get(url)

    with django_assert_max_num_queries(12):
        assert "Course 48" in client.get(url).content.decode()
