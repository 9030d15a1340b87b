"""The catalogue from the files in courses/data: adds what is new, keeps what was edited."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models

from accounts import audit
from circulars.models import Circular
from courses.models import (
    CommitteeDecision,
    Course,
    CourseAlias,
    CourseCredit,
    CourseFee,
    CourseModule,
    CourseUnit,
    GradeRule,
    Institute,
    Programme,
    ProgrammeCourse,
    Provider,
    Requirement,
    Run,
)
from courses.states import DecisionState

DATA = Path(__file__).parent / "data"


def read(name: str) -> dict[str, Any]:
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)


class CatalogueLoader:
    """Writes the rows of the files; `refresh` also writes the files' texts over edited ones."""

    def __init__(self, *, at: datetime, refresh: bool = False) -> None:
        self.at = at
        self.refresh = refresh
        self.added: Counter[str] = Counter()
        self.circulars = {circular.code: circular for circular in Circular.objects.public()}

    def load(self, *, year: int) -> None:
        """Load everything, with the batches of `year` and the year after it."""
        self._load_institutes(read("institutes.toml"))
        self.courses = {
            row["code"]: self._load_course(row) for row in read("courses.toml")["course"]
        }
        self._load_programmes(read("institutes.toml"))
        self._load_aliases(read("aliases.toml"))
        terms = read("terms.toml")
        self._load_decisions(terms)
        self._load_dated(CourseFee, terms["fee"])
        self._load_dated(CourseCredit, terms["credit"])
        self._load_first_batch(terms["first_batch"])
        for run_year in (year, year + 1):
            self._load_terms(terms["terms"], run_year)

    def _put(
        self, model: type[models.Model], key: dict[str, Any], fields: dict[str, Any], **once: Any
    ) -> Any:
        """Find or add the row with `key`; `once` is set when it is added and never again."""
        row, is_new = model._default_manager.get_or_create(**key, defaults={**fields, **once})
        if is_new:
            self.added[str(model._meta.verbose_name_plural)] += 1
        elif self.refresh:
            for name, value in fields.items():
                setattr(row, name, value)
            row.save()
        return row

    def _load_institutes(self, file: dict[str, Any]) -> None:
        for kind, rows in ((Institute, file["institute"]), (Provider, file["provider"])):
            for row in rows:
                self._put(kind, {"code": row.pop("code")}, row)
        self.institutes = {institute.code: institute for institute in Institute.objects.all()}
        self.providers = {provider.code: provider for provider in Provider.objects.all()}

    def _load_course(self, row: dict[str, Any]) -> Course:
        modules, partners = row.pop("module", []), row.pop("partners", [])
        row["institute"] = self.institutes[row["institute"]]
        row["provider"] = self.providers[row["provider"]]
        once = {"is_published": True, "first_published_at": self.at}
        course: Course = self._put(Course, {"code": row.pop("code")}, row, **once)
        course.partners.add(*(self.institutes[code] for code in partners))
        for position, module in enumerate(modules, start=1):
            self._load_module(course, position, module)
        return course

    def _load_module(self, course: Course, position: int, row: dict[str, Any]) -> None:
        units = row.pop("units", 0)
        module = self._put(CourseModule, {"course": course, "position": position}, row)
        for number in range(1, units + 1):  # the source counts the units and does not name them
            fields = {"title": f"Unit {number}", "title_hi": f"इकाई {number}"}
            self._put(CourseUnit, {"module": module, "position": number}, fields)

    def _load_programmes(self, file: dict[str, Any]) -> None:
        for row in file["programme"]:
            required, further = row.pop("courses"), row.pop("further_courses", [])
            rule, tree = row.pop("grade_rule"), row.pop("requirement", None)
            row["institute"] = self.institutes[row["institute"]]
            row["provider"] = self.providers[row["provider"]]
            programme = self._put(Programme, {"code": row.pop("code")}, row)
            for position, code in enumerate([*required, *further], start=1):
                key = {"programme": programme, "course": self.courses[code]}
                place = {"position": position, "is_required": code in required}
                self._put(ProgrammeCourse, key, place)
            if tree:
                self._load_tree(programme, tree, required)
            key = {"programme": programme, "effective_from": rule.pop("effective_from")}
            rule["least_grade"] = Decimal(rule["least_grade"])
            self._put(GradeRule, key, rule)

    def _load_tree(self, programme: Programme, root: dict[str, Any], codes: list[str]) -> None:
        """Enter "all of these courses" for a programme that has no tree yet."""
        if Requirement.objects.filter(programme=programme).exists():
            return
        top = Requirement.objects.create(programme=programme, kind=Requirement.Kind.ALL, **root)
        for position, code in enumerate(codes, start=1):
            Requirement.objects.create(
                programme=programme,
                parent=top,
                position=position,
                kind=Requirement.Kind.COURSE,
                course=self.courses[code],
            )

    def _load_aliases(self, file: dict[str, Any]) -> None:
        for row in file["key"]:
            provider = self.providers[row["provider"]]
            for key, code in row["keys"].items():
                self._put(
                    CourseAlias, {"provider": provider, "key": key}, {"course": self.courses[code]}
                )
        for row in file["acronym"]:
            for code in row["courses"]:
                for word in row["words"]:
                    named = {"course": self.courses[code], "provider": None, "key": word}
                    self._put(CourseAlias, named, {})

    def load_reported_fees(self) -> None:
        """Load prices that are reported and unverified; the fee before each ends the day before."""
        for row in read("terms.toml")["reported_fee"]:
            begins: date = row["effective_from"]
            for course in Course.objects.filter(code__in=row["courses"]):
                if course.fees.filter(effective_from__gte=begins).exists():
                    continue
                course.fees.in_force(begins).update(effective_to=begins - timedelta(days=1))
                fields = {name: Decimal(row[name]) for name in ("fee_usd", "cap_usd")}
                key = {"course": course, "effective_from": begins}
                self._put(
                    CourseFee, key, {**fields, "circular_reference": row["circular_reference"]}
                )

    def _load_decisions(self, terms: dict[str, Any]) -> None:
        audiences = {row["rule_set_code"]: row for row in terms["audience"]}
        position = 0
        for row in terms["decision"]:
            audience = audiences[row["rule_set_code"]]
            for code in row["courses"]:
                position += 1
                fields = {
                    "course": self.courses[code],
                    "outcome": CommitteeDecision.Outcome.SHORTLISTED,
                    "rule_set_code": row["rule_set_code"],
                    "audience": audience["text"],
                    "audience_hi": audience["text_hi"],
                    "valid_from": row["valid_from"],
                    "reasons": row["reasons"],
                    "reasons_hi": row["reasons_hi"],
                }
                if ceiling := row.get("fee_ceiling_usd"):
                    fields["fee_ceiling_usd"] = Decimal(ceiling)
                self._load_decision(row["number"].format(position=position), fields, row)

    def _load_decision(self, number: str, fields: dict[str, Any], row: dict[str, Any]) -> None:
        was = self.added.total()
        decision = self._put(
            CommitteeDecision,
            {"resolution_number": number},
            fields,
            state=DecisionState.IN_FORCE,
        )
        if self.added.total() > was:
            audit.record(decision, "committee_decision.loaded", acting_user=None, at=self.at)
        circular = self.circulars.get(row.get("circular", ""))
        if circular and decision.circular_id is None:
            decision.circular = circular
            decision.save()

    def _load_dated(
        self, model: type[CourseFee] | type[CourseCredit], rows: list[dict[str, Any]]
    ) -> None:
        for row in rows:
            fields = {name: row[name] for name in row if name not in ("courses", "effective_from")}
            fields = {
                name: Decimal(value) if name.endswith("_usd") else value
                for name, value in fields.items()
            }
            for code in row["courses"]:
                key = {"course": self.courses[code], "effective_from": row["effective_from"]}
                self._put(model, key, fields)

    def _load_first_batch(self, row: dict[str, Any]) -> None:
        """Load the batch that the Office Memorandum announces (its para 3)."""
        begins: date = row["commences_on"]
        circular = self.circulars.get(row["circular"])
        for code in row["courses"]:
            course = self.courses[code]
            fields = {
                "name": row["name"],
                "name_hi": row["name_hi"],
                "registration_opens_on": row["registration_opens_on"],
                "registration_closes_on": begins,
                "commences_on": begins,
                "ends_on": begins + timedelta(weeks=course.weeks or 12, days=-1),
            }
            run = self._put(Run, {"code": f"{code}-{begins:%Y-%m}"}, {"course": course, **fields})
            if circular and run.circular_id is None:
                run.circular = circular
                run.save()

    def _load_terms(self, row: dict[str, Any], year: int) -> None:
        """Load the batches of March, June and September of `year` (para 6 of the letter)."""
        for opens, begins in windows(row["months"], year):
            month = str(begins.month)
            for code in row["courses"]:
                course = self.courses[code]
                fields = {
                    "course": course,
                    "name": row["names"][month].format(year=year),
                    "name_hi": row["names_hi"][month].format(year=year),
                    "note": row["note"],
                    "note_hi": row["note_hi"],
                    "registration_opens_on": opens,
                    "registration_closes_on": begins,
                    "commences_on": begins,
                    "ends_on": begins + timedelta(weeks=course.weeks or row["weeks"], days=-1),
                }
                self._put(Run, {"code": f"{code}-{begins:%Y-%m}"}, fields)


def windows(months: list[int], year: int) -> Iterator[tuple[date, date]]:
    """Yield the first and the last day of registration of each batch of `year`.

    A batch commences on the first of its month and closes that day; it opens the day after the
    batch before it has begun, so that there is always one to register for (docs/decisions/0033).
    """
    before = date(year - 1, months[-1], 1)
    for month in months:
        begins = date(year, month, 1)
        yield before + timedelta(days=1), begins
        before = begins
