"""Screening a whole roll: rows of a CSV file in, one finding line for each out, memory bounded."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import Final, NamedTuple, TypeVar

from django.utils.translation import gettext as _

from accounts.directory import Directory, ServiceNotFound, read_group
from eligibility.reasons import text
from eligibility.rules import (
    Facts,
    Finding,
    RuleBook,
    ServiceFacts,
    check_age,
    check_audience,
    check_service,
    combine,
)
from eligibility.states import Verdict
from igot.lib.dates import parse_civil_date, parse_year
from igot.lib.tables import Table, safe_cell

K = TypeVar("K")
V = TypeVar("V")

INPUT: Final = (
    "employee_code",
    "name",
    "service",
    "group",
    "date_of_birth",
    "allotment_year",
    "date_of_joining",
)
OUTPUT: Final = (
    "employee_code",
    "outcome",
    "audience",
    "service",
    "age",
    "boundary",
    "first_eligible_on",
    "last_eligible_on",
    "reasons",
)
NEEDS_QUOTES: Final = re.compile('[,"\r\n]')
REMEMBERED: Final = 50_000  # answers kept of each kind; then begun anew, so that memory is bounded


LATE: Final = 10**9  # stands for a day or a year that is not known: later than all that are
EARLY: Final = -1


class Post(NamedTuple):
    """What a service and a group come to."""

    service: ServiceFacts | None
    basis: str
    verdict: str
    reason: str
    problem: str


class Birth(NamedTuple):
    """What a date of birth comes to; `day` is an ordinal, EARLY where none is known."""

    day: int
    year: int
    verdict: str
    boundary: str
    last_day: str
    reason: str
    problem: str


class Joining(NamedTuple):
    """What a date of joining comes to; `day` is an ordinal, LATE where none is known."""

    day: int
    year: int | None
    problem: str


class Allotment(NamedTuple):
    """What a year of allotment comes to; LATE where none is known."""

    year: int
    problem: str


class Length(NamedTuple):
    """What the years from which service counts come to."""

    verdict: str
    first_day: str
    reason: str


class Screen:
    """One rule book and one day of commencement, applied to row after row.

    A roll repeats itself: a few services, some thousand birthdays. What a rule found for a value
    is therefore remembered, and only the combination is made for each row. What is remembered
    comes from the rules themselves, so there is no second reading of them.
    """

    def __init__(
        self,
        *,
        rules: RuleBook,
        directory: Directory[ServiceFacts],
        commences_on: date,
        today: date,
    ) -> None:
        self.rules = rules
        self.directory = directory
        self.commences_on = commences_on
        self.last_year = max(commences_on.year, today.year) + 1
        self._posts: dict[tuple[str, str], Post] = {}
        self._births: dict[str, Birth] = {}
        self._joinings: dict[str, Joining] = {}
        self._allotments: dict[str, Allotment] = {}
        self._lengths: dict[tuple[str, int, int | None], Length] = {}
        self._outcomes: dict[tuple[str, str, str], str] = {}

    def line(
        self, code: str, service: str, group: str, born: str, allotted: str, joined: str
    ) -> str:
        """Screen one row and write its line of the answer, with the line break."""
        post = self._posts.get((service, group)) or self._post(service, group)
        facts, basis, fits, fits_why, bad_post = post
        birth = self._births.get(born) or self._birth(born)
        born_at, born_year, young, boundary, last_day, young_why, bad_birth = birth
        year, bad_year = self._allotments.get(allotted) or self._allotment(allotted)
        joined_at, joined_year, bad_joining = self._joinings.get(joined) or self._joining(joined)
        if bad_post or bad_birth or bad_year or bad_joining:
            return self.invalid(code, bad_post, bad_birth, bad_year, bad_joining)
        if joined_at <= born_at or year <= born_year:
            return self.invalid(code, *_impossible(joined_at <= born_at, year <= born_year))
        length = self._lengths.get((basis, year, joined_year))
        served, first_day, served_why = length or self._length(facts, year, joined_year)
        verdicts = (fits, served, young)
        outcome = self._outcomes.get(verdicts) or self._outcome(verdicts)
        if not (code.isalnum() and code.isascii()):
            code = quoted(str(safe_cell(code)))
        return (
            f"{code},{outcome},{boundary},{first_day},{last_day},"
            f'"{fits_why}; {served_why}; {young_why}"\n'
        )

    def invalid(self, code: str, *problems: str) -> str:
        """Write the line of a row that cannot be judged, with what is wrong in it."""
        reasons = "; ".join(problem.rstrip(".") for problem in problems if problem)
        return f"{quoted(str(safe_cell(code)))},INVALID,,,,,,,{quoted(str(safe_cell(reasons)))}\n"

    # --- each of these is asked once for a value, and its answer remembered ----------------------
    def _post(self, service: str, group: str) -> Post:
        facts, problems = None, []
        try:
            facts = self.directory.find(service) if service.strip() else None
        except ServiceNotFound as error:
            problems.append(_not_found(error))
        letter = read_group(group)
        if letter is None:
            unknown = _("unknown group “%(group)s”: write A, B or C")
            problems.append(unknown % {"group": _cut(group)})
        finding = check_audience(service=facts, group=letter or "", rules=self.rules)
        post = Post(
            service=facts,
            basis=facts.basis if facts else "",
            verdict=finding.verdict.value,
            reason=_cell(finding),
            problem="; ".join(problems),
        )
        return _remember(self._posts, (service, group), post)

    def _birth(self, text: str) -> Birth:
        born_on, problem = _read("date_of_birth", parse_civil_date, text)
        if born_on and born_on >= self.commences_on:
            problem = _("date_of_birth: not before the commencement of the training")
        finding = check_age(born_on=born_on, rules=self.rules, commences_on=self.commences_on)
        birth = Birth(
            day=born_on.toordinal() if born_on else EARLY,
            year=born_on.year if born_on else EARLY,
            verdict=finding.verdict.value,
            boundary="true" if finding.is_boundary else "false",
            last_day=finding.last_day.isoformat() if finding.last_day else "",
            reason=_cell(finding),
            problem=problem,
        )
        return _remember(self._births, text, birth)

    def _allotment(self, text: str) -> Allotment:
        year, problem = _read("allotment_year", parse_year, text)
        if year and year > self.last_year:
            problem = _("allotment_year: %(year)s lies in the future") % {"year": year}
        return _remember(self._allotments, text, Allotment(year or LATE, problem))

    def _joining(self, text: str) -> Joining:
        joined_on, problem = _read("date_of_joining", parse_civil_date, text)
        if joined_on and joined_on.year > self.last_year:
            problem = _("date_of_joining: %(year)s lies in the future") % {"year": joined_on.year}
        joining = Joining(
            day=joined_on.toordinal() if joined_on else LATE,
            year=joined_on.year if joined_on else None,
            problem=problem,
        )
        return _remember(self._joinings, text, joining)

    def _length(self, service: ServiceFacts | None, year: int, joined_year: int | None) -> Length:
        facts = Facts(
            service=service,
            allotment_year=None if year == LATE else year,
            joined_on=date(joined_year, 1, 1) if joined_year else None,  # only its year counts
        )
        finding = check_service(facts=facts, rules=self.rules, commences_on=self.commences_on)
        length = Length(
            verdict=finding.verdict.value,
            first_day=finding.first_day.isoformat() if finding.first_day else "",
            reason=_cell(finding),
        )
        key = (service.basis if service else "", year, joined_year)
        return _remember(self._lengths, key, length)

    def _outcome(self, verdicts: tuple[str, str, str]) -> str:
        """Write the outcome and the three verdicts, as four cells."""
        missing_data = self.rules.missing_data
        outcome = combine(*(Verdict(v) for v in verdicts), missing_data=missing_data)
        return _remember(self._outcomes, verdicts, ",".join([outcome.value, *verdicts]))


def screen(table: Table, check: Screen) -> Iterator[str]:
    """Yield the answer to a roll line by line, its header first.

    A row whose quotation marks do not match is answered as INVALID, and reading goes on with the
    line after it: otherwise an open mark would swallow the rows that follow.
    """
    yield ",".join(OUTPUT) + "\n"
    feed = _Feed(table.lines)
    code_at = table.header.index("employee_code")
    while True:
        reader = csv.reader(feed, delimiter=table.delimiter, strict=True)
        try:
            yield from _screened(reader, table.header, check, feed.held)
            return
        except csv.Error:
            broken = next(csv.reader([feed.drop_first().rstrip("\r\n")], delimiter=table.delimiter))
            code = broken[code_at] if len(broken) > code_at else ""
            yield check.invalid(code, _("the quotation marks of this row do not match"))


class _Feed:
    """Lines of a file for a csv reader, which can take back those of a record that failed."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.held: list[str] = []  # the lines of the record being read
        self._lines = lines
        self._again: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        hold = self.held.append
        while self._again:
            line = self._again.popleft()
            hold(line)
            yield line
        for line in self._lines:
            hold(line)
            yield line

    def drop_first(self) -> str:
        """Give up the first line of the failed record, and have the others read again."""
        first, *others = self.held
        self.held.clear()
        self._again.extendleft(reversed(others))
        return first


