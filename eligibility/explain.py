"""What a decision compares, which days would fit, and what would change it: by the rules alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple

from eligibility import rules
from eligibility.rules import Facts, Finding, RuleBook, Ruling
from eligibility.states import (
    AgeMode,
    BreakPolicy,
    MissingData,
    Outcome,
    Rule,
    ServiceBase,
    ServiceEdge,
    TestDate,
    Verdict,
)

# From the worst answer to the best: a change helps when it leads to a later one.
RANKS: Final = (Outcome.NOT_ELIGIBLE, Outcome.INCOMPLETE, Outcome.REFER, Outcome.ELIGIBLE)
# The switches of section 2.5, each with every value that it can take.
SWITCHES: Final[dict[str, tuple[Any, ...]]] = {
    "service_base": tuple(ServiceBase),
    "service_edge": tuple(ServiceEdge),
    "service_test_date": tuple(TestDate),
    "service_break_policy": tuple(BreakPolicy),
    "age_mode": tuple(AgeMode),
    "missing_data": tuple(MissingData),
    "treat_cscs_as_css": (False, True),
    "treat_ut_services_as_state": (False, True),
    "include_state_police_forest": (False, True),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """All that a decision rests on, as plain values."""

    facts: Facts
    rules: RuleBook
    commences_on: date
    registered_on: date
    is_verified: bool = True

    @cached_property
    def ruling(self) -> Ruling:
        return self.decided()

    @property
    def tested_on(self) -> date:
        return rules.test_date(self.rules, self.commences_on, self.registered_on)

    def finding(self, rule: Rule) -> Finding:
        return next(found for found in self.ruling.findings if found.rule == rule)

    def decided(self, **changes: Any) -> Ruling:
        """Decide the case anew with some of it changed."""
        case = replace(self, **changes)
        return rules.decide(
            facts=case.facts,
            rules=case.rules,
            commences_on=case.commences_on,
            registered_on=case.registered_on,
        )

    def with_facts(self, **changes: Any) -> Outcome:
        """Tell the outcome if some facts were others."""
        return self.decided(facts=replace(self.facts, **changes)).outcome


# --- the days that fit --------------------------------------------------------------------------
class Window(NamedTuple):
    """The first and last day of commencement that fit, both inclusive; None where not known."""

    first: date | None
    last: date | None
    bar: str  # why no day fits: "audience", "age" (it ends before service begins), or ""

    def holds(self, day: date) -> bool:
        return (
            not self.bar
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
        )


def window(case: Case) -> Window:
    """Find the days on which a training could commence for these facts under these rules.

    Registration is taken to be on the day of commencement, the latest that it can be.
    """
    first_day = case.finding(Rule.SERVICE).first_day
    first = first_commencement(first_day, case.rules) if first_day else None
    last = case.finding(Rule.AGE).last_day
    if case.finding(Rule.AUDIENCE).verdict == Verdict.FAIL:
        return Window(first, last, "audience")
    return Window(first, last, "age" if first and last and last < first else "")


def first_commencement(first_day: date, book: RuleBook) -> date:
    """Find the first day of commencement whose test date is `first_day` or later."""
    if book.service_test_date != TestDate.FIRST_JULY:
        return first_day
    is_late = first_day > date(first_day.year, 7, 1)
    return date(first_day.year + is_late, 1, 1)


# --- what would change the answer ---------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that would have to be otherwise, and the answer with that alone."""

    code: str  # of `explain_words.CHANGES`
    outcome: Outcome
    helps: bool
    params: Mapping[str, Any] = field(default_factory=dict)


def changes(case: Case) -> list[Change]:
    """List what would change the answer, or say plainly that something would not."""
    if case.ruling.outcome == Outcome.ELIGIBLE:
        found = []
    else:
        found = [*_of_audience(case), *_of_service(case), *_of_age(case)]
    if not case.is_verified:
        found.append(_change(case, "verify", case.ruling.outcome))
    return found


def _change(case: Case, code: str, outcome: Outcome, **params: Any) -> Change:
    helps = RANKS.index(outcome) > RANKS.index(case.ruling.outcome)
    return Change(code=code, outcome=outcome, helps=helps, params=params)


def admitted_groups(case: Case) -> list[str]:
    """List the groups of the service that the rules admit, the highest first."""
    service = case.facts.service
    return [
        group
        for group in sorted(service.groups if service else ())
        if rules.check_audience(service=service, group=group, rules=case.rules).verdict
        == Verdict.PASS
    ]


