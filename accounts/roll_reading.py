"""Reading a roll row by row: facts as text for the table of rows, or what is wrong with the row."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple

from accounts import roll_cells
from accounts.directory import Directory, ServiceNotFound, key_of, read_group
from accounts.models import Rank, Service, State
from accounts.roll_cells import Memory, Read, bad, cut
from accounts.roll_states import RowOutcome
from accounts.roll_words import Problem
from igot.lib.dates import dmy, years_after
from igot.lib.tables import Table

YOUNGEST, OLDEST = 18, 80  # years of age: what a date of birth can be of somebody in service
NEEDED: Final = ("employee_code", "name", "service", "group", "date_of_birth")
OPTIONAL: Final = (
    "date_of_joining",
    "allotment_year",
    "cadre",
    "rank",
    "designation",
    "ministry",
    "email",
    "group_since",
    "break_days",
)
COLUMNS: Final = NEEDED + OPTIONAL
DATES: Final = ("date_of_birth", "date_of_joining", "group_since")
MOST_BREAKS: Final = 5  # line breaks in one row; with more a quotation mark was left open

Staged = tuple[str | None, ...]  # in the order of `STAGED`, as text that every database reads
STAGED: Final = (
    "number",
    "outcome",
    "problems",
    "employee_code",
    "name",
    "service_id",
    "group",
    "born_on",
    "cadre_id",
    "rank_id",
    "allotment_year",
    "joined_on",
    "group_since",
    "break_days",
    "designation",
    "ministry",
    "official_email",
)


class Known(NamedTuple):
    """A service, as far as a roll needs it."""

    pk: int
    code: str
    name: str
    name_hi: str
    family: str
    groups: str
    authority_id: int


class Post(NamedTuple):
    """What a service and a group come to."""

    service: Known | None
    group: str
    is_outside: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class Names:
    """What services, States and grades are called; read once for a roll."""

    directory: Directory[Known]
    states: Mapping[str, State]
    ranks: Mapping[tuple[str, str], list[Rank]]  # by service or family, and name

    @classmethod
    def load(cls) -> "Names":
        services = list(Service.objects.active().prefetch_related("aliases"))
        names = [(service.acronym, service.code) for service in services]
        names += [(a.alias, service.code) for service in services for a in service.aliases.all()]
        states = State.objects.order_by("pk")
        ranks: dict[tuple[str, str], list[Rank]] = {}
        for rank in Rank.objects.order_by("pk"):
            for name in {key_of(n) for n in (rank.code, rank.name, rank.name_hi) if n}:
                ranks.setdefault((rank.service_key, name), []).append(rank)
        return cls(
            directory=Directory([_known(service) for service in services], names),
            states={
                key_of(name): state
                for state in states
                for name in (state.name_hi, state.name, state.code)
                if name
            },
            ranks=ranks,
        )


def _known(service: Service) -> Known:
    return Known(
        service.pk,
        service.code,
        service.name,
        service.name_hi,
        service.family,
        ", ".join(service.group_list),
        service.authority_id,
    )


@dataclass(kw_only=True)
class Reader:
    """Reads the rows of one roll, remembering what it read: the same cells come again and again."""

    names: Names
    mapping: Mapping[str, str]  # our column -> the file's
    order: str
    today: date
    authority_id: int | None
    codes: dict[str, int] = field(default_factory=dict)  # in which row each code stood first
    emails: dict[str, int] = field(default_factory=dict)
    repeated: dict[int, tuple[str, int]] = field(default_factory=dict)  # earlier rows found twice

    def __post_init__(self) -> None:
        born = {
            "first": years_after(self.today, -OLDEST),
            "last": years_after(self.today, -YOUNGEST),
        }
        served = {"first": date(1940, 1, 1), "last": self.today}
        day = partial(roll_cells.read_day, order=self.order)
        self._names = Memory(roll_cells.read_name)
        self._texts = Memory(roll_cells.read_text)
        self._births = Memory(partial(day, **born))
        self._days = Memory(partial(day, **served))
        self._years = Memory(partial(roll_cells.read_year, first=1950, last=self.today.year + 1))
        self._breaks = Memory(roll_cells.read_break_days)
        self._cadres = Memory(self._cadre)
        self._posts: dict[tuple[str, str], Post] = {}
        self._ranks: dict[tuple[str, str, str], Read] = {}
        self._adult: dict[str, str] = {}  # by date of birth, the day of coming of age

    def rows(self, table: Table) -> Iterator[Staged]:
        """Yield each row that is not blank.

        :raises TableError: at the first row that cannot be read at all
        """
        width = len(table.header)
        places = [
            table.header.index(self.mapping[column]) if self.mapping.get(column) else width
            for column in COLUMNS
        ]
        take = itemgetter(*places)
        for number, record in table.records():
            if len(record) != width:
                if any(cell.strip() for cell in record[width:]):
                    params = {"found": len(record), "width": width}
                    yield self._refuse(number, {"code": "row.wide", **params})
                    continue
                record = (record + [""] * width)[:width]
            joined = "".join(record)
            if not joined or joined.isspace():
                continue
            if "\n" in joined and (breaks := joined.count("\n")) > MOST_BREAKS:
                yield self._refuse(number, {"code": "row.quotes", "lines": breaks + 1})
                continue
            record.append("")
            yield self._row(number, take(record))

    def _row(self, number: int, cells: tuple[str, ...]) -> Staged:
        """Read one row, its cells in the order of `COLUMNS`."""
        code_t, name_t, service_t, group_t, born_t, joined_t, year_t, *others = cells
        cadre_t, rank_t, designation_t, ministry_t, email_t, since_t, breaks_t = others
        code, bad_code = roll_cells.read_code(code_t)
        name, bad_name = self._names[name_t]
        post = self._posts.get((service_t, group_t)) or self._post(service_t, group_t)
        born, bad_birth = self._births[born_t]
        joined, bad_joining = self._days[joined_t]
        year, bad_year = self._years[year_t]
        cadre, bad_cadre = self._cadres[cadre_t]
        rank, bad_rank = self._rank(rank_t, post) if rank_t else roll_cells.NOTHING
        designation, bad_designation = self._texts[designation_t]
        ministry, bad_ministry = self._texts[ministry_t]
        email, bad_email = roll_cells.read_email(email_t) if email_t else roll_cells.NOTHING
        since, bad_since = self._days[since_t]
        breaks, bad_breaks = self._breaks[breaks_t]
        found: tuple[Problem | None, ...] = (bad_code, bad_name, None, None, bad_birth)
        found += (bad_joining, bad_year, bad_cadre, bad_rank, bad_designation, bad_ministry)
        found += (bad_email, bad_since, bad_breaks)
        problems: list[Problem] = []
        if post.problems or any(found) or not (name and born):
            problems = self._at_columns(found, post, name_t, born_t)
        elif (joined and joined < self._adult_on(born)) or (
            year and int(year) < int(born[:4]) + 18
        ):
            problems = self._too_early(born, joined, year)
        elif since and joined and since < joined:
            problems = [self._at("group_since", {"code": "since.early"})]
        outcome = RowOutcome.INVALID if problems else RowOutcome.NEW
        if not problems and post.is_outside:
            outcome, problems = (
                RowOutcome.OUTSIDE,
                [self._at("service", {"code": "service.outside"})],
            )
        if twice := self._twice(number, code, email):
            outcome, problems = RowOutcome.DUPLICATE, [*problems, twice]
        return (
            str(number),
            outcome.value,
            json.dumps(problems, ensure_ascii=False) if problems else "[]",
            code or "",
            name or "",
            str(post.service.pk) if post.service else None,
            post.group,
            born,
            cadre,
            rank,
            year,
            joined,
            since,
            breaks,
            designation or "",
            ministry or "",
            email or "",
        )

    # --- what is wrong --------------------------------------------------------------------------

    def _at(self, column: str, problem: Problem) -> Problem:
        return {**problem, "column": self.mapping.get(column, column)}

    def _at_columns(
        self, found: tuple[Problem | None, ...], post: Post, name_t: str, born_t: str
    ) -> list[Problem]:
        problems = [
            self._at(column, problem)
            for column, problem in zip(COLUMNS, found, strict=True)
            if problem
        ]
        problems += post.problems
        for column, text in (("name", name_t), ("date_of_birth", born_t)):
            if not text.strip():
                problems.append(self._at(column, {"code": "missing"}))
        return problems

    def _too_early(self, born: str, joined: str | None, year: str | None) -> list[Problem]:
        day, adult = date.fromisoformat(born), date.fromisoformat(self._adult_on(born))
        problems = []
        if joined and joined < adult.isoformat():
            params = {"born": dmy(day), "age": YOUNGEST, "day": dmy(adult)}
            problems.append(self._at("date_of_joining", {"code": "joined.early", **params}))
        if year and int(year) < day.year + YOUNGEST:
            params = {"born": str(day.year), "least": str(day.year + YOUNGEST)}
            problems.append(self._at("allotment_year", {"code": "year.early", **params}))
        return problems

    def _adult_on(self, born: str) -> str:
        day = self._adult.get(born)
        if day is None:
            day = self._adult[born] = years_after(date.fromisoformat(born), YOUNGEST).isoformat()
        return day

    def _twice(self, number: int, code: str | None, email: str | None) -> Problem | None:
        """Tell in which earlier row the code or the address stands, and remember that one too."""
        twice: Problem | None = None
        for kind, text, seen in (("code", code, self.codes), ("email", email, self.emails)):
            if not text:
                continue
            first = seen.setdefault(text, number)
            if first != number:
                self.repeated.setdefault(first, (f"{kind}.twice", number))
                column = "employee_code" if kind == "code" else "email"
                twice = twice or self._at(column, {"code": f"{kind}.twice", "other": first})
        return twice

    def repeats(self) -> Iterator[tuple[int, str]]:
        """Yield the number and the problem of each earlier row that a later one repeats."""
        for number, (code, other) in self.repeated.items():
            column = "employee_code" if code == "code.twice" else "email"
            yield number, json.dumps([self._at(column, {"code": code, "other": other})])

    def _refuse(self, number: int, problem: Problem) -> Staged:
        values: dict[str, str | None] = dict.fromkeys(STAGED, "")
        values |= dict.fromkeys(
            ("service_id", "born_on", "cadre_id", "rank_id", "allotment_year", "joined_on")
        )
        values |= {"group_since": None, "break_days": None, "number": str(number)}
        values |= {"outcome": RowOutcome.INVALID.value, "problems": json.dumps([problem])}
        return tuple(values[name] for name in STAGED)

    # --- each of these is asked once for a value, and its answer remembered ---------------------

    def _post(self, service_t: str, group_t: str) -> Post:
        service, group, problems = None, read_group(group_t), []
        try:
            service = self.names.directory.find(service_t) if service_t.strip() else None
            if service is None:
                problems.append(self._at("service", {"code": "missing"}))
        except ServiceNotFound as error:
            problems.append(self._at("service", _not_found(error)))
        if not group:
            unknown = bad("group.unknown", text=cut(group_t)).problem if group is None else None
            problems.append(self._at("group", unknown or {"code": "missing"}))
        elif service and group not in service.groups:
            params = {"service": service.name, "group": group, "groups": service.groups}
            problems.append(self._at("group", {"code": "group.not_in_service", **params}))
        post = Post(
            service=service,
            group=group or "",
            is_outside=bool(
                service and self.authority_id and service.authority_id != self.authority_id
            ),
            problems=tuple(problems),
        )
        if len(self._posts) >= roll_cells.REMEMBERED:
            self._posts.clear()
        self._posts[service_t, group_t] = post
        return post

    def _cadre(self, text: str) -> Read:
        if not text.strip():
            return roll_cells.NOTHING
        state = self.names.states.get(key_of(text))
        return Read(str(state.pk)) if state else bad("cadre.unknown", text=cut(text))

    def _rank(self, text: str, post: Post) -> Read:
        service = post.service
        if not text.strip() or service is None or not post.group:
            return roll_cells.NOTHING
        key = (text, service.code, post.group)
        if found := self._ranks.get(key):
            return found
        named = [
            rank
            for owner in (service.code, service.family)
            for rank in self.names.ranks.get((owner, key_of(text)), [])
            if rank.group == post.group
        ]
        params = {"text": cut(text), "service": service.name, "group": post.group}
        found = Read(str(named[0].pk)) if named else bad("rank.unknown", **params)
        if len(self._ranks) >= roll_cells.REMEMBERED:
            self._ranks.clear()
        self._ranks[key] = found
        return found


def _not_found(error: ServiceNotFound) -> Problem:
    if not error.candidates:
        return {"code": "service.unknown", "text": cut(error.text)}
    names = ", ".join(f"{service.code} ({service.name})" for service in error.candidates)
    return {"code": "service.many", "text": cut(error.text), "names": names}
