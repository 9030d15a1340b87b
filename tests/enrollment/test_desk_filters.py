"""The filters of the confirmation desk, and bulk steps on more rows than are done at once."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.admin.people import OfficerAdmin
from accounts.models import Officer
from accounts.roles import Role
from enrollment import seats
from enrollment.models import Enrollment
from enrollment.states import EnrollmentState
from tests.factories.accounts import make_officer, make_service, make_user, sign_in
from tests.factories.courses import make_run
from tests.factories.enrollment import make_decision, make_enrollment, make_intimation

pytestmark = pytest.mark.django_db
E = EnrollmentState
LIST = "admin:enrollment_enrollment_changelist"


@pytest.fixture
def desk() -> Client:
    client = Client()
    sign_in(client, make_user(Role.DEALING_HAND, is_superuser=True))
    return client


def shown(desk: Client, **query: object) -> set[str]:
    page = desk.get(reverse(LIST), query)
    assert page.status_code == 200
    return {row.number for row in page.context["cl"].result_list}


def submitted(**fields) -> Enrollment:
    return make_enrollment(state=E.SUBMITTED, **fields)


def test_by_service(desk):
    ips = make_service(code="IPS", name="Indian Police Service")
    other = submitted(officer=make_officer(service=ips))
    submitted()

    assert shown(desk, service=ips.pk) == {other.number}


def test_by_batch(desk):
    here, _elsewhere = submitted(), submitted()

    assert shown(desk, batch=here.run_id) == {here.number}


def test_by_what_the_authority_answered(desk):
    noted, silent = submitted(), submitted()
    make_intimation(
        enrollment=noted, answer="noted", answered_by=make_user(), answered_at=timezone.now()
    )
    make_intimation(enrollment=silent)

    assert shown(desk, authority="answered") == {noted.number}
    assert shown(desk, authority="silent") == {silent.number}


def test_by_whether_the_record_is_verified(desk):
    verified = submitted()
    declared = submitted(officer=make_officer(is_verified=False))

    assert shown(desk, record="yes") == {verified.number}
    assert shown(desk, record="no") == {declared.number}


def test_by_the_boundary_of_the_age_rule(desk):
    plain = submitted()
    officer, run = make_officer(born_on=date(1976, 7, 1)), make_run()
    decision = make_decision(officer=officer, course=run.course, run=run, is_boundary=True)
    boundary = submitted(officer=officer, run=run, decision=decision)

    assert shown(desk, boundary="yes") == {boundary.number}
    assert shown(desk, boundary="no") == {plain.number}


def test_by_whether_the_batch_has_seats_left(desk):
    full, free = make_run(seats=1), make_run(seats=2)
    make_enrollment(state=E.CONFIRMED, run=full)
    make_enrollment(state=E.CONFIRMED, run=free)
    waiting, next_one, unlimited = submitted(run=full), submitted(run=free), submitted()

    assert shown(desk, seats="full") == {waiting.number}
    assert shown(desk, seats="free") == {next_one.number, unlimited.number}


def test_the_waiting_list_is_who_stands_beyond_the_seats_and_each_is_shown_with_the_place(desk):
    run = make_run(seats=2)
    make_enrollment(state=E.NOT_COMPLETED, run=run)
    since = timezone.now() - timedelta(days=9)
    first, second, third = (
        submitted(run=run, submitted_at=since + timedelta(hours=hours)) for hours in (1, 2, 3)
    )

    page = desk.get(reverse(LIST), {"seats": "full"})

    assert shown(desk, seats="free") == {first.number}
    rows = {row.number: row.waiting_place for row in page.context["cl"].result_list}
    assert rows == {second.number: 1, third.number: 2}
    assert page.content.decode().count('class="field-waiting_list">2<') == 1


def test_places_on_waiting_lists_take_two_queries_however_many_rows(
    desk, django_assert_num_queries
):
    runs = [make_run(seats=1) for _number in range(3)]
    rows = [submitted(run=run) for run in runs for _number in range(3)]

    with django_assert_num_queries(2):
        places = seats.places_of(rows)

    assert sorted(places.values()) == [1, 1, 1, 2, 2, 2]
    assert places == {row.pk: place for row in rows if (place := seats.place_beyond(row))}


def test_only_services_of_which_somebody_has_registered_are_offered(desk):
    submitted(officer=make_officer(service=make_service(code="AAA")))
    make_service(code="ZZZ")

    page = desk.get(reverse(LIST)).content.decode()

    assert "AAA" in page
    assert "ZZZ" not in page


@pytest.mark.parametrize(
    "name", ["batch", "service", "authority", "record", "boundary", "seats", "waits"]
)
@pytest.mark.parametrize("value", ["zzz", "9" * 30, "²", "-1"])
def test_a_filter_that_makes_no_sense_shows_all(desk, name, value):
    one = submitted()

    assert shown(desk, **{name: value}) == {one.number}


def test_what_is_over_the_limit_of_one_bulk_step_is_said(desk, monkeypatch):
    monkeypatch.setattr(OfficerAdmin, "bulk_limit", 2)
    officers = [make_officer(is_verified=False) for _number in range(3)]

    answer = desk.post(
        reverse("admin:accounts_officer_changelist"),
        {"action": "step_verify", "_selected_action": [officer.pk for officer in officers]},
    )

    text = answer.content.decode()
    assert "This concerns 2 records" in text
    assert "1 more record was chosen." in text
    assert not Officer.objects.filter(record_state=Officer.RecordState.VERIFIED).exists()
