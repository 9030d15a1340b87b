"""Cities of the proctored examination: three at most, in order, until a dated day."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from enrollment.actions.examinations import choose_cities
from enrollment.models import ExamPreference
from enrollment.states import EnrollmentState as E
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, sign_in
from tests.factories.courses import make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.registrations import make_exam_city, make_registration_policy

pytestmark = pytest.mark.django_db
AT = timezone.now()
TODAY = timezone.localdate()


def registered(state=E.CONFIRMED, **fields):
    fields.setdefault("needs_proctored_exam", True)
    fields.setdefault("commences_on", TODAY - timedelta(days=10))
    fields.setdefault("ends_on", TODAY + timedelta(days=60))
    return make_enrollment(state=state, run=make_run(**fields))


def choose(enrollment, *cities, at=AT, user=None):
    choose_cities(
        enrollment_id=enrollment.pk,
        city_ids=[city.pk for city in cities],
        acting_user=user or enrollment.officer.user,
        at=at,
    )


def named(enrollment):
    rows = ExamPreference.objects.filter(enrollment=enrollment).order_by("rank")
    return [(row.rank, row.city.name) for row in rows]


@pytest.mark.parametrize("state", [E.CONFIRMED, E.IN_PROGRESS])
def test_cities_are_taken_down_in_order_and_a_new_choice_replaces_them(state):
    enrollment = registered(state)
    pune, delhi, patna = (make_exam_city(name=name) for name in ("Pune", "Delhi", "Patna"))

    choose(enrollment, pune, delhi)
    choose(enrollment, delhi, patna, pune)

    assert named(enrollment) == [(1, "Delhi"), (2, "Patna"), (3, "Pune")]
    events = AuditEntry.objects.about(enrollment).filter(event="enrollment.cities_chosen")
    assert events.count() == 2


@pytest.mark.parametrize("state", [E.DRAFT, E.SUBMITTED, E.COMPLETED, E.WITHDRAWN])
def test_only_who_is_confirmed_chooses(state):
    with pytest.raises(Refused, match="The registration is"):
        choose(registered(state), make_exam_city())


def test_a_batch_without_an_examination_has_no_cities():
    with pytest.raises(Refused, match="no proctored examination"):
        choose(registered(needs_proctored_exam=False), make_exam_city())


def test_nobody_chooses_for_another():
    with pytest.raises(Refused, match="officer concerned"):
        choose(registered(), make_exam_city(), user=make_officer().user)


def test_a_city_twice_none_four_or_one_no_longer_offered_is_refused():
    enrollment, city = registered(), make_exam_city()
    closed = make_exam_city(is_active=False)

    for cities in ([city, city], [], [closed]):
        with pytest.raises(Refused, match="one to three different cities"):
            choose(enrollment, *cities)
    with pytest.raises(Refused, match="one to three different cities"):
        choose(enrollment, *(make_exam_city() for _ in range(4)))


@pytest.mark.parametrize(("days", "is_open"), [(39, True), (40, False)])
def test_the_policy_closes_the_choice_some_days_before_the_end(days, is_open):
    make_registration_policy(city_choice_days=21)
    enrollment = registered()

    at = AT + timedelta(days=days)
    if is_open:
        choose(enrollment, make_exam_city(), at=at)
    else:
        with pytest.raises(Refused, match="could be chosen until"):
            choose(enrollment, make_exam_city(), at=at)


def test_a_day_of_the_run_itself_goes_before_the_policy():
    make_registration_policy()
    enrollment = registered(cities_close_on=TODAY - timedelta(days=1))

    with pytest.raises(Refused, match="could be chosen until"):
        choose(enrollment, make_exam_city())


def test_the_page_takes_cities_and_says_what_is_wrong_at_the_field(client):
    enrollment = registered()
    pune, delhi = make_exam_city(name="Pune"), make_exam_city(name="Delhi")
    sign_in(client, enrollment.officer.user)
    url = reverse("enrollment:cities", args=[enrollment.pk])

    bad = client.post(url, {"first": pune.pk, "second": pune.pk}).content.decode()
    none = client.post(url, {"first": "", "second": delhi.pk}).content.decode()
    done = client.post(url, {"first": pune.pk, "third": delhi.pk})

    assert "named this city already" in bad
    assert "is-invalid" in none
    assert done.status_code == 302
    assert named(enrollment) == [(1, "Pune"), (2, "Delhi")]
    assert "Pune" in client.get(enrollment.get_absolute_url()).content.decode()


def test_another_officer_finds_no_such_page(client):
    sign_in(client, make_officer().user)

    assert client.get(reverse("enrollment:cities", args=[registered().pk])).status_code == 404
