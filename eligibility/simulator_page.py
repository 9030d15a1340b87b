"""What the simulator shows: figures, tables with bars, the cost, and the officers concerned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db.models import OuterRef, Subquery
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Officer, State
from courses.models import Course, CourseCredit, CourseFee
from eligibility.reasons import group_name
from eligibility.simulation import (
    BANDS,
    CHANGED,
    Asked,
    CaseOf,
    Dimension,
    Effect,
    Listed,
    Simulation,
    Tally,
)
from eligibility.states import Outcome
from igot.lib.dates import dmy
from igot.lib.money import group_indian
from igot.lib.tables import Cell

NOWHERE: Final = "none"  # in an address: not on record
FILTERS: Final = {dimension: f"at_{dimension}" for dimension in Dimension}
NOT_KEPT: Final = frozenset({"page", "effect", "add_service", *FILTERS.values()})
BAR: Final = 100  # units of a bar's half
MOST_BARS: Final = 12


class Row(NamedTuple):
    """One place of a dimension: its counts, the bars, and the officers behind the counts."""

    name: str
    place: str
    tally: Tally
    gain_bar: str
    lose_bar: str
    lose_from: str
    url: str  # the officers of this place; "" for the row of those without change


@dataclass(frozen=True, kw_only=True)
class Section:
    """A dimension: the places with a change, and one row for all others."""

    dimension: Dimension
    rows: list[Row]
    still: int  # places without any change
    rest: Tally

    @property
    def bars(self) -> list[Row]:
        return [row for row in self.rows if row.tally.moved][:MOST_BARS]


class Cost(NamedTuple):
    """The most that one course would cost more and less at today's fee and points."""

    training: Asked
    course: Course
    gain: int
    lose: int
    fee_usd: Decimal | None
    cap_usd: Decimal | None
    more_usd: Decimal | None
    less_usd: Decimal | None
    points: int | None
    more_points: int | None
    less_points: int | None


# --- tables -------------------------------------------------------------------------------------
def sections(simulation: Simulation, base: str) -> list[Section]:
    """Make a table for each dimension, the greatest change first; ages and groups in order."""
    names = _names(simulation)
    return [_section(simulation, dimension, names[dimension], base) for dimension in Dimension]


def _section(
    simulation: Simulation, dimension: Dimension, names: Mapping[str, str], base: str
) -> Section:
    places = simulation.by_dimension[dimension]
    changed = {place: tally for place, tally in places.items() if tally.moved or tally.otherwise}
    most = max((max(tally.gain, tally.lose) for tally in changed.values()), default=0)
    rest = Tally()
    for place, tally in places.items():
        if place not in changed:
            rest.merge(tally)
    rows = [
        _row(dimension, place, names.get(place, place), tally, most, base)
        for place, tally in changed.items()
    ]
    if dimension in (Dimension.SERVICE, Dimension.STATE):
        rows.sort(key=lambda row: (-row.tally.moved, row.name.casefold()))
    else:
        rows.sort(key=lambda row: (not row.place, len(row.place), row.place))
    return Section(dimension=dimension, rows=rows, still=len(places) - len(rows), rest=rest)


def _row(dimension: Dimension, place: str, name: str, tally: Tally, most: int, base: str) -> Row:
    gain, lose = (BAR * count / most if most else 0 for count in (tally.gain, tally.lose))
    return Row(
        name=name,
        place=place,
        tally=tally,
        gain_bar=f"{gain:.2f}",
        lose_bar=f"{lose:.2f}",
        lose_from=f"{BAR - lose:.2f}",
        url=f"?{base}&{FILTERS[dimension]}={place or NOWHERE}#officers",
    )


def _names(simulation: Simulation) -> dict[Dimension, dict[str, str]]:
    unknown = {"": _("Not on record")}
    services = {str(service.pk): str(service) for service in simulation.services}
    return {
        Dimension.SERVICE: unknown | services,
        Dimension.GROUP: unknown | {group: group_name(group) for group in Officer.Group.values},
        Dimension.STATE: unknown | {str(state.pk): str(state) for state in State.objects.all()},
        Dimension.AGE: unknown | _names_of_bands(),
    }


