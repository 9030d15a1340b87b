"""Excel workbooks that people send: the rows of one sheet as text, or a sentence why not."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from igot.lib.dates import dmy
from igot.lib.tables import Table, TableError, check_header, normalise_header, read_csv, size_of

ZIP_START: Final = b"PK\x03\x04"
OLE_START: Final = b"\xd0\xcf\x11\xe0"  # a workbook under a password, or one of before 2007
MOST_PARTS: Final = 500
MOST_UNPACKED: Final = 300_000_000  # bytes of all parts together
MOST_TEXTS: Final = 60_000_000  # bytes of the table of texts, which is held in memory
MOST_RATIO: Final = 200  # of a part's size to its packed size; sheets of blanks come to about 100
SMALL_PART: Final = 1_000_000  # bytes: below this the ratio says nothing
BLOCK: Final = 1 << 20
DECLARATIONS: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
DAMAGED: Final = (  # what the reader of workbooks makes of a broken one
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    SyntaxError,  # what is not XML
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
FORMULA, ERROR = "f", "e"  # the kinds of cells that are no data


def read_table(file: IO[bytes], *, max_rows: int = 100_000, **limits: Any) -> Table:
    """Open what a person sent, a CSV file or an Excel workbook, by its first bytes.

    :raises TableError: as `read_csv` and `read_xlsx` do
    """
    start = file.read(4)
    file.seek(0)
    reader = read_xlsx if start in (ZIP_START, OLE_START) else read_csv
    return reader(file, max_rows=max_rows, **limits)


def read_xlsx(
    file: IO[bytes],
    *,
    required: Sequence[str] = (),
    max_bytes: int = 20_000_000,
    max_rows: int = 100_000,
    max_columns: int = 200,
    max_cell: int = 10_000,
) -> Table:
    """Open the first visible sheet of a workbook; its rows are read as the table is walked.

    Dates come out as DD.MM.YYYY, numbers as plain digits. `notes` of the table says which sheet
    was taken where there are several. The first row that is not blank names the columns.
    :raises TableError: no workbook, macros, a password, a bomb, no header, too large
    """
    if max_bytes and (size_of(file) or 0) > max_bytes:
        raise TableError(
            _("The file is larger than %(megabytes)s MB.") % {"megabytes": max_bytes // 1_000_000}
        )
    _check_package(file)
    try:
        book = load_workbook(file, read_only=True, keep_links=False)
    except DAMAGED:
        raise TableError(_damaged()) from None
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise TableError(_("The workbook has no visible sheet."))
    notes = []
    if len(sheets) > 1:
        notes.append(
            _("The workbook has %(count)s sheets; only the first, “%(name)s”, was read.")
            % {"count": len(sheets), "name": sheets[0].title[:60]}
        )
    reader = _Rows(sheets[0], max_rows=max_rows, max_columns=max_columns, max_cell=max_cell)
    header = [normalise_header(name) for name in reader.take_header()]
    check_header(header, required, max_columns)
    records = reader.below_header()
    return Table(
        header=header,
        delimiter=",",
        lines=_as_lines(records),
        notes=notes,
        _records=records,
        _header_row=reader.header_row,
    )


class _Rows:
    """The rows of a sheet as texts, trimmed of blank cells at their end."""

    def __init__(self, sheet: Any, *, max_rows: int, max_columns: int, max_cell: int) -> None:
        sheet.reset_dimensions()  # what the file claims of its size is not believed
        self.header: list[str] = []
        self.header_row = 1
        self._max_rows, self._max_columns, self._max_cell = max_rows, max_columns, max_cell
        self._rows = self._read(sheet)

    def take_header(self) -> list[str]:
        for number, cells in self._rows:
            if cells:
                self.header, self.header_row = cells, number
                return cells
        raise TableError(_("The file is empty: its first row must name the columns."))

    def below_header(self) -> Iterator[list[str]]:
        """Yield row after row; blank ones only where another row follows."""
        blank = 0
        for number, cells in self._rows:
            if not cells:
                blank += 1
                continue
            if self._max_rows and number - self.header_row > self._max_rows:
                raise TableError(
                    _("The file has more than %(count)s rows. Split it.")
                    % {"count": self._max_rows}
                )
            for _blank in range(blank):
                yield []
            blank = 0
            yield cells

    def _read(self, sheet: Any) -> Iterator[tuple[int, list[str]]]:
        rows = sheet.iter_rows()
        number = 0
        while True:
            number += 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except DAMAGED:
                raise TableError(_damaged()) from None
            yield number, self._texts(number, row)

    def _texts(self, number: int, row: Sequence[Any]) -> list[str]:
        cells = [
            self._text(number, place, cell) if cell.value is not None else ""
            for place, cell in enumerate(row)
        ]
        while cells and not cells[-1].strip():
            cells.pop()
        if self._max_columns and len(cells) > self._max_columns:
            raise TableError(
                _("The file has %(found)s columns; at most %(count)s are read.")
                % {"found": len(cells), "count": self._max_columns}
            )
        return cells

    def _text(self, number: int, place: int, cell: Any) -> str:
        if cell.data_type == FORMULA:
            raise TableError(
                _(
                    "Row %(row)s, column %(column)s holds a formula. In the spreadsheet copy the "
                    "cells and paste them as values, then save the file again."
                )
                % {"row": number, "column": self._column(place)}
            )
        if cell.data_type == ERROR:
            raise TableError(
                _("Row %(row)s, column %(column)s holds an error: %(error)s.")
                % {"row": number, "column": self._column(place), "error": str(cell.value)[:20]}
            )
        text = _plain(cell.value)
        if self._max_cell and len(text) > self._max_cell:
            raise TableError(
                _("A cell in row %(row)s is longer than %(count)s characters.")
                % {"row": number, "count": self._max_cell}
            )
        return text

    def _column(self, place: int) -> str:
        letter = get_column_letter(place + 1)
        name = self.header[place].strip()[:60] if place < len(self.header) else ""
        return f"{letter} (“{name}”)" if name else letter


def _plain(value: Any) -> str:
    """Write the value of a cell as a person would: 21.05.2019, 2010, 0.5."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
        case datetime():
            day = dmy(value.date())
            return day if value.time() == time() else f"{day} {value:%H:%M}"
        case date():
            return dmy(value)
        case time():
            return f"{value:%H:%M}"
        case timedelta():
            return str(value)
        case _:
            return str(value)


