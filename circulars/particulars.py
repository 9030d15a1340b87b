"""What a paper of the portal says in rows: one list is printed, frozen, and shown on verification.

So the paper and the page that verifies it cannot differ, and an edited paper is caught.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from circulars.documents import TABLE_PARTS, Table, Words


class Particular(NamedTuple):
    """A name and what is said under it: a text in both languages, or a table with a head."""

    name: Words
    value: Words | Table


def said(en: str, hi: str, value: str, value_hi: str = "") -> Particular:
    """Return the particular of these names; a value without Hindi is printed as it is in both."""
    return Particular(Words(en, hi), Words(value, value_hi))


def printed(particulars: Iterable[Particular]) -> Table:
    """Return the texts, those that say something, as the table of pairs that the paper prints."""
    texts = [(row.name, row.value) for row in particulars if isinstance(row.value, Words)]
    return Table(
        rows=[(name.en, value.en) for name, value in texts if value.en],
        rows_hi=[(name.hi, value.hi or value.en) for name, value in texts if value.en],
    )


def frozen(particulars: Iterable[Particular]) -> list[dict[str, Any]]:
    """Return the particulars as an issued document keeps them: in their order, in both languages.

    A list, because PostgreSQL keeps the keys of a JSON object in an order of its own.
    """
    return [
        {"name": row.name._asdict(), "value": _plain(row.value)}
        for row in particulars
        if isinstance(row.value, Table) or row.value.en
    ]


def _plain(value: Words | Table) -> dict[str, Any]:
    if isinstance(value, Words):
        return value._asdict()
    parts = {name: getattr(value, name) for name in TABLE_PARTS}
    return {name: part for name, part in parts.items() if part}
