"""From a proposal to a course that officers see: screened, voted, minuted, announced, published."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from committee.models import Meeting, Minutes, Participation, Proposal, Resolution, Rubric
from committee.states import MeetingState, ProposalState
from committee.tasks import follow_announcements, render_minutes
from courses.models import Course
from igot.lib.dates import IST, civil_today, dmy
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.committee import make_committee
from tests.factories.eligibility import load_rule_sets
from tests.journeys.people import offered, papers

pytestmark = pytest.mark.timeout(600)
TITLE = "Evidence for Better Programmes"
REASONS = "Three States have asked for it, and no course of the catalogue covers it."


@dataclass(frozen=True)
class Cast:
    """Everybody who takes part, and the way to a browser of one's own."""

    site: str
    new_context: Callable[[], Any]
    chair: User
    members: list[User]

    def enter(self, user: User | None) -> Page:
        """Open a browser with the session of `user`, or of nobody."""
        context = self.new_context()
        if user is not None:
            client = Client()
            sign_in(client, user)
            name = settings.SESSION_COOKIE_NAME
            value = client.cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": self.site}])
        page: Page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(self.site)
        return page


@pytest.fixture
def cast(new_context: Callable[[], Any], live_server: Any) -> Cast:
    load_rule_sets()
    call_command("load_committee", stdout=StringIO())
    committee = make_committee(members=4)
    seats = list(committee.seats.select_related("user").order_by("pk"))
    for seat, name in zip(
        seats, ("Anita Rao", "Bharat Sen", "Chitra Das", "Dev Anand", "Esha Pal"), strict=True
    ):
        User.objects.filter(pk=seat.user_id).update(name=name)
        seat.user.refresh_from_db()
    approve_a_rubric()
    users = [seat.user for seat in seats]
    return Cast(live_server.url, new_context, chair=users[0], members=users[1:])


def approve_a_rubric() -> None:
    """Approve the rubric that is shipped, as a second person."""
    Rubric.objects.filter(approved_at__isnull=True).update(
        approved_at=timezone.now(), approved_by=make_user(Role.COMMITTEE_MEMBER)
    )


def test_a_course_goes_from_a_proposal_through_a_vote_to_the_officers(cast: Cast) -> None:
    secretary = make_user(Role.COMMITTEE_SECRETARY, name="Harish Chandra")
    desk = cast.enter(secretary)
    propose(desk, cast.site)
    screen(desk)
    meeting = call_meeting(desk, cast.site)

    chair, *members = [cast.enter(user) for user in (cast.chair, *cast.members[:3])]
    hold_meeting(desk, cast, meeting, chair, members)
    resolution = Resolution.objects.get(item__meeting=meeting)
    assert (resolution.outcome, resolution.quorum_counted) == ("shortlisted", 3)
    assert_nothing_public(cast, resolution)

    minute(desk, chair, cast.site, meeting)
    announce(desk, cast.site, meeting, resolution)
    course = publish(cast, resolution)
    look_at_the_public_page(cast, course, resolution)
    ask_for_eligibility(cast, course)
    follow_announcements()
    assert Proposal.objects.get().state == ProposalState.IN_CATALOGUE


def propose(page: Page, site: str) -> None:
    """Put down what an institute proposes, and submit it."""
    page.goto(f"{site}/committee/proposals/new/")
    page.locator("#id_source").select_option("institute")
    page.locator("#id_proposer").fill("Institute of Public Evidence")
    page.locator("#id_received_on").fill(dmy(civil_today()))
    page.locator("#id_institute_name").fill("Institute of Public Evidence")
    page.locator("#id_title").fill(TITLE)
    page.locator("#id_mode").select_option("self_paced")
    page.locator("#id_weeks").fill("6")
    page.locator("#id_fee").fill("100")
    page.locator("#id_currency").select_option("USD")
    page.locator("#id_certification").select_option("grade_exam")
    page.locator("#id_objective").fill("How to tell whether a programme does what it is for.")
    page.locator("#id_outline").fill("Questions\n- What is asked\n- Of whom\nAnswers\n- Trials")
    page.locator("#id_reasons").fill(REASONS)
    page.locator("#id_officers").fill("Group A officers who run programmes.")
    page.locator("#id_rule_set_code").select_option("OM")
    page.get_by_role("button", name="Save and submit").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


