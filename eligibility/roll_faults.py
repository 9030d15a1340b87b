"""What is said of the rows of a roll that cannot be judged, and how a cell is written."""

import re
from typing import Final

from django.utils.translation import gettext as _

from accounts.directory import ServiceNotFound
from igot.lib.tables import safe_cell

NEEDS_QUOTES: Final = re.compile('[,"\r\n]')


def cell(text: str) -> str:
    """Write one CSV cell that no spreadsheet runs, in quotation marks where it needs them."""
    safe = str(safe_cell(text))
    if not NEEDS_QUOTES.search(safe):
        return safe
    return '"' + safe.replace('"', '""') + '"'


def impossible(joined_too_early: bool, allotted_too_early: bool) -> list[str]:
    problems = []
    if joined_too_early:
        problems.append(_("date_of_joining: not after the date of birth"))
    if allotted_too_early:
        problems.append(_("allotment_year: not after the year of birth"))
    return problems


def not_found(error: ServiceNotFound) -> str:
    if not error.candidates:
        return _("unknown service “%(service)s”") % {"service": cut(error.text)}
    candidates = ", ".join(f"{service.code} ({service.name})" for service in error.candidates)
    return _("“%(service)s” may be any of these, write the code: %(candidates)s") % {
        "service": cut(error.text),
        "candidates": candidates,
    }


def too_wide(found: int, width: int) -> str:
    return _("the row has %(found)s cells, but the header names %(width)s columns") % {
        "found": found,
        "width": width,
    }


def cut(text: str) -> str:
    return text.strip()[:60]