def _names_of_bands() -> dict[str, str]:
    names = {"0": _("below %(age)s") % {"age": BANDS[0]}}
    for first, following in zip(BANDS, BANDS[1:], strict=False):
        latest = following - 1
        names[str(first)] = str(first) if first == latest else f"{first}–{latest}"
    names[str(BANDS[-1])] = _("%(age)s and above") % {"age": BANDS[-1]}
    return names


def figures(tally: Tally) -> list[dict[str, str]]:
    """Name the counts of all officers, those that are nought left out where they say nothing."""
    pairs = [
        (_("Gain"), tally.gain, True),
        (_("Lose"), tally.lose, True),
        (_("Gain some, lose others"), tally.mixed, False),
        (_("Stay eligible"), tally.stay, True),
        (_("Another answer, but not eligible"), tally.otherwise, True),
        (_("Stay not eligible"), tally.same, True),
        (_("Officers on record"), tally.officers, True),
    ]
    return [
        {"name": name, "value": group_indian(count)}
        for name, count, always in pairs
        if count or always
    ]


class TrainingRow(NamedTuple):
    training: Asked
    before: int
    after: int
    gain: int
    lose: int


def training_rows(simulation: Simulation) -> list[TrainingRow]:
    """Count for each training how many are eligible before and after."""
    return [_training_row(simulation, training) for training in simulation.trainings]


def _training_row(simulation: Simulation, training: Asked) -> TrainingRow:
    counts = simulation.transitions(training).items()
    fit = Outcome.ELIGIBLE
    return TrainingRow(
        training=training,
        before=sum(count for (before, _after), count in counts if before == fit),
        after=sum(count for (_before, after), count in counts if after == fit),
        gain=sum(count for (before, after), count in counts if before != fit == after),
        lose=sum(count for (before, after), count in counts if before == fit != after),
    )


def transitions(simulation: Simulation) -> list[dict[str, Any]]:
    """List the outcomes before with the counts of those after; over all trainings together."""
    found: dict[tuple[Outcome, Outcome], int] = {}
    for training in simulation.trainings:
        for pair, count in simulation.transitions(training).items():
            found[pair] = found.get(pair, 0) + count
    return [
        {
            "name": before.label,
            "cells": [
                {
                    "name": after.label,
                    "count": found.get((before, after), 0),
                    "kept": before == after,
                }
                for after in Outcome
            ],
        }
        for before in Outcome
    ]


# --- cost ---------------------------------------------------------------------------------------
def costs(simulation: Simulation, rows: list[TrainingRow], *, today: date) -> list[Cost]:
    """Reckon the most that each course could cost, if everyone concerned enrolled and passed."""
    courses = _priced_courses(simulation.after.code, today)
    return [
        _cost(row, course)
        for row in rows
        for course in courses
        if row.training.course in (None, course)
    ]


def _priced_courses(code: str, today: date) -> list[Course]:
    """List the published courses of a rule set with the fee, ceiling and points in force."""
    fees = CourseFee.objects.in_force(today).filter(course=OuterRef("pk"))
    points = CourseCredit.objects.in_force(today).filter(course=OuterRef("pk"))
    courses = Course.objects.published().filter(rule_set_code=code)
    priced = courses.annotate(
        fee_usd=Subquery(fees.values("fee_usd")[:1]),
        cap_usd=Subquery(fees.values("cap_usd")[:1]),
        points=Subquery(points.values("points")[:1]),
    )
    return sorted(priced, key=str)


def _cost(row: TrainingRow, course: Any) -> Cost:
    known = course.fee_usd is not None
    each = min(course.fee_usd, course.cap_usd) if known else None
    points: int | None = course.points
    return Cost(
        training=row.training,
        course=course,
        gain=row.gain,
        lose=row.lose,
        fee_usd=course.fee_usd,
        cap_usd=course.cap_usd,
        more_usd=each * row.gain if each is not None else None,
        less_usd=each * row.lose if each is not None else None,
        points=points,
        more_points=points * row.gain if points is not None else None,
        less_points=points * row.lose if points is not None else None,
    )


