"""The nodal officer’s in-box narrowed down, its file, notes row by row, and delegates in it."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Service, User
from accounts.roles import Role
from enrollment.models import Intimation
from enrollment.states import EnrollmentState
from tests.factories.accounts import (
    make_authority,
    make_delegation,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
    sign_in,
)
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment, make_intimation

pytestmark = pytest.mark.django_db
E = EnrollmentState
IN_BOX, FILE, NOTE = (
    "enrollment:authority",
    "enrollment:authority_waiting",
    "enrollment:authority_note",
)


def client_of(user: User) -> Client:
    client = Client()
    sign_in(client, User.objects.get(pk=user.pk))
    return client


def intimated(*, name: str = "Asha Rao", code: str = "IAS", **fields) -> Intimation:
    service = make_service(code=code, authority=make_authority(), **fields.pop("service", {}))
    officer = make_officer(name=name, service=service)
    state = fields.pop("state", E.SUBMITTED)
    course = fields.pop("course", None)
    run = make_run(course=course) if course else None
    enrollment = make_enrollment(state=state, officer=officer, run=run)
    return make_intimation(enrollment=enrollment, **fields)


def shown(client: Client, **query: object) -> str:
    return client.get(reverse(IN_BOX), query).content.decode()


# --- narrowing down -------------------------------------------------------------------------------
def test_the_in_box_is_narrowed_by_service_course_and_words():
    first = intimated(name="Asha Rao", code="IAS", course=make_course(title="Statistics"))
    second = intimated(name="Bina Das", code="IPS", course=make_course(title="Economics"))
    client = client_of(make_nodal_officer())

    for query in (
        {"service": first.enrollment.officer.service_id},
        {"course": first.enrollment.course_id},
        {"q": "asha"},
        {"q": first.number.lower()},
        {"q": first.enrollment.number},
    ):
        text = shown(client, **query)
        assert (first.number in text, second.number in text) == (True, False), query


@pytest.mark.parametrize("mode", Service.Mode.values)
@pytest.mark.parametrize("state", [state for state in E.values if state != E.DRAFT])
def test_a_row_can_be_noted_or_decided_where_it_waits_and_else_says_what_became_of_it(mode, state):
    row = intimated(state=state, service={"cca_mode": mode}, mode=mode)
    waits = Intimation.objects.awaiting_answer().filter(pk=row.pk).exists()

    page = shown(client_of(make_nodal_officer()), show="all")

    assert (row.awaits_note or row.awaits_approval) == waits
    assert ('name="intimation"' in page) == ("Note the ticked" in page) == row.awaits_note
    assert ("Decide<" in page) == ("Approval asked for" in page) == row.awaits_approval
    assert waits or str(E(state).label) in page


def test_a_filter_that_finds_nothing_says_so():
    intimated()

    assert "Nothing in this part of the in-box" in shown(client_of(make_nodal_officer()), q="zzz")


@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "\x00"])
def test_a_filter_that_makes_no_sense_asks_for_all(value):
    intimation = intimated()

    text = shown(client_of(make_nodal_officer()), service=value, course=value)

    assert intimation.number in text


def test_the_courses_offered_are_those_of_the_own_in_box():
    intimated(course=make_course(title="Statistics"))
    foreign = make_service(code="ISS", authority=make_authority(name="Other"))
    make_intimation(
        enrollment=make_enrollment(
            state=E.SUBMITTED,
            officer=make_officer(service=foreign),
            run=make_run(course=make_course(title="Secret course")),
        )
    )

    text = shown(client_of(make_nodal_officer()))

    assert ("Statistics" in text, "Secret course" in text) == (True, False)


def test_what_waits_longest_stands_first_with_its_age():
    young = intimated()
    old = intimated(dated_on=timezone.localdate() - timedelta(days=9))

    text = shown(client_of(make_nodal_officer()))

    assert text.index(old.number) < text.index(young.number)
    assert '<td data-label="Age in days">9</td>' in text


def test_links_between_the_parts_keep_the_filters():
    intimated()

    text = shown(client_of(make_nodal_officer()), q="asha", show="approval")

    assert "?show=waiting&amp;q=asha" in text


# --- the file -------------------------------------------------------------------------------------
def test_what_waits_is_downloaded_safe_for_a_spreadsheet_and_recorded():
    intimation = intimated(name="=HYPERLINK(1)")
    intimated(answer="noted", answered_by=make_user(), answered_at=timezone.now())
    nodal = make_nodal_officer()

    answer = client_of(nodal).get(reverse(FILE))

    content = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(content.lstrip("\ufeff"))))
    assert [row["Intimation"] for row in rows] == [intimation.number]
    assert rows[0]["Officer"] == "'=HYPERLINK(1)"
    assert answer["Content-Disposition"].startswith("attachment")
    entry = AuditEntry.objects.get(event="intimations.downloaded")
    assert (entry.acting_user, entry.details) == (nodal, {"rows": 1})


def test_the_file_holds_no_date_of_birth_and_no_code():
    intimation = intimated()
    officer = intimation.enrollment.officer

    answer = client_of(make_nodal_officer()).get(reverse(FILE))

    content = b"".join(answer.streaming_content).decode()
    assert f"{officer.born_on:%d.%m.%Y}" not in content
    assert officer.employee_code not in content


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.NODAL_OFFICER}))
def test_the_file_is_for_nodal_officers(role):
    assert client_of(make_user(role)).get(reverse(FILE)).status_code == 403


# --- notes row by row -----------------------------------------------------------------------------
def test_each_ticked_row_says_what_came_of_it():
    noted, waits = intimated(), intimated(code="ISS", mode=Service.Mode.PRIOR_APPROVAL)
    done = intimated(answer="noted", answered_by=make_user(), answered_at=timezone.now())
    client = client_of(make_nodal_officer())

    text = client.post(
        reverse(NOTE), {"intimation": [noted.pk, waits.pk, done.pk]}
    ).content.decode()

    assert "Noted: 1 of 3." in text
    assert "already answered" in text
    assert "needs prior approval" in text
    assert Intimation.objects.get(pk=noted.pk).answer == "noted"


def test_more_than_two_hundred_at_once_are_refused_with_a_sentence(monkeypatch):
    monkeypatch.setattr("enrollment.forms.authority.MOST_AT_ONCE", 2)
    rows = [intimated() for _number in range(3)]
    client = client_of(make_nodal_officer())

    answer = client.post(reverse(NOTE), {"intimation": [row.pk for row in rows]}, follow=True)

    assert "At most 2 registrations are noted at once." in answer.content.decode()
    assert not Intimation.objects.exclude(answer="none").exists()


# --- delegates ------------------------------------------------------------------------------------
def test_a_delegate_sees_and_answers_what_goes_to_the_authority_and_nothing_else():
    nodal, intimation = make_nodal_officer(), intimated()
    delegation = make_delegation(of=nodal)
    foreign = make_intimation(
        enrollment=make_enrollment(
            state=E.SUBMITTED,
            officer=make_officer(
                service=make_service(code="ISS", authority=make_authority(name="Other"))
            ),
        )
    )
    client = client_of(delegation.user)

    text = shown(client, show="all")
    assert (intimation.number in text, foreign.number in text) == (True, False)
    assert client.get(foreign.get_absolute_url()).status_code == 404
    client.post(reverse("enrollment:intimation_note", args=[intimation.pk]))

    entry = AuditEntry.objects.get(event="intimation.noted")
    assert (entry.acting_user, entry.on_behalf_of) == (delegation.user, nodal)


def test_a_delegate_whose_days_are_over_sees_nothing():
    intimation, delegation = intimated(), make_delegation()
    delegation.until = timezone.localdate() - timedelta(days=1)
    delegation.save()
    client = client_of(delegation.user)

    assert intimation.number not in shown(client, show="all")
    assert client.get(intimation.get_absolute_url()).status_code == 404
    note = reverse("enrollment:intimation_note", args=[intimation.pk])
    assert client.post(note).status_code == 404


def test_an_approval_by_a_delegate_is_recorded_on_behalf_on_both_records():
    nodal = make_nodal_officer()
    intimation = intimated(
        code="ISS",
        service={"cca_mode": Service.Mode.PRIOR_APPROVAL},
        state=E.AWAITING_AUTHORITY,
    )
    delegation = make_delegation(of=nodal)

    client_of(delegation.user).post(reverse("enrollment:intimation_approve", args=[intimation.pk]))

    entries = AuditEntry.objects.filter(
        event__in=["intimation.approved", "enrollment.authority_approved"]
    )
    assert [entry.on_behalf_of for entry in entries] == [nodal, nodal]
