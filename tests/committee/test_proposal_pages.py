"""Pages of proposals: who opens them, what they show, and what a post does."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from committee.models import Proposal, ScreeningAnswer, ScreeningPoint
from committee.states import ProposalState
from tests.factories.accounts import make_authority, make_nodal_officer, make_user, sign_in
from tests.factories.committee import make_item, make_meeting, make_proposal, make_secretary
from tests.factories.courses import make_course, make_institute
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db
MOST = 12


def as_user(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "source": "institute",
        "proposer": "IIT Madras",
        "received_on": "01.11.2026",
        "institute_name": "IIT Madras",
        "title": "Data for Public Policy",
        "level": "",
        "mode": "run",
        "language": "English",
        "fee": "5,000",
        "currency": "INR",
        "certification": "certificate",
        "objective": "To read figures.",
        "outline": "Figures\n- Counting",
        "reasons": "Three States asked.",
        "officers": "All of Group A.",
        "rule_set_code": "",
        **fields,
    }


# --- the list ------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_words_state_and_source() -> None:
    client = as_user(make_secretary())
    make_proposal(title="Public Finance", state="submitted")
    make_proposal(title="Coal and Climate", source="ministry", institute_name="IIT Kharagpur")

    def shown(query: str) -> list[str]:
        rows = client.get(f"/committee/proposals/?{query}").context["rows"]
        return sorted(row.proposal.title for row in rows)

    assert shown("") == ["Coal and Climate", "Public Finance"]
    assert shown("q=finance") == ["Public Finance"]
    assert shown("q=kharagpur+coal") == ["Coal and Climate"]
    assert shown("state=submitted") == ["Public Finance"]
    assert shown("source=ministry&state=nonsense") == ["Coal and Climate"]
    assert shown("q=steel") == []


def test_a_full_list_asks_few_questions() -> None:
    client = as_user(make_secretary())
    for _number in range(25):
        make_proposal(recorded_by=make_secretary())
    client.get("/committee/proposals/")

    with CaptureQueriesContext(connection) as asked:
        page = client.get("/committee/proposals/")

    assert len(page.context["rows"]) == 20
    assert len(asked) <= MOST


def test_a_proposer_sees_the_own_proposals_only() -> None:
    nodal = make_nodal_officer()
    own = make_proposal(recorded_by=nodal)
    other = make_proposal()
    client = as_user(nodal)

    rows = client.get("/committee/proposals/").context["rows"]

    assert [row.proposal for row in rows] == [own]
    assert client.get(f"/committee/proposals/{own.pk}/").status_code == 200
    assert client.get(f"/committee/proposals/{other.pk}/").status_code == 404


def test_a_member_sees_what_the_own_meetings_have_before_them() -> None:
    meeting = make_meeting()
    item = make_item(meeting=meeting)
    unseen = make_proposal()
    client = as_user(meeting.attendance.first().seat.user)

    assert client.get(f"/committee/proposals/{item.proposal_id}/").status_code == 200
    assert client.get(f"/committee/proposals/{unseen.pk}/").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SANCTIONING_AUTHORITY, Role.PAYING_OFFICER])
def test_others_have_no_business_here(role: Role) -> None:
    client = as_user(make_user(role))

    for path in ("", "new/", f"{make_proposal().pk}/"):
        assert client.get(f"/committee/proposals/{path}").status_code == 403


def test_a_decision_is_not_told_before_it_is_announced() -> None:
    nodal = make_nodal_officer()
    proposal = make_proposal(state="decided", outcome="rejected", recorded_by=nodal)
    client = as_user(nodal)

    page = client.get(f"/committee/proposals/{proposal.pk}/").content.decode()
    by_filter = client.get("/committee/proposals/?state=decided").context["rows"]
    with_committee = client.get("/committee/proposals/?state=committee").context["rows"]

    assert "With the committee" in page
    assert "Rejected" not in page and "Decided" not in page
    assert len(by_filter) == len(with_committee) == 1

    Proposal.objects.update(state="notified")
    assert "Rejected" in client.get(f"/committee/proposals/{proposal.pk}/").content.decode()


def test_the_page_of_a_proposal_asks_few_questions() -> None:
    load_rule_sets()
    client = as_user(make_secretary())
    proposal = make_proposal(state="submitted", outline="Figures\n- Counting\n- Weighing")
    client.get(f"/committee/proposals/{proposal.pk}/")

    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/committee/proposals/{proposal.pk}/").content.decode()

    assert len(asked) <= MOST
    assert "US$100" in page and "8 weeks" in page
    assert "<li>Weighing</li>" in page


# --- writing -------------------------------------------------------------------------------------


def test_a_secretary_saves_a_draft_or_submits_at_once() -> None:
    client = as_user(make_secretary())

    client.post("/committee/proposals/new/", typed())
    client.post("/committee/proposals/new/", typed(title="Law for Managers", submits="1"))

    states = dict(Proposal.objects.values_list("title", "state"))
    assert states == {"Data for Public Policy": "draft", "Law for Managers": "submitted"}


@pytest.mark.parametrize(
    ("fields", "at", "sentence"),
    [
        ({"fee": "-5"}, "fee", "A fee cannot be below zero"),
        ({"fee": "99999999999"}, "fee", "too large"),
        ({"currency": "JPY"}, "currency", "JPY is not one of the available choices"),
        ({"currency": ""}, "currency", "Say in which currency"),
        ({"fee": ""}, "fee", "leave the currency blank too"),
        ({"outline": "- Counting\nA\nA"}, "outline", "Line 1: a unit needs its module"),
        ({"least_weekly_hours": "6", "most_weekly_hours": "3"}, "most_weekly_hours", "At most"),
        ({"received_on": "01.01.2099"}, "received_on", "on or before"),
        ({"title": ""}, "title", "required"),
        ({"source": "division"}, "source", "not one of the available choices"),
        ({"title": "a\u202eb"}, "title", "reverses the reading order"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(fields: dict, at: str, sentence: str) -> None:
    client = as_user(make_secretary())

    page = client.post("/committee/proposals/new/", typed(**fields))

    assert sentence in " ".join(page.context["form"].errors[at])
    assert not Proposal.objects.exists()


def test_what_is_there_already_is_warned_of_and_can_be_passed() -> None:
    client = as_user(make_secretary())
    institute = make_institute(title="Indian Institute of Technology Madras", short_name="IIT M")
    make_course(title="Data for Public Policy", institute=institute)
    make_proposal(title="Data and Public Policy", institute_name="IIT Madras")

    page = client.post(
        "/committee/proposals/new/",
        typed(institute_name="IIT Madras", title="Data for public polcy"),
    )
    text = page.content.decode()
    data = page.context["form"].data.dict()
    again = client.post("/committee/proposals/new/", {**data, "is_another": "on"})

    assert "This may be the same course" in text
    assert [known.label for known in page.context["form"].alike][0].startswith("P/2018/")
    assert again.status_code == 302
    assert Proposal.objects.count() == 2


def test_a_nodal_officer_chooses_among_the_own_ministries() -> None:
    nodal = make_nodal_officer(authority=make_authority(name="Ministry of Coal"))
    client = as_user(nodal)

    page = client.get("/committee/proposals/new/").content.decode()
    refused = client.post("/committee/proposals/new/", typed(proposer="Ministry of Steel"))
    client.post("/committee/proposals/new/", typed(proposer="Ministry of Coal", source="institute"))

    assert '<option value="Ministry of Coal">' in page
    assert "proposer" in refused.context["form"].errors
    assert Proposal.objects.get().source == "ministry"  # whatever was sent


def test_the_secretary_corrects_what_a_ministry_submitted() -> None:
    load_rule_sets()
    nodal = make_nodal_officer(authority=make_authority(name="Ministry of Coal"))
    proposal = make_proposal(
        state="submitted", source="division", proposer="Training Division", recorded_by=nodal
    )
    client = as_user(make_secretary())
    url = f"/committee/proposals/{proposal.pk}/edit/"

    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = client.post(url, {**data, "weeks": "9", "received_on": "01.10.2026", "is_another": ""})

    assert answer.status_code == 302
    proposal.refresh_from_db()
    assert (proposal.weeks, proposal.source, proposal.state) == (9, "division", "submitted")


def test_a_page_of_what_may_not_be_edited_says_so() -> None:
    nodal = make_nodal_officer()
    proposal = make_proposal(state="submitted", recorded_by=nodal)

    page = as_user(nodal).get(f"/committee/proposals/{proposal.pk}/edit/")

    assert page.status_code == 409
    assert "ask the secretary to return it" in page.content.decode()


# --- steps ---------------------------------------------------------------------------------------


def test_the_checklist_is_kept_and_passes_the_proposal() -> None:
    needed = ScreeningPoint.objects.create(position=1, text="Open to officers?")
    other = ScreeningPoint.objects.create(position=2, text="Hindi?", is_required=False)
    proposal = make_proposal(state="submitted")
    client = as_user(make_secretary())
    url = f"/committee/proposals/{proposal.pk}/screen/"

    lacking = client.post(url, {f"answer_{other.pk}": "na", "passes": "1"})
    client.post(url, {f"answer_{needed.pk}": "no", f"remark_{needed.pk}": "Asked on 3.11."})
    kept = client.get(url).content.decode()
    client.post(url, {f"answer_{needed.pk}": "yes", "passes": "1"})

    assert "Answer this question" in lacking.content.decode()
    assert f'href="#id_answer_{needed.pk}"' in lacking.content.decode()
    assert "Asked on 3.11." in kept
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SCREENED
    assert ScreeningAnswer.objects.get().answer == "yes"


def test_the_screening_of_a_likely_double_says_so() -> None:
    ScreeningPoint.objects.create(position=1, text="Open to officers?")
    make_proposal(title="Public Finance")
    proposal = make_proposal(title="Public finances", state="submitted")

    page = as_user(make_secretary()).get(f"/committee/proposals/{proposal.pk}/screen/")

    assert "This may be the same course" in page.content.decode()


@pytest.mark.parametrize(
    ("step", "state", "outcome", "to"),
    [
        ("return", "submitted", "", "draft"),
        ("withdraw", "screened", "", "withdrawn"),
        ("resume", "notified", "deferred", "submitted"),
    ],
)
def test_a_step_asks_for_its_reason(step: str, state: str, outcome: str, to: str) -> None:
    proposal = make_proposal(state=state, outcome=outcome)
    client = as_user(make_secretary())
    url = f"/committee/proposals/{proposal.pk}/{step}/"

    silent = client.post(url, {"reason": " "})
    client.post(url, {"reason": "The syllabus is missing."})

    assert "Give the reason." in silent.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == to
    if to != "withdrawn":
        return
    assert client.get(url).status_code == 409


def test_a_draft_is_submitted_by_its_button() -> None:
    nodal = make_nodal_officer()
    proposal = make_proposal(state="draft", recorded_by=nodal, received_on=date(2026, 11, 1))
    client = as_user(nodal)

    assert client.get(f"/committee/proposals/{proposal.pk}/submit/").status_code == 405
    client.post(f"/committee/proposals/{proposal.pk}/submit/")

    proposal.refresh_from_db()
    assert proposal.state == "submitted"
