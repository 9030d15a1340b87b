"""Eligibility as pure functions: facts and a rule set in, findings and an outcome out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.utils.functional import Promise

from eligibility import reasons
from eligibility.states import (
    PRECEDENCE,
    AgeMode,
    AgeRelaxation,
    BreakPolicy,
    MissingData,
    Outcome,
    Rule,
    SelfPacedCommencement,
    ServiceBase,
    ServiceEdge,
    TestDate,
    Verdict,
)
from igot.lib.dates import years_after

OUTSIDE: Final = "OUTSIDE"
STATE: Final = "STATE"
UNION_TERRITORY: Final = "UT"


@dataclass(frozen=True, kw_only=True)
class ServiceFacts:
    """What the rules need to know of a service."""

    code: str
    name: str
    name_hi: str = ""
    family: str
    category: str = ""
    groups: tuple[str, ...]
    basis: str  # what its length of service counts from: a key of RuleBook.joining_stands_in_for


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a person; None or "" where it is not known, never a guess."""

    service: ServiceFacts | None = None
    group: str = ""
    born_on: date | None = None
    allotment_year: int | None = None
    joined_on: date | None = None
    break_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One line of an audience: a service or a whole family, a group, admitted or referred."""

    service: str = ""
    family: str = ""
    group: str
    verdict: Verdict = Verdict.PASS
    source: str = ""
    source_hi: str = ""


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """One version of a rule set, as plain values. The defaults are those of section 2.5."""

    code: str
    version: int = 1
    audience: tuple[Clause, ...] = ()
    treat_cscs_as_css: bool = False
    treat_ut_services_as_state: bool = False
    include_state_police_forest: bool = False
    service_base: ServiceBase = ServiceBase.ALLOTMENT_YEAR
    joining_stands_in_for: frozenset[str] = frozenset()
    service_years: int = 2
    service_edge: ServiceEdge = ServiceEdge.NEXT_DAY
    service_test_date: TestDate = TestDate.COMMENCEMENT
    service_break_policy: BreakPolicy = BreakPolicy.REFER
    age_limit: int = 56
    age_mode: AgeMode = AgeMode.INCLUSIVE
    age_ref_month: int = 7
    age_ref_day: int = 1
    age_relaxation: AgeRelaxation = AgeRelaxation.NONE
    missing_data: MissingData = MissingData.INCOMPLETE
    selfpaced_commencement: SelfPacedCommencement = SelfPacedCommencement.FIRST_ENROLMENT
    boundary_to_human: bool = True  # whoever confirms a boundary case is shown both readings
    sources: Mapping[str, str] = field(default_factory=dict)  # rule -> paragraph
    sources_hi: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one rule found: a code and its particulars, from which the sentence is made anew."""

    rule: Rule
    verdict: Verdict
    code: str  # of `reasons.SENTENCES`: stored and tested, never translated
    params: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    source_hi: str = ""
    is_boundary: bool = False
    first_day: date | None = None  # from which the service rule is met
    last_day: date | None = None  # until which the age rule is met

    @property
    def reason(self) -> str | Promise:
        """The sentence, in the language of whoever reads it."""
        return reasons.sentence(self.code, self.params)


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """The outcome with the three findings that it follows from."""

    outcome: Outcome
    findings: tuple[Finding, ...]
    is_boundary: bool
    first_eligible_on: date | None
    last_eligible_on: date | None


def decide(
    *, facts: Facts, rules: RuleBook, commences_on: date, registered_on: date | None = None
) -> Ruling:
    """Apply the three rules and combine what they find.

    Without a day of registration, registration is taken to be on the day of commencement.
    Source: the precedence of domain page 20, section 2.5.
    """
    audience = check_audience(service=facts.service, group=facts.group, rules=rules)
    length = check_service(
        facts=facts, rules=rules, commences_on=commences_on, registered_on=registered_on
    )
    age = check_age(born_on=facts.born_on, rules=rules, commences_on=commences_on)
    return Ruling(
        outcome=combine(
            audience.verdict, length.verdict, age.verdict, missing_data=rules.missing_data
        ),
        findings=(audience, length, age),
        is_boundary=age.is_boundary,
        first_eligible_on=length.first_day,
        last_eligible_on=age.last_day,
    )