def screen(page: Page) -> None:
    """Answer every question of the checklist with yes."""
    page.get_by_role("link", name="Screen", exact=True).click()
    for radio in page.locator("input[type=radio][value=yes]").all():
        radio.check()
    page.get_by_role("button", name="Pass to the agenda").click()
    expect(page.get_by_text("Screened").first).to_be_visible()


def call_meeting(page: Page, site: str) -> Meeting:
    """Set up a meeting of today, put the proposal on its agenda, call it and open it."""
    now = timezone.now().astimezone(IST)
    later = now + timedelta(minutes=30)
    page.goto(f"{site}/committee/meetings/new/")
    page.locator("#id_day").fill(dmy(now.date()))
    page.locator("#id_begins").fill(f"{now:%H:%M}")
    page.locator("#id_ends").fill(f"{later:%H:%M}")
    page.locator("#id_last_day").fill(dmy(later.date() + timedelta(days=1)))
    page.locator("#id_place").fill("Conference room, Block-IV")
    page.get_by_role("button", name="Set up and go on to the agenda").click()
    page.get_by_label(re.compile(TITLE)).check()
    page.get_by_role("button", name="Put the ticked ones on the agenda").click()
    meeting = Meeting.objects.get()
    page.goto(f"{site}/committee/meetings/{meeting.pk}/")
    page.get_by_role("button", name="Call the meeting").click()
    page.get_by_role("button", name="Open the meeting").click()
    expect(page.get_by_role("link", name="Conduct the meeting")).to_be_visible()
    return meeting


def hold_meeting(
    desk: Page, cast: Cast, meeting: Meeting, chair: Page, members: list[Page]
) -> None:
    """Four members, one of them recused, vote on the item; the secretary records the decision."""
    control = f"{cast.site}/committee/meetings/{meeting.pk}/control/"
    room = f"{cast.site}/committee/meetings/{meeting.pk}/room/"
    desk.goto(control)
    for user in (cast.chair, *cast.members[:3]):
        row = desk.get_by_role("form", name=user.name)
        row.get_by_role("button", name="In person").click()
        expect(row.get_by_role("button", name="In person")).to_have_attribute(
            "aria-pressed", "true"
        )
    desk.get_by_role("button", name="Open 1").click()
    recused, *voters = members

    recused.goto(room)
    declare(recused, "teaching", "Designed the second module.")
    expect(recused.get_by_text("You are recused from this item")).to_be_visible()
    expect(recused.get_by_role("button", name="Cast the vote")).to_have_count(0)
    for voter in (chair, *voters):
        voter.goto(room)
        declare(voter, "none")
        score(voter, 8)
        cast_vote(voter)

    desk.goto(control)
    expect(desk.get_by_text("3 of 3").first).to_be_visible()
    desk.get_by_role("button", name="Close the votes").first.click()
    desk.get_by_role("link", name="Record the decision").first.click()
    record(desk)
    desk.goto(f"{cast.site}/committee/meetings/{meeting.pk}/")
    desk.get_by_role("button", name="Close the meeting").click()
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CLOSED
    assert Participation.objects.filter(is_recused=True, vote="").count() == 1


def declare(page: Page, interest: str, note: str = "") -> None:
    page.locator(f"input[name=interest][value={interest}]").check()
    if note:
        page.locator("[name=note]").fill(note)
    page.get_by_role("button", name="Declare").click()


def score(page: Page, points: int) -> None:
    for row in page.locator("fieldset.points").all():
        row.locator(f"input[value='{points}']").check()
    page.get_by_role("button", name="Hand in the sheet").click()
    expect(page.get_by_text("out of 100").first).to_be_visible()


def cast_vote(page: Page) -> None:
    page.locator("input[name=vote][value=for]").check()
    page.locator("input[name=sure]").check()
    page.get_by_role("button", name="Cast the vote").click()
    expect(page.get_by_role("button", name="Cast the vote")).to_have_count(0)


