"""Two rule books over all stored officers in one statement: who gains, who loses, who stays."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.db import OperationalError, connections
from django.db.models import Case, CharField, Expression, Q, TextChoices, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Officer, Service
from accounts.models.officers import OfficerQuerySet
from courses.models import Course
from eligibility import facts, screening
from eligibility.rules import RuleBook, Ruling, decide, test_date
from eligibility.states import Outcome
from igot.lib.dates import years_after
from igot.lib.errors import Refused

BANDS: Final = (30, 35, 40, 45, 50, 55, 56, 57, 58, 60)  # the first age of each band but the first
MOST_TRAININGS: Final = 40
CANCELLED: Final = "57014"  # PostgreSQL's code of a statement that ran into its time limit
# Put together from this module's own names only; what users say goes in as parameters.
PLACES: Final = ("at_service", "at_group", "at_state", "at_age")
COUNTED: Final = (
    "SELECT '{dimension}', CAST({place} AS varchar(20)), codes, COUNT(*)"
    " FROM screened GROUP BY {place}, codes"
)


class Effect(TextChoices):
    """What a change of the rules does to one officer, over all the trainings asked for."""

    GAIN = "gain", gettext_lazy("gains")
    LOSE = "lose", gettext_lazy("loses")
    MIXED = "mixed", gettext_lazy("gains some trainings and loses others")
    OTHERWISE = "otherwise", gettext_lazy("another answer, not eligible before or after")
    STAY = "stay", gettext_lazy("stays eligible")
    SAME = "same", gettext_lazy("stays as it was, not eligible")


CHANGED: Final = (Effect.GAIN, Effect.LOSE, Effect.MIXED, Effect.OTHERWISE)


class Dimension(TextChoices):
    SERVICE = "service", gettext_lazy("Service")
    GROUP = "group", gettext_lazy("Group")
    STATE = "state", gettext_lazy("Cadre or State")
    AGE = "age", gettext_lazy("Age on 1 July")


COLUMNS: Final = {
    Dimension.SERVICE: "service_id",
    Dimension.GROUP: "group",
    Dimension.STATE: "cadre_id",
    Dimension.AGE: "band",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A training to simulate: its days, and its course; None is any course of the rule set."""

    label: str
    commences_on: date
    registered_on: date
    course: Course | None = None


@dataclass
class Tally:
    """How many officers there are of a kind, and what becomes of them."""

    officers: int = 0
    before: int = 0  # eligible for at least one of the trainings
    after: int = 0
    gain: int = 0
    lose: int = 0
    mixed: int = 0
    otherwise: int = 0
    stay: int = 0
    same: int = 0

    def add(self, result: "Result", count: int) -> None:
        self.officers += count
        self.before += count if Outcome.ELIGIBLE in result.before else 0
        self.after += count if Outcome.ELIGIBLE in result.after else 0
        setattr(self, result.effect.value, getattr(self, result.effect.value) + count)

    def merge(self, other: "Tally") -> None:
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)

    @property
    def moved(self) -> int:
        return self.gain + self.lose + self.mixed


class Result(NamedTuple):
    """The outcomes of one officer, training by training, before and after, and what that is."""

    before: tuple[Outcome, ...]
    after: tuple[Outcome, ...]
    effect: Effect