def combine(*verdicts: Verdict, missing_data: MissingData = MissingData.INCOMPLETE) -> Outcome:
    """Make one outcome of the verdicts: the first line of `PRECEDENCE` that applies.

    Where `missing_data` says so, the Department decides without the fact that is missing.
    """
    outcome = next((then for verdict, then in PRECEDENCE if verdict in verdicts), Outcome.ELIGIBLE)
    if outcome == Outcome.INCOMPLETE and missing_data == MissingData.REFER:
        return Outcome.REFER
    return outcome


# --- audience ---------------------------------------------------------------------------------
def check_audience(*, service: ServiceFacts | None, group: str, rules: RuleBook) -> Finding:
    """Find whether the rule set admits this group of this service.

    Source: landing page, "Eligibility Criteria"; O.M. of 17.05.2019, para 7.1.
    """
    if service is None:
        return _finding(rules, Rule.AUDIENCE, Verdict.MISSING, "audience.service_missing")
    if not group:
        return _finding(rules, Rule.AUDIENCE, Verdict.MISSING, "audience.group_missing")
    params = {"service": service.name, "service_hi": service.name_hi, "group": group}
    if group not in service.groups:
        return _finding(rules, Rule.AUDIENCE, Verdict.FAIL, "audience.no_such_group", params)
    clause = _clause_for(service, group, rules)
    if clause is None:
        return _finding(rules, Rule.AUDIENCE, Verdict.FAIL, "audience.outside", params)
    return Finding(
        rule=Rule.AUDIENCE,
        verdict=clause.verdict,
        code="audience.admitted" if clause.verdict == Verdict.PASS else "audience.referred",
        params=params,
        source=clause.source or rules.sources.get(Rule.AUDIENCE, ""),
        source_hi=clause.source_hi or rules.sources_hi.get(Rule.AUDIENCE, ""),
    )


def _clause_for(service: ServiceFacts, group: str, rules: RuleBook) -> Clause | None:
    """Find the clause that speaks of this service, or of that which a switch treats it as.

    A clause that admits goes before one that refers, and a service before its family.
    """
    names = [(service.code, service.family)]
    if rules.treat_cscs_as_css and service.code == "CSCS":
        names.append(("CSS", service.family))
    if rules.treat_ut_services_as_state and service.family == UNION_TERRITORY:
        names.append(("", STATE))
    if rules.include_state_police_forest and service.code in ("SPS", "SFS"):
        names.append(("", STATE))
    found = [
        clause
        for code, family in names
        for clause in rules.audience
        if clause.group == group
        and (clause.service == code if clause.service else clause.family == family != OUTSIDE)
    ]
    found.sort(key=lambda clause: (clause.verdict != Verdict.PASS, not clause.service))
    return found[0] if found else None


# --- length of service --------------------------------------------------------------------------
def check_service(
    *, facts: Facts, rules: RuleBook, commences_on: date, registered_on: date | None = None
) -> Finding:
    """Find whether the years of service are complete on the day of the test.

    The clock starts when the base year ends, and whole calendar years follow: for 2017 and two
    years, 01.01.2018 to 31.12.2019, so that 01.01.2020 is the first day (with NEXT_DAY).
    Source: landing page, "Length of Service"; O.M. of 17.05.2019, para 7.2.
    """
    base = base_year(facts, rules)
    if base is None:
        return _finding(rules, Rule.SERVICE, Verdict.MISSING, _missing_base(facts, rules))
    year, counted_from = base
    first_day = first_day_of_service(year, rules)
    if facts.break_days and rules.service_break_policy == BreakPolicy.EXCLUDE:
        first_day += timedelta(days=facts.break_days)
    tested_on = test_date(rules, commences_on, registered_on)
    params = {
        "base_year": year,
        "years": rules.service_years,
        "first_day": first_day.isoformat(),
        "tested_on": tested_on.isoformat(),
    }
    if tested_on < first_day:
        verdict, code = Verdict.FAIL, f"service.short.{counted_from}"
    elif facts.break_days and rules.service_break_policy == BreakPolicy.REFER:
        verdict, code = Verdict.REFER, "service.break"
        params["days"] = facts.break_days
    else:
        verdict, code = Verdict.PASS, f"service.met.{counted_from}"
    return _finding(rules, Rule.SERVICE, verdict, code, params, first_day=first_day)


