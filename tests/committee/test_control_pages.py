"""The secretary's page: presence, items, votes, decisions; and what stays sealed there too."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.roles import Role
from committee.actions import resolutions
from committee.models import Attendance, Meeting, Participation, Resolution
from committee.states import ItemState, MeetingState
from eligibility.models import RuleSet
from igot.lib.dates import civil_today
from tests.committee.rooms import cast, close, declare, hand_in, make_open_item, make_voted_item
from tests.committee.rooms import shortlisting as terms
from tests.factories.accounts import make_user, sign_in
from tests.factories.committee import (
    chair_of,
    make_item,
    make_meeting,
    make_secretary,
    members_of,
)

pytestmark = pytest.mark.django_db
STEPS = ("open", "close", "reopen", "carry-over", "resolution")


@pytest.fixture
def secretary(client):
    user = make_secretary()
    sign_in(client, user)
    return user


def control(client, item):
    return client.get(f"/committee/meetings/{item.meeting_id}/control/").content.decode()


def post(client, item, step, **data):
    return client.post(f"/committee/items/{item.pk}/{step}/", data, follow=True).content.decode()


def record(item):
    return resolutions.record_resolution(
        item_id=item.pk, terms=terms(), acting_user=make_secretary(), at=timezone.now()
    )


def test_the_secretary_takes_an_item_through_its_steps(client, secretary):
    item = make_item(meeting=make_meeting(state=MeetingState.IN_SESSION))

    assert "Item 1 is open for votes." in post(client, item, "open")
    assert "Close the votes" in control(client, item)
    assert "The votes on item 1 are closed." in post(client, item, "close")
    text = post(client, item, "reopen", reason="The line was down.")
    assert "Item 1 is open for votes again." in text
    assert "Item 1 is carried over." in post(client, item, "carry-over", reason="No time.")

    item.refresh_from_db()
    assert item.state == ItemState.CARRIED_OVER


def test_a_step_that_is_not_open_is_refused_with_a_sentence(client, secretary):
    first = make_open_item()
    second = make_item(meeting=first.meeting)

    assert "Item 1 is open for votes. Close it first." in post(client, second, "open")
    assert "this cannot be done now" in post(client, second, "close")
    assert "are not closed" in post(client, second, "reopen", reason="Why not.")


def test_a_step_with_a_reason_asks_for_it(client, secretary):
    item = make_open_item()

    assert "This field is required" in post(client, item, "carry-over", reason="")
    assert (
        "Carry this item over?"
        in client.get(f"/committee/items/{item.pk}/carry-over/").content.decode()
    )


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", [Role.COMMITTEE_MEMBER, Role.AUDITOR, Role.NODAL_OFFICER])
def test_nobody_else_takes_a_step(client, role, step):
    item = make_open_item()
    sign_in(client, make_user(role))

    assert client.post(f"/committee/items/{item.pk}/{step}/").status_code == 403


def test_the_auditor_looks_on_without_buttons(client):
    item = make_open_item()
    sign_in(client, make_user(Role.AUDITOR))

    text = control(client, item)

    assert item.proposal.title in text
    assert "<button" not in text[text.index('id="before"') : text.index("</main>")]


def test_a_member_does_not_open_the_secretarys_page(client):
    item = make_open_item()
    sign_in(client, members_of(item)[0].seat.user)

    assert client.get(f"/committee/meetings/{item.meeting_id}/control/").status_code == 403


def test_the_secretary_sees_votes_and_scores_only_after_the_close(client, secretary):
    item = make_open_item()
    hand_in(chair_of(item), 7, "Convincing.")
    cast(chair_of(item), "against")

    text = control(client, item)
    assert "Votes cast: 1 of 5" in text
    assert "Convincing." not in text
    assert "Who voted how" not in text

    close(item)
    text = control(client, item)
    assert "Convincing." in text
    assert "Who voted how" in text


def test_a_secretary_who_is_a_recused_member_sees_no_votes(client):
    item = make_open_item()
    member = members_of(item)[0]
    declare(member, interest="family")
    cast(chair_of(item))
    close(item)
    both = member.seat.user
    both.groups.add(*make_secretary().groups.all())
    sign_in(client, both)

    assert "Who voted how" not in control(client, item)


def test_the_status_of_the_secretary_is_answered_304(client, secretary):
    item = make_open_item()
    url = f"/committee/items/{item.pk}/control/status/"
    first = client.get(url)

    assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304
    cast(chair_of(item))
    assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 200


# --- presence ---------------------------------------------------------------------------------


def attend(client, item, seat, mode):
    return client.post(
        f"/committee/meetings/{item.meeting_id}/presence/", {"seat": seat, "mode": mode}
    )


def test_one_touch_records_how_a_member_attends(client, secretary):
    item = make_open_item()
    member = members_of(item)[0]

    answer = attend(client, item, member.seat_id, "absent")

    assert answer.status_code == 302
    member.refresh_from_db()
    assert member.presence == Attendance.Mode.ABSENT
    assert "4 count, 3 needed" in control(client, item)


def test_a_seat_or_mode_that_there_is_not_is_not_found(client, secretary):
    item = make_open_item()
    seat = members_of(item)[0].seat_id

    assert attend(client, item, seat, "asleep").status_code == 404
    assert attend(client, item, 999999, "person").status_code == 404


def test_nobody_but_the_secretary_records_presence(client):
    item = make_open_item()
    member = members_of(item)[0]
    sign_in(client, member.seat.user)

    assert attend(client, item, member.seat_id, "video").status_code == 403


def test_by_circulation_members_circulate(client, secretary):
    meeting = make_meeting(state=MeetingState.IN_SESSION, mode=Meeting.Mode.CIRCULATION)
    text = control(client, make_item(meeting=meeting))

    assert 'value="circulation"' in text
    assert 'value="person"' not in text


# --- decisions --------------------------------------------------------------------------------


def decision(**fields):
    RuleSet.objects.get_or_create(code="OM", defaults={"name": "Letter of 17.05.2019"})
    known = {
        "outcome": "shortlisted",
        "reasons": "It fills a gap.",
        "reasons_hi": "यह एक कमी पूरी करता है।",
        "rule_set_code": "OM",
        "audience": "Group A officers",
        "certification": "grade_exam",
        "fee_ceiling": "175.50",
        "currency": "USD",
        "credit_points": "4",
        "valid_from": "01.12.2026",
        "valid_to": "30.11.2027",
    }
    return {**known, **fields}


def test_the_form_is_filled_in_from_the_proposal(client, secretary):
    RuleSet.objects.create(code="OM", name="Letter of 17.05.2019")
    item = make_voted_item()

    text = client.get(f"/committee/items/{item.pk}/resolution/").content.decode()

    assert 'value="shortlisted" class="form-check-input"' in text or "checked" in text
    assert '<option value="OM" selected>' in text
    assert '<option value="USD" selected>' in text
    assert 'value="100.00"' in text
    assert item.proposal.officers in text


def test_a_decision_is_recorded_with_its_terms(client, secretary):
    item = make_voted_item()

    text = post(client, item, "resolution", **decision())

    resolution = Resolution.objects.get()
    assert f"Resolution {resolution.number} is recorded. It is announced later." in text
    assert (resolution.fee_ceiling, resolution.valid_to) == (Decimal("175.50"), date(2027, 11, 30))
    assert resolution.recorded_by == secretary
    assert resolution.decided_on == civil_today()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"outcome": ""}, "Choose what the committee resolved."),
        ({"reasons": ""}, "This field is required."),
        ({"rule_set_code": ""}, "Choose for which categories of officers it is shortlisted."),
        ({"certification": ""}, "Choose how the course is certified."),
        ({"fee_ceiling": "-1"}, "A fee ceiling is zero or more."),
        ({"fee_ceiling": "much"}, "Write the amount in digits"),
        ({"currency": "XYZ"}, "US dollars or rupees"),
        ({"currency": ""}, "US dollars or rupees"),
        ({"fee_ceiling": ""}, "or leave both empty"),
        ({"valid_from": ""}, "Say from which day"),
        ({"valid_to": "30.11.2026"}, "cannot lie before the first"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_at_the_field(client, secretary, fields, sentence):
    item = make_voted_item()

    text = post(client, item, "resolution", **decision(**fields))

    assert sentence in text
    assert "It fills a gap." in text or "reasons" in fields
    assert not Resolution.objects.exists()


def test_terms_are_not_asked_for_where_the_course_is_deferred(client, secretary):
    item = make_voted_item([])

    post(
        client,
        item,
        "resolution",
        **decision(outcome="deferred", rule_set_code="", certification="", valid_from=""),
    )

    assert Resolution.objects.get().outcome == "deferred"


def test_a_decision_against_the_votes_is_refused_on_the_page(client, secretary):
    item = make_voted_item(["for", "against", "against"])

    assert "do not carry, 1 for and 2 against" in post(client, item, "resolution", **decision())


def test_a_decision_without_quorum_is_refused_on_the_page(client, secretary):
    item = make_open_item()
    declare(*members_of(item)[:3], interest="teaching")
    close(item)

    assert "no quorum: 2 members count" in post(client, item, "resolution", **decision())
    assert "no quorum: 2 members count" in control(client, item)


def test_a_decision_before_the_close_is_refused_on_the_page(client, secretary):
    item = make_open_item()

    assert "Close the votes first" in post(client, item, "resolution", **decision())
    page = client.get(f"/committee/items/{item.pk}/resolution/").content.decode()
    assert "Close the votes first" in page
    assert "<textarea" not in page


def test_a_second_decision_names_the_first(client, secretary):
    item = make_voted_item()
    record(item)

    text = post(client, item, "resolution", **decision())

    assert f"decided already, by resolution {item.meeting.number}/1" in text


def test_a_resolution_is_put_right_on_its_page(client, secretary):
    item = make_voted_item()
    resolution = record(item)
    url = f"/committee/resolutions/{resolution.pk}/correct/"
    assert "It fills a gap in evaluation." in client.get(url).content.decode()

    client.post(url, decision(fee_ceiling="90", why="A slip of the pen."))

    resolution.refresh_from_db()
    assert resolution.fee_ceiling == Decimal(90)


def test_a_correction_says_why(client, secretary):
    resolution = record(make_voted_item())

    page = client.post(f"/committee/resolutions/{resolution.pk}/correct/", decision())

    assert "This field is required." in page.content.decode()


def test_after_confirmed_minutes_the_page_sends_to_a_corrigendum(client, secretary):
    resolution = record(make_voted_item())
    Meeting.objects.filter(pk=resolution.item.meeting_id).update(state=MeetingState.CONFIRMED)
    url = f"/committee/resolutions/{resolution.pk}/correct/"

    page = client.post(url, decision(why="A slip."))

    assert "put right by a corrigendum" in page.content.decode()
    assert "put right by a corrigendum" in client.get(url).content.decode()


def test_an_absent_chair_shows_beside_the_quorum(client, secretary):
    item = make_open_item()
    Participation.objects.filter(pk=chair_of(item).pk).update(presence="absent")

    text = control(client, item)

    assert "without the chair" in text
    assert "the chair does not count" in text


# --- the desk ---------------------------------------------------------------------------------


def desk(client, role, path):
    call_command("sync_roles", stdout=StringIO())
    sign_in(client, make_user(role))
    return client.get(f"/desk/committee/{path}")


@pytest.mark.parametrize("role", [Role.COMMITTEE_SECRETARY, Role.AUDITOR])
def test_the_desk_keeps_the_seal_until_the_close(client, role):
    item = make_open_item()
    member = members_of(item)[0]
    hand_in(member, 7, "Convincing.")
    cast(member, "against")
    path = f"participation/{member.pk}/change/"

    text = desk(client, role, path).content.decode()
    assert "Cast, sealed until the close" in text
    assert "Handed in, sealed until the close" in text
    for hidden in ("Convincing.", "70.00", "Against"):
        assert hidden not in text
    assert "Against" not in desk(client, role, "participation/").content.decode()

    close(item)
    text = desk(client, role, path).content.decode()
    for shown in ("Convincing.", "70.00", "Against"):
        assert shown in text


@pytest.mark.parametrize("model", ["participation", "resolution"])
def test_votes_and_resolutions_are_neither_added_nor_changed_at_the_desk(client, model):
    resolution = record(make_voted_item())
    row = resolution if model == "resolution" else chair_of(resolution.item)

    assert desk(client, Role.COMMITTEE_SECRETARY, f"{model}/add/").status_code == 403
    answer = client.post(
        f"/desk/committee/{model}/{row.pk}/change/", {"vote": "against", "votes_for": 9}
    )
    assert answer.status_code == 403
    type(row).objects.get(pk=row.pk)
    assert Participation.objects.filter(vote="against").count() == 0
