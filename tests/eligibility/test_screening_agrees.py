"""A property: the statement, the pure rules and the command find the same of everybody."""

import csv
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.directory import Directory
from accounts.models import Officer, Posting, Service, User
from accounts.roles import Role
from eligibility import facts, reasons, rules, screening
from eligibility.roll import OUTPUT, Screen
from eligibility.rules import Clause, RuleBook, Ruling, decide
from eligibility.screening import Profile
from eligibility.states import (
    AgeMode,
    BreakPolicy,
    MissingData,
    ServiceBase,
    ServiceEdge,
    TestDate,
    Verdict,
)
from tests.factories.accounts import make_authority, make_service, make_user

OFFICERS, PROFILES, EXAMPLES = 40, 6, 25  # a batch, and how many: 6000 pairs and over
SERVICES = (  # code, family, groups, basis
    ("IAS", "AIS", "A", "allotment_year"),
    ("IRS", "CENTRAL", "A,B", "exam_batch"),
    ("CSS", "SECRETARIAT", "A,B", "select_list_year_or_joining"),
    ("CSCS", "SECRETARIAT", "C", "joining_date"),
    ("DANICS", "UT", "A,B", "joining_date"),
    ("SCS", "STATE", "A,B,C", "select_list_year_or_joining"),
    ("SPS", "STATE", "A,B", "joining_date"),
    ("SFS", "STATE", "A", "allotment_year"),
    ("RLY", "OUTSIDE", "A,B,C", "joining_date"),
)
CODES = [code for code, *_rest in SERVICES]
FAMILIES = sorted({family for _code, family, *_rest in SERVICES})
BASES = sorted({basis for *_rest, basis in SERVICES})
YEARS = st.integers(2019, 2032)
EDGES = ((1, 1), (1, 2), (2, 28), (6, 30), (7, 1), (7, 2), (12, 30), (12, 31))
COMMENCEMENTS = (
    st.builds(lambda year, day: date(year, *day), YEARS, st.sampled_from(EDGES))
    | st.sampled_from((date(2024, 2, 29), date(2028, 2, 29)))
    | st.dates(date(2019, 1, 1), date(2032, 12, 31))
)


@st.composite
def clauses(draw: Any) -> Clause:
    group = draw(st.sampled_from("ABC"))
    verdict = draw(st.sampled_from((Verdict.PASS, Verdict.PASS, Verdict.REFER)))
    if draw(st.booleans()):
        return Clause(service=draw(st.sampled_from(CODES)), group=group, verdict=verdict)
    return Clause(family=draw(st.sampled_from(FAMILIES)), group=group, verdict=verdict)


BOOKS = st.builds(
    RuleBook,
    code=st.just("TEST"),
    audience=st.lists(clauses(), max_size=9).map(tuple),
    treat_cscs_as_css=st.booleans(),
    treat_ut_services_as_state=st.booleans(),
    include_state_police_forest=st.booleans(),
    service_base=st.sampled_from(ServiceBase),
    joining_stands_in_for=st.frozensets(st.sampled_from(BASES)),
    service_years=st.integers(0, 9),
    service_edge=st.sampled_from(ServiceEdge),
    service_test_date=st.sampled_from(TestDate),
    service_break_policy=st.sampled_from(BreakPolicy),
    age_limit=st.sampled_from((35, 50, 55, 56, 57, 60)),
    age_mode=st.sampled_from(AgeMode),
    age_ref_month=st.sampled_from((1, 2, 7, 12)),
    age_ref_day=st.sampled_from((1, 28)),
    missing_data=st.sampled_from(MissingData),
)
PROFILE = st.builds(
    lambda book, commences_on, days: Profile(book, commences_on, commences_on - timedelta(days)),
    BOOKS,
    COMMENCEMENTS,
    st.sampled_from((0, 0, 0, 1, 30, 200)),
)


@st.composite
def people(draw: Any, profiles: list[Profile]) -> dict[str, Any]:
    """Draw an officer whose days lie on and beside the boundaries of the profiles."""
    profile = draw(st.sampled_from(profiles))
    book, year = profile.rules, profile.commences_on.year
    beside = st.sampled_from((-366, -2, -1, 0, 0, 1, 2, 365)).map(timedelta)
    exact = rules.exact_birth(year, book)
    born_on = draw(
        st.none()
        | beside.map(lambda days: exact + days)
        | beside.map(lambda days: rules.earliest_birth(year, book) + days)
        | st.sampled_from((date(1964, 2, 29), date(1972, 2, 29), date(1968, 7, 1)))
    )
    base = st.sampled_from((-2, -1, 0, 0, 1, 2)).map(
        lambda years: profile.tested_on.year - book.service_years - 1 + years
    )
    joined_in = draw(st.none() | base)
    joined_on = None
    if joined_in is not None:
        joined_on = date(joined_in, *draw(st.sampled_from(((1, 1), (2, 28), (7, 1), (12, 31)))))
    posted = st.sampled_from((-400, -1, 0, 1, 400)).map(
        lambda days: profile.tested_on + timedelta(days)
    )
    return {
        "service": draw(st.none() | st.sampled_from(CODES)),
        "group": draw(st.sampled_from(("", "A", "B", "C"))),
        "born_on": born_on,
        "allotment_year": draw(st.none() | base),
        "joined_on": joined_on,
        "break_days": draw(st.sampled_from((0, 0, 0, 1, 30, 365, 366, 731))),
        "postings": draw(st.dictionaries(posted, st.sampled_from("ABC"), max_size=3)),
    }