def base_year(facts: Facts, rules: RuleBook) -> tuple[int, str] | None:
    """Find the year from whose end service counts, and what it is: "allotment" or "joining".

    Where service counts from allotment and none is on record, the year of joining stands in for
    it in the services whose basis the rule set names; in the others the fact is missing.
    """
    joined = (facts.joined_on.year, "joining") if facts.joined_on else None
    if rules.service_base == ServiceBase.JOINING_DATE:
        return joined
    if facts.allotment_year is not None:
        return facts.allotment_year, "allotment"
    stands_in = facts.service is not None and facts.service.basis in rules.joining_stands_in_for
    return joined if stands_in else None


def first_day_of_service(year: int, rules: RuleBook) -> date:
    """Find the first day on which the years counted from the end of `year` are complete."""
    if rules.service_edge == ServiceEdge.LAST_DAY:
        return date(year + rules.service_years, 12, 31)
    return date(year + rules.service_years + 1, 1, 1)


def _missing_base(facts: Facts, rules: RuleBook) -> str:
    if rules.service_base == ServiceBase.JOINING_DATE:
        return "service.missing.joining"
    if facts.service is not None and facts.service.basis in rules.joining_stands_in_for:
        return "service.missing.both"
    return "service.missing.allotment"


def test_date(rules: RuleBook, commences_on: date, registered_on: date | None) -> date:
    """Find the day on which service must be complete, and whose group counts."""
    if rules.service_test_date == TestDate.REGISTRATION:
        return registered_on or commences_on
    if rules.service_test_date == TestDate.FIRST_JULY:
        return date(commences_on.year, 7, 1)
    return commences_on


# --- age ----------------------------------------------------------------------------------------
def check_age(*, born_on: date | None, rules: RuleBook, commences_on: date) -> Finding:
    """Find whether the person is within the limit on 1 July of the year of commencement.

    A birth on the exact boundary is marked, whichever way the mode decides it.
    Source: landing page, "Upper Age limit"; O.M. of 17.05.2019, para 7.3.
    """
    if born_on is None:
        return _finding(rules, Rule.AGE, Verdict.MISSING, "age.missing")
    year = commences_on.year
    earliest = earliest_birth(year, rules)
    is_within = born_on >= earliest
    is_boundary = born_on == exact_birth(year, rules)
    place = "boundary." if is_boundary else ""
    params = {
        "born_on": born_on.isoformat(),
        "limit": rules.age_limit,
        "reckoned_on": date(year, rules.age_ref_month, rules.age_ref_day).isoformat(),
        "earliest": earliest.isoformat(),
    }
    return _finding(
        rules,
        Rule.AGE,
        Verdict.PASS if is_within else Verdict.FAIL,
        f"age.{place}{'within' if is_within else 'over'}",
        params,
        is_boundary=is_boundary,
        last_day=last_day_of_age(born_on, rules),
    )


def exact_birth(year: int, rules: RuleBook) -> date:
    """Find the birthday of those who are exactly the limit on the day of reckoning in `year`."""
    return years_after(date(year, rules.age_ref_month, rules.age_ref_day), -rules.age_limit)


def earliest_birth(year: int, rules: RuleBook) -> date:
    """Find the earliest birthday that is within the limit for training commencing in `year`."""
    if rules.age_mode == AgeMode.COMPLETED_YEARS:
        reckoned_on = date(year, rules.age_ref_month, rules.age_ref_day)
        return years_after(reckoned_on, -rules.age_limit - 1) + timedelta(days=1)
    days_past = {AgeMode.INCLUSIVE: 0, AgeMode.BORN_NOT_EARLIER: 1, AgeMode.NOT_ATTAINED_LEGAL: 2}
    return exact_birth(year, rules) + timedelta(days=days_past[rules.age_mode])


def last_day_of_age(born_on: date, rules: RuleBook) -> date:
    """Find 31 December of the last year of commencement that the age rule admits."""
    year = born_on.year + rules.age_limit + 1
    while born_on < earliest_birth(year, rules):
        year -= 1
    return date(year, 12, 31)


def _finding(
    rules: RuleBook,
    rule: Rule,
    verdict: Verdict,
    code: str,
    params: Mapping[str, Any] | None = None,
    *,
    is_boundary: bool = False,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        verdict=verdict,
        code=code,
        params=params or {},
        source=rules.sources.get(rule, ""),
        source_hi=rules.sources_hi.get(rule, ""),
        is_boundary=is_boundary,
        first_day=first_day,
        last_day=last_day,
    )
