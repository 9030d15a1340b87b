"""Screening: what the characters say, and that the database finds what the pure rules find."""

from dataclasses import replace
from datetime import date

import pytest

from accounts.models import Officer, Service
from eligibility import facts, packaged, reasons, screening
from eligibility.rules import RuleBook, decide
from eligibility.screening import Codes, Profile
from eligibility.states import BreakPolicy, Outcome, Verdict
from tests.factories.accounts import make_officer, make_posting, make_service


def shipped(code: str, on: date = date(2027, 3, 1)) -> RuleBook:
    book = packaged.rule_book(code, on)
    assert book
    return book


def screened(officer: Officer, *profiles: Profile) -> str:
    """Return the characters that the database gives `officer`."""
    codes = screening.codes(profiles, Service.objects.all())
    return str(Officer.objects.annotate(codes=codes).get(pk=officer.pk).codes)


def test_each_character_reads_back_as_the_codes_that_it_was_written_from() -> None:
    characters = screening.characters()

    assert len(set(characters)) == 240
    assert all(screening.write(screening.read(one)) == one for one in characters)
    assert all(one.isalpha() and one.isprintable() for one in characters)


def test_a_character_comes_to_the_outcome_of_its_findings() -> None:
    eligible = screening.write(
        Codes("audience.admitted", "service.met.allotment", "age.boundary.within")
    )
    doubtful = screening.write(Codes("audience.referred", "service.met.joining", "age.within"))
    unknown = screening.write(Codes("audience.referred", "service.missing.both", "age.within"))
    over = screening.write(Codes("audience.admitted", "service.missing.both", "age.over"))

    assert screening.outcome_of(eligible) == Outcome.ELIGIBLE
    assert screening.read(eligible).is_boundary
    assert screening.outcome_of(doubtful) == Outcome.REFER
    assert screening.outcome_of(unknown) == Outcome.INCOMPLETE
    assert screening.outcome_of(over) == Outcome.NOT_ELIGIBLE


def test_characters_are_found_by_outcome_and_by_finding() -> None:
    over = screening.characters(outcome=Outcome.NOT_ELIGIBLE, code="age.over")

    assert len(over) == 6 * 8
    assert len(screening.characters(outcome=Outcome.ELIGIBLE)) == 1 * 2 * 2
    assert screening.characters(outcome=Outcome.ELIGIBLE, code="age.over") == []


def test_every_sentence_of_a_finding_has_its_verdict() -> None:
    verdicts = set(screening.VERDICTS.values())

    assert set(screening.VERDICTS) == set(reasons.SENTENCES)
    assert verdicts == set(Verdict)


@pytest.mark.django_db
def test_no_training_gives_no_character() -> None:
    assert screened(make_officer()) == ""


@pytest.mark.django_db
def test_trainings_that_agree_share_one_expression() -> None:
    book = shipped("WEB")
    same = [Profile(book, date(2027, month, 1)) for month in range(2, 12)]
    services = [make_service()]

    sql = str(Officer.objects.annotate(codes=screening.codes(same, services)).query)

    # Once for the group on record; once for each test date where it was another.
    assert sql.count('"allotment_year" IS NOT NULL') == 1 + 10
    assert screened(make_officer(), *same) == 10 * screened(make_officer(), same[0])


@pytest.mark.django_db
def test_the_group_is_that_of_each_test_date() -> None:
    officer = make_officer(group="A", service=make_service(groups="A,B"))
    make_posting(officer, starts_on=date(2020, 1, 1), group="B")
    make_posting(officer, starts_on=date(2027, 5, 1), group="A")
    profiles = [Profile(shipped("WEB"), day) for day in (date(2027, 4, 30), date(2027, 5, 1))]

    found = [screening.read(one).audience for one in screened(officer, *profiles)]

    assert found == ["audience.outside", "audience.admitted"]


@pytest.mark.django_db
def test_the_database_finds_what_the_rules_find() -> None:
    officer = make_officer(born_on=date(1971, 7, 1), allotment_year=None, break_days=30)
    profile = Profile(shipped("OM"), date(2027, 3, 1), date(2027, 2, 1))

    found = screening.read(screened(officer, profile))
    ruling = decide(
        facts=facts.facts_of(officer), rules=profile.rules, commences_on=profile.commences_on
    )

    assert found == tuple(finding.code for finding in ruling.findings)
    assert found == ("audience.admitted", "service.break", "age.boundary.within")


@pytest.mark.django_db
@pytest.mark.parametrize(("break_days", "found"), [(365, "met"), (366, "short")])
def test_a_break_that_does_not_count_moves_the_first_day_across_a_leap_year(
    break_days: int, found: str
) -> None:
    book = replace(shipped("OM"), service_break_policy=BreakPolicy.EXCLUDE)
    officer = make_officer(joined_on=date(2025, 7, 1), break_days=break_days)

    # Complete from 01.01.2028 and the break: 365 days later is 31.12.2028.
    codes = screening.read(screened(officer, Profile(book, date(2028, 12, 31))))

    assert codes.service == f"service.{found}.joining"
