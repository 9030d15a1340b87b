from dataclasses import fields, replace
from datetime import date
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import AuditEntry, Service, ServiceAlias
from accounts.roles import Role
from circulars.states import CircularState
from eligibility import packaged, reading
from eligibility.actions import rule_sets
from eligibility.models import RuleSet, RuleSetVersion
from eligibility.rules import RuleBook
from igot.lib.errors import Refused
from tests.eligibility.test_views import draft_of
from tests.factories.accounts import make_service, make_user, sign_in
from tests.factories.circulars import make_circular
from tests.factories.eligibility import load_rule_sets, make_rule_set_version

DAY = date(2019, 5, 21)
OM = packaged.rule_book("OM", DAY)
WEB = packaged.rule_book("WEB", DAY)


# --- the reading ---
def test_the_rule_set_of_the_memorandum_reads_as_the_memorandum_does():
    words = " ".join(reading.in_plain_words(OM, year=2019))

    assert words == (
        "Admitted: Group A officers of the All India Services, the Central Civil Services, the "
        "Secretariat services, the services of the Union Territories and the State Civil "
        "Services. "
        "Service: 2 calendar years after the year of joining; whoever joined in 2016 has completed "
        "them on 01.01.2019. Tested on: Commencement of the training. "
        "Age: born on or after 01.07.1963 for runs commencing in 2019 (the limit is 56 years on "
        "1 July; exactly the limit is within it)."
    )


def test_services_are_named_in_full_and_what_is_referred_has_its_paragraph():
    names = {"CSS": "Central Secretariat Service", "CSCS": "Central Secretariat Clerical Service"}

    said = reading.clauses_in_words(WEB, year=2019, services=names)

    assert "Group B officers of the State Civil Services, Central Secretariat Service and CSSS" in (
        said[0].words
    )
    assert said[1].words == (
        "Referred to the Department: Group B officers of the services of the Union Territories; "
        "Group C officers of Central Secretariat Clerical Service."
    )
    assert said[1].source == "The text is silent: the Department decides"


def test_each_clause_is_read_with_the_paragraph_behind_it():
    audience, service, age = reading.clauses_in_words(OM, year=2019)

    assert audience.source.endswith("para 7.1")
    assert service.source.endswith("para 7.2")
    assert age.source.endswith("para 7.3")


def otherwise(name: str):
    """Return another value for a switch than it usually has."""
    usual = getattr(RuleBook(code=""), name)
    if isinstance(usual, bool):
        return not usual
    others = [value for value in type(usual) if value != usual]
    return others[0] if others else None


@pytest.mark.parametrize("name", reading.SWITCHES)
def test_every_switch_that_departs_from_its_default_is_named(name):
    value = otherwise(name)
    if value is None:
        assert name == "age_relaxation"  # has one value: docs/decisions/0080
        return

    usual = reading.in_plain_words(OM, year=2019)
    departs = reading.in_plain_words(replace(OM, **{name: value}), year=2019)

    (said,) = [line for line in departs if line.startswith("Not as usual")]
    label = str(RuleSetVersion._meta.get_field(name).verbose_name)
    assert label in said and "usually:" in said
    assert not any(line.startswith("Not as usual") for line in usual)


def test_no_switch_of_the_rules_is_forgotten_by_the_reading():
    numbers = {"service_years", "age_limit", "age_ref_month", "age_ref_day"}  # always read out
    said = {"code", "version", "audience", "service_base", "joining_stands_in_for"}
    said |= {"sources", "sources_hi"}

    names = {field.name for field in fields(RuleBook)}

    assert names - numbers - said == set(reading.SWITCHES)


@pytest.mark.parametrize("years", [0, 1, 2])
def test_the_reading_counts_in_the_singular_and_the_plural(years):
    said = reading.in_plain_words(replace(OM, service_years=years), year=2019)[1]

    assert f"{years} calendar {'year' if years == 1 else 'years'} after" in said


def test_the_reading_is_given_in_hindi_with_hindi_groups_and_paragraphs():
    with override("hi"):
        said = reading.clauses_in_words(OM, year=2019)

    assert "क" in said[0].words
    assert "पैरा 7.1" in said[0].source


# --- the desk ---
@pytest.fixture
def desk(client, db):
    call_command("sync_roles", stdout=StringIO())
    load_rule_sets()
    sign_in(client, make_user(Role.DEALING_HAND))
    return client


def read(client, data, version=None, **headers):
    name = "admin:eligibility_rulesetversion_reading"
    url = reverse(name, args=[version.pk]) if version else reverse(f"{name}_new")
    return client.post(url, data, headers=headers)


