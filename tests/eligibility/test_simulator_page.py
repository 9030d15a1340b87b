"""The pages of the simulator: who opens them, what they say, and that they keep nothing."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEntry
from accounts.roles import Role
from eligibility import simulation
from eligibility.models import AudienceEntry, RuleSetVersion
from eligibility.switches import digest_of
from tests.eligibility.simulated import make_draft, people
from tests.factories.accounts import (
    make_nodal_officer,
    make_officer,
    make_service,
    make_state,
    make_user,
    sign_in,
)
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db
TRIED = {"what_if": "1", "commences_on": "10.01.2027"}


@pytest.fixture
def draft() -> RuleSetVersion:
    load_rule_sets()
    return make_draft()


@pytest.fixture
def desk(client) -> Any:
    """A client signed in as the dealing hand."""
    sign_in(client, make_user(Role.DEALING_HAND, name="Deepak Sinha"))
    return client


def address(version: RuleSetVersion, page: str = "simulator") -> str:
    return reverse(f"eligibility:{page}", args=[version.pk])


def rows_of_all_tables() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


# --- who opens it ---------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR])
@pytest.mark.parametrize("page", ["simulator", "simulator_csv", "simulator_xlsx"])
def test_the_desk_and_the_auditor_open_it(client, draft, role, page):
    sign_in(client, make_user(role))

    assert client.get(address(draft, page)).status_code == 200


@pytest.mark.parametrize("page", ["simulator", "simulator_csv", "simulator_xlsx"])
def test_nobody_else_opens_it(client, draft, page):
    sign_in(client, make_nodal_officer())

    assert client.get(address(draft, page)).status_code == 403


def test_the_desk_leads_to_it(desk, draft):
    call_command("sync_roles", stdout=io.StringIO())
    answer = desk.get(reverse("admin:eligibility_rulesetversion_change", args=[draft.pk]))

    assert address(draft) in answer.content.decode()


def test_only_who_may_edit_a_draft_is_offered_to_save(client, draft):
    sign_in(client, make_user(Role.SANCTIONING_AUTHORITY))

    answer = client.get(address(draft), {**TRIED, "age_limit": "57"})

    assert "Save to draft" not in answer.content.decode()
    assert client.post(address(draft, "simulator_save"), TRIED).status_code == 403


def test_a_version_that_does_not_exist_is_not_found(desk):
    assert desk.get(reverse("eligibility:simulator", args=[987654321])).status_code == 404


# --- what it says ---------------------------------------------------------------------------------
def test_who_gains_and_why_stands_on_the_page(desk, draft):
    people()

    page = desk.get(address(draft), {**TRIED, "age_limit": "57"}).content.decode()

    assert "born 30.06.1971" in page
    assert "over the limit of 56 years on 01.07.2027" in page
    assert "the limit of 57 years on 01.07.2027 admits births from 01.07.1970" in page
    assert "tried here, not stored" in page
    assert "Save to draft" in page


def test_the_plain_address_shows_the_draft_as_it_stands(desk, draft):
    people()

    page = desk.get(address(draft)).content.decode()

    assert "Nothing: both say the same." in page
    assert "No officer on record is concerned." in page
    assert "Save to draft" not in page


def test_the_list_is_narrowed_by_effect_and_place(desk, draft):
    kerala = make_state()
    make_officer(name="Kavita", cadre=kerala, born_on=date(1971, 7, 1))
    make_officer(name="Elias", born_on=date(1971, 7, 1))
    asked = {**TRIED, "age_limit": "55", "effect": "lose", "at_state": str(kerala.pk)}

    page = desk.get(address(draft), asked).content.decode()
    nowhere = desk.get(address(draft), {**asked, "at_state": "none"}).content.decode()
    nobody = desk.get(address(draft), {**asked, "effect": "gain"}).content.decode()

    assert "Kavita" in page and "Elias" not in page
    assert "Elias" in nowhere and "Kavita" not in nowhere
    assert "No officer on record is concerned." in nobody


def test_a_service_named_once_more_gets_a_line(desk, draft):
    make_service(code="IPS", name="Indian Police Service", groups="A,B")

    page = desk.get(address(draft), {**TRIED, "add_service": "IPS"}).content.decode()

    assert 'name="service-IPS-A"' in page
    assert 'name="service-IPS-B"' in page
    assert 'name="service-IPS-C"' not in page


def test_the_page_is_in_hindi_too(desk, draft):
    people()
    desk.cookies["django_language"] = "hi"

    answer = desk.get(address(draft), {**TRIED, "age_limit": "57"})

    assert 'lang="hi"' in answer.content.decode()


def test_without_officers_the_page_says_so(desk, draft):
    assert "No officer is on record yet" in desk.get(address(draft)).content.decode()


def test_a_version_that_names_nobody_is_said_to(desk, draft):
    people()
    draft.audience.all().delete()

    assert "This version names nobody" in desk.get(address(draft)).content.decode()


def test_an_approved_version_is_tried_but_not_saved(desk, draft):
    first = RuleSetVersion.objects.get(rule_set__code="WEB", version=1)

    tried = desk.get(address(first), {**TRIED, "age_limit": "57"})
    saved = desk.post(address(first, "simulator_save"), {**TRIED, "age_limit": "57"})

    assert "Save to draft" not in tried.content.decode()
    assert saved.status_code == 409
    first.refresh_from_db()
    assert first.age_limit == 56


def test_names_are_shown_as_text_and_never_run(desk, draft):
    evil = "<script>alert(1)</script>"
    service = make_service(code="EVIL", name=evil, groups="A")
    make_officer(name=evil, service=service, born_on=date(1971, 7, 1))

    asked = {**TRIED, "age_limit": "55", "add_service": "EVIL", "x": evil, "at_age": evil}
    page = desk.get(address(draft), asked).content.decode()

    assert "&lt;script&gt;" in page
    assert evil not in page


# --- what is wrong --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"age_limit": "999"}, "Ensure this value is less than or equal to 100."),
        ({"age_limit": "-5"}, "Ensure this value is greater than or equal to"),
        ({"age_limit": "old"}, "Enter a whole number."),
        ({"service_years": "41"}, "Ensure this value is less than or equal to 40."),
        ({"age_reference_month": "13"}, "Ensure this value is less than or equal to 12."),
        ({"age_reference_day": "31"}, "Ensure this value is less than or equal to 28."),
        ({"age_limit": ""}, "This field is required."),
        ({"age_mode": "LENIENT"}, "Select a valid choice."),
        ({"treat_cscs_as_css": "perhaps"}, "Select a valid choice."),
        ({"joining_stands_in_for": "luck"}, "Select a valid choice."),
        ({"family-AIS-A": "PERHAPS"}, "Select a valid choice."),
        ({"training": "run:none"}, "Select a valid choice."),
        ({"against": "987654321"}, "Select a valid choice."),
        ({"commences_on": "31.02.2027"}, "There is no such day as 31.02.2027."),
        ({"commences_on": ""}, "Say on which day the training commences."),
        ({"commences_on": "01.01.2199"}, "The year 2199 is out of range"),
        (
            {"registered_on": "11.01.2027"},
            "Give a day on or before that of commencement, 10.01.2027.",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(desk, draft, said, sentence):
    answer = desk.get(address(draft), {**TRIED, "service_years": "7", **said})
    page = answer.content.decode()

    assert answer.status_code == 200
    assert sentence in page
    assert 'value="7"' in page or "service_years" in said
    assert "Who gains, who loses" not in page
    assert desk.get(address(draft, "simulator_csv"), {**TRIED, **said}).status_code == 400


@pytest.mark.parametrize(
    "said",
    [
        {"unknown": "1", "service-NONE-A": "ADMIT", "family-AIS-Z": "ADMIT", "service--": "x"},
        {"effect": "explode", "at_service": "x", "at_age": "-1", "page": "zzz"},
        {"page": "999999999999999999999"},
        {"age_limit": "\0", "commences_on": "\0"},
        {"commences_on": "01.01.1900"},
        {"commences_on": "31.12.2100"},
        {"age_limit": "100", "service_years": "40", "age_mode": "COMPLETED_YEARS"},
    ],
    ids=str,
)
def test_what_an_address_says_wrongly_breaks_nothing(desk, draft, said):
    people()

    assert desk.get(address(draft), {**TRIED, **said}).status_code == 200


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_count_that_takes_too_long_is_given_up_with_a_sentence(desk, draft, monkeypatch):
    slow = simulation.COUNTED.replace("FROM screened", "FROM screened, pg_sleep(5)")
    monkeypatch.setattr(simulation, "COUNTED", slow)
    make_officer()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 500")

    try:
        page = desk.get(address(draft), TRIED)
        file = desk.get(address(draft, "simulator_csv"), TRIED)
    finally:
        connection.close()

    assert "The database did not count so many answers in time." in page.content.decode()
    assert file.status_code == 409


# --- nothing is stored ----------------------------------------------------------------------------
def test_looking_stores_nothing(desk, draft):
    people()
    make_run(course=make_course(rule_set_code="WEB"))
    asked = {**TRIED, "age_limit": "55", "family-UT-B": "ADMIT", "add_service": "CSS"}
    before, digest = rows_of_all_tables(), digest_of(draft)

    for page in ("simulator", "simulator_csv", "simulator_xlsx"):
        answer = desk.get(address(draft, page), asked)
        assert answer.status_code == 200
        list(answer.streaming_content) if answer.streaming else answer.content

    assert rows_of_all_tables() == before
    assert digest_of(RuleSetVersion.objects.get(pk=draft.pk)) == digest


def test_saving_stores_what_was_tried_and_nothing_else(desk, draft):
    before = rows_of_all_tables()
    first = RuleSetVersion.objects.get(rule_set__code="WEB", version=1)
    of_first = digest_of(first)
    paragraph = draft.audience.get(service_code="CSCS").source
    said = {
        **TRIED,
        "seen": digest_of(draft),
        "age_limit": "58",
        "treat_cscs_as_css": "true",
        "boundary_to_human": "false",
        "joining_stands_in_for": ["joining_date"],
        "family-UT-B": "",
        "service-CSCS-C": "ADMIT",
        "family-CENTRAL-B": "REFER",
    }

    answer = desk.post(address(draft, "simulator_save"), said)

    assert answer.status_code == 302
    draft = RuleSetVersion.objects.get(pk=draft.pk)
    assert (draft.age_limit, draft.treat_cscs_as_css) == (58, True)
    assert draft.boundary_to_human is False
    assert draft.joining_stands_in_for == ["joining_date"]
    assert draft.service_years == 2
    assert draft.drafted_by.name == "Deepak Sinha"
    assert not draft.audience.filter(family="UT", group="B").exists()
    assert draft.audience.get(service_code="CSCS").answer == AudienceEntry.Answer.ADMIT
    assert draft.audience.get(service_code="CSCS").source == paragraph != ""
    assert draft.audience.get(family="CENTRAL", group="B").answer == AudienceEntry.Answer.REFER
    entry = AuditEntry.objects.get(event="rulesetversion.simulated")
    assert entry.details["changes"]["age_limit"] == ["56", "58"]
    assert entry.details["changes"]["family UT B"] == ["REFER", ""]
    assert digest_of(RuleSetVersion.objects.get(pk=first.pk)) == of_first
    added = {name: count for name, count in rows_of_all_tables().items() if count != before[name]}
    assert added == {"accounts.AuditEntry": before["accounts.AuditEntry"] + 1}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seen": "long ago"}, "The draft has been changed since you opened this page."),
        (
            {
                "age_limit": "56",
                "joining_stands_in_for": ["joining_date", "select_list_year_or_joining"],
            },
            "There is nothing to save",
        ),
        ({"age_limit": "old"}, "Enter a whole number."),
    ],
    ids=str,
)
def test_what_cannot_be_saved_is_refused_and_changes_nothing(desk, draft, changes, sentence):
    digest = digest_of(draft)

    answer = desk.post(
        address(draft, "simulator_save"), {**TRIED, "seen": digest, "age_limit": "58", **changes}
    )

    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert digest_of(RuleSetVersion.objects.get(pk=draft.pk)) == digest
    assert not AuditEntry.objects.filter(event="rulesetversion.simulated").exists()


def test_what_the_page_offers_to_save_is_what_it_shows(desk, draft):
    answer = desk.get(address(draft), {**TRIED, "age_limit": "58", "family-UT-B": ""})
    bench = answer.context["bench"]
    said: dict[str, Any] = {"seen": answer.context["seen"], "what_if": "1"}
    for name, value in bench.what_if.pairs:
        said.setdefault(name, []).append(value)

    desk.post(address(draft, "simulator_save"), said)

    draft = RuleSetVersion.objects.get(pk=draft.pk)
    assert draft.age_limit == 58
    assert draft.audience.count() == 12


# --- files ----------------------------------------------------------------------------------------
def test_the_officers_go_into_a_file_with_both_answers(desk, draft):
    make_officer(name="=1+1", employee_code="E1", born_on=date(1971, 7, 1))
    asked = {**TRIED, "age_limit": "55"}

    text = b"".join(desk.get(address(draft, "simulator_csv"), asked).streaming_content)
    [line] = csv.DictReader(io.StringIO(text.decode("utf-8-sig")))
    book = b"".join(desk.get(address(draft, "simulator_xlsx"), asked).streaming_content)
    rows = list(load_workbook(io.BytesIO(book)).active.values)

    assert line["Name"] == "'=1+1"
    assert (line["Before"], line["After"]) == ("Eligible", "Not eligible")
    assert "over the limit of 55 years" in line["Reasons after"]
    assert line["Training"] == "Training commencing on 10.01.2027"
    assert len(rows) == 2
    assert rows[1] == tuple(value or None for value in line.values() if value != "0") + (0,)


# --- budgets --------------------------------------------------------------------------------------
@pytest.mark.parametrize("training", ["day", "open"])
@pytest.mark.parametrize("officers", [1, 45])
def test_the_page_asks_the_same_number_of_queries(
    desk, draft, officers, training, django_assert_max_num_queries
):
    for _number in range(2):
        make_run(course=make_course(rule_set_code="WEB"), commences_on=date(2027, 2, 1))
    for number in range(officers):
        make_officer(name=f"Officer {number}", born_on=date(1971, 7, 1), cadre=make_state())
    asked = {**TRIED, "age_limit": "55", "training": training}
    desk.get(address(draft), asked)

    with django_assert_max_num_queries(15):
        answer = desk.get(address(draft), asked)

    assert f"Officer {officers - 1}" in answer.content.decode() or officers > 20