@st.composite
def batches(draw: Any) -> tuple[list[Profile], list[dict[str, Any]]]:
    profiles = draw(st.lists(PROFILE, min_size=PROFILES - 1, max_size=PROFILES - 1))
    profiles.append(draw(st.sampled_from(profiles)))  # two that agree, as open runs mostly do
    return profiles, draw(st.lists(people(profiles), min_size=OFFICERS, max_size=OFFICERS))


@pytest.fixture
def known() -> dict[str, Service]:
    authority = make_authority()
    return {
        code: make_service(
            code=code, name=code, family=family, groups=groups, basis=basis, authority=authority
        )
        for code, family, groups, basis in SERVICES
    }


def store(batch: list[dict[str, Any]], known: dict[str, Service], clerk: User) -> list[Officer]:
    """Store a batch of officers with their postings, in two statements."""
    officers = Officer.objects.bulk_create(
        Officer(
            **{name: value for name, value in one.items() if name not in ("service", "postings")},
            service=known.get(one["service"]),
        )
        for one in batch
    )
    Posting.objects.bulk_create(
        Posting(
            officer=officer,
            starts_on=day,
            group=group,
            recorded_by=clerk,
            recorded_at=timezone.now(),
        )
        for officer, one in zip(officers, batch, strict=True)
        for day, group in one["postings"].items()
    )
    return officers


def commanded(screen: Screen, officer: Officer, group: str) -> dict[str, str]:
    """Return what the command answers on the facts of `officer`, by column."""
    line = screen.line(
        str(officer.pk),
        officer.service.code if officer.service else "",
        group,
        officer.born_on.isoformat() if officer.born_on else "",
        str(officer.allotment_year or ""),
        officer.joined_on.isoformat() if officer.joined_on else "",
    )
    return dict(zip(OUTPUT, next(csv.reader([line])), strict=True))


def as_commanded(officer: Officer, ruling: Ruling) -> dict[str, str]:
    """Write a ruling as the command writes it."""
    verdicts = {finding.rule.value: finding.verdict.value for finding in ruling.findings}
    sentences = (reasons.text(finding.code, finding.params) for finding in ruling.findings)
    first, last = ruling.first_eligible_on, ruling.last_eligible_on
    return {
        "employee_code": str(officer.pk),
        "outcome": ruling.outcome.value,
        **verdicts,
        "boundary": "true" if ruling.is_boundary else "false",
        "first_eligible_on": first.isoformat() if first else "",
        "last_eligible_on": last.isoformat() if last else "",
        "reasons": "; ".join(sentence.rstrip(".") for sentence in sentences),
    }


@pytest.mark.django_db
def test_statement_rules_and_command_find_the_same_of_everybody(known):
    clerk = make_user(Role.DEALING_HAND)
    directory = Directory([facts.service_facts(service) for service in known.values()])
    seen: set[str] = set()
    pairs = lines = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.generate],  # a batch is too large to shrink; the message names the pair
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(batches())
    def agree(batch):
        nonlocal pairs, lines
        profiles, drawn = batch
        with transaction.atomic():
            store(drawn, known, clerk)
            found = _found(profiles, known)
            transaction.set_rollback(True)
        screens = [
            Screen(
                rules=profile.rules,
                directory=directory,
                commences_on=profile.commences_on,
                today=date(2040, 1, 1),  # no year of a batch lies in the future
            )
            for profile in profiles
        ]
        for officer in found:
            for profile, screen, character in zip(profiles, screens, officer.codes, strict=True):
                known_facts = facts.facts_of(officer, on=profile.tested_on)
                ruling = decide(
                    facts=known_facts,
                    rules=profile.rules,
                    commences_on=profile.commences_on,
                    registered_on=profile.registered_on,
                )
                codes = screening.read(character)
                pair = f"{known_facts}, {profile}"
                assert codes == tuple(finding.code for finding in ruling.findings), pair
                assert codes.is_boundary == ruling.is_boundary, pair
                missing_data = profile.rules.missing_data
                assert screening.outcome_of(character, missing_data) == ruling.outcome, pair
                seen.add(character)
                pairs += 1
                # A roll tells neither a day of registration nor a break in service.
                if profile.registered_on == profile.commences_on and not officer.break_days:
                    answer = commanded(screen, officer, known_facts.group)
                    assert answer == as_commanded(officer, ruling), pair
                    lines += 1

    agree()

    found = {code for character in seen for code in screening.read(character)}
    assert found == set(screening.VERDICTS)  # each finding came up, and so was compared
    assert pairs >= EXAMPLES * PROFILES * OFFICERS // 2
    assert lines > 1000


def _found(profiles: list[Profile], known: dict[str, Service]) -> list[Any]:
    codes = screening.codes(profiles, known.values())
    rows = Officer.objects.annotate(codes=codes).select_related("service")
    return list(rows.prefetch_related("postings"))
