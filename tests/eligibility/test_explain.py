from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import explain, explain_words, packaged, rules
from eligibility.explain import Case, Window
from eligibility.rules import Facts
from eligibility.states import (
    AgeMode,
    BreakPolicy,
    Outcome,
    Rule,
    ServiceBase,
    ServiceEdge,
    TestDate,
    Verdict,
)
from tests.eligibility.cases import CASES

WEB = packaged.rule_book("WEB", date(2019, 5, 21))
OM = packaged.rule_book("OM", date(2019, 5, 21))
SERVICES = packaged.directory().services
DAY = date(2019, 5, 21)


def case(book=WEB, *, day=DAY, registered=None, is_verified=True, **facts) -> Case:
    """Make a case: an IAS officer of 2010, born in 1985, unless a test says otherwise."""
    known = {
        "service": SERVICES[facts.pop("code", "IAS")],
        "group": "A",
        "born_on": date(1985, 8, 15),
        "allotment_year": 2010,
        "joined_on": date(2010, 8, 30),
        **facts,
    }
    return Case(
        facts=Facts(**known),
        rules=book,
        commences_on=day,
        registered_on=registered or day,
        is_verified=is_verified,
    )


def codes(made: Case) -> dict[str, Outcome]:
    return {change.code: change.outcome for change in explain.changes(made)}


def helping(made: Case) -> set[str]:
    return {change.code for change in explain.changes(made) if change.helps}


# --- the days that fit ---
def test_the_days_that_fit_run_from_the_first_to_the_last():
    assert explain.window(case()) == Window(date(2013, 1, 1), date(2041, 12, 31), "")


def test_no_day_fits_a_group_that_is_not_admitted():
    fit = explain.window(case(OM, code="CSS", group="B"))

    assert fit.bar == "audience"
    assert not fit.holds(DAY)


def test_no_day_fits_where_the_age_limit_ends_before_the_service_is_complete():
    fit = explain.window(case(born_on=date(1963, 6, 30), allotment_year=2017))

    assert (fit.first, fit.last, fit.bar) == (date(2020, 1, 1), date(2018, 12, 31), "age")


def test_one_year_fits_where_service_and_age_meet():
    fit = explain.window(case(born_on=date(1964, 7, 1), allotment_year=2017))

    assert (fit.first, fit.last, fit.bar) == (date(2020, 1, 1), date(2020, 12, 31), "")


@pytest.mark.parametrize(
    ("edge", "first"),
    [(ServiceEdge.NEXT_DAY, date(2020, 1, 1)), (ServiceEdge.LAST_DAY, date(2020, 1, 1))],
)
def test_where_1_july_is_tested_the_first_day_is_1_january_of_that_year(edge, first):
    book = replace(WEB, service_test_date=TestDate.FIRST_JULY, service_edge=edge)

    assert explain.window(case(book, allotment_year=2017)).first == first


def test_what_is_not_known_leaves_that_end_open():
    assert explain.window(case(born_on=None)).last is None
    assert explain.window(case(allotment_year=None)).first is None
    assert explain.window(case(born_on=None)).holds(date(2099, 1, 1))


# --- what would change the answer ---
def test_an_eligible_verified_officer_has_nothing_to_change():
    assert explain.changes(case()) == []


def test_declared_facts_ask_to_be_verified():
    assert codes(case(is_verified=False)) == {"verify": Outcome.ELIGIBLE}


def test_too_short_a_service_is_met_by_waiting_or_by_a_correction():
    changes = {change.code: change for change in explain.changes(case(allotment_year=2017))}

    assert set(changes) == {"wait", "correct.allotment"}
    assert changes["wait"].params["first_day"] == "2020-01-01"
    assert changes["correct.allotment"].params["base_year"] == 2016
    assert {change.outcome for change in changes.values()} == {Outcome.ELIGIBLE}


def test_where_joining_counts_the_joining_is_named():
    assert helping(case(OM, joined_on=date(2017, 8, 28))) == {"wait", "correct.joining"}


def test_where_registration_is_tested_one_registers_later():
    book = replace(WEB, service_test_date=TestDate.REGISTRATION)

    assert "wait.registration" in codes(case(book, allotment_year=2017))


def test_waiting_does_not_help_whom_the_age_limit_overtakes():
    made = case(allotment_year=2017, born_on=date(1963, 7, 1))

    assert codes(made)["wait.never"] == Outcome.NOT_ELIGIBLE
    assert "wait.never" not in helping(made)


