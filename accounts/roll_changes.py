"""What a row of a roll would change in a record: plain values before and after, and their words."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from accounts.models import Officer, Posting, Rank, RollRow, Service, State
from igot.lib.dates import dmy

Plain = str | int | None
TEXTS: Final = ("designation", "ministry")
DATES: Final = ("born_on", "joined_on", "group_since")
NAMED: Final = ("service", "cadre", "rank", "group", "employee_code")
SHOWN: Final = (  # in the order of a record
    "name",
    "employee_code",
    "born_on",
    "service",
    "cadre",
    "group",
    "group_since",
    "rank",
    "allotment_year",
    "joined_on",
    "break_days",
    "designation",
    "ministry",
    "official_email",
)
DECISIVE: Final = (*Officer.FACTS, "break_days", "group_since")  # decisions rest on these


def changes_of(row: RollRow, officer: Officer) -> tuple[dict[str, Plain], dict[str, Plain]]:
    """Return the facts in which `row` differs from the record: as they are, and as the roll has."""
    before, after = on_record(officer), _in_roll(row)
    if officer.user_id:
        after["official_email"] = None
    for posting in officer.postings.all():
        if row.group_since == posting.starts_on and row.group == posting.group:
            after["group_since"] = None
    names = [
        name for name in SHOWN if after[name] not in (None, "") and _differ(name, before, after)
    ]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def on_record(officer: Officer) -> dict[str, Plain]:
    """Return the facts of a record as plain values; a grade is "service:code"."""
    begun = [posting for posting in officer.postings.all() if not posting.is_ahead]
    latest = max(begun, key=lambda posting: posting.starts_on, default=None)
    return _plain(officer, latest.starts_on if latest else None)


def _in_roll(row: RollRow) -> dict[str, Plain]:
    return _plain(row, row.group_since)


def _plain(thing: Officer | RollRow, since: date | None) -> dict[str, Plain]:
    return {
        "name": thing.name,
        "employee_code": thing.employee_code or None,
        "born_on": _iso(thing.born_on),
        "service": thing.service.code if thing.service else None,
        "cadre": thing.cadre.code if thing.cadre else None,
        "group": thing.group,
        "group_since": _iso(since),
        "rank": f"{thing.rank.service_key}:{thing.rank.code}" if thing.rank else None,
        "allotment_year": thing.allotment_year,
        "joined_on": _iso(thing.joined_on),
        "break_days": thing.break_days,
        "designation": thing.designation,
        "ministry": thing.ministry,
        "official_email": thing.official_email,
    }


def _differ(name: str, before: Mapping[str, Plain], after: Mapping[str, Plain]) -> bool:
    if name == "name":  # one office writes ASHA RAO, another Asha Rao
        return str(before[name]).lower() != str(after[name]).lower()
    return before[name] != after[name]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def values_of(after: Mapping[str, Plain]) -> dict[str, Any]:
    """Return what to set on the officer for `after`; `group_since` is no field and stays out."""
    values: dict[str, Any] = {}
    for name, plain in after.items():
        if name in ("born_on", "joined_on"):
            values[name] = date.fromisoformat(str(plain))
        elif name == "service":
            values[name] = Service.objects.get(code=plain)
        elif name == "cadre":
            values[name] = State.objects.get(code=plain)
        elif name == "rank":
            key, _colon, code = str(plain).partition(":")
            values[name] = Rank.objects.get(service_key=key, code=code)
        elif name != "group_since":
            values[name] = plain
    return values


def rows_of(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> list[dict[str, str]]:
    """Return the changed facts side by side, in words."""
    names = [name for name in SHOWN if name in after]
    services = _names_of(Service, "code", "service", before, after)
    states = _names_of(State, "code", "cadre", before, after)
    ranks = _ranks_of(before, after)
    words = {"service": services, "cadre": states, "rank": ranks}

    def shown(name: str, plain: Plain) -> str:
        if plain in (None, ""):
            return "–"
        if name in DATES:
            return dmy(date.fromisoformat(str(plain)))
        if name == "group":
            return str(Officer.Group(str(plain)).label)
        return words.get(name, {}).get(str(plain), str(plain))

    return [
        {
            "name": Officer.label_of(name),
            "before": shown(name, before.get(name)),
            "after": shown(name, after[name]),
        }
        for name in names
    ]


def _names_of(
    model: type[Service] | type[State], key: str, name: str, *sides: Mapping[str, Plain]
) -> dict[str, str]:
    codes = {str(side[name]) for side in sides if side.get(name)}
    rows = model.objects.filter(**{f"{key}__in": codes}) if codes else []
    return {row.code: str(row) for row in rows}


def _ranks_of(*sides: Mapping[str, Plain]) -> dict[str, str]:
    keys = {str(side["rank"]) for side in sides if side.get("rank")}
    codes = [key.partition(":")[2] for key in keys]
    ranks = Rank.objects.filter(code__in=codes) if codes else []
    return {f"{rank.service_key}:{rank.code}": str(rank) for rank in ranks}


def keep_posting(
    officer: Officer, *, starts_on: date, held_before: str, recorded: Mapping[str, Any]
) -> Posting:
    """Note since when the present group is held; the group of before keeps its days.

    Where the history begins with this change, the group held until then is noted from the day of
    joining, so that earlier days find it.
    """
    is_first = not officer.postings.exists()
    joined = officer.joined_on
    if is_first and held_before and held_before != officer.group and joined and joined < starts_on:
        Posting.objects.create(officer=officer, starts_on=joined, group=held_before, **recorded)
    posting, _is_new = Posting.objects.update_or_create(
        officer=officer,
        starts_on=starts_on,
        defaults={
            "group": officer.group,
            "rank": officer.rank,
            "designation": officer.designation,
            "ministry": officer.ministry,
            **recorded,
        },
    )
    return posting
