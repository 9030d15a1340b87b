from csv import DictReader
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from eligibility import packaged
from eligibility.reasons import SENTENCES, text
from eligibility.rules import (
    Facts,
    check_age,
    check_audience,
    check_service,
    combine,
    decide,
    earliest_birth,
)
from eligibility.states import AgeMode, BreakPolicy, Outcome, ServiceEdge, TestDate, Verdict
from tests.eligibility.cases import CASES, DATA, other_policies

WEB = packaged.rule_book("WEB", date(2019, 5, 21))
OM = packaged.rule_book("OM", date(2019, 5, 21))
SERVICES = packaged.directory().services
DAY = date(2019, 5, 21)


def audience(code: str, group: str, rules=WEB) -> Verdict:
    return check_audience(service=SERVICES[code], group=group, rules=rules).verdict


# --- the worked cases ---
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.row["id"])
def test_every_worked_case_comes_out_as_expected(case):
    ruling = decide(
        facts=case.facts,
        rules=case.rules,
        commences_on=case.commences_on,
        registered_on=case.registered_on,
    )

    assert ruling.outcome == case.row["expected_default"], case.row["note"]
    failing = {finding.rule for finding in ruling.findings if finding.verdict == Verdict.FAIL}
    if case.row["failing_rule"].startswith("service:"):
        assert failing == {"service"}
        assert ruling.first_eligible_on == date(2020, 1, 1)
    if case.row["failing_rule"].startswith("age:"):
        assert failing == {"age"}
    if case.row["failing_rule"].startswith("service/group"):
        assert failing == {"audience"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.row["id"])
def test_a_case_flips_under_the_policies_that_it_names_and_under_no_other(case):
    dates = {"commences_on": case.commences_on, "registered_on": case.registered_on}
    default = decide(facts=case.facts, rules=case.rules, **dates).outcome

    flipped = {
        name
        for name, rules in other_policies(case.rules)
        if decide(facts=case.facts, rules=rules, **dates).outcome != default
    }

    assert flipped == case.flips


CUTOFFS = list(DictReader((DATA / "age_cutoffs.csv").open(encoding="utf-8")))


@pytest.mark.parametrize("mode", AgeMode)
@pytest.mark.parametrize("row", CUTOFFS, ids=lambda row: row["commencement_year"])
def test_the_earliest_birth_of_each_year_and_mode_is_as_tabulated(row, mode):
    year = int(row["commencement_year"])
    cutoff = date.fromisoformat(row[f"earliest_eligible_dob_{mode}"])
    rules = replace(WEB, age_mode=mode)

    assert earliest_birth(year, rules) == cutoff
    for commences_on in (date(year, 1, 1), date(year, 7, 1), date(year, 12, 31)):
        in_time = check_age(born_on=cutoff, rules=rules, commences_on=commences_on)
        too_early = check_age(
            born_on=cutoff - timedelta(days=1), rules=rules, commences_on=commences_on
        )
        assert (in_time.verdict, too_early.verdict) == (Verdict.PASS, Verdict.FAIL)


# --- audience ---
@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.code)
@pytest.mark.parametrize("group", "ABC")
def test_the_audience_of_both_rule_sets_is_as_shipped(service, group):
    web, om = audience(service.code, group), audience(service.code, group, OM)

    if group not in service.groups or service.family == "OUTSIDE":
        expected = Verdict.FAIL, Verdict.FAIL
    elif group == "A":
        expected = Verdict.PASS, Verdict.PASS
    elif service.family == "STATE" or service.code in ("CSS", "CSSS"):
        expected = Verdict.PASS, Verdict.FAIL
    elif service.code == "CSCS" or service.family == "UT":
        expected = Verdict.REFER, Verdict.FAIL
    else:
        expected = Verdict.FAIL, Verdict.FAIL
    assert (web, om) == expected


@pytest.mark.parametrize(("code", "group"), [("CSS", "C"), ("IAS", "B")])
def test_a_group_that_the_service_does_not_have_fails_and_says_so(code, group):
    finding = check_audience(service=SERVICES[code], group=group, rules=WEB)

    assert finding.verdict == Verdict.FAIL
    assert finding.code == "audience.no_such_group"
    assert str(finding.reason).endswith(f"has no Group {group}.")


@pytest.mark.parametrize(
    ("switch", "code", "group", "before", "after"),
    [
        ("treat_cscs_as_css", "CSCS", "C", Verdict.REFER, Verdict.PASS),
        ("treat_ut_services_as_state", "DANICS", "B", Verdict.REFER, Verdict.PASS),
        ("include_state_police_forest", "SPS", "A", Verdict.FAIL, Verdict.PASS),
        ("include_state_police_forest", "SFS", "C", Verdict.FAIL, Verdict.PASS),
        ("include_state_police_forest", "JUDICIAL", "A", Verdict.FAIL, Verdict.FAIL),
        ("treat_cscs_as_css", "DANICS", "B", Verdict.REFER, Verdict.REFER),
    ],
)
def test_a_switch_changes_the_services_that_it_names_and_no_other(
    switch, code, group, before, after
):
    assert audience(code, group) == before
    assert audience(code, group, replace(WEB, **{switch: True})) == after


