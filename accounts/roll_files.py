"""The file of a roll: opened within limits, and looked into before its columns are named."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, Final, cast

from accounts.models import RollImport
from accounts.roll_cells import cut, is_slashed
from igot.lib.sheets import OLE_START, ZIP_START, read_table
from igot.lib.tables import Table, check_encoding

MOST_BYTES: Final = 60_000_000
MOST_ROWS: Final = 300_000
MOST_COLUMNS: Final = 100
SHOWN: Final = 5  # rows of a preview
LOOKED_AT: Final = 2_000  # rows searched for dates whose order is to be asked


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The columns of a file, its first rows, and the slashed dates found near its beginning."""

    header: list[str]
    rows: list[tuple[int, list[tuple[str, str]]]]  # number, and each cell with its column
    notes: list[str]
    slashed: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # by column


def open_roll(file: Any) -> Table:
    """Open what was sent, a CSV file or a workbook.

    :raises TableError: it is neither, is too large, or its text is not UTF-8 or UTF-16
    """
    binary = cast(IO[bytes], file)
    start = binary.read(4)
    binary.seek(0)
    if start not in (ZIP_START, OLE_START):
        check_encoding(binary)
    return read_table(
        binary, max_bytes=MOST_BYTES, max_rows=MOST_ROWS, max_columns=MOST_COLUMNS, max_cell=0
    )


def look_into(roll: RollImport) -> Preview:
    """Read the beginning of the file of `roll`.

    :raises TableError: it cannot be read
    """
    with roll.file.open("rb") as file:
        table = open_roll(file)
        first = list(islice(table.records(), LOOKED_AT))
    rows = [(number, _fitted(record, table.header)) for number, record in first if any(record)]
    slashed: dict[str, list[tuple[int, str]]] = {}
    for number, record in rows:
        for name, cell in zip(table.header, record, strict=True):
            if is_slashed(cell):
                slashed.setdefault(name, []).append((number, cut(cell)))
    return Preview(
        header=table.header,
        rows=[
            (number, [(name, cut(cell)) for name, cell in zip(table.header, record, strict=True)])
            for number, record in rows[:SHOWN]
        ],
        notes=table.notes,
        slashed=slashed,
    )


def _fitted(record: Sequence[str], header: Sequence[str]) -> list[str]:
    return [*record, *[""] * len(header)][: len(header)]
