"""The three rules as one SQL expression over stored officers: a character for each training."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from itertools import product
from typing import Any, Final, NamedTuple, TypeVar

from django.db.models import (
    Case,
    CharField,
    Exists,
    Expression,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Chr, Coalesce, ExtractYear, StrIndex, Substr
from django.db.models.lookups import LessThanOrEqual

from accounts.models import Posting, Service
from eligibility import rules
from eligibility.facts import service_facts
from eligibility.rules import RuleBook
from eligibility.states import BreakPolicy, MissingData, Outcome, ServiceBase, ServiceEdge, Verdict

# What each rule may find, by the codes of `reasons.SENTENCES`. Results are stored: the order of
# these lists never changes.
AUDIENCE: Final = {
    "audience.admitted": Verdict.PASS,
    "audience.referred": Verdict.REFER,
    "audience.outside": Verdict.FAIL,
    "audience.no_such_group": Verdict.FAIL,
    "audience.service_missing": Verdict.MISSING,
    "audience.group_missing": Verdict.MISSING,
}
SERVICE: Final = {
    "service.met.allotment": Verdict.PASS,
    "service.met.joining": Verdict.PASS,
    "service.short.allotment": Verdict.FAIL,
    "service.short.joining": Verdict.FAIL,
    "service.break": Verdict.REFER,
    "service.missing.allotment": Verdict.MISSING,
    "service.missing.joining": Verdict.MISSING,
    "service.missing.both": Verdict.MISSING,
}
AGE: Final = {
    "age.within": Verdict.PASS,
    "age.over": Verdict.FAIL,
    "age.boundary.within": Verdict.PASS,
    "age.boundary.over": Verdict.FAIL,
    "age.missing": Verdict.MISSING,
}
VERDICTS: Final = {**AUDIENCE, **SERVICE, **AGE}
FIRST: Final = 0x100  # from here on 240 letters of two bytes in UTF-8, none of them combining
PLACES: Final = 0x400  # stand for a distinct answer while the answers are being spread


class Profile(NamedTuple):
    """One training to screen for; the day of registration matters where a rule book tests it."""

    rules: RuleBook
    commences_on: date
    registered_on: date | None = None

    @property
    def tested_on(self) -> date:
        return rules.test_date(self.rules, self.commences_on, self.registered_on)


class Codes(NamedTuple):
    """The codes of the three findings that a character stands for."""

    audience: str
    service: str
    age: str

    @property
    def is_boundary(self) -> bool:
        return self.age.startswith("age.boundary.")


# --- what a character says ------------------------------------------------------------------------
_CODES: Final = {
    chr(FIRST + number): Codes(*codes)
    for number, codes in enumerate(product(AUDIENCE, SERVICE, AGE))
}
_OUTCOMES: Final = {
    (character, missing_data): rules.combine(
        *(VERDICTS[code] for code in codes), missing_data=missing_data
    )
    for character, codes in _CODES.items()
    for missing_data in MissingData
}
_CHARACTERS: Final = {codes: character for character, codes in _CODES.items()}


def read(character: str) -> Codes:
    """Return the finding codes that `character` stands for."""
    return _CODES[character]


def write(codes: Codes) -> str:
    """Return the character that stands for `codes`."""
    return _CHARACTERS[codes]


def outcome_of(character: str, missing_data: MissingData = MissingData.INCOMPLETE) -> Outcome:
    """Return what the three findings of `character` come to under a rule book's `missing_data`."""
    return _OUTCOMES[character, missing_data]


def characters(
    *, outcome: str = "", code: str = "", missing_data: MissingData = MissingData.INCOMPLETE
) -> list[str]:
    """List the characters that come to `outcome` and hold the finding `code`; "" is any."""
    return [
        character
        for character, codes in _CODES.items()
        if outcome in ("", _OUTCOMES[character, missing_data]) and (not code or code in codes)
    ]


# --- the expression -------------------------------------------------------------------------------
def codes(profiles: Sequence[Profile], services: Iterable[Service]) -> Expression:
    """Return an annotation for officers: a text with one character for each of `profiles`.

    `services` are all that there are. What differs from one training to the next is an audience
    and a few thresholds, which the pure rules give; profiles that agree in these share one
    expression. An officer who held another group than that on record is answered by the group of
    each test date, everybody else by that on record (domain page 20, section 2.4).
    """
    known = list(services)
    asked = [(_plan(profile, known), profile.tested_on) for profile in profiles]
    if not asked:
        return Value("", output_field=CharField())
    of_record = _spread([plan for plan, _day in asked], lambda plan: _character(plan, F("group")))
    of_the_day = _spread(asked, lambda one: _character(one[0], _group_on(one[1])))
    latest = max(day for _plan, day in asked)
    return Case(
        When(_held_another_group(until=latest), then=of_the_day),
        default=of_record,
        output_field=CharField(),
    )