def test_the_form_is_read_back_as_it_is_typed_and_nothing_is_stored(desk):
    draft = make_rule_set_version(code="WEB")
    make_service(code="CSS", name="Central Secretariat Service", groups="A,B")
    lines = {"audience-0-family": "", "audience-0-service_code": "CSS", "audience-0-group": "B"}

    page = read(desk, draft_of(**lines), draft, **{"X-Requested-With": "fetch"})

    words = page.content.decode()
    assert "Group B officers of Central Secretariat Service" in words
    assert "3 calendar years after the year of joining" in words
    assert "the limit is 50 years on 1 July" in words
    assert "<html" not in words
    draft.refresh_from_db()
    assert (draft.age_limit, draft.audience.get().family) == (56, "AIS")


def test_without_script_the_reading_is_a_page_of_its_own(desk):
    page = read(desk, draft_of())

    assert "<html" in page.content.decode()
    assert "Nothing was stored." in page.content.decode()
    assert "Admitted: Group A officers of the All India Services." in page.content.decode()
    assert RuleSetVersion.objects.count() == 2


def test_what_cannot_be_saved_is_said_with_the_reading(desk):
    draft = make_rule_set_version(code="WEB")

    page = read(desk, draft_of(age_limit="0", effective_from="30.02.2028"), draft)

    words = page.content.decode()
    assert "This cannot be saved yet:" in words
    assert "There is no such day as 30.02.2028." in words
    assert "greater than or equal to 18" in words


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SANCTIONING_AUTHORITY, Role.AUDITOR])
def test_only_who_may_draft_has_forms_read_back(client, db, role):
    call_command("sync_roles", stdout=StringIO())
    draft = make_rule_set_version()
    sign_in(client, make_user(role))

    assert read(client, draft_of(), draft).status_code in (302, 403)


def test_an_approved_version_and_a_get_are_not_read_back(desk):
    approved = RuleSetVersion.objects.get(rule_set__code="WEB")
    draft = make_rule_set_version(code="WEB")
    url = reverse("admin:eligibility_rulesetversion_reading", args=[draft.pk])

    assert read(desk, draft_of(), approved).status_code == 403
    assert desk.get(url).status_code == 405
    assert desk.post(url.replace(str(draft.pk), "99999"), draft_of()).status_code == 404


def test_a_reading_takes_few_queries(desk, django_assert_max_num_queries):
    draft = make_rule_set_version(code="WEB")
    lines = {
        f"audience-{number}-{name}": value
        for number in range(13)
        for name, value in (("family", "AIS"), ("group", "ABC"[number % 3]), ("answer", "ADMIT"))
    }
    desk.get("/desk/")

    with django_assert_max_num_queries(12):
        page = read(desk, draft_of(**{"audience-TOTAL_FORMS": "13", **lines}), draft)

    assert "Group C officers of the All India Services" in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"effective_from": "30.02.2028"}, "There is no such day as 30.02.2028."),
        ({"effective_from": "1.1.28"}, "is not a date"),
        ({"effective_to": "31.12.2027"}, "The last day lies before the first day."),
        ({"effective_from": "20.12.2018"}, "is in force from 20.12.2018"),
        ({"age_limit": "0"}, "greater than or equal to 18"),
        ({"age_limit": "101"}, "less than or equal to 100"),
        ({"service_years": "41"}, "less than or equal to 40"),
        ({"age_reference_day": "31"}, "less than or equal to 28"),
        ({"age_source": ""}, "This field is required."),
        ({"age_relaxation": "WOMEN"}, "Select a valid choice."),
        ({"joining_stands_in_for": "horoscope"}, "Select a valid choice."),
        ({"audience-0-service_code": "CSS"}, "Give a family or a service, not both."),
        ({"audience-0-family": ""}, "Give a family, or the code of one service."),
        ({"audience-0-family": "OUTSIDE"}, "never admitted"),
        (
            {"audience-0-family": "", "audience-0-service_code": "IA&AS"},
            "Did you mean IAAS (Indian Audit",
        ),
        (
            {"audience-0-family": "", "audience-0-service_code": "IASS"},
            "There is no service with the code “IASS”. Did you mean",
        ),
        (
            {"audience-0-family": "", "audience-0-service_code": "QQQQ"},
            "There is no service with the code “QQQQ”.",
        ),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(desk, typed, says):
    make_service(code="IAAS", name="Indian Audit and Accounts Service")
    ServiceAlias.objects.create(service=Service.objects.get(code="IAAS"), alias="IA&AS")
    make_service(code="IAS", name="Indian Administrative Service")
    draft = make_rule_set_version(code="WEB")

    page = desk.post(
        reverse("admin:eligibility_rulesetversion_change", args=[draft.pk]),
        {**draft_of(circular_reference="Circular 7 of 2027"), **typed},
    )

    assert page.status_code == 200
    words = page.content.decode().replace("&amp;", "&")
    assert says in words
    assert "Circular 7 of 2027" in words
    draft.refresh_from_db()
    assert draft.circular_reference == "Draft circular"


