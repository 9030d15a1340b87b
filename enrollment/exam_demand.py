"""Where officers wish to sit their examinations, counted city by city for the provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from courses.models import Course, Provider, Run, in_language
from courses.states import RunState
from enrollment.models import Enrollment, ExamPreference, Result
from enrollment.states import WITH_COUPON
from igot.lib.tables import Cell

DEMAND_READERS: Final = (Role.DEALING_HAND, Role.AUDITOR)
MOST_BARS: Final = 15
MOST_OVER: Final = 50  # batches that are over, in the list to choose from
RANKS: Final = ("first", "second", "third")
WIDTH: Final = 200  # of a bar, in units of the drawing


class Scope(NamedTuple):
    """Whose examinations are asked about: the name of that, and the batches it takes in."""

    key: str  # "", "provider-3", "course-4", "run-5", or "over-6" for a batch that is over
    name: str
    runs: Sequence[Run]

    @property
    def provider(self) -> Provider | None:
        """The one provider of all its batches; None where there are several, or no batch."""
        providers = {run.course.provider for run in self.runs}
        return providers.pop() if len(providers) == 1 else None


class CityDemand(NamedTuple):
    """How often a city is named as first, second and third choice."""

    city: str
    state: str
    city_en: str
    state_en: str
    first: int
    second: int
    third: int

    @property
    def named(self) -> int:
        return self.first + self.second + self.third


class CityTaken(NamedTuple):
    """How many sat in a city, by the provider's results, and whose choice it was."""

    city: str
    sat: int
    first: int
    second: int
    third: int

    @property
    def unasked(self) -> int:
        return self.sat - self.first - self.second - self.third


class Bar(NamedTuple):
    """A city in the chart: three lengths laid end to end."""

    name: str
    named: int
    first: int
    second_from: int
    second: int
    third_from: int
    third: int


@dataclass(frozen=True, kw_only=True)
class Demand:
    """The demand within a scope; the cities with most first choices first."""

    cities: list[CityDemand]
    by_run: dict[int, int]  # who are to sit an examination, by the batch; none of them left out
    stated: int  # of them, who have named a city

    @property
    def officers(self) -> int:
        return sum(self.by_run.values())

    @property
    def not_stated(self) -> int:
        return self.officers - self.stated


def runs_with_exams(today: date) -> "QuerySet[Run]":
    """Return the batches that are not over and end with a proctored examination."""
    with_exam = Q(course__certification=Course.Certification.GRADE_AND_EXAM)
    with_exam &= ~Q(needs_proctored_exam=False)
    going = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    rows = Run.objects.filter(going, with_exam | Q(needs_proctored_exam=True))
    return rows.filter(state=RunState.SCHEDULED).select_related("course__provider").in_order()


def runs_examined(today: date) -> "QuerySet[Run]":
    """Return the batches that are over and for which officers had named cities, latest first."""
    named = ExamPreference.objects.filter(enrollment__run=OuterRef("pk"))
    rows = Run.objects.filter(Exists(named), ends_on__lt=today)
    return rows.select_related("course__provider").order_by("-ends_on", "pk")[:MOST_OVER]


def scopes_of(runs: Sequence[Run], over: Sequence[Run] = ()) -> list[Scope]:
    """Return what can be asked about: all `runs`, those of a provider or a course, or one.

    Batches that are over can be asked about one by one.
    """
    found = [Scope("", _("All batches with an examination"), runs)]
    for kind, of in (("provider", lambda r: r.course.provider), ("course", lambda r: r.course)):
        for thing in dict.fromkeys(map(of, runs)):
            own = [run for run in runs if of(run) == thing]
            found.append(Scope(f"{kind}-{thing.pk}", str(thing), own))
    return found + [
        Scope(f"{kind}-{run.pk}", f"{run.course}: {run}", [run])
        for kind, rows in (("run", runs), ("over", over))
        for run in rows
    ]


def demand_of(scope: Scope, user: User) -> Demand:
    """Count the choices of those who are confirmed in the batches of `scope`: three queries."""
    sitting = Enrollment.objects.visible_to(user).filter(
        state__in=WITH_COUPON, run__in=[run.pk for run in scope.runs]
    )
    by_run = dict(sitting.order_by().values_list("run").annotate(Count("pk")))
    named = ExamPreference.objects.filter(enrollment__in=sitting)
    cities = named.values(
        "city__name", "city__name_hi", "city__state__name", "city__state__name_hi"
    )
    ranked = cities.annotate(
        first=Count("pk", filter=Q(rank=1)),
        second=Count("pk", filter=Q(rank=2)),
        third=Count("pk", filter=Q(rank=3)),
    )
    return Demand(
        cities=sorted((_city(dict(row)) for row in ranked), key=_most_wanted),
        by_run=by_run,
        stated=named.aggregate(stated=Count("enrollment", distinct=True))["stated"],
    )


def taken_of(scope: Scope, user: User) -> list[CityTaken]:
    """Count in which cities examinations were sat, by the results that are public: one query.

    A city of the provider's is the one that an officer named where the English names agree.
    """
    sat = Result.objects.filter(
        enrollment__in=Enrollment.objects.visible_to(user).filter(
            run__in=[run.pk for run in scope.runs]
        ),
        exam_city__gt="",
    )
    asked = ExamPreference.objects.filter(
        enrollment=OuterRef("enrollment"), city__name__iexact=OuterRef("exam_city")
    )
    ranked = sat.annotate(city=Upper("exam_city"), rank=Subquery(asked.values("rank")[:1]))
    rows = (
        ranked.order_by()
        .values("city")
        .annotate(
            name=Min("exam_city"),
            sat=Count("pk"),
            **{word: Count("pk", filter=Q(rank=n)) for n, word in enumerate(RANKS, start=1)},
        )
    )
    found = [CityTaken(row["name"], row["sat"], *(row[word] for word in RANKS)) for row in rows]
    return sorted(found, key=lambda city: (-city.sat, city.city))


def bars_of(demand: Demand) -> list[Bar]:
    """Return the cities named most often, each as lengths of a drawing `WIDTH` wide."""
    foremost = sorted(demand.cities, key=lambda c: (-c.named, _most_wanted(c)))[:MOST_BARS]
    most = max((city.named for city in foremost), default=1)
    bars = []
    for city in foremost:
        ends = [round(WIDTH * n / most) for n in (city.first, city.first + city.second, city.named)]
        lengths = ends[0], ends[0], ends[1] - ends[0], ends[1], ends[2] - ends[1]
        bars.append(Bar(city.city, city.named, *lengths))
    return bars


def table_of(demand: Demand) -> tuple[list[str], list[list[Cell]]]:
    """Return head and rows of the table as files have it, in the language of the reader."""
    head = [_("City"), _("State or Union Territory")]
    head += [_("First choice"), _("Second choice"), _("Third choice"), _("Named in all")]
    rows: list[list[Cell]] = [
        [city.city, city.state, city.first, city.second, city.third, city.named]
        for city in demand.cities
    ]
    return head, [*rows, [_("No city named yet"), "", demand.not_stated, None, None, None]]


def _city(row: dict[str, Any]) -> CityDemand:
    return CityDemand(
        in_language(row["city__name"], row["city__name_hi"]),
        in_language(row["city__state__name"], row["city__state__name_hi"]),
        row["city__name"],
        row["city__state__name"],
        row["first"],
        row["second"],
        row["third"],
    )


def _most_wanted(city: CityDemand) -> tuple[int, int, int, str]:
    return (-city.first, -city.second, -city.third, city.city_en)