class _Plan(NamedTuple):
    """What the rules ask of an officer for one training, as plain values: equal ones agree."""

    groups: str
    audience: tuple[tuple[str, tuple[int, ...]], ...]  # answers by group, and whose they are
    base: ServiceBase
    stands_in: tuple[int, ...]  # the services whose joining stands in for an allotment
    latest_year: int  # the last base year whose years of service are complete
    break_policy: BreakPolicy
    years: int  # of service; only where breaks are excluded, else 0
    latest_day: int  # the test date as an ordinal, less the edge; only there, else 0
    earliest_birth: date
    exact_birth: date


def _plan(profile: Profile, services: Sequence[Service]) -> _Plan:
    """Ask the pure rules for all that the expression compares with."""
    book, tested_on, year = profile.rules, profile.tested_on, profile.commences_on.year
    is_next_day = book.service_edge == ServiceEdge.NEXT_DAY
    is_complete = not is_next_day and (tested_on.month, tested_on.day) == (12, 31)
    excludes = book.service_break_policy == BreakPolicy.EXCLUDE
    groups = "".join(sorted({group for service in services for group in service.group_list}))
    return _Plan(
        groups=groups,
        audience=_audience(book, services, groups),
        base=book.service_base,
        stands_in=tuple(s.pk for s in services if s.basis in book.joining_stands_in_for),
        latest_year=tested_on.year - book.service_years - (not is_complete),
        break_policy=book.service_break_policy,
        years=book.service_years if excludes else 0,
        latest_day=tested_on.toordinal() - is_next_day if excludes else 0,
        earliest_birth=rules.earliest_birth(year, book),
        exact_birth=rules.exact_birth(year, book),
    )


# What may be found of an audience, a letter each: the answers of a service are a word of these,
# its letters for a group that no service has, for none on record, and for each that there is.
_LETTERS: Final = "".join(chr(ord("a") + place) for place in range(len(AUDIENCE)))
_LETTER_OF: Final = dict(zip(AUDIENCE, _LETTERS, strict=True))


