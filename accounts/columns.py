"""The columns of a roll, by every name that offices give them, in English and Hindi."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from igot.lib.tables import TableError, normalise_header

# The first of each is our own name for the column; all are compared as `key_of` reduces them.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "employee_code": (
        "employee_code",
        "emp code",
        "employee no",
        "employee number",
        "employee id",
        "emp no",
        "emp id",
        "empcode",
        "eis code",
        "gpf/pran no",
        "pran",
        "code",
        "staff no",
        "कर्मचारी कोड",
        "कर्मचारी संख्या",
        "कर्मचारी क्रमांक",
        "कर्मचारी आईडी",
    ),
    "name": (
        "name",
        "full name",
        "name of officer",
        "name of the officer",
        "officer name",
        "officer's name",
        "employee name",
        "name of employee",
        "name of the employee",
        "नाम",
        "पूरा नाम",
        "अधिकारी का नाम",
        "कर्मचारी का नाम",
    ),
    "service": (
        "service",
        "service name",
        "service code",
        "name of service",
        "name of the service",
        "सेवा",
        "सेवा का नाम",
        "सेवा कोड",
    ),
    "group": (
        "group",
        "gr",
        "service group",
        "group of post",
        "group of the post",
        "समूह",
        "वर्ग",
        "सेवा समूह",
    ),
    "date_of_birth": (
        "date_of_birth",
        "dob",
        "d o b",
        "birth date",
        "birthdate",
        "born on",
        "जन्म तिथि",
        "जन्मतिथि",
        "जन्म दिनांक",
        "जन्म की तारीख",
        "जन्म तारीख",
    ),
    "allotment_year": (
        "allotment_year",
        "year of allotment",
        "allotment",
        "batch",
        "batch year",
        "year of batch",
        "select list year",
        "year of select list",
        "slyear",
        "आवंटन वर्ष",
        "आबंटन वर्ष",
        "आवंटन का वर्ष",
        "बैच",
        "बैच वर्ष",
        "चयन सूची वर्ष",
    ),
    "date_of_joining": (
        "date_of_joining",
        "doj",
        "d o j",
        "joining date",
        "joined on",
        "date of joining service",
        "date of joining the service",
        "date of joining in service",
        "date of entry in service",
        "date of entry into service",
        "doeis",
        "कार्यग्रहण तिथि",
        "कार्यभार ग्रहण तिथि",
        "सेवा में आने की तिथि",
        "सेवा ग्रहण तिथि",
        "नियुक्ति तिथि",
        "कार्यग्रहण की तारीख",
    ),
    "cadre": (
        "cadre",
        "state",
        "state cadre",
        "cadre state",
        "cadre or state",
        "संवर्ग",
        "राज्य",
        "राज्य संवर्ग",
        "काडर",
    ),
    "rank": ("rank", "grade", "level", "pay level", "ग्रेड", "श्रेणी", "पद श्रेणी", "वेतन स्तर"),
    "designation": ("designation", "post", "present post", "पदनाम", "पद", "वर्तमान पद"),
    "ministry": (
        "ministry",
        "department",
        "ministry or department",
        "ministry/department",
        "organisation",
        "organization",
        "office",
        "मंत्रालय",
        "विभाग",
        "मंत्रालय/विभाग",
        "कार्यालय",
    ),
    "email": (
        "email",
        "e mail",
        "email id",
        "e mail id",
        "mail id",
        "official email",
        "official e mail",
        "email address",
        "e mail address",
        "official e mail address",
        "ईमेल",
        "ई मेल",
        "ईमेल पता",
        "सरकारी ईमेल",
    ),
    "group_since": (
        "group_since",
        "in group since",
        "date of promotion",
        "promoted on",
        "date of entry in grade",
        "date of entry in group",
        "समूह में कब से",
        "पदोन्नति तिथि",
        "पदोन्नति की तारीख",
    ),
    "break_days": (
        "break_days",
        "days of break",
        "break in service",
        "days of break in service",
        "सेवा भंग के दिन",
        "सेवा में व्यवधान के दिन",
    ),
}


def key_of(name: str) -> str:
    """Reduce the name of a column so that "D.O.B.", "Emp. Code" and "emp-code" are found.

    Letters, vowel signs and digits remain, whatever stands between them is one space.
    """
    folded = normalise_header(name)
    kept = "".join("" if character in ".'’‘" else _kept(character) for character in folded)
    return " ".join(kept.split())


def _kept(character: str) -> str:
    return " " if character in "_/()[]-–:,&#*" else character


_MEANING: Final = {key_of(word): column for column, words in COLUMNS.items() for word in words}
# "d.o.b." loses its full stops and is "dob"; "d o b" is written out above.


def meaning_of(name: str) -> str:
    """Tell which of our columns `name` means, "" for none of them."""
    key = key_of(name)
    return _MEANING.get(key) or _MEANING.get(key.replace(" ", ""), "")


def guess(header: Sequence[str]) -> dict[str, list[str]]:
    """Find for each of our columns those of `header` that may be it, our own name first."""
    found: dict[str, list[str]] = {}
    for name in header:
        if column := meaning_of(name):
            found.setdefault(column, []).append(name)
    return {
        column: [column] if column in names else names for column, names in sorted(found.items())
    }


def renamed(
    header: Sequence[str], *, required: Sequence[str] = (), wanted: Sequence[str] | None = None
) -> list[str]:
    """Give `header` our own names where it means our columns; the others stay as they are.

    Only the columns `wanted` (all of them, where that is None) are given our names.
    :raises TableError: two columns mean the same, or one of `required` is missing
    """
    meant = {
        column: names
        for column, names in guess(header).items()
        if wanted is None or column in wanted
    }
    for names in meant.values():
        if len(names) > 1:
            raise TableError(
                _("The columns %(names)s mean the same; leave one of them.")
                % {"names": ", ".join(names)}
            )
    missing = [column for column in required if column not in meant]
    if missing:
        raise TableError(_("The file lacks the column: %(names)s.") % {"names": ", ".join(missing)})
    ours = {names[0]: column for column, names in meant.items()}
    return [ours.get(name, name) for name in header]
