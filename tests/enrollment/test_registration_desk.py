"""The confirmation desk in the admin: queue, steps, results row by row, lists for providers."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from accounts.roles import Role, permissions_of
from enrollment.actions import confirmations
from enrollment.models import Enrollment, ProviderList
from enrollment.states import EnrollmentState
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_run
from tests.factories.enrollment import make_enrollment, make_intimation, make_rule_version

pytestmark = pytest.mark.django_db
E = EnrollmentState
QUEUE = "admin:enrollment_enrollment_changelist"


@pytest.fixture(autouse=True)
def rules_in_force() -> None:
    make_rule_version()


def at_the_desk(role: Role) -> User:
    """Make a user of `role` with the permissions that the command gives it."""
    user = make_user(role)
    for name in permissions_of(role):
        app, codename = name.split(".")
        user.groups.get().permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def client_of(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


@pytest.fixture
def hand() -> User:
    return at_the_desk(Role.DEALING_HAND)


def step(enrollment: Enrollment, name: str) -> str:
    return reverse("admin:enrollment_enrollment_step", args=[enrollment.pk, name])


@pytest.mark.parametrize("count", [1, 12])
def test_the_queue_costs_the_same_whatever_its_length(hand, count, django_assert_max_num_queries):
    run = make_run()
    for _number in range(count):
        make_enrollment(state=E.SUBMITTED, run=run)
    client = client_of(hand)
    client.get(reverse(QUEUE))

    with django_assert_max_num_queries(15):
        response = client.get(reverse(QUEUE), {"waits": "confirmation", "batch": str(run.pk)})

    assert response.status_code == 200
    assert response.content.decode().count("IGOT/R/") >= count


@pytest.mark.parametrize(
    ("waits", "state"),
    [
        ("confirmation", E.SUBMITTED),
        ("authority", E.AWAITING_AUTHORITY),
        ("officer", E.RETURNED),
        ("coupon", E.CONFIRMED),
    ],
)
def test_the_queue_shows_what_waits_for_whom(hand, waits, state):
    wanted = [E.SUBMITTED, E.AWAITING_AUTHORITY, E.RETURNED, E.CONFIRMED]
    rows = {each: make_enrollment(state=each) for each in wanted}

    text = client_of(hand).get(reverse(QUEUE), {"waits": waits}).content.decode()

    assert [each for each in wanted if rows[each].number in text] == [state]


def test_a_draft_never_reaches_the_desk(hand):
    draft = make_enrollment(state=E.DRAFT)
    url = reverse("admin:enrollment_enrollment_change", args=[draft.pk])

    client = client_of(hand)

    assert client.get(url).status_code == 302
    assert client.post(step(draft, "confirm"), {"desk_confirmed": 1}).status_code == 404


def test_a_registration_is_confirmed_on_its_page(hand):
    enrollment = make_enrollment(state=E.SUBMITTED)
    make_intimation(enrollment=enrollment)
    client = client_of(hand)

    page = client.get(reverse("admin:enrollment_enrollment_change", args=[enrollment.pk]))
    client.post(step(enrollment, "confirm"), {"desk_confirmed": 1})

    enrollment.refresh_from_db()
    assert step(enrollment, "confirm") in page.content.decode()
    assert (enrollment.state, enrollment.confirmed_by) == (E.CONFIRMED, hand)


def test_the_desk_reads_why_it_cannot_confirm(hand):
    enrollment = make_enrollment(state=E.SUBMITTED, officer=make_officer(is_verified=False))

    response = client_of(hand).post(step(enrollment, "confirm"), {"desk_confirmed": 1})

    assert "Verify the record first." in response.content.decode()


@pytest.mark.parametrize(("name", "state"), [("return", E.RETURNED), ("reject", E.REJECTED)])
def test_a_reason_is_asked_for(hand, name, state):
    enrollment = make_enrollment(state=E.SUBMITTED)
    client = client_of(hand)

    client.post(step(enrollment, name), {"desk_confirmed": 1, "reason": ""})
    enrollment.refresh_from_db()
    assert enrollment.state == E.SUBMITTED

    client.post(step(enrollment, name), {"desk_confirmed": 1, "reason": "Unknown user name."})
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.reason) == (state, "Unknown user name.")


def test_many_are_confirmed_each_on_its_own_with_a_result_for_each_row(hand):
    good = [make_enrollment(state=E.SUBMITTED) for _number in range(2)]
    unverified = make_enrollment(state=E.SUBMITTED, officer=make_officer(is_verified=False))

    response = client_of(hand).post(
        reverse(QUEUE),
        {
            "action": "step_confirm",
            "desk_confirmed": 1,
            "_selected_action": [row.pk for row in (*good, unverified)],
        },
    )

    text = response.content.decode()
    assert "Verify the record first." in text
    assert Enrollment.objects.filter(state=E.CONFIRMED).count() == 2
    assert all(row.number in text for row in (*good, unverified))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SANCTIONING_AUTHORITY])
def test_others_at_the_desk_read_and_take_no_step(role):
    enrollment = make_enrollment(state=E.SUBMITTED)
    client = client_of(at_the_desk(role))

    page = client.get(reverse("admin:enrollment_enrollment_change", args=[enrollment.pk]))
    client.post(step(enrollment, "confirm"), {"desk_confirmed": 1})

    enrollment.refresh_from_db()
    assert page.status_code == 200
    assert "/step/" not in page.content.decode()
    assert enrollment.state == E.SUBMITTED


def test_saving_the_change_form_changes_nothing(hand):
    enrollment = make_enrollment(state=E.SUBMITTED)
    before = Enrollment.objects.values().get()

    client_of(hand).post(
        reverse("admin:enrollment_enrollment_change", args=[enrollment.pk]),
        {"state": "confirmed", "reason": "x", "number": "y"},
    )

    assert Enrollment.objects.values().get() == before


# --- lists for providers ----------------------------------------------------------------------
def test_a_list_is_made_and_downloaded_at_the_desk(hand):
    enrollment = make_enrollment(state=E.CONFIRMED, username="asha_rao")
    client = client_of(hand)
    make = reverse("admin:enrollment_providerlist_make")

    lists = client.get(reverse("admin:enrollment_providerlist_changelist")).content.decode()
    client.post(make, {"provider": enrollment.course.provider_id})
    made = ProviderList.objects.get()
    url = reverse("admin:enrollment_providerlist_step", args=[made.pk, "download"])
    response = client.post(url, {"desk_confirmed": 1})

    assert make in lists
    assert response["Content-Disposition"].startswith("attachment")
    assert response.content == bytes(made.content)
    assert AuditEntry.objects.filter(event="providerlist.handed_out", acting_user=hand).exists()


def test_with_nobody_new_the_desk_is_told(hand):
    enrollment = make_enrollment(state=E.CONFIRMED)
    provider = enrollment.course.provider
    confirmations.make_provider_list(
        provider_id=provider.pk, run_id=None, acting_user=hand, at=timezone.now()
    )

    response = client_of(hand).post(
        reverse("admin:enrollment_providerlist_make"), {"provider": provider.pk}
    )

    assert "Nobody was confirmed or corrected" in response.content.decode()


def test_a_batch_of_another_provider_cannot_be_listed(hand):
    enrollment, other = make_enrollment(state=E.CONFIRMED), make_enrollment(state=E.CONFIRMED)
    other.course.provider = type(other.course.provider).objects.create(code="x", name="X")
    other.course.save()

    response = client_of(hand).post(
        reverse("admin:enrollment_providerlist_make"),
        {"provider": enrollment.course.provider_id, "run": other.run_id},
    )

    assert "another provider" in response.content.decode()
    assert not ProviderList.objects.exists()


def test_others_make_no_list():
    client = client_of(at_the_desk(Role.AUDITOR))

    response = client.post(reverse("admin:enrollment_providerlist_make"), {"provider": 1})

    assert response.status_code == 403