def test_over_the_limit_only_a_corrected_birth_helps():
    made = case(born_on=date(1963, 6, 30))
    changes = {change.code: change for change in explain.changes(made)}

    assert helping(made) == {"correct.birth"}
    assert changes["correct.birth"].params["earliest"] == "1963-07-01"
    assert changes["age.never"].params["last_day"] == "2018-12-31"


def test_two_rules_that_fail_are_not_mended_by_one_change():
    made = case(allotment_year=2017, born_on=date(1950, 1, 1))

    assert helping(made) == set()
    assert set(codes(made)) == {"wait.never", "correct.allotment", "age.never", "correct.birth"}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"service": None}, "give.service"),
        ({"group": ""}, "give.group"),
        ({"born_on": None}, "give.birth"),
        ({"allotment_year": None}, "give.allotment"),
        ({"code": "CSS", "allotment_year": None, "joined_on": None}, "give.both"),
    ],
)
def test_a_missing_fact_is_named(facts, code):
    assert code in codes(case(**facts))


def test_a_fact_that_is_missing_elsewhere_leaves_the_case_incomplete():
    made = case(born_on=None, allotment_year=None)

    assert set(codes(made).values()) == {Outcome.INCOMPLETE}
    assert helping(made) == set()


def test_a_promotion_to_an_admitted_group_is_named_with_the_test_date():
    (change,) = explain.changes(case(OM, code="CSS", group="B"))

    assert (change.code, change.outcome, change.helps) == ("promotion", Outcome.ELIGIBLE, True)
    assert change.params["group"] == "A"
    assert change.params["tested_on"] == "2019-05-21"


def test_a_group_that_the_service_does_not_have_is_to_be_corrected():
    assert helping(case(group="B")) == {"correct.group"}


def test_a_service_none_of_whose_groups_is_admitted_hears_so():
    made = case(OM, code="CSCS", group="C")

    assert codes(made) == {"audience.never": Outcome.NOT_ELIGIBLE}


def test_where_the_text_is_silent_the_department_decides():
    made = case(code="CSCS", group="C")

    assert made.ruling.outcome == Outcome.REFER
    assert "refer" in codes(made)


def test_a_break_in_service_is_for_the_department_to_decide():
    made = case(break_days=400)

    assert codes(made) == {"refer.break": Outcome.REFER}


# --- other readings ---
def test_a_boundary_case_shows_the_four_readings_with_the_one_used():
    readings = explain.age_readings(case(born_on=date(1963, 7, 1)))

    assert {reading.mode for reading in readings} == set(AgeMode)
    assert {reading.mode for reading in readings if not reading.is_within} == {
        AgeMode.BORN_NOT_EARLIER,
        AgeMode.NOT_ATTAINED_LEGAL,
    }
    assert [reading.mode for reading in readings if reading.is_used] == [AgeMode.INCLUSIVE]


def test_who_is_not_on_the_boundary_has_no_other_readings():
    assert explain.age_readings(case(born_on=date(1963, 7, 2))) == []
    assert explain.age_readings(case(born_on=None)) == []


@pytest.mark.parametrize("worked", CASES, ids=lambda worked: worked.row["id"])
def test_the_switches_that_flip_a_worked_case_are_those_that_it_names(worked):
    made = Case(
        facts=worked.facts,
        rules=worked.rules,
        commences_on=worked.commences_on,
        registered_on=worked.registered_on,
    )

    flips = explain.flips(made)

    named = {f"AGE={f.value}" for f in flips if f.switch == "age_mode"}
    named |= {"REF=REGISTRATION" for f in flips if f.value == TestDate.REGISTRATION}
    assert named == worked.flips


def test_a_switch_of_the_audience_flips_a_case_that_was_referred():
    (flip,) = explain.flips(case(code="CSCS", group="C"))

    assert flip == ("treat_cscs_as_css", True, Outcome.ELIGIBLE)


# --- whatever the facts and the rules ---
DAYS = st.dates(date(2010, 1, 1), date(2035, 12, 31))
BIRTHS = st.dates(date(1950, 1, 1), date(1995, 12, 31)) | st.builds(
    lambda year, days: date(year, 7, 1) + timedelta(days=days),
    st.integers(1955, 1985),
    st.integers(-3, 3),
)
BOOKS = st.builds(
    lambda book, **switches: replace(book, **switches),
    st.sampled_from([WEB, OM]),
    service_base=st.sampled_from(ServiceBase),
    service_edge=st.sampled_from(ServiceEdge),
    service_test_date=st.sampled_from(TestDate),
    service_break_policy=st.sampled_from(BreakPolicy),
    service_years=st.integers(0, 12),
    age_limit=st.integers(40, 60),
    age_mode=st.sampled_from(AgeMode),
)


