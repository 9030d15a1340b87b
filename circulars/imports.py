"""Standing address lists and papers older than the portal, read from the files in data/."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import CadreAuthority, State
from circulars.actions import file_numbered
from circulars.models import Addressee, AddressList, AddressListEntry, Circular, Paragraph
from circulars.rules import digest_of
from circulars.states import CircularState
from igot.lib.dates import IST

DATA: Final = Path(__file__).parent / "data"
ADDRESS_LISTS: Final = "address_lists.toml"
NOT_FIELDS: Final = frozenset({"to", "copy", "paragraph", "enclosed_in"})


def read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


@transaction.atomic(durable=True)
def load_address_lists() -> Counter[str]:
    """Add the standing lists and their entries that are missing; what is there stays as it is."""
    added: Counter[str] = Counter()
    for row in read(DATA / ADDRESS_LISTS)["list"]:
        wanted, is_new = AddressList.objects.get_or_create(
            code=row["code"], defaults={"name": row["name"], "name_hi": row["name_hi"]}
        )
        added["address lists"] += is_new
        known = set(wanted.entries.values_list("name", flat=True))
        place = max(wanted.entries.values_list("position", flat=True), default=0)
        missing = [names for names in _entries(row) if names[0] not in known]
        AddressListEntry.objects.bulk_create(
            AddressListEntry(address_list=wanted, position=number, name=name, name_hi=name_hi)
            for number, (name, name_hi) in enumerate(missing, start=place + 1)
        )
        added["addressees"] += len(missing)
    return added


def _entries(row: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return name and Hindi name of each addressee; some lists follow the reference data."""
    if row.get("follows") == "states":
        return [
            (f"The Chief Secretary, {state.name}", f"मुख्य सचिव, {state.name_hi or state.name}")
            for state in State.objects.order_by("name")
        ]
    if row.get("follows") == "authorities":
        return list(CadreAuthority.objects.order_by("name").values_list("name", "name_hi"))
    return [(name, name_hi) for name, name_hi in row["entries"]]


@transaction.atomic(durable=True)
def load_papers(*, at: datetime) -> Counter[str]:
    """Add the papers of the records that are missing, as issued on their own dates.

    They have no author and no approver here, and are never mailed: that was done on paper.
    """
    added: Counter[str] = Counter()
    for path in sorted(DATA.glob("*.toml")):
        if path.name == ADDRESS_LISTS:
            continue
        content = read(path)
        for row in content["circular"]:
            if not Circular.objects.filter(code=row["code"]).exists():
                _load_paper(row, content["file_number"], at)
                added["circulars"] += 1
    return added


def _load_paper(row: dict[str, Any], file_number: str, at: datetime) -> None:
    parent = row.get("enclosed_in")
    circular = Circular.objects.create(
        office_file=file_numbered(file_number, subject=row["subject"]),
        number=file_number,
        enclosed_in=Circular.objects.get(code=parent) if parent else None,
        state=CircularState.ISSUED,
        issued_at=_midnight(row["dated_on"]),
        **{name: value for name, value in row.items() if name not in NOT_FIELDS},
    )
    for position, paragraph in enumerate(row["paragraph"], start=1):
        Paragraph.objects.create(
            circular=circular,
            position=position,
            hindi_of=digest_of(paragraph.get("text", ""), paragraph.get("table")),
            **paragraph,
        )
    for place, lines in (
        (Addressee.Place.TO, row.get("to")),
        (Addressee.Place.COPY, row.get("copy")),
    ):
        _load_addressees(circular, place, lines or [])
    audit.record(circular, "circular.loaded", acting_user=None, at=at)


def _load_addressees(circular: Circular, place: str, lines: list[dict[str, str]]) -> None:
    lists = {known.code: known for known in AddressList.objects.all()}
    for position, line in enumerate(lines, start=1):
        Addressee.objects.create(
            circular=circular,
            place=place,
            position=position,
            text=line["text"],
            text_hi=line["text_hi"],
            address_list=lists.get(line.get("list", "")),
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day), IST)  # noqa: DTZ001 – made aware here