def test_a_line_of_a_draft_can_be_taken_out(desk):
    draft = make_rule_set_version(code="WEB")
    line = draft.audience.get()
    lines = {
        "audience-TOTAL_FORMS": "2",
        "audience-INITIAL_FORMS": "1",
        "audience-0-id": str(line.pk),
        "audience-0-rule_set_version": str(draft.pk),
        "audience-0-DELETE": "on",
        "audience-1-family": "STATE",
        "audience-1-group": "A",
        "audience-1-answer": "REFER",
    }

    page = desk.post(
        reverse("admin:eligibility_rulesetversion_change", args=[draft.pk]), draft_of(**lines)
    )

    assert page.status_code == 302, page.context["errors"]
    assert [str(entry) for entry in draft.audience.all()] == ["STATE A: REFER"]


def test_a_version_leads_to_the_circular_on_the_portal(desk):
    circular = make_circular(state=CircularState.ISSUED)
    draft = make_rule_set_version(code="WEB", circular=circular)
    url = reverse("admin:eligibility_rulesetversion_change", args=[draft.pk])

    assert f'href="{circular.get_absolute_url()}"' in desk.get(url).content.decode()


# --- a draft from an approved version ---
def test_an_approved_version_is_copied_with_its_audience_into_the_next_draft(desk):
    approved = RuleSetVersion.objects.get(rule_set__code="WEB")
    url = reverse("admin:eligibility_rulesetversion_step", args=[approved.pk, "draft"])

    page = desk.post(
        url,
        {
            "desk_confirmed": "1",
            "effective_from": "01.01.2028",
            "circular_reference": "Circular 7 of 2027",
        },
    )

    draft = RuleSet.objects.get(code="WEB").versions.get(version=2)
    assert page["Location"] == reverse("admin:eligibility_rulesetversion_change", args=[draft.pk])
    assert (draft.effective_from, draft.effective_to) == (date(2028, 1, 1), None)
    assert (draft.approved_at, draft.circular_reference) == (None, "Circular 7 of 2027")
    assert draft.drafted_by is not None
    lines = {(e.family, e.service_code, e.group, e.answer, e.source) for e in draft.audience.all()}
    assert lines == {
        (e.family, e.service_code, e.group, e.answer, e.source) for e in approved.audience.all()
    }
    assert AuditEntry.objects.about(draft).get().event == "rulesetversion.drafted"


@pytest.mark.parametrize("day", ["20.12.2018", "31.02.2028", ""])
def test_a_draft_begins_on_a_day_that_is_free(desk, day):
    approved = RuleSetVersion.objects.get(rule_set__code="WEB")
    url = reverse("admin:eligibility_rulesetversion_step", args=[approved.pk, "draft"])

    page = desk.post(
        url, {"desk_confirmed": "1", "effective_from": day, "circular_reference": "C 7"}
    )

    assert page.status_code == 200
    assert 'value="C 7"' in page.content.decode()
    assert approved.rule_set.versions.count() == 1


@pytest.mark.django_db
def test_only_an_approved_version_is_copied_and_only_by_a_dealing_hand():
    load_rule_sets()
    approved, draft = RuleSetVersion.objects.get(rule_set__code="OM"), make_rule_set_version()
    given = {"effective_from": date(2028, 1, 1), "circular_reference": "C", "at": timezone.now()}

    for version, role in ((approved, Role.SANCTIONING_AUTHORITY), (draft, Role.DEALING_HAND)):
        with pytest.raises(Refused):
            rule_sets.draft_version(
                rulesetversion_id=version.pk, acting_user=make_user(role), **given
            )


@pytest.mark.django_db
def test_a_version_approved_while_it_was_being_edited_is_not_saved():
    load_rule_sets()
    approved = RuleSetVersion.objects.get(rule_set__code="OM")

    with pytest.raises(Refused, match="approved meanwhile"):
        rule_sets.check_still_draft(approved)
    rule_sets.check_still_draft(make_rule_set_version())
    rule_sets.check_still_draft(RuleSetVersion())


def test_the_desk_reads_in_hindi(desk):
    draft = make_rule_set_version(code="WEB")
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "hi"
    url = reverse("admin:eligibility_rulesetversion_change", args=[draft.pk])

    assert '<html lang="hi"' in desk.get(url).content.decode()
