"""The nodal officer's in-box, the answers, and the letter of intimation."""

import io

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Service, User
from accounts.roles import Role
from circulars.models import IssuedDocument
from enrollment import documents, tasks
from enrollment.models import Enrollment, Intimation
from enrollment.states import EnrollmentState
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
    sign_in,
)
from tests.factories.enrollment import make_enrollment, make_intimation

pytestmark = pytest.mark.django_db
E = EnrollmentState


def client_of(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def asked_for_approval() -> Intimation:
    service = make_service(
        code="ISS",
        name="Indian Statistical Service",
        authority=make_authority(name="Ministry of Statistics"),
        cca_mode=Service.Mode.PRIOR_APPROVAL,
    )
    enrollment = make_enrollment(
        state=E.AWAITING_AUTHORITY, officer=make_officer(service=service, name="Meena Das")
    )
    return make_intimation(enrollment=enrollment)


# --- the in-box -------------------------------------------------------------------------------
def test_the_in_box_shows_ones_own_authority_only():
    own, foreign = make_intimation(), asked_for_approval()
    nodal = make_nodal_officer(authority=own.authority)

    text = client_of(nodal).get(reverse("enrollment:authority"), {"show": "all"}).content.decode()

    assert own.number in text
    assert foreign.number not in text


@pytest.mark.parametrize(
    ("shown", "waiting_seen", "noted_seen"),
    [("waiting", True, False), ("all", True, True), ("nonsense", True, False)],
)
def test_the_in_box_shows_what_waits_first(shown, waiting_seen, noted_seen):
    waiting = make_intimation()
    nodal = make_nodal_officer(authority=waiting.authority)
    noted = make_intimation(answer="noted", answered_by=nodal, answered_at=timezone.now())

    text = client_of(nodal).get(reverse("enrollment:authority"), {"show": shown}).content.decode()

    assert (waiting.number in text, noted.number in text) == (waiting_seen, noted_seen)


def test_what_was_withdrawn_waits_for_nobody():
    intimation = make_intimation(enrollment=make_enrollment(state=E.WITHDRAWN))
    nodal = make_nodal_officer(authority=intimation.authority)

    text = client_of(nodal).get(reverse("enrollment:authority")).content.decode()

    assert "Nothing waits for you" in text


@pytest.mark.parametrize(
    ("mode", "state", "waits"),
    [
        (Service.Mode.INTIMATION, E.SUBMITTED, True),
        (Service.Mode.INTIMATION, E.CONFIRMED, True),
        (Service.Mode.INTIMATION, E.WITHDRAWN, False),
        (Service.Mode.PRIOR_APPROVAL, E.AWAITING_AUTHORITY, True),
        (Service.Mode.PRIOR_APPROVAL, E.RETURNED, False),
        (Service.Mode.PRIOR_APPROVAL, E.WITHDRAWN, False),
    ],
)
def test_what_waits_is_what_can_be_answered(mode, state, waits):
    officer = make_officer(service=make_service(cca_mode=mode))
    make_intimation(enrollment=make_enrollment(state=state, officer=officer))

    assert Intimation.objects.awaiting_answer().exists() is waits


def test_what_was_asked_of_a_former_authority_waits_there_no_longer():
    intimation = asked_for_approval()
    officer = intimation.enrollment.officer
    officer.service = make_service(code="IPS", authority=make_authority(name="Home Affairs"))
    officer.save()

    assert not Intimation.objects.awaiting_approval().exists()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.NODAL_OFFICER}))
def test_the_in_box_is_for_nodal_officers(role):
    assert client_of(make_user(role)).get(reverse("enrollment:authority")).status_code == 403


@pytest.mark.parametrize("count", [1, 15])
def test_the_in_box_costs_the_same_whatever_its_length(count, django_assert_max_num_queries):
    for _number in range(count):
        intimation = make_intimation()
    client = client_of(make_nodal_officer(authority=intimation.authority))
    client.get(reverse("enrollment:authority"))

    with django_assert_max_num_queries(12):
        client.get(reverse("enrollment:authority"))


def test_many_intimations_are_noted_in_one_go():
    rows = [make_intimation() for _number in range(3)]
    nodal = make_nodal_officer(authority=rows[0].authority)

    response = client_of(nodal).post(
        reverse("enrollment:authority_note"), {"intimation": [row.pk for row in rows[:2]]}
    )

    assert "Noted: 2 of 2." in response.content.decode()
    assert Intimation.objects.filter(answer="noted", answered_by=nodal).count() == 2


def test_a_key_that_no_row_can_have_is_no_choice():
    nodal = make_nodal_officer(authority=make_intimation().authority)

    response = client_of(nodal).post(
        reverse("enrollment:authority_note"), {"intimation": ["9" * 20]}
    )

    assert response.url == reverse("enrollment:authority")
    assert not Intimation.objects.exclude(answer="none").exists()


def test_noting_another_authoritys_intimation_does_nothing():
    own, foreign = make_intimation(), asked_for_approval()
    nodal = make_nodal_officer(authority=own.authority)

    client_of(nodal).post(
        reverse("enrollment:authority_note"), {"intimation": [own.pk, foreign.pk]}
    )

    assert not Intimation.objects.exclude(answer="none").exists()