@st.composite
def cases(draw) -> Case:
    return Case(
        facts=Facts(
            service=draw(st.none() | st.sampled_from(list(SERVICES.values()))),
            group=draw(st.sampled_from(["", "A", "B", "C"])),
            born_on=draw(st.none() | BIRTHS),
            allotment_year=draw(st.none() | st.integers(1975, 2033)),
            joined_on=draw(st.none() | st.dates(date(1975, 1, 1), date(2033, 12, 31))),
            break_days=draw(st.sampled_from([0, 0, 1, 400])),
        ),
        rules=draw(BOOKS),
        commences_on=(day := draw(DAYS)),
        registered_on=day - timedelta(days=draw(st.integers(0, 400))),
        is_verified=draw(st.booleans()),
    )


@settings(deadline=None)  # the machine may be busy
@given(made=cases(), day=DAYS)
def test_a_day_fits_exactly_where_no_rule_fails_on_it(made, day):
    fit = explain.window(made)
    edges = [edge + timedelta(days=n) for edge in fit[:2] if edge for n in (-1, 0, 1)]

    for candidate in (day, *edges):
        ruling = made.decided(commences_on=candidate, registered_on=candidate)
        fails = any(found.verdict == Verdict.FAIL for found in ruling.findings)
        assert fit.holds(candidate) == (not fails), candidate


@settings(deadline=None)  # the machine may be busy
@given(made=cases())
def test_a_change_that_is_said_to_help_leads_to_a_better_answer(made):
    now = explain.RANKS.index(made.ruling.outcome)

    for change in explain.changes(made):
        assert change.helps == (explain.RANKS.index(change.outcome) > now)


@settings(deadline=None)  # the machine may be busy
@given(made=cases())
def test_the_latest_base_year_is_in_time_and_the_next_is_not(made):
    book = replace(made.rules, service_base=ServiceBase.ALLOTMENT_YEAR)
    made = replace(made, rules=book)
    year = explain.latest_base_year(made)

    for candidate, is_met in ((year, True), (year + 1, False)):
        facts = replace(made.facts, allotment_year=candidate)
        found = rules.check_service(
            facts=facts,
            rules=book,
            commences_on=made.commences_on,
            registered_on=made.registered_on,
        )
        assert (found.verdict != Verdict.FAIL) == is_met


@pytest.mark.parametrize("language", ["en", "hi"])
@settings(deadline=None)  # the machine may be busy
@given(made=cases())
def test_everything_said_is_a_whole_sentence(language, made):
    with override(language):
        said = [explain_words.change(change) for change in explain.changes(made)]
        said += [explain_words.effect(change, "x") for change in explain.changes(made)]
        said.append(explain_words.window_in_words(explain.window(made)))
        for found in made.ruling.findings:
            said += explain_words.rule_in_words(Rule(found.rule), made)
            for pair in explain_words.compared(found, made)["pairs"]:
                assert pair["name"] and pair["value"]

    for sentence in said:
        assert "%(" not in sentence
        assert sentence.endswith((".", "।")), sentence


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (date(2019, 5, 21), date(2019, 5, 21), "0 days"),
        (date(2019, 5, 21), date(2019, 5, 22), "1 day"),
        (date(2019, 5, 21), date(2020, 5, 21), "1 year"),
        (date(2019, 5, 21), date(2021, 5, 20), "1 year and 364 days"),
        (date(1964, 2, 29), date(2019, 3, 1), "55 years"),
        (date(1964, 2, 29), date(2019, 2, 28), "54 years and 364 days"),
    ],
)
def test_how_far_two_days_lie_apart(first, last, says):
    assert explain_words.span(first, last) == says


def test_the_sentence_of_a_promotion():
    (change,) = explain.changes(case(OM, code="CSS", group="B"))

    assert explain_words.change(change) == (
        "Group A of Central Secretariat Service is admitted: a post in it on the test date "
        "(21.05.2019 for this training) would meet the rule."
    )
    assert explain_words.effect(change, "x") == "With this alone the answer is: Eligible."
