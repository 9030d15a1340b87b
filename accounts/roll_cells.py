"""Reading one cell of a roll: the value as text for the table of rows, or what is wrong."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

from accounts.roll_states import DateOrder
from accounts.roll_words import Problem
from igot.lib.dates import ascii_digits, dmy
from igot.lib.people import clean_name, clean_text

NUMBERED: Final = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII
)
SERIAL: Final = re.compile(r"\d{4,5}(\.\d+)?", re.ASCII)
SERIAL_DAYS: Final = range(3653, 80_000)  # of a spreadsheet: 31.12.1909 to 2119; fewer are years
FIRST_SERIAL: Final = date(1899, 12, 30)  # the day that a spreadsheet counts as 0
ROUNDED: Final = re.compile(r"\d[.,]?\d*E\+\d+", re.IGNORECASE | re.ASCII)
PLAIN_NAME: Final = re.compile(r"[A-Za-z][A-Za-z.'-]*(?: [A-Za-z.'-]+)*", re.ASCII)
PLAIN_TEXT: Final = re.compile(r"[!-~]+(?: [!-~]+)*", re.ASCII)
EMAIL: Final = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
LONGEST_CODE: Final = 40
LONGEST_TEXT: Final = 200
MOST_BREAK_DAYS: Final = 20_000
REMEMBERED: Final = 100_000  # cells kept of each kind; then begun anew, so that memory is bounded


class Read(NamedTuple):
    """What a cell comes to: its value as the database writes it, None for nothing said."""

    value: str | None = None
    problem: Problem | None = None


NOTHING: Final = Read()


class Memory(dict[str, Read]):
    """Cells of one column by their text: a roll repeats itself, and reading costs."""

    def __init__(self, read: Callable[[str], Read]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Read:
        if len(self) >= REMEMBERED:
            self.clear()
        found = self[text] = self._read(text)
        return found


def bad(code: str, **params: object) -> Read:
    return Read(None, {"code": code, **params})


def cut(text: str) -> str:
    return text.strip()[:60]


def read_name(text: str) -> Read:
    """Read a person's name in any script; blank is nothing."""
    name = " ".join(text.split())
    if len(name) <= LONGEST_TEXT and PLAIN_NAME.fullmatch(name):
        return Read(name)
    if not name:
        return NOTHING
    try:
        return Read(clean_name(name))
    except ValueError:
        return bad("name.bad", text=cut(name))


def read_text(text: str) -> Read:
    """Read a line of text, such as a designation; blank is nothing."""
    plain = " ".join(text.split())
    if not plain:
        return NOTHING
    if not PLAIN_TEXT.fullmatch(plain):
        try:
            plain = clean_text(plain)
        except ValueError:
            shown = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in plain)
            return bad("text.mark", text=cut(shown))
    if len(plain) > LONGEST_TEXT:
        return bad("text.long", most=LONGEST_TEXT)
    return Read(plain)


def read_code(text: str) -> Read:
    """Read an employee code, in capitals as officers declare it."""
    found = read_text(text.upper())
    if found.value is None:
        return found if found.problem else bad("missing")
    if len(found.value) > LONGEST_CODE:
        return bad("text.long", most=LONGEST_CODE)
    if ROUNDED.fullmatch(found.value):
        return bad("code.rounded", text=found.value)
    return found


def read_email(text: str) -> Read:
    """Read an e-mail address, in small letters; blank is nothing."""
    address = text.strip().lower()
    if not address:
        return NOTHING
    if len(address) > 254 or not EMAIL.fullmatch(address):
        return bad("email.bad", text=cut(address))
    return Read(address)


def read_break_days(text: str) -> Read:
    """Read a number of days; blank is nothing."""
    days = ascii_digits(text).strip()
    if not days:
        return NOTHING
    if not re.fullmatch(r"\d{1,5}", days, re.ASCII) or int(days) > MOST_BREAK_DAYS:
        return bad("days.format", text=cut(text))
    return Read(str(int(days)))


def read_year(text: str, *, first: int, last: int) -> Read:
    """Read a year of four digits within bounds; blank is nothing."""
    year = ascii_digits(text).strip()
    if not year:
        return NOTHING
    if not re.fullmatch(r"\d{4}", year, re.ASCII):
        return bad("year.format", text=cut(text))
    if not first <= int(year) <= last:
        return bad("year.range", text=year, first=str(first), last=str(last))
    return Read(year)


def read_day(text: str, *, order: str, first: date, last: date) -> Read:
    """Read a date within bounds as YYYY-MM-DD; slashed ones only in a stated `order`."""
    written = ascii_digits(text).strip()
    if not written:
        return NOTHING
    found = NUMBERED.fullmatch(written)
    if found is None:
        return _no_date(written, text)
    one, mark, two, three = found.groups()
    if len(one) == 4 and len(three) <= 2:
        year, month, day = one, two, three
    elif len(one) > 2 or len(three) == 3:
        return bad("date.format", text=cut(text))
    elif len(three) < 4:
        return bad("date.short_year", text=cut(text))
    elif mark == ".":
        day, month, year = one, two, three
    elif not order:
        return bad("date.order", text=cut(text))
    else:
        day, month = (one, two) if order == DateOrder.DAY_FIRST else (two, one)
        year = three
    try:
        value = date(int(year), int(month), int(day))
    except ValueError:
        is_ordered = mark != "." and len(one) < 4
        return bad("date.no_day_in_order" if is_ordered else "date.no_day", text=cut(text))
    if not first <= value <= last:
        return bad("date.range", text=dmy(value), first=dmy(first), last=dmy(last))
    return Read(value.isoformat())


def is_slashed(text: str) -> bool:
    """Tell whether a date of this form can be read only when the order is known."""
    found = NUMBERED.fullmatch(ascii_digits(text).strip())
    return found is not None and found[2] != "." and len(found[1]) <= 2


def _no_date(written: str, text: str) -> Read:
    if SERIAL.fullmatch(written) and (days := int(float(written))) in SERIAL_DAYS:
        day = dmy(FIRST_SERIAL + timedelta(days=days))
        return bad("date.serial", text=cut(text), day=day)
    return bad("date.format", text=cut(text))
