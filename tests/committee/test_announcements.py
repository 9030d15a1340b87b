"""Decide now, announce later: what an announcement does, and what nobody sees before it."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from circulars.models import Circular
from circulars.states import CircularState
from committee import tasks
from committee.actions import announcements as actions
from committee.actions import circulars
from committee.models import Meeting, Outcome, Proposal, Resolution
from committee.states import ProposalState
from courses.actions.editions import publish_edition
from courses.models import CommitteeDecision, Course, CourseCredit, CourseFee
from courses.states import DecisionState
from igot.lib.errors import Refused
from reports.awaiting import staff_tasks
from tests.factories.accounts import make_user, sign_in
from tests.factories.committee import make_committee, make_proposal, make_secretary
from tests.factories.courses import make_committee_decision, make_course
from tests.factories.eligibility import load_rule_sets
from tests.factories.minutes import (
    chair_user,
    close,
    make_closed,
    make_minutes,
    make_resolution,
    make_session,
    make_voted,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate()
TERMS = {
    "valid_from": TODAY,
    "fee_ceiling": Decimal(80),
    "currency": "USD",
    "credit_points": 3,
    "audience": "Group A officers.",
}


def make_confirmed(**fields: object) -> Resolution:
    """Make a shortlisted course in a meeting whose minutes are confirmed."""
    proposal = fields.pop("proposal", None) or make_proposal(state=ProposalState.DECIDED)
    meeting = make_session()
    resolution = make_resolution(
        item=make_voted(meeting=meeting, proposal=proposal), **{**TERMS, **fields}
    )
    make_minutes(meeting=close(meeting), state="confirmed")
    resolution.refresh_from_db()
    return resolution


def announce(resolution: Resolution) -> Resolution:
    actions.announce_decisions(
        meeting_id=resolution.item.meeting_id, acting_user=make_secretary(), at=NOW
    )
    return Resolution.objects.select_related("decision", "item__proposal__course").get(
        pk=resolution.pk
    )


def test_a_shortlisted_course_is_made_unpublished_with_outline_fee_points_and_decision() -> None:
    proposal = make_proposal(
        state=ProposalState.DECIDED,
        title="Data for Better Policy",
        institute_name="Ashoka University",
        outline="Measuring\n- Surveys\n- Registers\nDeciding",
        fee=Decimal(100),
    )

    done = announce(make_confirmed(proposal=proposal))

    course = done.item.proposal.course
    assert (course.code, course.is_published) == ("data-for-better-policy", False)
    assert course.institute.title == "Ashoka University"
    modules = [m.title for m in course.modules.order_by("position")]
    assert modules == ["Measuring", "Deciding"]
    assert course.modules.get(title="Measuring").units.count() == 2
    fee = CourseFee.objects.get(course=course)
    assert (fee.fee_usd, fee.cap_usd, fee.effective_from) == (100, 80, TODAY)
    assert done.number in fee.circular_reference
    assert CourseCredit.objects.get(course=course).points == 3
    decision = done.decision
    assert decision.state == DecisionState.IN_FORCE
    assert decision.resolution_number == done.number
    assert (decision.fee_ceiling_usd, decision.fee_ceiling_inr) == (80, None)
    assert decision.confirmed_by == chair_user(done.item.meeting)
    assert decision.recorded_by == done.recorded_by
    assert done.item.proposal.state == ProposalState.NOTIFIED
    edition = course.editions.get()
    assert (edition.state, edition.note) == ("submitted", done.number)


def test_a_second_person_publishes_the_page_that_the_announcement_submits() -> None:
    done = announce(make_confirmed())
    edition = done.decision.course.editions.get()
    with pytest.raises(Refused, match="two persons"):
        publish_edition(edition_id=edition.pk, acting_user=edition.written_by, at=NOW)

    course = publish_edition(
        edition_id=edition.pk, acting_user=make_user(Role.DEALING_HAND), at=NOW
    )

    assert list(Course.objects.published()) == [course]


def test_a_course_already_in_the_catalogue_gets_the_decision_and_the_earlier_one_ends() -> None:
    course = make_course(rule_set_code="OM", is_published=True)
    earlier = CommitteeDecision.objects.filter(course=course, rule_set_code="OM").first()
    earlier = earlier or make_committee_decision(course=course, state=DecisionState.IN_FORCE)
    proposal = make_proposal(state=ProposalState.DECIDED, course=course)

    done = announce(make_confirmed(proposal=proposal))

    earlier.refresh_from_db()
    assert earlier.state == DecisionState.WITHDRAWN
    assert done.decision.course == course
    standing = CommitteeDecision.objects.in_force().filter(course=course)
    assert list(standing) == [done.decision]


def test_a_decision_that_begins_later_lets_the_earlier_one_stand_until_then() -> None:
    course = make_course(rule_set_code="OM")
    if not CommitteeDecision.objects.in_force().filter(course=course).exists():
        make_committee_decision(course=course, state=DecisionState.IN_FORCE)
    proposal = make_proposal(state=ProposalState.DECIDED, course=course)
    begins = TODAY + timedelta(days=10)

    done = announce(make_confirmed(proposal=proposal, valid_from=begins))

    assert done.decision is None
    assert not Resolution.objects.waiting(TODAY).exists()
    with pytest.raises(Refused):
        actions.adopt_waiting(resolution_id=done.pk, at=NOW)
    assert list(Resolution.objects.waiting(begins)) == [done]
    actions.adopt_waiting(resolution_id=done.pk, at=NOW + timedelta(days=10))
    assert CommitteeDecision.objects.in_force().get(course=course).resolution_number == done.number


def test_a_fee_in_rupees_has_its_ceiling_in_rupees_and_no_fee_in_dollars() -> None:
    proposal = make_proposal(state=ProposalState.DECIDED, fee=Decimal(5000), currency="INR")

    done = announce(make_confirmed(proposal=proposal, fee_ceiling=Decimal(4000), currency="INR"))

    assert (done.decision.fee_ceiling_usd, done.decision.fee_ceiling_inr) == (None, 4000)
    assert not CourseFee.objects.filter(course=done.decision.course).exists()


def test_a_title_in_hindi_or_taken_still_gives_a_code_of_its_own() -> None:
    make_course(code="evaluating-social-programmes")

    taken = announce(make_confirmed()).decision.course
    hindi = announce(
        make_confirmed(proposal=make_proposal(state=ProposalState.DECIDED, title="निर्धनता"))
    ).decision.course

    assert taken.code == "evaluating-social-programmes-2"
    assert hindi.code == "course"


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.REJECTED, Outcome.MORE_INFORMATION])
def test_what_is_not_shortlisted_is_told_to_its_proposer_and_makes_no_course(
    outcome: Outcome,
) -> None:
    meeting = make_session()
    resolution = make_resolution(item=make_voted(meeting=meeting), outcome=outcome)
    make_minutes(meeting=close(meeting), state="confirmed")

    done = announce(resolution)

    proposal = done.item.proposal
    assert (proposal.state, proposal.outcome, proposal.course) == ("notified", outcome, None)
    notice = Notice.objects.get(user=proposal.recorded_by, template="proposal.announced")
    assert notice.params["outcome"] == outcome
    assert not CommitteeDecision.objects.exists()


def test_members_and_experts_are_told_once_and_not_the_one_who_announces() -> None:
    resolution = make_confirmed()
    expert = make_user(Role.NODAL_OFFICER)
    item, secretary = resolution.item, make_secretary()
    item.invitations.create(user=expert, field="Statistics", invited_by=secretary, invited_at=NOW)

    actions.announce_decisions(meeting_id=item.meeting_id, acting_user=secretary, at=NOW)

    told = Notice.objects.filter(template="meeting.announced")
    members = set(item.meeting.committee.seats.values_list("user", flat=True))
    assert set(told.values_list("user", flat=True)) == {*members, expert.pk}


def test_nothing_is_announced_before_the_minutes_are_confirmed_nor_twice_nor_by_others() -> None:
    minutes = make_minutes(state="submitted")
    given = {"meeting_id": minutes.meeting_id, "at": NOW}
    with pytest.raises(Refused, match="once the chair has confirmed"):
        actions.announce_decisions(acting_user=make_secretary(), **given)
    resolution = make_confirmed()
    given["meeting_id"] = resolution.item.meeting_id
    with pytest.raises(Refused, match="Secretary"):
        actions.announce_decisions(acting_user=chair_user(resolution.item.meeting), **given)

    announce(resolution)

    with pytest.raises(Refused, match="No decision"):
        actions.announce_decisions(acting_user=make_secretary(), **given)


def test_a_refusal_in_the_middle_announces_nothing() -> None:
    meeting = make_session()
    make_resolution(item=make_voted(meeting=meeting), **TERMS)
    stuck = make_resolution(item=make_voted(meeting=meeting), **TERMS)
    make_minutes(meeting=close(meeting), state="confirmed")
    Proposal.objects.filter(pk=stuck.item.proposal_id).update(state=ProposalState.WITHDRAWN)

    with pytest.raises(Refused):
        announce(stuck)

    assert not Resolution.objects.announced().exists()
    assert not Course.objects.exists()
    assert not Notice.objects.filter(template__contains="announced").exists()


def test_a_published_course_ends_the_way_of_its_proposal() -> None:
    done = announce(make_confirmed())
    tasks.follow_announcements()
    assert Proposal.objects.get(pk=done.item.proposal_id).state == ProposalState.NOTIFIED

    Course.objects.filter(pk=done.decision.course_id).update(is_published=True)
    tasks.follow_announcements()
    tasks.follow_announcements()

    proposal = Proposal.objects.get(pk=done.item.proposal_id)
    assert proposal.state == ProposalState.IN_CATALOGUE
    assert Notice.objects.filter(template="proposal.catalogued").count() == 1


# --- the circular ----------------------------------------------------------------------------


def draft(resolution: Resolution, **given: object) -> Circular:
    return circulars.draft_circular(
        meeting_id=resolution.item.meeting_id,
        file_number="T-16017/1/2026-Trg (TFA)",
        signatory_name="R. Mehta",
        signatory_name_hi="आर. मेहता",
        signatory_designation="Under Secretary",
        signatory_designation_hi="अवर सचिव",
        acting_user=given.get("acting_user") or make_user(Role.CIRCULAR_AUTHOR),
        at=NOW,
    )


def test_the_circular_names_each_course_in_both_languages_and_belongs_to_its_author() -> None:
    load_rule_sets()
    author = make_user(Role.CIRCULAR_AUTHOR)
    done = announce(make_confirmed())

    circular = draft(done, acting_user=author)

    assert (circular.author, circular.state) == (author, CircularState.DRAFT)
    table = circular.paragraphs.get(kind="table").table
    assert table["rows"][0][1] == "Evaluating Social Programmes, J-PAL South Asia"
    assert table["rows"][0][4:6] == ["US$80", "3"]
    assert table["rows"][0][7] == done.number
    assert len(table["rows_hi"]) == len(table["rows"]) == 1
    assert all(p.text_hi or p.table for p in circular.paragraphs.all())
    assert all(p.is_hindi_current for p in circular.paragraphs.all())
    assert circular.addressees.count() == 2
    assert Meeting.objects.get(pk=done.item.meeting_id).circular == circular


def test_a_circular_is_drafted_after_the_announcement_once_and_by_an_author() -> None:
    resolution = make_confirmed()
    with pytest.raises(Refused, match="has been announced"):
        draft(resolution)
    announce(resolution)
    with pytest.raises(Refused, match="Author"):
        draft(resolution, acting_user=make_secretary())
    draft(resolution)

    with pytest.raises(Refused, match="drafted already"):
        draft(resolution)


def test_the_circular_is_named_on_the_decision_when_it_is_issued() -> None:
    done = announce(make_confirmed())
    circular = draft(done)
    tasks.follow_announcements()
    done.decision.refresh_from_db()
    assert done.decision.circular is None

    Circular.objects.filter(pk=circular.pk).update(
        state=CircularState.ISSUED,
        dated_on=TODAY,
        issued_at=NOW,
        approver=make_user(Role.CIRCULAR_APPROVER),
    )
    tasks.follow_announcements()

    done.decision.refresh_from_db()
    assert done.decision.circular == circular


# --- pages -----------------------------------------------------------------------------------


def test_nothing_unannounced_is_public(client: Client) -> None:
    title = "A Course Nobody Knows Of"
    resolution = make_confirmed(
        proposal=make_proposal(state=ProposalState.DECIDED, title=title, fee=None, currency="")
    )
    public = [
        reverse(name)
        for name in (
            "reports:home",
            "courses:list",
            "courses:decision_list",
            "courses:sitemap",
            "circulars:list",
            "eligibility:check",
        )
    ]
    public.append(f"{reverse('courses:list')}?q=nobody")
    number = resolution.number

    for url in public:
        page = client.get(url, follow=True).content.decode()
        assert title not in page, url
        assert number not in page, url

    announce(resolution)
    assert number in client.get(reverse("courses:decision_list")).content.decode()
    assert title not in client.get(reverse("courses:list")).content.decode()  # still a draft


def test_a_decision_on_a_course_to_be_published_leads_to_no_page(client: Client) -> None:
    course = announce(make_confirmed()).decision.course

    page = client.get(reverse("courses:decision_list")).content.decode()

    assert course.title in page
    assert course.get_absolute_url() not in page


def test_what_was_not_shortlisted_is_not_public(client: Client) -> None:
    meeting = make_session()
    resolution = make_resolution(item=make_voted(meeting=meeting), outcome=Outcome.REJECTED)
    make_minutes(meeting=close(meeting), state="confirmed")
    announce(resolution)

    assert resolution.number not in client.get(reverse("courses:decision_list")).content.decode()


def test_the_secretary_announces_on_the_page(client: Client) -> None:
    load_rule_sets()
    resolution = make_confirmed()
    secretary = make_secretary()
    sign_in(client, secretary)
    url = reverse("committee:announcement", args=[resolution.item.meeting_id])
    assert any("decisions to announce" in task.name for task in staff_tasks(secretary))

    assert "Announce 1 decision" in client.get(url).content.decode()
    page = client.post(
        reverse("committee:announce", args=[resolution.item.meeting_id]), follow=True
    ).content.decode()

    assert "1 decision is announced." in page
    assert "Draft, to be published by a second person" in page
    assert not any("decisions to announce" in task.name for task in staff_tasks(secretary))


def test_the_author_drafts_the_circular_on_the_page(client: Client) -> None:
    done = announce(make_confirmed())
    author = make_user(Role.CIRCULAR_AUTHOR)
    sign_in(client, author)
    assert done.item.meeting.number in client.get(reverse("committee:circulars")).content.decode()
    url = reverse("committee:circular_draft", args=[done.item.meeting_id])
    assert "required" in client.post(url, {"file_number": ""}).content.decode()

    answer = client.post(
        url,
        {
            "file_number": "T-16017/2/2026-Trg",
            "signatory_name": "R. Mehta",
            "signatory_designation": "Under Secretary",
        },
    )

    circular = Circular.objects.get(author=author)
    assert answer["Location"] == reverse("admin:circulars_circular_change", args=[circular.pk])
    assert client.get(url).status_code == 404


def test_queues_name_who_is_awaited() -> None:
    meeting = make_closed()
    secretary = make_secretary()
    assert any("waits for its minutes" in task.name for task in staff_tasks(secretary))

    make_minutes(meeting=meeting, state="submitted")

    assert any("minutes to confirm" in task.name for task in staff_tasks(chair_user(meeting)))
    member = meeting.committee.seats.filter(kind="joint_secretary").first().user
    assert not any("minutes to confirm" in task.name for task in staff_tasks(member))


def test_the_list_of_minutes_asks_little_of_the_database(
    client: Client, django_assert_max_num_queries
) -> None:
    for _number in range(3):
        make_confirmed()
    sign_in(client, make_secretary())

    with django_assert_max_num_queries(12):
        page = client.get(reverse("committee:minutes_list")).content.decode()

    assert page.count("1 to announce") == 3


def test_the_page_of_an_announcement_asks_little_of_the_database(
    client: Client, django_assert_max_num_queries
) -> None:
    meeting = make_session()
    for _number in range(5):
        make_resolution(item=make_voted(meeting=meeting), **TERMS)
    make_minutes(meeting=close(meeting), state="confirmed")
    sign_in(client, make_secretary())

    with django_assert_max_num_queries(12):
        client.get(reverse("committee:announcement", args=[meeting.pk]))


# --- from paper ------------------------------------------------------------------------------


def record(client: Client, decided_on: str) -> str:
    course = make_course(is_published=False)
    data = {
        "resolution_number": "SC/PAPER/1",
        "decided_on": decided_on,
        "course": course.pk,
        "outcome": "shortlisted",
        "rule_set_code": "OM",
        "valid_from": "2019-01-01",
        "reasons": "As on paper.",
    }
    url = reverse("admin:courses_committeedecision_add")
    return client.post(url, data).content.decode()


@pytest.mark.usefixtures("_desk")
@pytest.mark.parametrize(("decided_on", "is_recorded"), [("2018-12-31", True), ("", False)])
def test_only_a_decision_older_than_the_committee_is_recorded_from_paper(
    client: Client, decided_on: str, is_recorded: bool
) -> None:
    make_committee(effective_from=date(2019, 1, 1))
    sign_in(client, make_secretary())

    page = record(client, decided_on)

    assert CommitteeDecision.objects.filter(resolution_number="SC/PAPER/1").exists() is is_recorded
    assert is_recorded or "meetings on the" in page


@pytest.mark.usefixtures("_desk")
def test_a_decision_of_the_committees_days_is_sent_to_a_meeting(client: Client) -> None:
    make_committee(effective_from=date(2019, 1, 1))
    sign_in(client, make_secretary())

    assert "put the proposal on an agenda" in record(client, "2019-01-01")


@pytest.fixture
def _desk() -> None:
    call_command("sync_roles", stdout=StringIO())
    load_rule_sets()
