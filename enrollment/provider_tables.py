"""The tables of providers: which column is what, and what its cells say, by a map that is data."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Final

from django.utils.translation import gettext as _

from courses.models import Provider
from enrollment.models import ColumnMap
from igot.lib.dates import EARLIEST_YEAR, LATEST_YEAR, ascii_digits, parse_civil_date
from igot.lib.tables import Table, TableError, normalise_header, read_csv

ENGLISH_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
NAMED: Final = re.compile(r"(?P<month>[A-Za-z]{3})[a-z]*\.? (?P<day>\d{1,2}), ?(?P<year>\d{2,4})")
SLASHED: Final = re.compile(r"(?P<one>\d{1,2})[/-](?P<two>\d{1,2})[/-](?P<year>\d{2,4})")
MOST_BYTES: Final = 60_000_000  # 300,000 rows of the reports that providers send
DateForm = ColumnMap.DateForm


@dataclass(frozen=True, kw_only=True)
class ProviderTable:
    """An opened file of a provider, read by the names that the portal uses."""

    table: Table
    columns: Mapping[str, str]  # our name -> the column of the file, normalised
    words: Mapping[str, Mapping[str, str]]
    date_form: str
    grades_out_of: Decimal
    passed_over_without: str

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the number of each row and its cells by our names; "" for what is not there.

        :raises TableError: at a row that cannot be read
        """
        header = self.table.header
        places = [(name, header.index(column)) for name, column in self.columns.items()]
        needed = self.passed_over_without
        for number, record in self.table.filled():
            if "\0" in "".join(record):
                raise TableError(
                    _("Row %(row)s holds a character that no text has. Export the file again.")
                    % {"row": number}
                )
            cells = {name: record[place].strip() for name, place in places}
            if needed and not cells.get(needed):
                continue
            yield number, cells

    def word(self, name: str, text: str) -> str:
        """Return what the provider's word means in the column `name`; itself where none says."""
        meanings = {fold(word): meant for word, meant in self.words.get(name, {}).items()}
        return meanings.get(fold(text), text)

    def day(self, text: str) -> date | None:
        """Read a date as the provider writes it; None where the cell is blank.

        :raises ValueError: with a sentence for whoever sent the file
        """
        return read_day(text, self.date_form)


def open_table(
    file: IO[bytes],
    *,
    known: Mapping[str, frozenset[str]],
    required: tuple[str, ...],
    by: ColumnMap | None,
    max_bytes: int = MOST_BYTES,
    max_rows: int = 300_000,
) -> ProviderTable:
    """Open a CSV file by the map `by`, or by the names `known` where there is none.

    `known` gives for each of our names the headings, normalised, that mean it.
    :raises TableError: it is no table, is too large, or lacks a column of `required`
    """
    table = read_csv(file, max_bytes=max_bytes, max_rows=max_rows)
    columns = _mapped(table, by) if by else _known(table, known)
    if missing := [name for name in required if name not in columns]:
        raise TableError(_("The file lacks the column: %(names)s.") % {"names": ", ".join(missing)})
    return ProviderTable(
        table=table,
        columns=columns,
        words=by.words if by else {},
        date_form=by.date_form if by else DateForm.CIVIL,
        grades_out_of=by.grades_out_of if by else Decimal(100),
        passed_over_without=by.passed_over_without if by else "",
    )


def map_in_force(provider: Provider, kind: str, on: date) -> ColumnMap | None:
    """Return how `provider` names the columns of files of `kind` on `on`; None: nothing is said."""
    return ColumnMap.objects.in_force(on).filter(provider=provider, kind=kind).first()


def read_day(text: str, date_form: str) -> date | None:
    """Read a date in one of the forms that providers use; None where the text is blank.

    Years of two digits are of this century.
    :raises ValueError: with a sentence for whoever sent the file
    """
    plain = ascii_digits(text).strip()
    if not plain or date_form == DateForm.CIVIL:
        return parse_civil_date(plain)
    pattern = NAMED if date_form == DateForm.NAMED_MONTH else SLASHED
    found = pattern.match(plain)  # a time of day may follow
    if found is None:
        return parse_civil_date(plain)
    try:
        return _day_of(found, date_form)
    except ValueError:
        raise ValueError(_("There is no such day as %(text)s.") % {"text": plain[:40]}) from None


def fold(text: str) -> str:
    """Reduce a user name, e-mail address or word to what is compared."""
    return " ".join(text.split()).casefold()


def _day_of(found: re.Match[str], date_form: str) -> date:
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(year)
    if date_form == DateForm.NAMED_MONTH:
        month = ENGLISH_MONTHS.index(found["month"].lower()) + 1
        return date(year, month, int(found["day"]))
    one, two = int(found["one"]), int(found["two"])
    return date(year, one, two) if date_form == DateForm.MONTH_FIRST else date(year, two, one)


def _mapped(table: Table, by: ColumnMap) -> dict[str, str]:
    wanted = {name: normalise_header(heading) for name, heading in by.columns.items()}
    return {name: column for name, column in wanted.items() if column in table.header}


def _known(table: Table, known: Mapping[str, frozenset[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, headings in known.items():
        columns = [column for column in table.header if column in headings]
        if len(columns) > 1:
            raise TableError(
                _("The columns %(names)s mean the same; leave one of them.")
                % {"names": ", ".join(columns)}
            )
        if columns:
            found[name] = columns[0]
    return found