def _of_audience(case: Case) -> Iterator[Change]:
    found, held = case.finding(Rule.AUDIENCE), case.facts.group
    if found.verdict == Verdict.PASS:
        return
    service, groups = case.facts.service, admitted_groups(case)
    if service is None:
        yield _change(case, "give.service", case.ruling.outcome)
        return
    named = {"service": service.name, "service_hi": service.name_hi, "groups": groups}
    if not groups:
        yield _change(case, "audience.never", case.ruling.outcome, **named)
    elif not held:
        yield _change(case, "give.group", case.with_facts(group=groups[0]), **named)
    elif held not in service.groups:
        yield _change(case, "correct.group", case.with_facts(group=groups[0]), **named)
    elif higher := [group for group in groups if group < held]:
        nearest, day = higher[-1], case.tested_on.isoformat()
        outcome = case.with_facts(group=nearest)
        yield _change(case, "promotion", outcome, **named, group=nearest, tested_on=day)
    if found.verdict == Verdict.REFER:
        yield _change(case, "refer", case.ruling.outcome)


def _of_service(case: Case) -> Iterator[Change]:
    found = case.finding(Rule.SERVICE)
    if found.verdict == Verdict.FAIL:
        yield _waiting(case)
    if found.verdict in (Verdict.FAIL, Verdict.MISSING):
        code, fact, value, year = _base_that_fits(case, found)
        outcome = case.with_facts(**{fact: value})
        tested = case.tested_on.isoformat()
        yield _change(case, code, outcome, base_year=year, tested_on=tested)
    elif found.verdict == Verdict.REFER:
        yield _change(case, "refer.break", case.ruling.outcome, days=case.facts.break_days)


def _waiting(case: Case) -> Change:
    fit = window(case)
    days = {
        "first_day": fit.first.isoformat() if fit.first else "",
        "last_day": fit.last.isoformat() if fit.last else "",
    }
    if fit.first is None or fit.first > (fit.last or date.max):
        return _change(case, "wait.never", case.ruling.outcome, **days)
    outcome = case.decided(commences_on=fit.first, registered_on=fit.first).outcome
    at_registration = case.rules.service_test_date == TestDate.REGISTRATION
    return _change(case, "wait.registration" if at_registration else "wait", outcome, **days)


def _base_that_fits(case: Case, found: Finding) -> tuple[str, str, Any, int]:
    """Name the fact that service counts from, and the latest year that would be in time."""
    year = latest_base_year(case)
    kind = found.code.rpartition(".")[2]  # of "service.missing.both", "service.short.joining" …
    verb = "give" if found.verdict == Verdict.MISSING else "correct"
    if kind == "allotment":
        return f"{verb}.allotment", "allotment_year", year, year
    return f"{verb}.{kind}", "joined_on", date(year, 1, 1), year


def latest_base_year(case: Case) -> int:
    """Find the latest year of allotment or joining from which service is complete in time."""
    is_left_out = case.rules.service_break_policy == BreakPolicy.EXCLUDE
    left_out = timedelta(days=case.facts.break_days if is_left_out else 0)
    year = case.tested_on.year
    while rules.first_day_of_service(year, case.rules) + left_out > case.tested_on:
        year -= 1
    return year


def _of_age(case: Case) -> Iterator[Change]:
    found = case.finding(Rule.AGE)
    if found.verdict == Verdict.PASS:
        return
    earliest = rules.earliest_birth(case.commences_on.year, case.rules)
    outcome = case.with_facts(born_on=earliest)
    if found.verdict == Verdict.MISSING:
        yield _change(case, "give.birth", outcome, earliest=earliest.isoformat())
        return
    if found.last_day:
        last = found.last_day.isoformat()
        yield _change(case, "age.never", case.ruling.outcome, last_day=last)
    yield _change(case, "correct.birth", outcome, earliest=earliest.isoformat())


# --- other readings -----------------------------------------------------------------------------
class Reading(NamedTuple):
    """One way to read the age limit, and what comes of it."""

    mode: AgeMode
    earliest: date
    is_within: bool
    outcome: Outcome
    is_used: bool


def age_readings(case: Case) -> list[Reading]:
    """List the four readings of the age limit for somebody born on its very day; else none."""
    born_on = case.facts.born_on
    if born_on is None or not case.ruling.is_boundary:
        return []
    readings = []
    for mode in AgeMode:
        book = replace(case.rules, age_mode=mode)
        earliest = rules.earliest_birth(case.commences_on.year, book)
        outcome = case.decided(rules=book).outcome
        is_used = mode == case.rules.age_mode
        readings.append(Reading(mode, earliest, born_on >= earliest, outcome, is_used))
    return readings


class Flip(NamedTuple):
    """A switch of the rule set that alone would make another answer."""

    switch: str
    value: Any
    outcome: Outcome


def flips(case: Case) -> list[Flip]:
    """List every single switch of the rule set that would make another answer."""
    found = []
    for switch, values in SWITCHES.items():
        for value in values:
            outcome = case.decided(rules=replace(case.rules, **{switch: value})).outcome
            if outcome != case.ruling.outcome:
                found.append(Flip(switch, value, outcome))
    return found
