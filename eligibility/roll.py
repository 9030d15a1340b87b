"""Screening a whole roll: rows of a CSV file in, one finding line for each out, memory bounded."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import islice, product
from operator import itemgetter
from sys import intern
from typing import Final, NamedTuple, TypeVar

from django.utils.translation import gettext as _

from accounts.directory import Directory, ServiceNotFound, read_group
from eligibility import roll_faults as faults
from eligibility import roll_months as months
from eligibility.reasons import text
from eligibility.roll_feed import Feed
from eligibility.roll_memory import Grid, remember
from eligibility.roll_months import EARLY, LATE, MONTH, YEAR, Birth, number_of, rest_of
from eligibility.rules import (
    Facts,
    Finding,
    RuleBook,
    ServiceFacts,
    check_age,
    check_audience,
    check_service,
    combine,
    exact_birth,
)
from eligibility.states import Verdict
from igot.lib.dates import parse_civil_date, parse_year
from igot.lib.tables import Table

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
PLAIN: Final = re.compile('[A-Za-z0-9][^,"\r\n]*')  # what `faults.cell` leaves as it is
LINES_AT_ONCE: Final = 1000
VERDICTS: Final = tuple(Verdict)
SERVED: Final = len(VERDICTS)  # the weights with which three verdicts and the mark make one number
YOUNG: Final = SERVED * len(VERDICTS)
BOUNDARY: Final = YOUNG * len(VERDICTS)


class Post(NamedTuple):
    """What a service and a group come to, and the lengths of service in services like it."""

    fits: int
    reason: str
    lengths: "dict[str, dict[int, Length]]"  # by year of allotment as written, year of joining
    service: ServiceFacts | None


class Length(NamedTuple):
    """What the years from which service counts come to.

    `begins` is 1 January of the year of allotment as a number, LATE where none is known; `opens`
    is its month.
    """

    served: int
    begins: int
    opens: int
    first_day: str
    reason: str


class Screen:
    """One rule book and one day of commencement, applied to row after row.

    A roll repeats itself: a few services, some hundred months of birth. What a rule found for a
    value is therefore remembered, as the very text that goes into the answer, and only the
    combination is made for each row. What is remembered comes from the rules themselves, so there
    is no second reading of them; and it is sound, so a value with a fault is looked at each time.
    Days are remembered by their month, because little that is always at hand is found sooner than
    much that is not; a month in which the answer changes is asked day by day.
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
        self._posts: Grid[Post] = Grid()
        self._births: dict[str, Birth] = {}
        self._births_by_day: dict[date | None, Birth] = {}  # the same day, written otherwise
        self._joinings: dict[str, int] = {}  # days as numbers
        self._birth_months: dict[
            str, months.BirthMonth
        ] = {}  # by the text without the day of the month
        self._joining_months: dict[str, months.JoiningMonth] = {}
        self._on_the_limit = exact_birth(commences_on.year, rules)
        self._same_lengths: dict[Length, Length] = {}
        self._lengths: dict[str, Grid[Length]] = defaultdict(Grid)  # by the basis of a service
        self._faults: dict[tuple[str, str], str] = {}  # by column and text
        combined = partial(combine, missing_data=rules.missing_data)
        self._findings: list[str] = [
            f",{combined(fits, served, young).value},{fits},{served},{young},{mark},"
            for mark in ("false", "true")
            for young, served, fits in product(VERDICTS, repeat=3)
        ]

    def judge(self, records: Iterable[list[str]], header: Sequence[str], out: list[str]) -> None:
        """Screen `records` and add their lines to `out`, each with its line break.

        This is the loop that a roll of a million runs through: it looks up and puts together. A
        value not seen before, or not sound, goes through `line`.
        """
        columns = [header.index(name) for name in INPUT if name != "name"]
        take, width, add, line = itemgetter(*columns), len(header), out.append, self.line
        posts, findings, plain = self._posts.rows, self._findings, PLAIN.fullmatch
        births, joinings = self._birth_months, self._joining_months
        for record in records:
            if len(record) != width:
                out.extend(self._of_other_width(record, columns, width))
                continue
            code, service, group, born, allotted, joined = take(record)
            if "." in born:
                day, month = born[:2], born[2:]
            else:
                day, month = born[-2:], born[:-2]
            if "." in joined:
                joining_day, joining_month = joined[:2], joined[2:]
            else:
                joining_day, joining_month = joined[-2:], joined[:-2]
            try:
                fits, fits_why, lengths, _service = posts[service][group]
                days, young, born_in, last_day, before, after = births[month]
                joining_days, joined_in, year = joinings[joining_month]
                served, _begins, opens, first_day, served_why = lengths[allotted][year]
            except KeyError:
                add(line(code, service, group, born, allotted, joined))
                continue
            if (
                day not in days
                or joining_day not in joining_days
                or joined_in <= born_in
                or opens <= born_in
            ):
                add(line(code, service, group, born, allotted, joined))
                continue
            if not (code.isalnum() and code.isascii()) and not plain(code):
                code = faults.cell(code)
            found = findings[fits + served + young]
            add(f"{code}{found}{first_day}{last_day}{fits_why}{served_why}{before}{day}{after}")

    def line(
        self, code: str, service: str, group: str, born: str, allotted: str, joined: str
    ) -> str:
        """Screen one row and write its line of the answer, with the line break."""
        problems: list[str] = []
        post = self._post(service, group, problems)
        birth = self._birth(born, problems)
        year = self._allotment(allotted, problems)
        joined_at = self._joining(joined, problems)
        if problems:
            return self.invalid(code, *problems)
        length = self._length(post.service, year, joined_at // YEAR, allotted)
        early = joined_at <= birth.day, length.begins <= birth.day
        if any(early):
            return self.invalid(code, *faults.impossible(*early))
        found = self._findings[post.fits + length.served + birth.young]
        days = f"{length.first_day}{birth.last_day}"
        return f"{faults.cell(code)}{found}{days}{post.reason}{length.reason}{birth.reason}"

    def invalid(self, code: str, *problems: str) -> str:
        """Write the line of a row that cannot be judged, with what is wrong in it."""
        reasons = "; ".join(problem.rstrip(".।") for problem in problems if problem)
        return f"{faults.cell(code)},INVALID,,,,,,,{faults.cell(reasons)}\n"

    def _of_other_width(
        self, record: list[str], columns: Sequence[int], width: int
    ) -> Iterator[str]:
        if any(cell.strip() for cell in record[width:]):
            yield self.invalid(record[columns[0]], faults.too_wide(len(record), width))
        elif record:  # cells that a spreadsheet left out at the end are blank
            padded = [*record, *[""] * (width - len(record))]
            code, service, group, born, allotted, joined = (padded[place] for place in columns)
            yield self.line(code, service, group, born, allotted, joined)

    # --- each of these is asked once for a value, and its answer remembered ----------------------
    def _post(self, service: str, group: str, problems: list[str]) -> Post:
        if known := self._posts.rows.get(service, {}).get(group):
            return known
        facts = self._read("service", self._service, service, problems)
        letter = self._read("group", _group, group, problems)
        finding = check_audience(service=facts, group=letter or "", rules=self.rules)
        lengths = self._lengths[facts.basis if facts else ""].rows
        post = Post(_place(finding), f"{_cell(finding)}; ", lengths, facts)
        return post if problems else self._posts.keep(service, group, post)

    def _birth(self, text: str, problems: list[str]) -> Birth:
        if known := self._births.get(text):
            return known
        faultless = len(problems)
        born_on = self._read("date_of_birth", self._birthday, text, problems)
        if len(problems) > faultless:
            return months.NEVER_BORN
        birth = self._born_on(born_on)
        month = months.birth_month(
            text, born_on=self._born_on, before=self.commences_on, on_the_limit=self._on_the_limit
        )
        if month:
            self._birth_months[rest_of(text)] = month
        return remember(self._births, text, birth)

    def _born_on(self, day: date | None) -> Birth:
        if known := self._births_by_day.get(day):
            return known
        finding = check_age(born_on=day, rules=self.rules, commences_on=self.commences_on)
        last_day = finding.last_day.isoformat() if finding.last_day else ""
        birth = Birth(
            young=YOUNG * _place(finding) + BOUNDARY * finding.is_boundary,
            day=number_of(day) if day else EARLY,
            last_day=intern(f'{last_day},"'),
            reason=f'{_cell(finding)}"\n',
        )
        return remember(self._births_by_day, day, birth)

    def _allotment(self, text: str, problems: list[str]) -> int | None:
        return self._read("allotment_year", self._year, text, problems)

    def _joining(self, text: str, problems: list[str]) -> int:
        if known := self._joinings.get(text):
            return known
        faultless = len(problems)
        joined_on = self._read("date_of_joining", self._joining_day, text, problems)
        joined_at = number_of(joined_on) if joined_on else LATE
        if len(problems) > faultless:
            return joined_at
        if month := months.joining_month(text):
            self._joining_months[rest_of(text)] = month
        return remember(self._joinings, text, joined_at)

    def _length(
        self, service: ServiceFacts | None, year: int | None, joined_year: int, allotted: str
    ) -> Length:
        grid = self._lengths[service.basis if service else ""]
        if known := grid.rows.get(allotted, {}).get(joined_year):
            return known
        joined_on = (
            None if joined_year == LATE // YEAR else date(joined_year, 1, 1)
        )  # only its year counts
        facts = Facts(service=service, allotment_year=year, joined_on=joined_on)
        finding = check_service(facts=facts, rules=self.rules, commences_on=self.commences_on)
        first_day = finding.first_day.isoformat() if finding.first_day else ""
        begins = number_of(date(year, 1, 1)) if year else LATE
        length = Length(
            served=SERVED * _place(finding),
            begins=begins,
            opens=begins // MONTH,
            first_day=f"{first_day},",
            reason=f"{_cell(finding)}; ",
        )
        length = self._same_lengths.setdefault(length, length)
        return grid.keep(allotted, joined_year, length)

    # --- reading a cell ---------------------------------------------------------------------------
    def _read(
        self, column: str, parse: Callable[[str], V | None], text: str, problems: list[str]
    ) -> V | None:
        """Read a cell: its value, or None and what is wrong with it among the problems."""
        if fault := self._faults.get((column, text)):
            problems.append(fault)
            return None
        try:
            return parse(text)
        except ValueError as error:
            problems.append(remember(self._faults, (column, text), str(error)))
            return None

    def _service(self, text: str) -> ServiceFacts | None:
        try:
            return self.directory.find(text) if text.strip() else None
        except ServiceNotFound as error:
            raise ValueError(faults.not_found(error)) from None

    def _birthday(self, text: str) -> date | None:
        born_on = _of_column("date_of_birth", parse_civil_date, text)
        if born_on and born_on >= self.commences_on:
            raise ValueError(_("date_of_birth: not before the commencement of the training"))
        return born_on

    def _year(self, text: str) -> int | None:
        year = _of_column("allotment_year", parse_year, text)
        if year and year > self.last_year:
            raise ValueError(_("allotment_year: %(year)s lies in the future") % {"year": year})
        return year

    def _joining_day(self, text: str) -> date | None:
        joined_on = _of_column("date_of_joining", parse_civil_date, text)
        if joined_on and joined_on.year > self.last_year:
            future = _("date_of_joining: %(year)s lies in the future")
            raise ValueError(future % {"year": joined_on.year})
        return joined_on


def screen(table: Table, check: Screen) -> Iterator[str]:
    """Yield the answer to a roll line by line, its header first."""
    for block in screen_in_blocks(table, check):
        yield from block


def screen_in_blocks(table: Table, check: Screen) -> Iterator[list[str]]:
    """Yield the answer to a roll as lists of lines, the header in the first.

    A row whose quotation marks do not match is answered as INVALID, and reading goes on with the
    line after it: otherwise an open mark would swallow the rows that follow.
    """
    yield [",".join(OUTPUT) + "\n"]
    while lines := list(islice(table.lines, LINES_AT_ONCE)):
        out: list[str] = []
        reader = csv.reader(lines, delimiter=table.delimiter, strict=True)
        try:
            check.judge(reader, table.header, out)
        except csv.Error:  # or a record that goes on in the next block
            yield from _carefully(lines, table, check)
        else:
            yield out


def _carefully(lines: list[str], table: Table, check: Screen) -> Iterator[list[str]]:
    """Screen `lines` record by record, and those after them that the last record takes in."""
    feed = Feed(lines, table.lines)
    code_at = table.header.index("employee_code")
    while feed.is_open:
        out: list[str] = []
        reader = csv.reader(feed, delimiter=table.delimiter, strict=True)
        try:
            for record in reader:
                feed.held.clear()
                check.judge([record], table.header, out)
                if not feed.is_open:
                    break
        except csv.Error:
            first = feed.drop_first().rstrip("\r\n")
            broken = next(csv.reader([first], delimiter=table.delimiter))
            code = broken[code_at] if len(broken) > code_at else ""
            out.append(check.invalid(code, _("the quotation marks of this row do not match")))
        yield out


def _group(text: str) -> str:
    letter = read_group(text)
    if letter is None:
        unknown = _("unknown group “%(group)s”: write A, B or C")
        raise ValueError(unknown % {"group": faults.cut(text)})
    return letter


def _of_column(column: str, parse: Callable[[str], V | None], text: str) -> V | None:
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from None


def _place(finding: Finding) -> int:
    return VERDICTS.index(finding.verdict)


def _cell(finding: Finding) -> str:
    """Write the sentence of a finding for the inside of a quoted CSV cell."""
    return text(finding.code, finding.params).rstrip(".।").replace('"', '""')
