"""The outline of a proposed course: text into modules and units, with errors by line."""

import re
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

UNIT: Final = re.compile(r"\s*[-–—•*]\s*(.*)")
NUMBERED: Final = re.compile(
    r"^(?:(?:module|मॉड्यूल)\s*)?\d{1,2}\s*[.):：]\s*", re.IGNORECASE
)  # "1. ", "Module 2: "
LONGEST: Final = 150  # characters of a title in the catalogue
MOST_MODULES: Final = 60
MOST_UNITS: Final = 60  # in a module


class Module(NamedTuple):
    """A module with its units, as proposed."""

    title: str
    units: list[str]


class Fault(NamedTuple):
    """What is wrong in a line; lines are counted from 1, as a person counts them."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return _("Line %(line)s: %(sentence)s") % self._asdict()


class Outline(NamedTuple):
    """An outline as read: its modules, and what is to be corrected."""

    modules: list[Module]
    faults: list[Fault]


def parse_outline(text: str) -> Outline:
    """Read a module a line, and its units on the lines below it, each after a dash.

    Blank lines count for nothing; a number before a module's title ("1.", "Module 2:") is dropped.
    """
    modules: list[Module] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip():
            continue
        unit = UNIT.fullmatch(line)
        title = " ".join((unit[1] if unit else line).split())
        if not unit:
            title = NUMBERED.sub("", title, count=1) or title
        if sentence := _fault_of(title, modules, is_unit=bool(unit)):
            faults.append(Fault(number, sentence))
        if unit and modules:
            modules[-1].units.append(title)
        elif not unit:
            modules.append(Module(title, []))
    return Outline(modules, faults)


def _fault_of(title: str, modules: list[Module], *, is_unit: bool) -> str:
    if not title:
        return _("write the unit's title after the dash.")
    if len(title) > LONGEST:
        return _("a title has at most %(count)s characters.") % {"count": LONGEST}
    if is_unit and not modules:
        return _("a unit needs its module on a line above it, without a dash.")
    if is_unit and len(modules[-1].units) >= MOST_UNITS:
        return _("a module has at most %(count)s units.") % {"count": MOST_UNITS}
    if is_unit and title.casefold() in (known.casefold() for known in modules[-1].units):
        return _("“%(title)s” stands twice in this module.") % {"title": title}
    if not is_unit and len(modules) >= MOST_MODULES:
        return _("an outline has at most %(count)s modules.") % {"count": MOST_MODULES}
    if not is_unit and title.casefold() in (known.title.casefold() for known in modules):
        return _("“%(title)s” stands twice.") % {"title": title}
    return ""