def effect_of(before: Sequence[Outcome], after: Sequence[Outcome]) -> Effect:
    """Name what becomes of somebody: eligible for more trainings, for fewer, for others."""
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    gains = any(now == Outcome.ELIGIBLE for _then, now in pairs)
    loses = any(then == Outcome.ELIGIBLE for then, _now in pairs)
    if gains or loses:
        return Effect.MIXED if gains and loses else Effect.GAIN if gains else Effect.LOSE
    if pairs:
        return Effect.OTHERWISE
    return Effect.STAY if Outcome.ELIGIBLE in after else Effect.SAME


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What becomes of `officers` when `after` takes the place of `before`; nothing is stored."""

    before: RuleBook
    after: RuleBook
    trainings: Sequence[Asked]
    officers: OfficerQuerySet
    services: Sequence[Service]

    @property
    def year(self) -> int:
        """The year whose 1 July the bands of age are reckoned on: of the first training."""
        return self.trainings[0].commences_on.year

    @cached_property
    def days(self) -> list[tuple[date, date]]:
        """The days that differ; runs of one day share their answer."""
        return list(
            dict.fromkeys((each.commences_on, each.registered_on) for each in self.trainings)
        )

    @cached_property
    def counts(self) -> list[tuple[Dimension, str, str, int]]:
        """Count the officers by dimension, place in it and answers, in one statement."""
        officers = self.officers.annotate(codes=self._codes, band=age_band(self.year))
        rows = officers.values_list("codes", *COLUMNS.values())
        using = connections[rows.db]
        inner, params = rows.query.get_compiler(connection=using).as_sql()
        parts = [
            COUNTED.format(dimension=dimension, place=place)
            for dimension, place in zip(COLUMNS, PLACES, strict=True)
        ]
        statement = f"WITH screened (codes, {', '.join(PLACES)}) AS MATERIALIZED ({inner}) "
        with using.cursor() as cursor:
            cursor.execute(statement + " UNION ALL ".join(parts), params)
            return [
                (Dimension(dimension), place or "", codes, count)
                for dimension, place, codes, count in cursor.fetchall()
            ]

    @cached_property
    def results(self) -> dict[str, Result]:
        """The outcomes that each text of codes stands for."""
        return {codes: self._result(codes) for _by, _place, codes, _count in self.counts}

    @cached_property
    def by_dimension(self) -> dict[Dimension, dict[str, Tally]]:
        found: dict[Dimension, dict[str, Tally]] = {dimension: {} for dimension in Dimension}
        for dimension, place, codes, count in self.counts:
            found[dimension].setdefault(place, Tally()).add(self.results[codes], count)
        return found

    @cached_property
    def total(self) -> Tally:
        total = Tally()
        for tally in self.by_dimension[Dimension.GROUP].values():
            total.merge(tally)
        return total

    def transitions(self, training: Asked) -> Counter[tuple[Outcome, Outcome]]:
        """Count the pairs of outcomes, before and after, for one training."""
        place = self.days.index((training.commences_on, training.registered_on))
        found: Counter[tuple[Outcome, Outcome]] = Counter()
        for dimension, _place, codes, count in self.counts:
            if dimension == Dimension.GROUP:
                result = self.results[codes]
                found[result.before[place], result.after[place]] += count
        return found

    def whom(self, effects: Iterable[Effect], places: dict[Dimension, str]) -> "Listed":
        """List the officers on whom the change has one of `effects`, in the places given."""
        wanted = set(effects)
        codes = [codes for codes, result in self.results.items() if result.effect in wanted]
        rows = self.officers.alias(codes=self._codes, band=age_band(self.year))
        rows = rows.filter(codes__in=codes)
        for dimension, place in places.items():
            rows = rows.filter(_at(COLUMNS[dimension], place))
        rows = rows.select_related("service__authority", "cadre").prefetch_related("postings")
        return Listed(rows=rows.order_by("pk"), known=self._known_count(wanted, places))

    def case(self, officer: Officer) -> "CaseOf":
        """Judge one officer by the pure rules: the first training that differs, else the first."""
        pairs = list(self._pairs(officer))
        differing = [pair for pair in pairs if pair[1].outcome != pair[2].outcome]
        return CaseOf(officer, *(differing or pairs)[0], max(len(differing) - 1, 0))

    def _pairs(self, officer: Officer) -> Iterator[tuple[Asked, Ruling, Ruling]]:
        for training in self.trainings:
            yield (
                training,
                _ruling(officer, self.before, training),
                _ruling(officer, self.after, training),
            )

    @cached_property
    def _codes(self) -> Expression:
        """The answers to all days, first under the rules before, then under those after."""
        profiles = [
            screening.Profile(rules, *days)
            for rules in (self.before, self.after)
            for days in self.days
        ]
        return screening.codes(profiles, self.services)

    def _result(self, codes: str) -> Result:
        half = len(self.days)
        before = _outcomes(codes[:half], self.before)
        after = _outcomes(codes[half:], self.after)
        return Result(before, after, effect_of(before, after))

    def _known_count(self, wanted: set[Effect], places: dict[Dimension, str]) -> int | None:
        """Tell from the tables how many there are; None where two places cross."""
        if len(places) > 1:
            return None
        tally = self.total
        for dimension, place in places.items():
            tally = self.by_dimension[dimension].get(place, Tally())
        return sum(getattr(tally, effect.value) for effect in wanted)


class CaseOf(NamedTuple):
    """One officer of the list, with the first training whose answer differs."""

    officer: Officer
    training: Asked
    before: Ruling
    after: Ruling
    further: int  # how many other trainings differ too

    @property
    def reasons(self) -> list[tuple[Any, Any]]:
        """The sentences of the findings that differ, before and after."""
        pairs = zip(self.before.findings, self.after.findings, strict=True)
        return [(then, now) for then, now in pairs if then.verdict != now.verdict]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Officers page by page, counted without asking the database again where that is known."""

    rows: Any
    known: int | None

    def count(self) -> int:
        return self.rows.count() if self.known is None else self.known

    def __getitem__(self, part: slice) -> Any:
        return self.rows[part]


@contextmanager
def in_time() -> Iterator[None]:
    """Say in a sentence that the database gave up counting.

    :raises Refused: a statement took longer than the connection allows
    """
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != CANCELLED:
            raise
        raise Refused(
            _(
                "The database did not count so many answers in time. Ask for one training instead "
                "of all, and try again."
            )
        ) from error


def age_band(year: int) -> Expression:
    """Write the band of age on 1 July of `year`: "30" for 30 to 34, "0" for below 30."""
    reckoned_on = date(year, 7, 1)
    below = [
        When(born_on__gt=years_after(reckoned_on, -first), then=Value(str(begins)))
        for begins, first in zip((0, *BANDS[:-1]), BANDS, strict=True)
    ]
    unknown = When(born_on__isnull=True, then=Value(""))
    return Case(
        unknown, *below, default=Value(str(BANDS[-1])), output_field=CharField(max_length=3)
    )


def _at(column: str, place: str) -> Q:
    """Say that an officer stands at a place of a dimension; "" is nowhere on record."""
    if column.endswith("_id"):
        return Q(**{column: int(place)}) if place else Q(**{f"{column}__isnull": True})
    return Q(**{column: place})


def _outcomes(codes: str, rules: RuleBook) -> tuple[Outcome, ...]:
    return tuple(screening.outcome_of(character, rules.missing_data) for character in codes)


def _ruling(officer: Officer, rules: RuleBook, training: Asked) -> Ruling:
    tested_on = test_date(rules, training.commences_on, training.registered_on)
    return decide(
        facts=facts.facts_of(officer, on=tested_on),
        rules=rules,
        commences_on=training.commences_on,
        registered_on=training.registered_on,
    )