# --- the officers -------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which officers the list shows; what an address says wrongly is taken as not said."""

    effect: str
    places: dict[Dimension, str]

    @property
    def effects(self) -> tuple[Effect, ...]:
        return (Effect(self.effect),) if self.effect else CHANGED


def choice_of(given: Mapping[str, Any], simulation: Simulation) -> Choice:
    """Read which officers are wanted."""
    effect = given.get("effect", "")
    places = {}
    for dimension, name in FILTERS.items():
        place = "" if given.get(name) == NOWHERE else given.get(name)
        if place is not None and place in simulation.by_dimension[dimension]:
            places[dimension] = place
    return Choice(effect=effect if effect in Effect.values else "", places=places)


def filters(simulation: Simulation, shown: list[Section], choice: Choice) -> list[dict[str, Any]]:
    """Offer the effects and the places with a change, each with the number of officers."""
    total = simulation.total
    effects = [
        {
            "value": effect.value,
            "label": f"{effect.label} ({group_indian(getattr(total, effect.value))})",
            "is_chosen": effect.value == choice.effect,
        }
        for effect in Effect
    ]
    offered: list[dict[str, Any]] = [{"name": "effect", "label": _("Effect"), "choices": effects}]
    for section in shown:
        chosen = choice.places.get(section.dimension)
        places = [
            {"value": row.place or NOWHERE, "label": row.name, "is_chosen": row.place == chosen}
            for row in section.rows
        ]
        name = FILTERS[section.dimension]
        offered.append({"name": name, "label": section.dimension.label, "choices": places})
    return offered


def base_of(given: QueryDict) -> QueryDict:
    """Keep of an address what the simulation depends on: not the page, nor which officers."""
    kept = given.copy()
    for name in NOT_KEPT & set(kept):
        del kept[name]
    return kept


def header() -> list[str]:
    """Name the columns of the list as a file."""
    return [
        _("Name"),
        _("Employee code"),
        _("Service"),
        _("Group"),
        _("Cadre or State"),
        _("Cadre controlling authority"),
        _("Date of birth"),
        _("Training"),
        _("Before"),
        _("After"),
        _("Reasons before"),
        _("Reasons after"),
        _("Further trainings that change"),
    ]


def lines(simulation: Simulation, listed: Listed) -> Iterator[list[Cell]]:
    """Write the officers of a list, one a line, as they are read."""
    for officer in listed.rows.iterator(chunk_size=2000):
        yield _line(simulation.case(officer))


def _line(case: CaseOf) -> list[Cell]:
    officer, reasons = case.officer, case.reasons
    return [
        str(officer),
        officer.employee_code,
        str(officer.service or ""),
        group_name(officer.group),
        str(officer.cadre or ""),
        str(officer.authority or ""),
        dmy(officer.born_on) if officer.born_on else "",
        case.training.label,
        str(case.before.outcome.label),
        str(case.after.outcome.label),
        " ".join(str(before.reason) for before, _after in reasons),
        " ".join(str(after.reason) for _before, after in reasons),
        case.further,
    ]


# --- all of it ----------------------------------------------------------------------------------
def results(simulation: Simulation, given: QueryDict, *, today: date) -> dict[str, Any]:
    """Gather what the page shows of a simulation, and which officers it lists."""
    base = base_of(given)
    query = base.urlencode()
    shown = sections(simulation, query)
    rows = training_rows(simulation)
    choice = choice_of(given, simulation)
    return {
        "simulation": simulation,
        "figures": figures(simulation.total),
        "training_rows": rows,
        "transitions": transitions(simulation),
        "outcomes": [outcome.label for outcome in Outcome],
        "sections": shown,
        "costs": costs(simulation, rows, today=today),
        "costs_by_run": len(rows) > 1,
        "filters": filters(simulation, shown, choice),
        "kept_pairs": [(name, value) for name, values in base.lists() for value in values],
        "query": query,
        "listed": simulation.whom(choice.effects, choice.places),
    }