def test_without_a_service_or_a_group_the_audience_is_missing():
    no_service = check_audience(service=None, group="A", rules=WEB)
    no_group = check_audience(service=SERVICES["IAS"], group="", rules=WEB)

    assert (no_service.verdict, no_group.verdict) == (Verdict.MISSING, Verdict.MISSING)
    assert no_service.code != no_group.code


# --- length of service ---
def served(code="IAS", rules=WEB, commences_on=DAY, registered_on=None, **facts):
    return check_service(
        facts=Facts(service=SERVICES[code], **facts),
        rules=rules,
        commences_on=commences_on,
        registered_on=registered_on,
    )


def test_service_is_complete_on_the_first_day_after_two_whole_years():
    on_last_day = served(allotment_year=2017, commences_on=date(2019, 12, 31))
    next_day = served(allotment_year=2017, commences_on=date(2020, 1, 1))

    assert (on_last_day.verdict, next_day.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert on_last_day.first_day == next_day.first_day == date(2020, 1, 1)


def test_the_edge_may_be_read_as_complete_on_the_last_day():
    rules = replace(WEB, service_edge=ServiceEdge.LAST_DAY)

    assert (
        served(rules=rules, allotment_year=2017, commences_on=date(2019, 12, 31)).verdict == "PASS"
    )
    assert (
        served(rules=rules, allotment_year=2017, commences_on=date(2019, 12, 30)).verdict == "FAIL"
    )


@pytest.mark.parametrize(
    ("test_date", "verdict"),
    [
        (TestDate.COMMENCEMENT, Verdict.PASS),
        (TestDate.REGISTRATION, Verdict.FAIL),
        (TestDate.FIRST_JULY, Verdict.PASS),
    ],
)
def test_the_day_of_the_test_can_be_chosen(test_date, verdict):
    rules = replace(WEB, service_test_date=test_date)

    finding = served(
        rules=rules,
        allotment_year=2017,
        registered_on=date(2019, 12, 20),
        commences_on=date(2020, 1, 2),
    )

    assert finding.verdict == verdict


def test_on_1_july_of_the_year_of_commencement_a_december_course_is_tested_in_july():
    rules = replace(WEB, service_test_date=TestDate.FIRST_JULY, service_years=0)

    finding = served(rules=rules, allotment_year=2019, commences_on=date(2019, 12, 31))

    assert finding.params["tested_on"] == "2019-07-01"


@pytest.mark.parametrize(
    ("code", "rules", "verdict", "why"),
    [
        ("IAS", WEB, Verdict.MISSING, "service.missing.allotment"),  # basis: allotment_year
        ("IRS-IT", WEB, Verdict.MISSING, "service.missing.allotment"),  # basis: exam_batch
        ("SCS-BR", WEB, Verdict.PASS, "service.met.joining"),  # basis: joining_date
        ("CSS", WEB, Verdict.PASS, "service.met.joining"),  # select-list year or joining
        ("IAS", OM, Verdict.PASS, "service.met.joining"),
    ],
)
def test_joining_stands_in_for_the_year_of_allotment_only_where_the_service_counts_so(
    code, rules, verdict, why
):
    finding = served(code, rules, joined_on=date(2012, 7, 2))

    assert (finding.verdict, finding.code) == (verdict, why)


def test_the_year_of_allotment_goes_before_joining_and_the_other_way_under_the_om():
    facts = {"allotment_year": 2008, "joined_on": date(2018, 6, 1)}

    assert served("CSS", WEB, **facts).params["base_year"] == 2008
    assert served("CSS", OM, **facts).params["base_year"] == 2018


def test_blank_joining_is_missing_under_the_om_even_with_a_year_of_allotment():
    assert served(rules=OM, allotment_year=2008).verdict == Verdict.MISSING


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        (BreakPolicy.REFER, Verdict.REFER),
        (BreakPolicy.COUNT, Verdict.PASS),
        (BreakPolicy.EXCLUDE, Verdict.FAIL),
    ],
)
def test_a_break_in_service_is_referred_counted_or_excluded(policy, verdict):
    rules = replace(WEB, service_break_policy=policy)

    finding = served(rules=rules, allotment_year=2016, break_days=200)

    assert finding.verdict == verdict


def test_a_break_does_not_refer_somebody_whose_years_are_not_complete_anyway():
    assert served(allotment_year=2018, break_days=200).verdict == Verdict.FAIL


# --- age ---
@pytest.mark.parametrize(
    ("born_on", "verdict", "is_boundary"),
    [
        (date(1963, 7, 2), Verdict.PASS, False),
        (date(1963, 7, 1), Verdict.PASS, True),
        (date(1963, 6, 30), Verdict.FAIL, False),
        (date(1964, 2, 29), Verdict.PASS, False),
    ],
)
def test_a_birth_on_1_july_passes_and_is_marked(born_on, verdict, is_boundary):
    finding = check_age(born_on=born_on, rules=WEB, commences_on=date(2019, 12, 31))

    assert (finding.verdict, finding.is_boundary) == (verdict, is_boundary)