def _screened(
    reader: Iterator[list[str]], header: Sequence[str], check: Screen, held: list[str]
) -> Iterator[str]:
    columns = [header.index(name) for name in INPUT if name != "name"]
    take, line, width = itemgetter(*columns), check.line, len(header)
    for record in reader:
        if len(record) == width:
            yield line(*take(record))
        elif any(cell.strip() for cell in record[width:]):
            yield check.invalid(record[columns[0]], _too_wide(len(record), width))
        elif record:  # cells that a spreadsheet left out at the end are blank
            yield line(*take([*record, *[""] * (width - len(record))]))
        held.clear()


def quoted(text: str) -> str:
    """Write one CSV cell, in quotation marks where it needs them."""
    if not NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def _read(column: str, parse: Callable[[str], V | None], text: str) -> tuple[V | None, str]:
    """Read a cell: its value and "", or None and what is wrong with it."""
    try:
        return parse(text), ""
    except ValueError as error:
        return None, f"{column}: {error}"


def _cell(finding: Finding) -> str:
    """Write the sentence of a finding for the inside of a quoted CSV cell."""
    return text(finding.code, finding.params).rstrip(".").replace('"', '""')


def _impossible(joined_too_early: bool, allotted_too_early: bool) -> list[str]:
    problems = []
    if joined_too_early:
        problems.append(_("date_of_joining: not after the date of birth"))
    if allotted_too_early:
        problems.append(_("allotment_year: not after the year of birth"))
    return problems


def _not_found(error: ServiceNotFound) -> str:
    if not error.candidates:
        return _("unknown service “%(service)s”") % {"service": _cut(error.text)}
    candidates = ", ".join(f"{service.code} ({service.name})" for service in error.candidates)
    return _("“%(service)s” may be any of these, write the code: %(candidates)s") % {
        "service": _cut(error.text),
        "candidates": candidates,
    }


def _too_wide(found: int, width: int) -> str:
    return _("the row has %(found)s cells, but the header names %(width)s columns") % {
        "found": found,
        "width": width,
    }


def _cut(text: str) -> str:
    return text.strip()[:60]


def _remember(memory: dict[K, V], key: K, value: V) -> V:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = value
    return value
