"""What is wrong with a row of a roll, as a sentence that names row and column."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Problem = dict[str, Any]  # "code", perhaps "column", and the values that the sentence names

SENTENCES: Final[Mapping[str, Promise | str]] = {
    "missing": gettext_lazy("The cell is empty, and this fact is needed."),
    "text.mark": gettext_lazy("“%(text)s” holds a character that cannot be kept."),
    "text.long": gettext_lazy("The text is longer than %(most)s characters."),
    "name.bad": gettext_lazy("“%(text)s” cannot be a person's name."),
    "code.rounded": gettext_lazy(
        "“%(text)s” was rounded by a spreadsheet. Format the column as text and enter the codes "
        "again."
    ),
    "service.unknown": gettext_lazy("No service is called “%(text)s”."),
    "service.many": gettext_lazy("“%(text)s” may be any of these, write the code: %(names)s."),
    "group.unknown": gettext_lazy("“%(text)s” is no group: write A, B or C."),
    "group.not_in_service": gettext_lazy("%(service)s has no Group %(group)s; it has: %(groups)s."),
    "cadre.unknown": gettext_lazy("“%(text)s” is no State or Union Territory."),
    "rank.unknown": gettext_lazy("“%(text)s” is no grade of %(service)s in Group %(group)s."),
    "date.format": gettext_lazy(
        "“%(text)s” is not a date: write DD.MM.YYYY, for example 21.05.2019."
    ),
    "date.order": gettext_lazy(
        "“%(text)s” may be read in two ways. Say on the page of the columns whether the day or "
        "the month stands first."
    ),
    "date.no_day": gettext_lazy("There is no such day as %(text)s."),
    "date.no_day_in_order": gettext_lazy(
        "There is no such day as %(text)s in the order that was chosen."
    ),
    "date.short_year": gettext_lazy(
        "“%(text)s” gives the year with two digits, which may be two different years: write four."
    ),
    "date.serial": gettext_lazy(
        "“%(text)s” is a number. A spreadsheet stores %(day)s so: format the column as a date "
        "and save the file again."
    ),
    "date.range": gettext_lazy("%(text)s is out of range: give a date from %(first)s to %(last)s."),
    "joined.early": gettext_lazy(
        "Whoever was born on %(born)s turned %(age)s on %(day)s: the date of joining cannot be "
        "earlier."
    ),
    "year.format": gettext_lazy("“%(text)s” is not a year: write four digits, for example 2019."),
    "year.range": gettext_lazy("Give a year from %(first)s to %(last)s, not %(text)s."),
    "year.early": gettext_lazy(
        "Whoever was born in %(born)s cannot have a year of allotment before %(least)s."
    ),
    "since.early": gettext_lazy("The group cannot be held before the date of joining."),
    "days.format": gettext_lazy(
        "“%(text)s” is no number of days: write a whole number up to 20000."
    ),
    "email.bad": gettext_lazy("“%(text)s” is not an e-mail address."),
    "email.twice": gettext_lazy(
        "Row %(other)s gives the same e-mail address. Leave the address of an office blank."
    ),
    "code.twice": gettext_lazy("Row %(other)s has the same employee code."),
    "row.wide": gettext_lazy(
        "The row has %(found)s cells, but the header names %(width)s columns."
    ),
    "row.quotes": gettext_lazy(
        "A quotation mark is left open here, so %(lines)s lines were read as one row. Correct it "
        "and send the file again."
    ),
    "service.outside": gettext_lazy(
        "The service belongs to another authority than that of the source."
    ),
    "officer.outside": gettext_lazy(
        "The officer with this code or address belongs to another authority."
    ),
    "code.other": gettext_lazy(
        "The officer on record with this code has another name and another date of birth. Check "
        "the code."
    ),
    "email.other": gettext_lazy(
        "The e-mail address belongs to an officer with another employee code. Check both."
    ),
}


def sentence_of(problem: Problem, *, row: int) -> str:
    """Write one problem out: "Row 5, column “dob”: There is no such day as 31.02.1985."."""
    words = str(SENTENCES[problem["code"]]) % problem
    column = problem.get("column")
    if not column:
        return _("Row %(row)s: %(problem)s") % {"row": row, "problem": words}
    return _("Row %(row)s, column “%(column)s”: %(problem)s") % {
        "row": row,
        "column": column,
        "problem": words,
    }