# --- one intimation ---------------------------------------------------------------------------
def test_a_registration_is_approved_on_its_page():
    intimation = asked_for_approval()
    client = client_of(make_nodal_officer(authority=intimation.authority))

    page = client.get(intimation.get_absolute_url()).content.decode()
    client.post(reverse("enrollment:intimation_approve", args=[intimation.pk]))

    assert "Meena Das" in page
    assert reverse("enrollment:intimation_note", args=[intimation.pk]) not in page
    assert Enrollment.objects.get().state == E.SUBMITTED


def test_approval_is_withheld_with_a_reason_only():
    intimation = asked_for_approval()
    client = client_of(make_nodal_officer(authority=intimation.authority))
    url = reverse("enrollment:intimation_withhold", args=[intimation.pk])

    refused = client.post(url, {"reason": " "})
    client.post(url, {"reason": "Cannot be spared until June."})

    assert refused.status_code == 200
    assert Enrollment.objects.get().reason == "Cannot be spared until June."


def test_an_intimation_is_noted_on_its_page():
    intimation = make_intimation()
    client = client_of(make_nodal_officer(authority=intimation.authority))

    client.post(reverse("enrollment:intimation_note", args=[intimation.pk]))

    intimation.refresh_from_db()
    assert intimation.answer == "noted"


@pytest.mark.parametrize("name", ["note", "approve", "withhold"])
def test_an_answer_comes_by_post_and_from_the_own_authority(name):
    intimation = make_intimation()
    url = reverse(f"enrollment:intimation_{name}", args=[intimation.pk])
    own = client_of(make_nodal_officer(authority=intimation.authority))
    other = client_of(make_nodal_officer(authority=make_authority(name="Other")))
    officer = client_of(intimation.enrollment.officer.user)

    assert own.get(url).status_code == 405
    assert other.post(url, {"reason": "x"}).status_code == 404
    assert officer.post(url, {"reason": "x"}).status_code == 403
    intimation.refresh_from_db()
    assert intimation.answer == "none"


def test_an_answer_that_comes_too_late_is_declined_with_a_sentence():
    intimation = make_intimation()
    client = client_of(make_nodal_officer(authority=intimation.authority))
    url = reverse("enrollment:intimation_note", args=[intimation.pk])
    client.post(url)

    response = client.post(url)

    assert response.status_code == 409
    assert "already answered" in response.content.decode()


# --- the letter -------------------------------------------------------------------------------
def words_of(intimation: Intimation) -> str:
    paper = documents.letter_of(intimation)
    parts = [para.text.en for para in paper.paragraphs]
    for para in paper.paragraphs:
        parts += [cell for row in (para.table.rows if para.table else ()) for cell in row]
    return " ".join([*parts, *(words.en for words in paper.to), paper.signatory.name.en])


def test_the_letter_names_officer_course_and_authority_and_no_date_of_birth():
    intimation = make_intimation()
    officer = intimation.enrollment.officer

    text = words_of(intimation)

    for part in (officer.name, intimation.enrollment.course.title, intimation.authority.name):
        assert part in text
    for private in (f"{officer.born_on:%d.%m.%Y}", officer.employee_code, "officer_"):
        assert private not in text
        assert private not in str(documents.particulars_of(intimation))


def test_the_letter_asks_for_approval_only_where_the_cadre_needs_it():
    assert "requires prior approval" in words_of(asked_for_approval())
    assert "No approval is asked for" in words_of(make_intimation())


def test_the_task_issues_each_letter_once():
    intimation = make_intimation()

    first, second = tasks.issue_missing_letters(), tasks.issue_missing_letters()

    intimation.refresh_from_db()
    document = IssuedDocument.objects.get()
    assert (first, second, intimation.document) == (1, 0, document)
    assert (document.number, document.kind) == (intimation.number, "intimation")
    with (
        default_storage.open(document.pdf.name) as stored,
        pikepdf.open(io.BytesIO(stored.read())) as pdf,
    ):
        assert len(pdf.pages) in (1, 2)


@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 200), ("nodal", 200), ("hand", 200), ("stranger", 404), ("elsewhere", 404)],
)
def test_the_letter_is_handed_to_those_concerned(who, status):
    intimation = make_intimation()
    tasks.issue_missing_letters()
    users = {
        "officer": intimation.enrollment.officer.user,
        "nodal": make_nodal_officer(authority=intimation.authority),
        "hand": make_user(Role.DEALING_HAND),
        "stranger": make_officer().user,
        "elsewhere": make_nodal_officer(authority=make_authority(name="Other")),
    }

    response = client_of(users[who]).get(reverse("enrollment:letter", args=[intimation.pk]))

    assert response.status_code == status
    if status == 200:
        assert response["Content-Type"] == "application/pdf"
        assert b"".join(response.streaming_content).startswith(b"%PDF")


def test_a_letter_that_is_not_issued_yet_is_not_found():
    intimation = make_intimation()

    client = client_of(intimation.enrollment.officer.user)

    assert client.get(reverse("enrollment:letter", args=[intimation.pk])).status_code == 404
