from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.roles import Role
from courses.models import Course
from eligibility import packaged
from eligibility.actions import decisions, rule_sets
from eligibility.models import RuleSetVersion
from eligibility.rules import Facts, RuleBook, combine, decide
from eligibility.states import (
    AgeRelaxation,
    MissingData,
    Outcome,
    SelfPacedCommencement,
    Verdict,
)
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course
from tests.factories.eligibility import make_rule_set_version

DAY = date(2019, 5, 21)
AT = datetime(2019, 5, 10, 6, 0, tzinfo=UTC)
LATER = datetime(2020, 1, 5, 6, 0, tzinfo=UTC)


def test_the_switches_have_the_defaults_of_the_domain():
    rules = RuleBook(code="X")

    assert rules.age_relaxation == AgeRelaxation.NONE
    assert rules.missing_data == MissingData.INCOMPLETE
    assert rules.selfpaced_commencement == SelfPacedCommencement.FIRST_ENROLMENT
    assert rules.boundary_to_human


@pytest.mark.parametrize("code", ["WEB", "OM"])
def test_the_delivered_rule_sets_name_each_switch_with_its_default(code):
    delivered = packaged.rule_book(code, DAY)

    for name in ("age_relaxation", "missing_data", "selfpaced_commencement", "boundary_to_human"):
        assert getattr(delivered, name) == getattr(RuleBook(code="X"), name), name


def test_the_texts_give_no_relaxation_and_the_limit_is_one_for_all():
    assert list(AgeRelaxation) == [AgeRelaxation.NONE]
    with pytest.raises(ValueError, match="WOMEN"):
        AgeRelaxation("WOMEN")


@pytest.mark.parametrize(
    ("verdicts", "waits", "goes_on"),
    [
        ("PASS PASS PASS", "ELIGIBLE", "ELIGIBLE"),
        ("PASS MISSING PASS", "INCOMPLETE", "REFER"),
        ("REFER MISSING PASS", "INCOMPLETE", "REFER"),
        ("FAIL MISSING PASS", "NOT_ELIGIBLE", "NOT_ELIGIBLE"),
        ("REFER PASS PASS", "REFER", "REFER"),
    ],
)
def test_a_missing_fact_waits_or_goes_to_the_department(verdicts, waits, goes_on):
    found = [Verdict(verdict) for verdict in verdicts.split()]

    assert combine(*found) == waits
    assert combine(*found, missing_data=MissingData.REFER) == goes_on


def test_a_finding_still_says_that_the_fact_is_missing_where_the_department_decides():
    rules = replace(packaged.rule_book("OM", DAY), missing_data=MissingData.REFER)
    facts = Facts(service=packaged.directory().find("IAS"), group="A", born_on=date(1985, 8, 15))

    ruling = decide(facts=facts, rules=rules, commences_on=DAY)

    assert ruling.outcome == Outcome.REFER
    assert ruling.findings[1].verdict == Verdict.MISSING


def self_paced_under(**switches) -> Course:
    """Make a self-paced course whose approved rule set has these switches."""
    version = make_rule_set_version(code="SP", effective_from=date(2019, 1, 1), **switches)
    rule_sets.approve_rules(
        rulesetversion_id=version.pk, acting_user=make_user(Role.SANCTIONING_AUTHORITY), at=AT
    )
    return make_course(rule_set_code="SP", mode=Course.Mode.SELF_PACED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("switch", "second_day"),
    [
        (SelfPacedCommencement.FIRST_ENROLMENT, date(2019, 5, 10)),
        (SelfPacedCommencement.DAY_OF_ASKING, date(2020, 1, 5)),
    ],
)
def test_a_self_paced_course_commences_once_or_on_each_day_of_asking(switch, second_day):
    course = self_paced_under(selfpaced_commencement=switch)
    given = {"officer": make_officer(), "run": None, "course": course, "acting_user": None}

    first = decisions.decide(**given, at=AT)
    second = decisions.decide(**given, at=LATER)

    assert (first.commences_on, second.commences_on) == (date(2019, 5, 10), second_day)
    assert second.supersedes == first


@pytest.mark.django_db
def test_a_day_that_a_registration_has_fixed_stays_whatever_the_switch():
    course = self_paced_under(selfpaced_commencement=SelfPacedCommencement.DAY_OF_ASKING)
    given = {"officer": make_officer(), "run": None, "course": course, "acting_user": None}
    decisions.decide(**given, at=AT)

    confirmed = decisions.decide(**given, at=LATER, commences_on=date(2019, 5, 11))

    assert confirmed.commences_on == date(2019, 5, 11)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"service_years": 41},
        {"age_limit": 0},
        {"age_limit": 101},
        {"age_source": ""},
        {"service_source": ""},
        {"audience_source": ""},
        {"circular_reference": ""},
    ],
)
def test_the_database_refuses_numbers_that_cannot_be_and_clauses_without_paragraph(wrong):
    version = make_rule_set_version()

    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSetVersion.objects.filter(pk=version.pk).update(**wrong)