def record(page: Page) -> None:
    """Record that the course is shortlisted, on the terms of the proposal from today on."""
    page.locator("[name=outcome][value=shortlisted]").check()
    page.locator("[name=reasons]").fill(REASONS)
    page.locator("[name=rule_set_code]").select_option("OM")
    page.locator("[name=audience]").fill("Group A officers who run programmes.")
    page.locator("[name=certification]").select_option("grade_exam")
    page.locator("[name=fee_ceiling]").fill("80")
    page.locator("[name=currency]").select_option("USD")
    page.locator("[name=credit_points]").fill("3")
    page.locator("[name=valid_from]").fill(dmy(civil_today()))
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_text("Shortlisted").first).to_be_visible()


def assert_nothing_public(cast: Cast, resolution: Resolution) -> None:
    """A stranger reads neither the course nor the resolution while it is not announced."""
    stranger = cast.enter(None)
    for path in ("/courses/", "/committee/decisions/", f"/search/?q={TITLE.split()[0]}"):
        stranger.goto(cast.site + path)
        expect(stranger.get_by_role("main")).not_to_contain_text(TITLE)
        expect(stranger.get_by_role("main")).not_to_contain_text(resolution.number)
    stranger.context.close()


def minute(desk: Page, chair: Page, site: str, meeting: Meeting) -> None:
    """Make the minutes, put them before the chair, have them confirmed, and read the PDF."""
    page = f"{site}/committee/meetings/{meeting.pk}/minutes/"
    desk.goto(page)
    desk.get_by_role("button", name="Make the minutes").click()
    expect(desk.get_by_role("main")).to_contain_text("was recused")
    expect(desk.get_by_role("main")).to_contain_text("Votes: 3 for, 0 against, 0 abstained")
    desk.get_by_role("button", name="Put before the chair").click()

    chair.goto(page)
    chair.get_by_role("button", name="Confirm minutes").click()
    expect(chair.get_by_text("Confirmed by the chair").first).to_be_visible()
    render_minutes()
    chair.reload()
    assert papers(chair, "Minutes as PDF").startswith(b"%PDF")
    assert Minutes.objects.get().sha256


def announce(desk: Page, site: str, meeting: Meeting, resolution: Resolution) -> None:
    desk.goto(f"{site}/committee/minutes/")
    desk.get_by_role("link", name="1 to announce").click()
    desk.get_by_role("button", name="Announce 1 decision").click()
    expect(desk.get_by_text("1 decision is announced.")).to_be_visible()
    resolution.refresh_from_db()


def publish(cast: Cast, resolution: Resolution) -> Course:
    """A dealing hand publishes the page that the announcement has submitted."""
    course = resolution.decision.course
    hand = cast.enter(make_user(Role.DEALING_HAND, name="Ravi Kumar"))
    edition = course.editions.get()
    hand.goto(f"{cast.site}/desk/courses/courseedition/{edition.pk}/change/")
    offered(hand, "Publish").click()
    hand.get_by_role("button", name=re.compile("^Publish")).click()
    expect(hand.get_by_text(re.compile("^Done: "))).to_be_visible()
    course.refresh_from_db()
    assert course.is_published
    return course


def look_at_the_public_page(cast: Cast, course: Course, resolution: Resolution) -> None:
    stranger = cast.enter(None)
    stranger.goto(f"{cast.site}/courses/{course.code}/")
    expect(stranger.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    expect(stranger.get_by_role("main")).to_contain_text(resolution.number)
    expect(stranger.get_by_role("main")).to_contain_text("What is asked")
    stranger.goto(f"{cast.site}/committee/decisions/")
    row = stranger.get_by_role("row").filter(has_text=resolution.number)
    expect(row.get_by_role("link", name=TITLE)).to_be_visible()


def ask_for_eligibility(cast: Cast, course: Course) -> None:
    """An officer of Group A reads yes on the page of the course, one of Group B no and why."""
    answers = {
        "A": "Yes, on your service record you can take this course",
        "B": "No, on your service record you cannot take this course",
    }
    for group, answer in answers.items():
        officer = make_officer(name=f"Officer of Group {group}", group=group)
        page = cast.enter(officer.user)
        page.goto(f"{cast.site}/courses/{course.code}/")
        expect(page.get_by_role("heading", name=answer)).to_be_visible()
        if group == "B":
            expect(page.locator(".panel-answers")).to_contain_text("Group")