def _check_package(file: IO[bytes]) -> None:
    """Look at the package before anything of it is unpacked, and at its XML before it is read."""
    start = file.read(4)
    file.seek(0)
    if start == OLE_START:
        raise TableError(
            _(
                "The workbook is protected by a password, or of the old kind (.xls). Save it "
                "without a password as “Excel workbook (.xlsx)” or as “CSV UTF-8”."
            )
        )
    try:
        with zipfile.ZipFile(file) as package:
            _check_parts(package.infolist())
            for part in package.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    _check_xml(package, part)
    except TableError:
        raise
    except DAMAGED:
        raise TableError(_damaged()) from None
    file.seek(0)


def _check_parts(parts: Sequence[zipfile.ZipInfo]) -> None:
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise TableError(_("The file is protected by a password. Save it without one."))
    if any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in names):
        raise TableError(
            _("The workbook contains macros. Save it as “Excel workbook (.xlsx)”, without them.")
        )
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise TableError(_("The file is no Excel workbook (.xlsx) and no CSV file."))
    largest_texts = max(
        (p.file_size for p in parts if "sharedstrings" in p.filename.lower()), default=0
    )
    unpacked = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > SMALL_PART and part.file_size > MOST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if (
        swollen
        or unpacked > MOST_UNPACKED
        or largest_texts > MOST_TEXTS
        or len(names) < len(parts)
        or len(parts) > MOST_PARTS
    ):
        raise TableError(
            _(
                "The workbook unpacks to far more than a roll can hold, so it is not opened. Save "
                "the sheet alone as “CSV UTF-8” and send that."
            )
        )


def _check_xml(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse declarations of entities, with which a small file can say very much."""
    tail = b""
    with package.open(part) as stream:
        while block := stream.read(BLOCK):
            if not tail and not block.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
                raise TableError(_damaged())
            if DECLARATIONS.search(tail + block):
                raise TableError(_damaged())
            tail = block[-10:]


def _as_lines(records: Iterator[list[str]]) -> Iterator[str]:
    """Write records as the lines of a CSV file, for those who read a table as text."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    for record in records:
        writer.writerow(record)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _damaged() -> str:
    return _("The workbook is damaged and cannot be read. Open it, save it again, and send that.")
