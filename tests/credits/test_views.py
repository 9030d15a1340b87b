from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.credits import make_credit_entry, make_threshold

pytestmark = pytest.mark.django_db
URL = "/me/points/"


@pytest.fixture
def officer(client):
    officer = make_officer()
    sign_in(client, officer.user)
    return officer


def test_the_statement_shows_balance_progress_and_own_lines_only(client, officer):
    make_threshold(points=40)
    make_threshold(kind="foreign", points=80)
    make_credit_entry(officer=officer, points=25, description="Gandhi in the Contemporary World")
    make_credit_entry(points=999, description="Of somebody else")

    page = client.get(URL).content.decode()

    assert reverse("credits:statement") == URL
    assert '<progress id="meter-domestic" max="40" value="25">' in page
    assert '<progress id="meter-foreign" max="80" value="25">' in page
    assert "15 points to go" in page and "55 points to go" in page
    assert "Gandhi in the Contemporary World" in page
    assert "Of somebody else" not in page


def test_a_threshold_that_is_passed_fills_the_bar_and_no_more(client, officer):
    make_threshold(points=40)
    make_credit_entry(officer=officer, points=1200)

    page = client.get(URL).content.decode()

    assert 'max="40" value="40"' in page
    assert "Reached." in page
    assert "1,200 of 40" in page


def test_the_statement_of_an_earlier_day_leaves_out_what_came_later(client, officer):
    make_threshold()
    make_credit_entry(officer=officer, at=datetime(2026, 1, 5, tzinfo=UTC), description="Early")
    make_credit_entry(officer=officer, at=datetime(2026, 3, 5, tzinfo=UTC), description="Late")

    page = client.get(URL, {"on": "31.01.2026"}).content.decode()

    assert "As of 31.01.2026" in page
    assert "Early" in page and "Late" not in page
    assert 'value="10"' in page


@pytest.mark.parametrize("on", ["31.13.2026", "01.01.2199", "x" * 500])
def test_a_day_that_cannot_be_is_answered_at_the_field(client, officer, on):
    response = client.get(URL, {"on": on})

    assert response.status_code == 200
    assert response.context["form"].errors


def test_an_empty_ledger_says_what_fills_it(client, officer):
    assert "No points yet" in client.get(URL).content.decode()


def test_it_takes_as_many_queries_for_twenty_lines_as_for_one(
    client, officer, django_assert_max_num_queries
):
    for _number in range(25):
        make_credit_entry(officer=officer)

    with django_assert_max_num_queries(12):
        page = client.get(URL)

    assert len(page.context["page_obj"]) == 20


def test_only_officers_have_a_statement(client):
    sign_in(client, make_user(Role.DEALING_HAND))

    assert client.get(URL).status_code == 403


def test_the_statement_is_in_hindi_for_who_asks(client, officer):
    make_credit_entry(officer=officer, description="Gandhi", description_hi="गांधी")

    page = client.get(URL, headers={"accept-language": "hi"}).content.decode()

    assert "गांधी" in page
