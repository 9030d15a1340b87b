"""The pages of meetings: who sees what, and what they do."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import User
from accounts.roles import Role
from committee.models import AgendaItem, Invitation, Meeting, Participation
from committee.states import ItemState, MeetingState, ProposalState
from igot.lib.dates import civil_today, dmy
from reports.awaiting import staff_tasks
from tests.factories.accounts import make_authority, make_nodal_officer, make_user, sign_in
from tests.factories.committee import (
    make_committee,
    make_item,
    make_meeting,
    make_proposal,
    make_rubric,
    make_secretary,
    members_of,
)
from tests.factories.meetings import make_invitation, make_paper
from tests.lib.bad_files import plain_pdf

pytestmark = pytest.mark.django_db
MOST = 12


def as_user(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    client.get(reverse("reports:home"))  # the session is settled
    return client


def url(name: str, *args: int) -> str:
    return reverse(f"committee:{name}", args=args)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def asked_by(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return [query["sql"][:120] for query in asked]


def particulars(**fields: Any) -> dict[str, Any]:
    known = {
        "day": dmy(civil_today() + timedelta(days=9)),
        "begins": "11:00",
        "ends": "13:00",
        "last_day": "",
        "mode": "hybrid",
        "place": "Room 5",
        "video_link": "https://video.example.gov.in/1",
        "remarks": "",
        "rubric": fields.pop("rubric", None) or make_rubric().pk,
    }
    return {**known, **fields}


def member_of(item: AgendaItem) -> User:
    return members_of(item)[0].seat.user


# --- setting up ---------------------------------------------------------------------------------


def test_the_secretary_sets_up_a_meeting_and_comes_to_its_agenda() -> None:
    make_committee()
    client = as_user(make_secretary())

    answer = client.post(url("meeting_new"), particulars())

    meeting = Meeting.objects.get()
    assert answer.headers["Location"] == url("agenda", meeting.pk)
    begins_at = timezone.localtime(meeting.begins_at)
    assert (begins_at.hour, begins_at.minute) == (11, 0)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ends": "10:00"}, "The meeting ends after it begins"),
        ({"place": ""}, "Say where it is held"),
        ({"day": "01.01.2020"}, "Give a date on or after"),
        ({"video_link": "javascript:alert(1)"}, "Enter a valid URL"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(fields: dict[str, Any], said: str) -> None:
    make_committee()

    answer = as_user(make_secretary()).post(url("meeting_new"), particulars(**fields))

    assert said in answer.content.decode()
    assert not Meeting.objects.exists()


def test_without_a_committee_the_day_says_so() -> None:
    answer = as_user(make_secretary()).post(url("meeting_new"), particulars())

    assert "No committee is constituted" in answer.content.decode()


def test_a_meeting_is_changed_on_its_page() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT)
    client = as_user(make_secretary())
    assert "Room 5" not in text_of(client, url("meeting_edit", meeting.pk))

    client.post(url("meeting_edit", meeting.pk), particulars(rubric=meeting.rubric_id))

    meeting.refresh_from_db()
    assert meeting.place == "Room 5"


def test_proposals_are_found_ticked_and_listed() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT)
    found, other = make_proposal(title="Survey Sampling"), make_proposal(title="Public Finance")
    client = as_user(make_secretary())

    page = text_of(client, url("agenda", meeting.pk) + "?q=survey")
    client.post(url("agenda_add", meeting.pk), {"proposals": [found.pk]})

    assert "Survey Sampling" in page
    assert "Public Finance" not in page
    assert meeting.items.get().proposal == found
    other.refresh_from_db()
    assert other.state == ProposalState.SCREENED


def test_nothing_ticked_is_said_on_the_agenda() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT)

    answer = as_user(make_secretary()).post(url("agenda_add", meeting.pk), follow=True)

    assert "Tick the proposals" in answer.content.decode()


def test_buttons_move_an_item() -> None:
    meeting = make_meeting()
    first, second = make_item(meeting=meeting), make_item(meeting=meeting)

    as_user(make_secretary()).post(url("item_move", second.pk), {"to": "up"})

    assert list(meeting.items.in_order()) == [second, first]


def test_an_item_is_taken_off_with_a_reason() -> None:
    item = make_item()
    client = as_user(make_secretary())
    assert "Take an item off" in text_of(client, url("item_remove", item.pk))

    client.post(url("item_remove", item.pk), {"reason": "Asked for time"})

    item.refresh_from_db()
    assert item.carried_over_reason == "Asked for time"


def test_an_item_is_carried_over_to_a_meeting_that_takes_items() -> None:
    item = make_item()
    other = make_meeting(committee=item.meeting.committee, state=MeetingState.DRAFT)
    over = make_meeting(committee=item.meeting.committee, state=MeetingState.CLOSED)
    client = as_user(make_secretary())
    page = text_of(client, url("item_transfer", item.pk))

    client.post(url("item_transfer", item.pk), {"meeting": other.pk, "reason": "Time"})

    assert other.number in page
    assert over.number not in page
    assert other.items.get().proposal == item.proposal


def test_the_meeting_is_called_and_opened_by_buttons() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT, begins_at=timezone.now(), present=False)
    make_item(meeting=meeting)
    client = as_user(make_secretary())

    client.post(url("meeting_call", meeting.pk))
    answer = client.post(url("meeting_open", meeting.pk), follow=True)

    meeting.refresh_from_db()
    assert meeting.state == MeetingState.IN_SESSION
    assert "is in session" in answer.content.decode()


def test_a_step_that_is_refused_says_why() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT)

    answer = as_user(make_secretary()).post(url("meeting_call", meeting.pk), follow=True)

    assert "The agenda is empty" in answer.content.decode()


def test_a_meeting_is_cancelled_with_a_reason() -> None:
    meeting = make_item().meeting
    client = as_user(make_secretary())
    assert "Cancel meeting" in text_of(client, url("meeting_cancel", meeting.pk))
    assert "required" in client.post(url("meeting_cancel", meeting.pk)).content.decode()

    client.post(url("meeting_cancel", meeting.pk), {"reason": "The House sits."})

    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CANCELLED


# --- members ------------------------------------------------------------------------------------


def test_a_member_sees_agenda_place_link_and_the_own_answers() -> None:
    item = make_item(meeting=make_meeting(video_link="https://video.example.gov.in/9"))

    page = text_of(as_user(member_of(item)), url("meeting", item.meeting_id))

    assert "Evaluating Social Programmes" in page
    assert "https://video.example.gov.in/9" in page
    assert "Not answered" in page
    assert "Next steps" not in page


def test_a_member_sees_nothing_of_a_meeting_being_prepared() -> None:
    item = make_item(meeting=make_meeting(state=MeetingState.DRAFT))

    client = as_user(member_of(item))

    assert client.get(url("meeting", item.meeting_id)).status_code == 404
    assert client.get(item.get_absolute_url()).status_code == 404


def test_a_member_of_another_committee_sees_nothing() -> None:
    item, other = make_item(), make_item()

    assert as_user(member_of(other)).get(url("meeting", item.meeting_id)).status_code == 404


def test_a_member_says_how_he_or_she_attends() -> None:
    item = make_item(meeting=make_meeting(mode="hybrid"))
    client = as_user(member_of(item))

    answer = client.post(url("meeting_reply", item.meeting_id), {"mode": "video"}, follow=True)

    assert "Your answer is noted." in answer.content.decode()
    assert item.meeting.attendance.get(seat__user=member_of(item)).reply == "video"


def test_nobody_attends_by_circulation_what_is_held_in_a_room() -> None:
    item = make_item(meeting=make_meeting(mode="person"))

    answer = as_user(member_of(item)).post(
        url("meeting_reply", item.meeting_id), {"mode": "circulation"}
    )

    assert "Select a valid choice" in answer.content.decode()


def test_interests_in_all_items_are_declared_on_one_page() -> None:
    meeting = make_meeting()
    items = [make_item(meeting=meeting) for _ in range(3)]
    user = member_of(items[0])
    data = {
        f"interest-{items[1].pk}": "teaching",
        f"note-{items[1].pk}": "In 2025",
        "rest_is_none": "on",
    }

    answer = as_user(user).post(url("meeting_interests", meeting.pk), data, follow=True)

    mine = Participation.objects.filter(seat__user=user).order_by("item__position")
    assert [row.interest for row in mine] == ["none", "teaching", "none"]
    page = answer.content.decode()
    assert "3 answers are noted." in page
    assert "Declared: you are recused" in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Answer at least one item"),
        ({"interest": "other"}, "Say what the other interest is."),
        ({"note": "We met."}, "Say which kind of interest it is."),
        ({"interest": "love"}, "Select a valid choice"),
    ],
)
def test_a_declaration_that_is_not_whole_is_sent_back(data: dict[str, str], said: str) -> None:
    item = make_item()
    posted = {f"{name}-{item.pk}": value for name, value in data.items()}

    answer = as_user(member_of(item)).post(url("meeting_interests", item.meeting_id), posted)

    assert said in answer.content.decode()
    assert not Participation.objects.exclude(interest="").exists()


def test_nothing_is_asked_of_whoever_is_not_called() -> None:
    item = make_item()
    nodal = make_nodal_officer()
    make_invitation(item=make_item(meeting=item.meeting), user=nodal)

    page = text_of(as_user(nodal), url("meeting_interests", item.meeting_id))

    assert f"interest-{item.pk}" not in page


def test_a_recused_member_sees_that_and_no_more() -> None:
    item = make_item(note="Confidential note")
    make_paper(item)
    make_invitation(item=item, opinion="Confidential opinion", given_at=timezone.now())
    row = members_of(item)[0]
    Participation.objects.filter(pk=row.pk).update(interest="family", is_recused=True)

    page = text_of(as_user(row.seat.user), item.get_absolute_url())

    assert "You are recused from this item" in page
    assert "Confidential" not in page
    assert "Syllabus" not in page


def test_papers_open_after_the_answer() -> None:
    item = make_item()
    paper, client = make_paper(item), as_user(member_of(item))
    assert client.get(url("paper", paper.pk)).status_code == 404

    client.post(url("meeting_interests", item.meeting_id), {"rest_is_none": "on"})

    assert "Syllabus" in text_of(client, item.get_absolute_url())
    answer = client.get(url("paper", paper.pk))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_calendar_file_is_for_those_who_see_the_meeting() -> None:
    item = make_item()

    answer = as_user(member_of(item)).get(url("meeting_calendar", item.meeting_id))

    calendar: Any = Calendar.from_ical(answer.content)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert str(calendar["method"]) == "PUBLISH"
    stranger = as_user(make_user(Role.COMMITTEE_MEMBER))
    assert stranger.get(url("meeting_calendar", item.meeting_id)).status_code == 404


def test_the_history_shows_notices_and_mails() -> None:
    item = make_item(meeting=make_meeting(present=False))
    client = as_user(make_secretary())

    client.post(url("meeting_call", item.meeting_id))

    page = text_of(client, url("meeting", item.meeting_id))
    assert "Notice sent" in page
    assert "waiting: 5" in page


# --- the secretary's item, experts --------------------------------------------------------------


def test_a_paper_is_added_and_withdrawn_on_the_page() -> None:
    item = make_item()
    client = as_user(make_secretary())
    file = SimpleUploadedFile("syllabus.pdf", plain_pdf(), content_type="application/pdf")

    client.post(url("paper_add", item.pk), {"title": "Course outline", "file": file})
    paper = item.papers.get()
    client.post(url("paper_withdraw", paper.pk))

    paper.refresh_from_db()
    assert paper.title == "Course outline"
    assert paper.withdrawn_at


def test_a_file_that_is_no_pdf_is_refused_at_the_field() -> None:
    item = make_item()
    file = SimpleUploadedFile("syllabus.pdf", b"MZ executable")

    answer = as_user(make_secretary()).post(
        url("paper_add", item.pk), {"title": "Outline", "file": file}
    )

    assert "the file is none of these" in answer.content.decode()
    assert not item.papers.exists()


def test_an_expert_is_found_by_name_and_authority_and_invited() -> None:
    item = make_item()
    authority = make_authority(name="Ministry of Statistics")
    expert = make_nodal_officer(authority=authority)
    make_nodal_officer(authority=make_authority(name="Railway Board"))
    client = as_user(make_secretary())

    page = text_of(client, url("item_experts", item.pk) + "?q=statistics")
    client.post(url("item_experts", item.pk), {"user": expert.pk, "field": "Sampling"})

    assert page.count("Expert in") == 1
    assert item.invitations.get().user == expert
    assert str(expert) not in text_of(client, url("item_experts", item.pk) + "?q=statistics")


def test_an_invitation_without_a_field_is_sent_back() -> None:
    item, expert = make_item(), make_nodal_officer()

    answer = as_user(make_secretary()).post(url("item_experts", item.pk), {"user": expert.pk})

    assert "required" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_invitation_is_withdrawn_on_the_page() -> None:
    invitation = make_invitation(item=make_item())

    as_user(make_secretary()).post(url("invitation_withdraw", invitation.pk))

    assert not Invitation.objects.exists()


def test_the_experts_page_has_papers_and_opinion_but_no_scores() -> None:
    item = make_item()
    make_paper(item)
    invitation = make_invitation(item=item)
    client = as_user(invitation.user)
    assert "Syllabus" not in text_of(client, item.get_absolute_url())
    client.post(url("meeting_interests", item.meeting_id), {"rest_is_none": "on"})

    page = text_of(client, item.get_absolute_url())
    client.post(url("item_opinion", item.pk), {"opinion": "A sound course."})

    assert "Syllabus" in page
    assert "Econometrics" in page
    assert "score" not in page.lower().split("<main")[1].split("</main>")[0]
    shown = text_of(as_user(make_secretary()), item.get_absolute_url())
    assert "A sound course." in shown


def test_an_opinion_that_is_refused_is_kept_in_the_form() -> None:
    item = make_item()
    invitation = make_invitation(item=item)

    answer = as_user(invitation.user).post(
        url("item_opinion", item.pk), {"opinion": "My own words"}
    )

    page = answer.content.decode()
    assert "Say first whether you have an interest" in page
    assert "My own words" in page


def test_an_expert_sees_neither_other_items_nor_the_members() -> None:
    item = make_item()
    other = make_item(
        meeting=item.meeting, proposal=make_proposal(title="Other course", state="on_agenda")
    )
    expert = make_invitation(item=item).user
    client = as_user(expert)

    page = text_of(client, url("meeting", item.meeting_id))

    assert "Other course" not in page
    assert str(member_of(item)) not in page
    assert client.get(other.get_absolute_url()).status_code == 404


# --- home, list, dashboard, desk ------------------------------------------------------------------


def test_the_home_of_a_member_says_what_is_open() -> None:
    meeting = make_meeting()
    items = [make_item(meeting=meeting) for _ in range(2)]

    page = text_of(as_user(member_of(items[0])), url("home"))

    assert meeting.number in page
    assert "Declare your interests in 2 items" in page


def test_decisions_awaiting_confirmation_stay_in_reach() -> None:
    client = as_user(make_user(Role.COMMITTEE_MEMBER))

    assert reverse("courses:committee") == "/committee/decisions/awaiting/"
    assert reverse("courses:committee") in text_of(client, url("home"))
    assert client.get(reverse("courses:committee")).status_code == 200


@pytest.mark.parametrize("role", [Role.OFFICER, Role.DEALING_HAND, Role.PAYING_OFFICER])
def test_the_home_is_not_for_others(role: Role) -> None:
    assert as_user(make_user(role)).get(url("home")).status_code == 403


def test_meetings_are_found_by_number_and_course() -> None:
    item = make_item(proposal=make_proposal(title="Survey Sampling", state="on_agenda"))
    other = make_item()
    client = as_user(make_secretary())

    page = text_of(client, url("meetings") + "?q=sampling")

    assert item.meeting.number in page
    assert f">{other.meeting.number}<" not in page
    assert "No meeting was found" in text_of(client, url("meetings") + "?q=zzz")


def test_the_dashboard_names_what_awaits_members_experts_and_secretary() -> None:
    item = make_item()
    make_meeting(state=MeetingState.DRAFT)
    expert = make_invitation(item=item).user
    make_proposal(state=ProposalState.SUBMITTED)

    def names(user: User) -> list[str]:
        return [task.name for task in staff_tasks(user)]

    assert "Declare your interests for 1 meeting" in names(member_of(item))
    assert "1 meeting of the selection committee to come" in names(member_of(item))
    assert "The selection committee asks for your opinion on 1 course" in names(expert)
    assert {"1 proposal to screen", "1 meeting to prepare"} <= set(names(make_secretary()))


@pytest.mark.parametrize("role", ["secretary", "member", "expert"])
def test_pages_ask_few_questions_with_many_items_and_members(role: str) -> None:
    meeting = make_meeting(committee=make_committee(members=11))
    items = [make_item(meeting=meeting) for _ in range(15)]
    for item in items:
        make_paper(item)
    invitation = make_invitation(item=items[0])
    user = {
        "secretary": make_secretary,
        "member": lambda: member_of(items[0]),
        "expert": lambda: invitation.user,
    }[role]()
    client = as_user(user)
    pages = [url("home"), url("meetings"), url("meeting", meeting.pk), url("item", items[0].pk)]
    pages += [url("agenda", meeting.pk)] if role == "secretary" else []
    pages += [url("meeting_interests", meeting.pk)] if role != "secretary" else []

    asked = {page: asked_by(client, page) for page in pages}

    assert {page: queries for page, queries in asked.items() if len(queries) > MOST} == {}


def test_state_names_are_in_the_badge() -> None:
    item = make_item(state=ItemState.CARRIED_OVER)

    page = text_of(as_user(make_secretary()), url("meeting", item.meeting_id))

    assert "Carried over" in page