def _audience(
    book: RuleBook, services: Sequence[Service], groups: str
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Ask the rule book about each service and group; services that agree stand together."""
    found: dict[str, list[int]] = {}
    for service in services:
        facts = service_facts(service)
        findings = [
            rules.check_audience(service=facts, group=group, rules=book)
            for group in ("?", "", *groups)
        ]
        answers = "".join(_LETTER_OF[finding.code] for finding in findings)
        found.setdefault(answers, []).append(service.pk)
    return tuple((answers, tuple(sorted(pks))) for answers, pks in found.items())


_WORTH: Final = {code: place * len(AGE) for place, code in enumerate(SERVICE)} | {
    code: place for place, code in enumerate(AGE)
}


def _character(plan: _Plan, group: Any) -> Expression:
    """Return the character of `plan` for an officer in `group`."""
    return Chr(FIRST + _audience_of(plan, group) + _service_of(plan) + _age_of(plan))


def _found(code: str) -> Value:
    return Value(_WORTH[code], output_field=IntegerField())


def _audience_of(plan: _Plan, group: Any) -> Expression:
    """Find what `rules.check_audience` finds. The group stands here once: it may be a query."""
    unknown = _LETTER_OF["audience.service_missing"] * (len(plan.groups) + 2)
    answers = Case(
        *[When(service_id__in=pks, then=Value(answers)) for answers, pks in plan.audience],
        default=Value(unknown),
        output_field=CharField(),
    )
    place = StrIndex(Value(" " + plan.groups), group) + 1  # of no text, "", it is found at 1
    each = len(SERVICE) * len(AGE)
    return StrIndex(Value(_LETTERS), Substr(answers, place, 1)) * each - each


def _service_of(plan: _Plan) -> Case:
    """Find what `rules.check_service` finds."""
    joined = When(joined_on__isnull=False, then=_length(plan, "joining"))
    if plan.base == ServiceBase.JOINING_DATE:
        return Case(joined, default=_found("service.missing.joining"))
    instead = Case(joined, default=_found("service.missing.both"))
    return Case(
        When(allotment_year__isnull=False, then=_length(plan, "allotment")),
        When(service_id__in=plan.stands_in, then=instead),
        default=_found("service.missing.allotment"),
    )


def _length(plan: _Plan, base: str) -> Case:
    """Find whether the years counted from the year of allotment or joining are complete."""
    met, short = _found(f"service.met.{base}"), _found(f"service.short.{base}")
    is_met = _is_met(plan, base)
    if plan.break_policy == BreakPolicy.COUNT:
        return Case(When(is_met, then=met), default=short)
    if plan.break_policy == BreakPolicy.REFER:
        unbroken = When(is_met & Q(break_days=0), then=met)
        return Case(unbroken, When(is_met, then=_found("service.break")), default=short)
    # PostgreSQL extracts a number with a fraction, which the divisions below must not have.
    joined_in = Cast(ExtractYear("joined_on"), IntegerField())
    year = F("allotment_year") if base == "allotment" else joined_in
    years = year + plan.years
    day = years * 365 + years / 4 - years / 100 + years / 400 + F("break_days")
    in_time = Q(LessThanOrEqual(day, Value(plan.latest_day)))
    return Case(
        When(is_met & Q(break_days=0), then=met),
        When(is_met & in_time, then=met),
        default=short,
    )


def _is_met(plan: _Plan, base: str) -> Q:
    if base == "allotment":
        return Q(allotment_year__lte=plan.latest_year)
    if plan.latest_year < 1:
        return Q(pk__in=[])
    return Q(joined_on__lte=date(plan.latest_year, 12, 31))


def _age_of(plan: _Plan) -> Case:
    """Find what `rules.check_age` finds."""
    exactly = "within" if plan.exact_birth >= plan.earliest_birth else "over"
    return Case(
        When(born_on=plan.exact_birth, then=_found(f"age.boundary.{exactly}")),
        When(born_on__gte=plan.earliest_birth, then=_found("age.within")),
        When(born_on__isnull=False, then=_found("age.over")),
        default=_found("age.missing"),
    )


# --- the group of the test date -------------------------------------------------------------------
def _held_another_group(*, until: date) -> Exists:
    """Ask for a posting by `until` in another group than that on record: for all others the
    group of the test date is that on record."""
    postings = Posting.objects.filter(officer=OuterRef("pk"), starts_on__lte=until)
    return Exists(postings.exclude(group=OuterRef("group")))


def _group_on(day: date) -> Coalesce:
    """Return what `Officer.group_on` returns."""
    held = Posting.objects.filter(officer=OuterRef("pk"), starts_on__lte=day)
    return Coalesce(Subquery(held.order_by("-starts_on").values("group")[:1]), F("group"))


# --- one text of all characters -------------------------------------------------------------------
K = TypeVar("K", bound=Hashable)


def _spread(keys: Sequence[K], character: Callable[[K], Expression]) -> Expression:
    """Return the text with the character of each key, made once for keys that are the same."""
    distinct = list(dict.fromkeys(keys))
    made = [character(key) for key in distinct]
    if len(distinct) == len(keys):
        return _Joined(*made)
    places = {key: chr(PLACES + number) for number, key in enumerate(distinct)}
    return _Spread("".join(places[key] for key in keys), "".join(places.values()), *made)


class _Joined(Func):
    """Texts, none of them null, one after the other."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = CharField()


Compiled = tuple[str, tuple[str | int, ...]]


class _Spread(Func):
    """A pattern in which each place is filled by its character, however often it occurs.

    SQLite has no TRANSLATE; there the places are filled one after the other.
    """

    output_field = CharField()

    def __init__(self, pattern: str, places: str, *characters: Expression) -> None:
        super().__init__(*characters)
        self.pattern, self.places = pattern, places

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Compiled:
        texts, params = self._compiled(compiler)
        sql = f"TRANSLATE(%s, %s, {' || '.join(texts)})"
        return sql, (self.pattern, self.places, *params)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Compiled:
        texts, params = self._compiled(compiler)
        filled = "%s"
        for place, text in zip(self.places, texts, strict=True):
            filled = f"REPLACE({filled}, '{place}', {text})"
        return filled, (self.pattern, *params)

    def _compiled(self, compiler: Any) -> tuple[list[str], list[Any]]:
        found = [compiler.compile(one) for one in self.get_source_expressions()]
        return [text for text, _params in found], [p for _text, params in found for p in params]
