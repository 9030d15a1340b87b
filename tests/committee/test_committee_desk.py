"""The desk of the committee: order, terms, rubrics and checklist; and its public page."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from committee.actions import committees as actions
from committee.models import Committee, Criterion, Rubric, ScreeningAnswer, ScreeningPoint, Seat
from committee.policies import committees as policies
from igot.lib.errors import Refused
from tests.factories.accounts import make_user, sign_in
from tests.factories.committee import (
    make_committee,
    make_proposal,
    make_rubric,
    make_seat,
    make_secretary,
)
from tests.lib.bad_files import plain_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    call_command("sync_roles", stdout=StringIO())
    sign_in(client, make_secretary())
    return client


def errors_of(page: Any) -> dict[str, list[str]]:
    return dict(page.context["adminform"].form.errors)


# --- the order and the terms ---------------------------------------------------------------------


def test_the_secretary_constitutes_a_committee_and_attaches_its_order(desk: Client) -> None:
    page = desk.post(
        "/desk/committee/committee/add/",
        {
            "title": "Selection Committee",
            "order_number": "T-16017/1/2019-Trg (TFA)",
            "ordered_on": "2026-01-02",
            "quorum": "3",
            "chair_needed": "on",
            "has_casting_vote": "on",
            "effective_from": "2026-01-02",
            "seats-TOTAL_FORMS": "0",
            "seats-INITIAL_FORMS": "0",
        },
    )
    committee = Committee.objects.get()
    order = SimpleUploadedFile("order.pdf", plain_pdf(), "application/pdf")
    desk.post(
        f"/desk/committee/committee/{committee.pk}/step/order/",
        {"desk_confirmed": "1", "order": order},
    )

    assert page.status_code == 302
    committee.refresh_from_db()
    assert committee.order_sha256 and committee.order_pdf.size
    sent = desk.get(f"/committee/orders/{committee.pk}.pdf")
    assert b"".join(sent.streaming_content).startswith(b"%PDF-")
    assert AuditEntry.objects.about(committee).filter(event="committee.order_attached").exists()


def test_an_order_is_a_pdf_and_for_the_committee_only(desk: Client) -> None:
    committee = make_committee()
    picture = SimpleUploadedFile("order.png", b"\x89PNG", "image/png")

    page = desk.post(
        f"/desk/committee/committee/{committee.pk}/step/order/",
        {"desk_confirmed": "1", "order": picture},
    )

    assert "Send a file of one of these kinds: PDF" in page.content.decode()
    sign_in(desk, make_user(Role.OFFICER))
    assert desk.get(f"/committee/orders/{committee.pk}.pdf").status_code == 403
    sign_in(desk, make_user(Role.COMMITTEE_MEMBER))  # of another committee
    assert desk.get(f"/committee/orders/{committee.pk}.pdf").status_code == 404


def seat(committee: Committee, **fields: Any) -> dict[str, Any]:
    given = {
        "committee": committee.pk,
        "user": make_user(Role.COMMITTEE_MEMBER).pk,
        "kind": "joint_secretary",
        "designation": "Joint Secretary",
        "is_voting": "on",
        "effective_from": "2026-01-01",
        "effective_to": "",
    }
    return {**given, **fields}


def test_a_term_begins_on_the_desk(desk: Client) -> None:
    committee = make_committee(members=0)

    page = desk.post("/desk/committee/seat/add/", seat(committee))

    assert page.status_code == 302, errors_of(page)
    assert committee.seats.count() == 2


def test_what_the_database_would_refuse_is_said_at_the_field(desk: Client) -> None:
    committee = make_committee(members=1)
    member = committee.seats.get(kind="joint_secretary").user
    stranger = make_user(Role.OFFICER)

    def said(at: str, **fields: Any) -> str:
        page = desk.post("/desk/committee/seat/add/", seat(committee, **fields))
        return " ".join(errors_of(page)[at])

    assert "does not hold the role" in said("user", user=stranger.pk)
    assert "There is one chair at a time" in said("kind", kind="chair")
    assert "since 01.01.2019 already" in said("user", user=member.pk)
    assert "cannot end before it begins" in said("effective_to", effective_to="2025-12-31")
    assert "The chair has a vote" in said("is_voting", kind="chair", is_voting="")
    assert committee.seats.count() == 2


def test_a_chair_follows_a_chair_whose_term_has_ended(desk: Client) -> None:
    committee = make_committee(members=0)
    chair = committee.seats.get()

    desk.post(
        f"/desk/committee/seat/{chair.pk}/change/",
        {"designation_hi": "अपर सचिव (प्रशिक्षण)", "effective_to": "2025-12-31"},
    )
    page = desk.post("/desk/committee/seat/add/", seat(committee, kind="chair"))

    assert page.status_code == 302, errors_of(page)
    chair.refresh_from_db()
    assert chair.effective_to == date(2025, 12, 31)
    assert Seat.objects.held_on(date(2026, 1, 1)).get().kind == "chair"


def test_a_term_is_not_lengthened_into_the_next_chair(desk: Client) -> None:
    committee = make_committee(members=0)
    Seat.objects.update(effective_to=date(2025, 12, 31))
    first = committee.seats.get()
    make_seat(committee=committee, kind="chair", effective_from=date(2026, 1, 1))

    page = desk.post(
        f"/desk/committee/seat/{first.pk}/change/",
        {"designation_hi": "", "effective_to": "2026-01-01"},
    )

    assert "one chair at a time" in " ".join(errors_of(page)["effective_to"])


# --- rubrics -------------------------------------------------------------------------------------


def criteria(*weights: int, rubric: Rubric | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": "courses",
        "title": "Courses",
        "title_hi": "",
        "criteria-TOTAL_FORMS": len(weights),
        "criteria-INITIAL_FORMS": 0,
    }
    for number, weight in enumerate(weights):
        data |= {
            f"criteria-{number}-position": number + 1,
            f"criteria-{number}-title": f"Criterion {number}",
            f"criteria-{number}-weight": weight,
        }
    return data


def test_a_draft_may_miss_a_hundred_and_says_by_how_much(desk: Client) -> None:
    desk.post("/desk/committee/rubric/add/", criteria(60, 30))
    rubric = Rubric.objects.get()

    page = desk.get(f"/desk/committee/rubric/{rubric.pk}/change/").content.decode()

    assert "The weights add up to 90: 10 are missing to 100." in page
    assert "data-rubric-sum" in page and "rubric-sum.js" in page
    assert rubric.drafted_by.has_role(Role.COMMITTEE_SECRETARY)


@pytest.mark.parametrize("weight", ["0", "101", "-5", "x"])
def test_a_weight_is_from_one_to_a_hundred(desk: Client, weight: str) -> None:
    page = desk.post("/desk/committee/rubric/add/", {**criteria(60), "criteria-0-weight": weight})

    assert page.context["inline_admin_formsets"][0].formset.errors[0]["weight"]
    assert not Rubric.objects.exists()


def test_a_second_person_approves_and_then_nothing_is_open(desk: Client) -> None:
    rubric = make_rubric(is_approved=False)

    page = desk.post(f"/desk/committee/rubric/{rubric.pk}/step/approve/", {"desk_confirmed": "1"})

    assert page.status_code == 302
    rubric.refresh_from_db()
    assert rubric.approved_by != rubric.drafted_by
    text = desk.get(f"/desk/committee/rubric/{rubric.pk}/change/").content.decode()
    assert 'name="title"' not in text and "Draft a new version" in text


def test_whoever_drafted_does_not_approve_nor_does_anybody_approve_a_wrong_sum() -> None:
    rubric, light = make_rubric(is_approved=False), make_rubric(weights=[50], is_approved=False)

    with pytest.raises(Refused, match="two persons"):
        actions.approve_rubric(
            rubric_id=rubric.pk, acting_user=rubric.drafted_by, at=timezone.now()
        )
    with pytest.raises(Refused, match="50 are missing"):
        actions.approve_rubric(rubric_id=light.pk, acting_user=make_secretary(), at=timezone.now())
    with pytest.raises(Refused, match="This is for"):
        actions.approve_rubric(
            rubric_id=rubric.pk, acting_user=make_user(Role.OFFICER), at=timezone.now()
        )


def test_a_new_version_copies_the_criteria_and_leaves_the_old_alone() -> None:
    rubric = make_rubric(weights=[40, 60])

    draft = actions.revise_rubric(
        rubric_id=rubric.pk, acting_user=make_secretary(), at=timezone.now()
    )

    assert (draft.code, draft.version, draft.approved_at) == (rubric.code, 2, None)
    assert [c.weight for c in draft.criteria.order_by("position")] == [40, 60]
    assert rubric.criteria.count() == 2
    with pytest.raises(Refused, match="Version 2 is being drafted already"):
        actions.revise_rubric(rubric_id=rubric.pk, acting_user=make_secretary(), at=timezone.now())


def test_a_rubric_approved_meanwhile_is_not_saved_over() -> None:
    rubric = make_rubric()

    with pytest.raises(Refused, match="approved meanwhile"):
        actions.check_still_draft(Rubric(pk=rubric.pk))


@pytest.mark.parametrize(
    ("total", "words"), [(100, ""), (99, "1 are missing"), (120, "20 more than"), (0, "100 are")]
)
def test_weights_in_a_sentence(total: int, words: str) -> None:
    sentence = policies.why_not_weights(total)

    assert words in sentence and bool(words) == bool(sentence)


# --- the checklist and the loader ----------------------------------------------------------------


def test_a_question_is_reworded_until_it_is_answered(desk: Client) -> None:
    point = ScreeningPoint.objects.create(position=1, text="Open?")
    url = f"/desk/committee/screeningpoint/{point.pk}/change/"

    before = desk.get(url).content.decode()
    ScreeningAnswer.objects.create(proposal=make_proposal(), point=point, answer="yes")
    after = desk.get(url).content.decode()
    desk.post(url, {"position": "1", "text": "Otherwise?"})

    assert 'name="text"' in before
    assert 'name="text"' not in after and 'name="is_in_use"' in after
    point.refresh_from_db()
    assert (point.text, point.is_in_use) == ("Open?", False)


def test_the_loader_fills_what_is_empty_and_leaves_what_is_kept() -> None:
    call_command("load_committee", stdout=StringIO())
    ScreeningPoint.objects.filter(position=1).update(text="Reworded?")
    call_command("load_committee", stdout=StringIO())

    assert ScreeningPoint.objects.count() == 8
    assert ScreeningPoint.objects.filter(is_required=True).count() == 7
    assert all(point.text_hi for point in ScreeningPoint.objects.all())
    rubric = Rubric.objects.get()
    assert policies.weight_of(rubric) == 100
    assert rubric.approved_at is None
    assert all(c.title_hi and c.help_text_hi for c in Criterion.objects.all())


# --- the public page -----------------------------------------------------------------------------


def test_the_public_page_names_designations_and_no_person(client: Client) -> None:
    committee = make_committee(members=2, order_number="T-1/2019")
    person = committee.seats.first().user
    gone = make_seat(
        committee=committee,
        designation="Joint Secretary (Gone)",
        effective_to=date(2020, 1, 1),
    )

    page = client.get("/committee/about/").content.decode()

    assert "Order T-1/2019 of 01.01.2019" in page
    assert page.index("Additional Secretary (Training)") < page.index("Joint Secretary")
    assert gone.designation not in page
    assert person.email not in page and person.name not in page


def test_a_committee_that_is_no_more_is_not_shown(client: Client) -> None:
    make_committee(effective_to=timezone.localdate() - timedelta(days=1))

    assert "No committee is constituted" in client.get("/committee/about/").content.decode()
