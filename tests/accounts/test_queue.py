"""The queue of verification: whose, how old, narrowed down, compared, and gone through."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import facts
from accounts.actions import records
from accounts.models import Officer
from accounts.roles import Role
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_posting,
    make_service,
    make_user,
    sign_in,
)

pytestmark = pytest.mark.django_db


def waiting(name, *, days=0, **fields):
    declared_at = timezone.now() - timedelta(days=days, minutes=1)
    return make_officer(name=name, is_verified=False, declared_at=declared_at, **fields)


@pytest.fixture
def queue(client):
    """Fill a queue with officers of two authorities; return a look at it by address."""
    revenue = make_service(code="IRS", name="Revenue", authority=make_authority(name="Revenue"))
    css = make_service(code="CSS", name="Secretariat", groups="A,B")
    waiting("Asha", days=9)
    waiting("Bala", days=4, service=css, group="B")
    waiting("Chitra", days=2, service=revenue)
    returned = waiting("Dev", days=30)
    Officer.objects.filter(pk=returned.pk).update(record_state="returned")

    def look(user, **query):
        sign_in(client, user)
        page = client.get(reverse("accounts:officer_list"), query)
        return [row["officer"].name for row in page.context["rows"]]

    look.services = {"revenue": revenue, "css": css}
    return look


def test_a_nodal_officer_has_the_own_authority_and_a_dealing_hand_all(queue):
    assert queue(make_nodal_officer()) == ["Asha", "Bala"]
    assert queue(make_user(Role.DEALING_HAND)) == ["Asha", "Bala", "Chitra"]


def test_the_queue_is_narrowed_down(queue):
    css, revenue = queue.services["css"], queue.services["revenue"]

    def shown(**query):
        return queue(make_user(Role.DEALING_HAND), **query)

    assert shown(state="returned") == ["Dev"]
    assert shown(group="B") == ["Bala"]
    assert shown(service=css.pk) == ["Bala"]
    assert shown(authority=revenue.authority_id) == ["Chitra"]
    assert shown(service=css.pk, group="A") == []


@pytest.mark.parametrize(
    "query", [{"service": "x"}, {"group": "Z"}, {"state": "'"}, {"authority": "999999"}]
)
def test_an_address_that_makes_no_sense_shows_the_whole_queue(queue, query):
    assert queue(make_user(Role.DEALING_HAND), **query) == ["Asha", "Bala", "Chitra"]


def test_a_nodal_officer_cannot_ask_for_another_authority(queue):
    other = queue.services["revenue"]

    names = queue(make_nodal_officer(), authority=other.authority_id, service=other.pk)

    assert names == ["Asha", "Bala"]


def test_the_age_of_a_declaration_is_shown(client):
    officer = waiting("Asha", days=9)
    sign_in(client, make_user(Role.DEALING_HAND))

    page = client.get(reverse("accounts:officer_list")).content.decode()

    assert 'data-label="Age in days">9<' in page
    assert officer.name in page


@pytest.mark.parametrize("count", [2, 15])
def test_the_queue_takes_few_queries_whatever_its_length(
    client, count, django_assert_max_num_queries
):
    for number in range(count):
        waiting(f"Officer {number}", days=number)
    sign_in(client, make_user(Role.DEALING_HAND))
    client.get(reverse("accounts:officer_list"))

    with django_assert_max_num_queries(10):
        client.get(reverse("accounts:officer_list"))


# --- one record of it -------------------------------------------------------------------------
def declare(officer, **changes):
    names = (*Officer.FACTS, *records.POSTING)
    given = {**{name: getattr(officer, name) for name in names}, **changes}
    records.declare_record(
        officer_id=officer.pk, facts=given, acting_user=officer.user, at=timezone.now()
    )
    officer.refresh_from_db()


def test_what_changed_since_it_was_verified_stands_side_by_side(client):
    officer = make_officer()
    declare(officer, joined_on=date(2011, 9, 1), allotment_year=2011)
    declare(officer, name="Asha Menon Rao")
    sign_in(client, make_nodal_officer())

    page = client.get(officer.get_absolute_url())

    changes = {row["name"]: (row["was"], row["now"]) for row in page.context["changes"]}
    assert changes == {
        "name as in service records": ("Asha Rao", "Asha Menon Rao"),
        "year of allotment or select list": ("2010", "2011"),
        "date of joining the service": ("30.08.2010", "01.09.2011"),
    }
    assert "Changed since it was last verified" in page.content.decode()


def test_a_record_never_verified_and_one_verified_have_nothing_to_compare():
    assert facts.changes_since_verified(make_officer()) == []
    officer = make_officer(is_verified=False)
    declare(officer, allotment_year=2011)

    assert facts.changes_since_verified(officer) == []


def test_the_neighbours_in_the_queue_are_one_click_away(client):
    first, middle, last = waiting("A B", days=9), waiting("C D", days=8), waiting("E F", days=7)
    sign_in(client, make_nodal_officer())

    page = client.get(middle.get_absolute_url())

    assert page.context["beside"] == (first, last)
    assert "Before: A B" in page.content.decode() and "Next: E F" in page.content.decode()
    assert client.get(first.get_absolute_url()).context["beside"] == (None, middle)


def test_an_officer_is_shown_no_neighbours(client):
    waiting("Somebody else", days=3)
    officer = waiting("Asha Rao")
    sign_in(client, officer.user)

    assert client.get(officer.get_absolute_url()).context["beside"] == (None, None)


@pytest.mark.parametrize("count", [1, 12])
def test_a_record_takes_few_queries_whatever_its_history(
    client, count, django_assert_max_num_queries
):
    officer = make_officer()
    for number in range(count):
        declare(officer, allotment_year=2000 + number)
        make_posting(officer, starts_on=date(2011 + number, 1, 1), group="A")
    waiting("Before", days=5)
    sign_in(client, make_nodal_officer())
    client.get(officer.get_absolute_url())

    with django_assert_max_num_queries(20):
        client.get(officer.get_absolute_url())
