"""Civil dates of India: reading, writing, today, and the financial year."""

import re
import unicodedata
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

IST: Final = ZoneInfo("Asia/Kolkata")
EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2100

ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
DOTTED: Final = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII)
SLASHED: Final = re.compile(r"(?P<day>\d{1,2})[/-](?P<month>\d{1,2})[/-](?P<year>\d{4})", re.ASCII)
MONTHS: Final = {  # Django's own Hindi names are spelt in an older way
    "en": "January February March April May June July August September October November December",
    "hi": "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्तूबर नवंबर दिसंबर",
}


def parse_civil_date(text: str, *, with_slashes: bool = False) -> date | None:
    """Read a date written YYYY-MM-DD or DD.MM.YYYY; None when the text is blank.

    `with_slashes` also admits DD/MM/YYYY and DD-MM-YYYY: for forms, where the page says which
    comes first; in files nobody can tell DD/MM from MM/DD, so there it is refused.
    :raises ValueError: with a sentence for the person who wrote it
    """
    written = ascii_digits(text).strip()
    if not written:
        return None
    found = ISO.fullmatch(written) or DOTTED.fullmatch(written)
    if found is None and with_slashes:
        found = SLASHED.fullmatch(written)
    if found is None:
        raise ValueError(
            _("“%(text)s” is not a date: write DD.MM.YYYY, for example 21.05.2019.")
            % {"text": text.strip()[:40]}
        )
    year = int(found["year"])
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(
            _("The year %(year)s is out of range: give one from %(first)s to %(last)s.")
            % {"year": year, "first": EARLIEST_YEAR, "last": LATEST_YEAR}
        )
    try:
        return date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        raise ValueError(
            _("There is no such day as %(text)s.") % {"text": text.strip()[:40]}
        ) from None


def parse_year(text: str) -> int | None:
    """Read a calendar year of four digits; None when the text is blank.

    :raises ValueError: with a sentence for the person who wrote it
    """
    written = ascii_digits(text).strip()
    if not written:
        return None
    if not re.fullmatch(r"\d{4}", written, re.ASCII):
        raise ValueError(
            _("“%(text)s” is not a year: write four digits, for example 2019.")
            % {"text": text.strip()[:40]}
        )
    if not EARLIEST_YEAR <= int(written) <= LATEST_YEAR:
        raise ValueError(
            _("The year %(year)s is out of range: give one from %(first)s to %(last)s.")
            % {"year": written, "first": EARLIEST_YEAR, "last": LATEST_YEAR}
        )
    return int(written)


def ascii_digits(text: str) -> str:
    """Write digits of any script (Devanagari above all) as 0 to 9; leave the rest alone."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in text
    )


def dmy(day: date) -> str:
    """Write a date as offices do: 17.05.2019."""
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"


def month_name(day: date, language: str | None) -> str:
    """Name the month of `day`; `language` is "en" or "hi"."""
    return MONTHS["hi" if language == "hi" else "en"].split()[day.month - 1]


def civil_today() -> date:
    """Tell today's date in India, whatever the clock of the machine says."""
    return timezone.localdate(timezone=IST)


def civil_date(at: datetime) -> date:
    """Tell the date in India at the instant `at`."""
    return timezone.localdate(at, timezone=IST)


def financial_year(day: date) -> str:
    """Name the financial year, 1 April to 31 March, that `day` falls in: "2026-27"."""
    first = financial_year_start(day).year
    return f"{first}-{(first + 1) % 100:02d}"


def financial_year_start(day: date) -> date:
    """Find the 1 April on or before `day`."""
    return date(day.year if day.month >= 4 else day.year - 1, 4, 1)


def financial_year_end(day: date) -> date:
    """Find the 31 March on or after `day`."""
    return date(financial_year_start(day).year + 1, 3, 31)


def years_after(day: date, years: int) -> date:
    """Move `day` by whole years; 29 February becomes 1 March where there is none.

    :raises ValueError: beyond the years that a date can hold
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
