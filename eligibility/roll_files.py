"""Rolls as files: what may be sent, and the way of one through the screen into its answer."""

import csv
import dataclasses
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Final
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from accounts import columns
from eligibility import roll
from igot.lib.sheets import OLE_START, ZIP_START, read_table
from igot.lib.tables import UTF8_BOM, Table, TableError, check_encoding
from igot.lib.uploads import sha256_of

MOST_BYTES: Final = 100_000_000
MOST_SHEET_BYTES: Final = 20_000_000
MOST_ROWS: Final = 1_000_000
MOST_SHEET_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200
PREVIEWED: Final = 50
REPORTED_EVERY: Final = 20_000  # rows


@dataclass(kw_only=True)
class Answer:
    """What came of a roll: counts by outcome, the first rows, and remarks on the file."""

    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    preview: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def open_roll(file: IO[bytes]) -> Table:
    """Open a roll that a person sent, its columns under our names.

    :raises TableError: no table, too large, or it lacks a column; a sentence
    """
    file.seek(0)
    is_sheet = file.read(4) in (ZIP_START, OLE_START)
    file.seek(0)
    if not is_sheet:
        check_encoding(file)
    table = read_table(
        file,
        max_bytes=MOST_SHEET_BYTES if is_sheet else MOST_BYTES,
        max_rows=MOST_SHEET_ROWS if is_sheet else MOST_ROWS,
        max_columns=MOST_COLUMNS,
    )
    header = columns.renamed(table.header, required=roll.INPUT, wanted=roll.INPUT)
    return dataclasses.replace(table, header=header)


def screen_file(
    file: IO[bytes], *, check: roll.Screen, to: IO[bytes], report: Callable[[int], Any]
) -> Answer:
    """Screen a roll into a CSV file that spreadsheets open; `report` hears how far it is.

    :raises TableError: the file cannot be read to its end; a sentence
    """
    table = open_roll(file)
    answer = Answer(notes=table.notes)
    out = io.TextIOWrapper(to, encoding="utf-8", newline="", write_through=False)
    out.write(UTF8_BOM)
    blocks = roll.screen_in_blocks(table, check)
    out.writelines(next(blocks))  # the header
    reported = 0
    try:
        for block in blocks:
            out.writelines(block)
            _count(block, answer)
            if answer.rows > MOST_ROWS:
                raise TableError(
                    _("The file has more than %(count)s rows. Split it.") % {"count": MOST_ROWS}
                )
            if answer.rows - reported >= REPORTED_EVERY:
                reported = answer.rows
                report(reported)
    finally:
        out.flush()
        out.detach()
    if not answer.rows:
        raise TableError(_("The file has no row below its header."))
    return answer


def _count(block: list[str], answer: Answer) -> None:
    for record in csv.reader(block):
        answer.counts[record[1]] = answer.counts.get(record[1], 0) + 1
        if len(answer.preview) < PREVIEWED:
            answer.preview.append(record)
    answer.rows += len(block)


@contextmanager
def kept(file: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Keep the file of a roll around the one action that takes it in; give its name and digest.

    If the action refuses, the file goes again.
    """
    digest = sha256_of(file)
    ending = "xlsx" if file.read(4) == ZIP_START else "csv"
    file.seek(0)
    stored = default_storage.save(f"rolls/sent/{uuid4().hex}.{ending}", File(file))
    taken = False
    try:
        yield stored, digest
        taken = True
    finally:
        if not taken:
            default_storage.delete(stored)


def rows_about(file: IO[bytes]) -> int | None:
    """Tell how many rows a CSV file has, about; None for a workbook, which does not say."""
    file.seek(0)
    start = file.read(4)
    if start == ZIP_START:
        file.seek(0)
        return None
    lines = start.count(b"\n")
    while piece := file.read(1 << 20):
        lines += piece.count(b"\n")
    file.seek(0)
    return lines