def test_the_reason_of_a_boundary_case_says_that_both_readings_exist():
    within = check_age(born_on=date(1963, 7, 1), rules=WEB, commences_on=DAY)
    strict = replace(WEB, age_mode=AgeMode.BORN_NOT_EARLIER)
    over = check_age(born_on=date(1963, 7, 1), rules=strict, commences_on=DAY)

    assert "A stricter reading also exists, and the Department has the last word" in str(
        within.reason
    )
    assert "A milder reading also exists" in str(over.reason)
    assert over.verdict == Verdict.FAIL
    assert over.is_boundary


# --- combining ---
@pytest.mark.parametrize(
    ("verdicts", "outcome"),
    [
        ("PASS PASS PASS", Outcome.ELIGIBLE),
        ("REFER PASS PASS", Outcome.REFER),
        ("REFER MISSING PASS", Outcome.INCOMPLETE),
        ("REFER MISSING FAIL", Outcome.NOT_ELIGIBLE),
        ("PASS MISSING FAIL", Outcome.NOT_ELIGIBLE),
        ("PASS PASS MISSING", Outcome.INCOMPLETE),
    ],
)
def test_findings_combine_in_order_of_precedence(verdicts, outcome):
    assert combine(*(Verdict(verdict) for verdict in verdicts.split())) == outcome


# --- properties ---
DAYS = st.dates(min_value=date(1930, 1, 1), max_value=date(2005, 12, 31))
RUNS = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 12, 31))
MODES = st.sampled_from(list(AgeMode))


@given(born_on=DAYS, commences_on=RUNS, mode=MODES)
def test_the_last_day_is_the_last_year_that_the_age_rule_admits(born_on, commences_on, mode):
    rules = replace(WEB, age_mode=mode)

    finding = check_age(born_on=born_on, rules=rules, commences_on=commences_on)

    assert finding.last_day.month == 12 and finding.last_day.day == 31
    assert (finding.verdict == Verdict.PASS) == (commences_on <= finding.last_day)


@given(year=st.integers(1960, 2090), commences_on=RUNS, edge=st.sampled_from(list(ServiceEdge)))
def test_the_first_day_is_the_first_on_which_the_service_rule_is_met(year, commences_on, edge):
    rules = replace(WEB, service_edge=edge)

    finding = served(rules=rules, allotment_year=year, commences_on=commences_on)

    assert (finding.verdict == Verdict.PASS) == (commences_on >= finding.first_day)
    assert finding.first_day == (
        date(year + 3, 1, 1) if edge == ServiceEdge.NEXT_DAY else date(year + 2, 12, 31)
    )


@given(born_on=DAYS, commences_on=RUNS)
def test_each_stricter_mode_admits_no_one_whom_a_milder_one_refuses(born_on, commences_on):
    order = [
        AgeMode.NOT_ATTAINED_LEGAL,
        AgeMode.BORN_NOT_EARLIER,
        AgeMode.INCLUSIVE,
        AgeMode.COMPLETED_YEARS,
    ]
    passed = [
        check_age(
            born_on=born_on, rules=replace(WEB, age_mode=mode), commences_on=commences_on
        ).verdict
        == Verdict.PASS
        for mode in order
    ]

    assert passed == sorted(passed)


@given(
    code=st.sampled_from(sorted(SERVICES)),
    group=st.sampled_from(["", "A", "B", "C"]),
    born_on=st.none() | DAYS,
    year=st.none() | st.integers(1960, 2030),
    joined_on=st.none() | DAYS,
    commences_on=RUNS,
)
def test_days_are_given_whenever_their_own_fact_is_known(
    code, group, born_on, year, joined_on, commences_on
):
    facts = Facts(
        service=SERVICES[code],
        group=group,
        born_on=born_on,
        allotment_year=year,
        joined_on=joined_on,
    )
    for rules in (WEB, OM):
        ruling = decide(facts=facts, rules=rules, commences_on=commences_on)

        assert (ruling.last_eligible_on is None) == (born_on is None)
        assert (ruling.first_eligible_on is None) == (ruling.findings[1].verdict == "MISSING")
        assert all(str(finding.reason) for finding in ruling.findings)


# --- sentences ---
def test_every_reason_is_written_in_the_language_of_the_reader():
    finding = check_audience(service=SERVICES["IAS"], group="A", rules=WEB)

    with override("en"):
        assert str(finding.reason) == (
            "Indian Administrative Service, Group A, is among those admitted."
        )


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_can_be_written_from_plain_values(code):
    params = {
        "service": "Indian Administrative Service",
        "service_hi": "भारतीय प्रशासनिक सेवा",
        "group": "A",
        "base_year": 2017,
        "years": 2,
        "days": 30,
        "limit": 56,
        **dict.fromkeys(
            ["first_day", "tested_on", "born_on", "reckoned_on", "earliest"], "2019-07-01"
        ),
    }
    for language in ("en", "hi"):
        with override(language):
            written = text(code, params)
            assert "%(" not in written
            assert "2019-07-01" not in written
