"""Tables in and out: CSV files that people send, and CSV and XLSX that no spreadsheet runs."""

import codecs
import csv
import io
import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import IO, Final, Protocol

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

Cell = str | int | Decimal | date | bool | None

FORMULA_STARTS: Final = frozenset("=+-@|＝＋－＠")
LINE_STARTS: Final = frozenset("\t\r\n")
UTF8_BOM: Final = "\ufeff"
DELIMITERS: Final = (",", ";", "\t")
ENCODINGS: Final = (  # by byte order mark; without one a file is UTF-8
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TableError(ValueError):
    """A file that cannot be read as a table; the message is a sentence for whoever sent it."""


class _Writes(Protocol):
    def write(self, text: str, /) -> object: ...


class _Borrowed(io.TextIOWrapper):
    """A text view of somebody else's file, which stays open when the view goes."""

    def close(self) -> None:
        """Leave the file to its owner."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of data: its place in the file and its cells by normalised column name."""

    number: int  # of the record, the header being 1: what a spreadsheet shows beside the row
    cells: dict[str, str]


@dataclass(kw_only=True)
class Table:
    """An opened CSV file, read line by line; `header` holds normalised column names."""

    header: list[str]
    delimiter: str
    lines: Iterator[str] = field(repr=False)  # the text below the header
    notes: list[str] = field(default_factory=list)  # sentences for whoever sent the file
    _records: Iterator[list[str]] = field(repr=False)
    _max_rows: int = 0
    _max_cell: int = 0
    _header_row: int = 1

    def __iter__(self) -> Iterator[Line]:
        for number, record in self.filled():
            yield Line(number=number, cells=dict(zip(self.header, record, strict=True)))

    def filled(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the records that are not blank with their numbers, a cell for each column.

        :raises TableError: as `records`, or a row has a cell beyond the last column
        """
        width = len(self.header)
        for number, record in self.records():
            if not any(map(str.strip, record)):
                continue
            if (found := len(record)) > width:
                if any(map(str.strip, record[width:])):
                    raise TableError(
                        _(
                            "Row %(row)s has %(found)s cells, but the header names %(columns)s "
                            "columns."
                        )
                        % {"row": number, "found": found, "columns": width}
                    )
                record = record[:width]
            elif found < width:
                record += [""] * (width - found)
            yield number, record

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the bare records with their numbers, keeping blank ones.

        :raises TableError: at the first row that cannot be read or exceeds a limit
        """
        number = self._header_row
        while True:
            number += 1
            try:
                record = next(self._records)
            except StopIteration:
                return
            except UnicodeDecodeError:
                raise TableError(_not_utf8()) from None
            except csv.Error as error:
                raise TableError(
                    _("Row %(row)s cannot be read: %(error)s.") % {"row": number, "error": error}
                ) from None
            if self._max_rows and number - 1 > self._max_rows:
                raise TableError(
                    _("The file has more than %(count)s rows. Split it.")
                    % {"count": self._max_rows}
                )
            if self._max_cell and max(map(len, record), default=0) > self._max_cell:
                raise TableError(
                    _("A cell in row %(row)s is longer than %(count)s characters.")
                    % {"row": number, "count": self._max_cell}
                )
            yield number, record


def safe_cell(value: Cell) -> str | int | Decimal:
    """Make `value` harmless in a spreadsheet: text that would run as a formula gets an apostrophe.

    Numbers stay numbers; text that merely looks like a negative number is text and is guarded.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return "'" + value if _would_run(value) else value


def _would_run(text: str) -> bool:
    if not text:
        return False
    first = text[0]
    if first.isascii() and (first.isalnum() or first in "'\"(_"):
        return False
    if first in LINE_STARTS:
        return True
    for character in text:
        if character in FORMULA_STARTS:
            return True
        if not character.isspace() and unicodedata.category(character) not in ("Cf", "Cc"):
            return False
    return False


def csv_lines(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = True
) -> Iterator[str]:
    """Yield a CSV file line by line, cells made safe; for a StreamingHttpResponse.

    With `bom` Excel recognises UTF-8, without which Hindi comes out as gibberish.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(UTF8_BOM if bom else "")
    for row in _with_header(header, rows):
        writer.writerow([safe_cell(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def write_csv(
    stream: _Writes, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = False
) -> None:
    """Write a CSV file to a text stream, cells made safe, row by row."""
    for line in csv_lines(header, rows, bom=bom):
        stream.write(line)


def write_xlsx(
    stream: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str = "iGOT"
) -> None:
    """Write one sheet to a binary stream; text is stored as text, so no cell is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title=title[:31])
    sheet.freeze_panes = "A2"
    for row in _with_header(header, rows):
        cells = []
        for value in row:
            safe = value if isinstance(value, date) else safe_cell(value)
            if isinstance(safe, str):
                safe = ILLEGAL_CHARACTERS_RE.sub("", safe)
            cell = WriteOnlyCell(sheet, safe)
            if isinstance(safe, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(stream)


def read_csv(
    file: IO[bytes],
    *,
    required: Sequence[str] = (),
    max_bytes: int = 20_000_000,
    max_rows: int = 100_000,
    max_columns: int = 200,
    max_cell: int = 10_000,
) -> Table:
    """Open a CSV file that a person sent: UTF-8 or UTF-16, comma, semicolon or tab.

    Limits of 0 are no limits. The rows are read as the table is walked.
    :raises TableError: not text, no header, a name twice, a required column missing, too large
    """
    if max_bytes and (size := size_of(file)) is not None and size > max_bytes:
        raise TableError(
            _("The file is larger than %(megabytes)s MB.") % {"megabytes": max_bytes // 1_000_000}
        )
    text = _Borrowed(file, encoding=_encoding_of(file), newline="", errors="strict")
    try:
        header_line = _first_line(text)
    except UnicodeError:
        raise TableError(_not_utf8()) from None
    if not header_line.strip():
        raise TableError(_("The file is empty: its first row must name the columns."))
    delimiter = _delimiter_of(header_line)
    lines = itertools.chain(io.StringIO(header_line, newline=""), text)
    records = csv.reader(lines, delimiter=delimiter, strict=False)
    try:
        header = [normalise_header(name) for name in next(records)]
    except (UnicodeError, csv.Error):
        raise TableError(_("The first row, which must name the columns, cannot be read.")) from None
    while header and not header[-1]:
        header.pop()
    check_header(header, required, max_columns)
    return Table(
        header=header,
        delimiter=delimiter,
        lines=lines,
        _records=records,
        _max_rows=max_rows,
        _max_cell=max_cell,
    )


def check_encoding(file: IO[bytes]) -> None:
    """Read a file through once, so that what is not text is refused before any of it is used.

    :raises TableError: with the line of the first character that is not UTF-8
    """
    decoder = codecs.getincrementaldecoder(_encoding_of(file))()
    lines = 1
    try:
        while block := file.read(1_000_000):
            lines += decoder.decode(block).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        lines += error.object[: error.start].count(b"\n")
        raise TableError(
            _(
                "The file is not UTF-8 text, from about line %(line)s on. In the spreadsheet "
                "choose “CSV UTF-8” when saving."
            )
            % {"line": lines}
        ) from None
    file.seek(0)


def normalise_header(name: str) -> str:
    """Reduce a column name to a plain key: " Date of Birth* " is "date_of_birth"."""
    folded = unicodedata.normalize("NFKC", name).strip(" \t\r\n*:\ufeff").casefold()
    return "_".join(folded.replace("-", " ").replace("_", " ").split())


def check_header(header: Sequence[str], required: Sequence[str], max_columns: int) -> None:
    if not any(header):
        raise TableError(_("The first row of the file names no column."))
    if max_columns and len(header) > max_columns:
        raise TableError(
            _("The file has %(found)s columns; at most %(count)s are read.")
            % {"found": len(header), "count": max_columns}
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise TableError(
            _("The file names a column twice: %(names)s.") % {"names": ", ".join(twice)}
        )
    missing = [name for name in required if name not in header]
    if missing:
        raise TableError(_("The file lacks the column: %(names)s.") % {"names": ", ".join(missing)})


def _encoding_of(file: IO[bytes]) -> str:
    if isinstance(file, io.BufferedReader):
        start = file.peek(4)[:4]
    else:
        start = file.read(4)
        file.seek(0)
    for mark, name in ENCODINGS:
        if start.startswith(mark):
            return name
    # UTF-16 without its mark shows itself: one byte of an ordinary first letter is zero.
    low, high = start[1:2] == b"\0", start[:1] == b"\0"
    return "utf-8" if low == high else ("utf-16-le" if low else "utf-16-be")


def _first_line(text: io.TextIOWrapper) -> str:
    """Read the first line that is not blank, and whatever a quoted line break in it continues."""
    line = text.readline(100_000)
    while line and not line.strip():
        line = text.readline(100_000)
    while line.count('"') % 2 and len(line) < 100_000 and (more := text.readline(100_000)):
        line += more
    return line


def _delimiter_of(header_line: str) -> str:
    outside = "".join(header_line.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def size_of(file: IO[bytes]) -> int | None:
    """Tell how many bytes are left; None for a pipe, whose limit is the number of rows."""
    if not file.seekable():
        return None
    here = file.tell()
    size = file.seek(0, io.SEEK_END) - here
    file.seek(here)
    return size


def _with_header(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    yield header
    yield from rows


def _not_utf8() -> str:
    return _("The file is not UTF-8 text. In the spreadsheet choose “CSV UTF-8” when saving.")
