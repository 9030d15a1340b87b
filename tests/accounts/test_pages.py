from datetime import date

import pytest

from accounts.models import AuditEntry, Officer
from accounts.roles import Role
from tests.factories.accounts import (
    make_nodal_officer,
    make_officer,
    make_service,
    make_state,
    make_user,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    officer = make_officer(is_verified=False, cadre=make_state())
    sign_in(client, officer.user)
    return officer


def posted(officer, **changes):
    return {
        "name": officer.name,
        "employee_code": officer.employee_code,
        "born_on": "15.08.1985",
        "service": officer.service.code,
        "cadre": officer.cadre.pk,
        "group": "A",
        "rank": "",
        "allotment_year": "2010",
        "joined_on": "30.08.2010",
        "designation": "Deputy Secretary",
        "ministry": "Ministry of Rural Development",
        "mobile": "98765 43210",
        **changes,
    }


def test_an_officer_declares_the_record_and_reads_it(client, officer):
    answer = client.post("/me/record/edit/", posted(officer, name="आशा राव"), follow=True)

    assert "आशा राव" in answer.content.decode()
    officer.refresh_from_db()
    assert (officer.name, officer.mobile) == ("आशा राव", "9876543210")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("born_on", "31.02.1985", "31.02.1985"),
        ("born_on", "", "Give your date of birth"),
        ("born_on", "01.01.2020", "on or before"),
        ("joined_on", "30.08.2099", "on or before"),
        ("joined_on", "30.08.2001", "15.08.2003"),
        ("allotment_year", "20", "four digits"),
        ("allotment_year", "1990", "2003"),
        ("allotment_year", "2999", "from 1950 to"),
        ("group", "B", "has no Group B"),
        ("service", "", "Choose your service"),
        ("service", "Indain Administrative", "Choose the one you mean below"),
        ("service", "IAS\x00", "control character"),
        ("service", "IAS\u202e", "invisible mark"),
        ("cadre", "", "cadre that you are allotted to"),
        ("name", "Robert\u202e", "invisible mark"),
        ("mobile", "12345", "ten digits"),
    ],
)
def test_what_is_missing_or_impossible_is_refused_at_its_field(
    client, officer, field, value, words
):
    answer = client.post("/me/record/edit/", posted(officer, **{field: value}))

    assert answer.status_code == 200
    assert words in " ".join(answer.context["form"].errors[field])
    assert 'value="Deputy Secretary"' in answer.content.decode()  # nothing typed is lost


def test_a_code_of_another_officer_is_refused(client, officer):
    make_officer(employee_code="KL123")

    answer = client.post("/me/record/edit/", posted(officer, employee_code="kl123"))

    assert "Another officer" in str(answer.context["form"].errors["employee_code"])


def test_extra_fields_of_a_post_change_nothing(client, officer):
    more = {"record_state": "verified", "verified_by": officer.user.pk, "is_staff": "1"}

    client.post("/me/record/edit/", posted(officer, **more))

    officer.refresh_from_db()
    assert officer.record_state == "declared"
    assert not officer.user.is_staff


@pytest.mark.parametrize(
    "evil", ["//evil.example", "https:evil", "\\\\evil", "https://evil.example/"]
)
def test_the_page_to_go_on_to_is_one_of_ours(client, officer, evil):
    answer = client.post(f"/me/record/edit/?next={evil}", posted(officer))
    assert answer["Location"] == "/me/record/"

    answer = client.post("/me/record/edit/?next=/courses/", posted(officer))
    assert answer["Location"] == "/courses/"


def test_a_first_visit_shows_what_to_do(client):
    user = make_user(Role.OFFICER)
    sign_in(client, user)

    page = client.get("/me/record/").content.decode()

    assert "Declare record" in page
    assert Officer.objects.get(user=user).record_state == "empty"


def test_a_nodal_officer_finds_verifies_and_the_queue_is_empty(client):
    officer = make_officer(is_verified=False)
    sign_in(client, make_nodal_officer())

    assert officer.name in client.get("/officers/").content.decode()
    answer = client.post(f"/officers/{officer.pk}/verify/", follow=True)

    assert "is verified" in answer.content.decode()
    assert "Nothing waits for you" in answer.content.decode()


def test_a_return_needs_a_reason(client):
    officer = make_officer(is_verified=False)
    sign_in(client, make_nodal_officer())

    answer = client.post(f"/officers/{officer.pk}/return/", {"reason": ""})

    assert "Give the reason" in answer.content.decode()
    officer.refresh_from_db()
    assert officer.record_state == "declared"


def test_verifying_twice_says_what_stands(client):
    officer = make_officer()
    sign_in(client, make_nodal_officer())

    answer = client.post(f"/officers/{officer.pk}/verify/")

    assert answer.status_code == 409
    assert "Verified" in answer.content.decode()


@pytest.mark.parametrize("path", ["", "verify/", "return/"])
def test_another_officers_record_is_not_there(client, path):
    officer = make_officer(is_verified=False)
    sign_in(client, make_user(Role.OFFICER, Role.NODAL_OFFICER))  # appointed nowhere

    call = client.post if path else client.get
    assert call(f"/officers/{officer.pk}/{path}").status_code == 404


def test_the_queue_is_closed_to_officers_and_the_refusal_is_logged(client, caplog):
    sign_in(client, make_user(Role.OFFICER))

    assert client.get("/officers/").status_code == 403
    assert "refused: user" in caplog.text


def test_the_queue_asks_the_same_number_of_queries_for_any_number(
    client, django_assert_max_num_queries
):
    for _number in range(12):
        make_officer(is_verified=False)
    sign_in(client, make_nodal_officer())

    with django_assert_max_num_queries(9):
        client.get("/officers/")


@pytest.mark.parametrize("query", ["?page=-1", "?page=x", "?q=" + "a" * 5000, "?q=%00", "?o=1"])
def test_odd_queries_are_answered(client, query):
    sign_in(client, make_nodal_officer())

    assert client.get(f"/officers/{query}").status_code == 200


def test_personal_pages_stay_out_of_every_cache(client, officer):
    assert "no-store" in client.get("/me/record/")["Cache-Control"]


def test_the_desk_verifies_through_the_same_action(client):
    officer = make_officer(is_verified=False)
    user = make_user(Role.DEALING_HAND, is_superuser=True)
    sign_in(client, user)

    client.post(f"/desk/accounts/officer/{officer.pk}/step/verify/", {"desk_confirmed": "1"})

    officer.refresh_from_db()
    assert officer.verified_by == user
    assert AuditEntry.objects.about(officer).get().event == "record.verified"


def test_the_service_is_declared_by_any_of_its_names_and_the_year_in_any_digits(client, officer):
    make_service(name="Indian Administrative Service")

    answer = client.post(
        "/me/record/edit/",
        posted(officer, service="indian ADMINISTRATIVE service", allotment_year="२०११"),
    )

    officer.refresh_from_db()
    assert answer.status_code == 302
    assert (officer.service.code, officer.allotment_year) == ("IAS", 2011)


def test_a_service_of_the_union_needs_no_cadre(client, officer):
    service = make_service(code="CSS", name="Central Secretariat Service", family="SECRETARIAT")

    answer = client.post("/me/record/edit/", posted(officer, service=service.code, cadre=""))

    assert answer.status_code == 302
    officer.refresh_from_db()
    assert officer.born_on == date(1985, 8, 15)
