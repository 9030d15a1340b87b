"""The columns of a list of proposals, by the names that offices give them, English and Hindi."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.columns import key_of
from committee.models import Currency, Proposal
from courses.models import Certification, Course
from igot.lib.tables import TableError

# Of each the first is its English heading, the second its Hindi one; all are compared by key.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("Title", "शीर्षक", "course", "course title", "name of course", "name of the course",
              "title of the course", "course name", "पाठ्यक्रम", "पाठ्यक्रम का नाम"),
    "title_hi": ("Title in Hindi", "हिन्दी में शीर्षक", "hindi title", "title hindi", "title hi",
                 "हिंदी शीर्षक", "हिन्दी शीर्षक", "हिंदी में शीर्षक"),
    "institute_name": ("Institute", "संस्थान", "institution", "offered by", "name of institute",
                       "institute name", "university", "संस्था", "संस्थान का नाम"),
    "level": ("Level", "स्तर", "course level"),
    "mode": ("Mode", "विधा", "delivery", "type", "mode of delivery", "माध्यम"),
    "language": ("Language", "भाषा", "medium", "language of the course"),
    "weeks": ("Weeks", "सप्ताह", "duration in weeks", "duration weeks", "duration", "अवधि सप्ताह"),
    "least_weekly_hours": ("Hours a week, at least", "प्रति सप्ताह न्यूनतम घंटे", "min hours",
                           "least weekly hours", "hours a week", "hours per week"),
    "most_weekly_hours": ("Hours a week, at most", "प्रति सप्ताह अधिकतम घंटे", "max hours",
                          "most weekly hours"),
    "fee": ("Fee", "शुल्क", "cost", "price", "course fee", "certificate fee", "फीस", "लागत"),
    "currency": ("Currency", "मुद्रा"),
    "certification": ("Certification offered", "प्रमाणन", "certification", "certificate",
                      "type of certificate", "प्रमाणपत्र"),
    "website": ("Page of the course", "पाठ्यक्रम का पृष्ठ", "website", "link", "url", "web page",
                "course link", "वेबसाइट", "लिंक"),
    "objective": ("Objective", "उद्देश्य", "objectives", "about", "description", "विवरण"),
    "objective_hi": ("Objective in Hindi", "हिन्दी में उद्देश्य", "objective hi", "हिंदी में उद्देश्य"),
    "prerequisites": ("Prerequisites", "पूर्वापेक्षाएँ", "prerequisite", "पूर्वापेक्षा"),
    "outline": ("Outline", "रूपरेखा", "syllabus", "modules", "contents", "पाठ्यचर्या"),
    "reasons": ("Why this course", "यह पाठ्यक्रम क्यों", "reasons", "justification", "why",
                "औचित्य", "कारण"),
    "officers": ("For which officers", "किन अधिकारियों के लिए", "officers", "target group",
                 "audience", "for whom", "लक्षित अधिकारी"),
    "rule_set_code": ("Rule set", "नियम समूह", "rule set code", "categories of officers"),
    "comparable": ("Comparable courses", "समान पाठ्यक्रम", "similar courses"),
    "source": ("Proposed by", "प्रस्तावक का प्रकार", "source", "kind of proposer"),
    "proposer": ("Name of the proposer", "प्रस्तावक का नाम", "proposer", "ministry",
                 "ministry or department", "मंत्रालय", "प्रस्तावक"),
    "proposer_email": ("E-mail address of the proposer", "प्रस्तावक का ई-मेल", "email", "e-mail"),
    "letter_reference": ("Letter or note", "पत्र अथवा टिप्पणी", "letter", "reference", "पत्र संख्या"),
    "received_on": ("Received on", "प्राप्ति की तिथि", "date of receipt", "date received"),
}  # fmt: skip
NEEDED: Final = ("title", "institute_name", "certification", "objective", "reasons", "officers")
CHOICES: Final[Mapping[str, Any]] = {
    "level": Course.Level,
    "mode": Course.Mode,
    "currency": Currency,
    "certification": Certification,
    "source": Proposal.Source,
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {  # what is also written for a value
    "level": {"beginner": "introductory", "basic": "introductory", "medium": "intermediate"},
    "mode": {"batch": "run", "instructor led": "run", "scheduled": "run", "self": "self_paced"},
    "currency": {"$": "USD", "us$": "USD", "dollar": "USD", "₹": "INR", "rs": "INR",
                 "rupees": "INR", "रुपये": "INR", "€": "EUR", "£": "GBP"},
    "certification": {"proctored exam": "grade_exam", "grade": "grade_exam",
                      "exam": "grade_exam", "completion": "modules", "yes": "certificate"},
    "source": {"department": "ministry"},
}  # fmt: skip
_MEANING: Final = {key_of(word): name for name, words in COLUMNS.items() for word in words}
_MEANING.update({key_of(name): name for name in COLUMNS})


def renamed(header: Sequence[str]) -> list[str]:
    """Give `header` our names where it means our columns, "" where it means none.

    :raises TableError: two columns mean the same, or one that is needed is missing
    """
    names = [_MEANING.get(key_of(name), "") for name in header]
    for name in names:
        if name and names.count(name) > 1:
            raise TableError(
                _("Several columns mean “%(name)s”; leave one of them.") % {"name": heading(name)}
            )
    missing = [heading(name) for name in NEEDED if name not in names]
    if missing:
        raise TableError(_("The file lacks the column: %(names)s.") % {"names": ", ".join(missing)})
    return names


def heading(name: str) -> str:
    """Return the heading of a column in the reader's language."""
    return COLUMNS[name][1 if translation.get_language() == "hi" else 0]


def headings() -> list[str]:
    return [heading(name) for name in COLUMNS]


def value_of(name: str, text: str) -> str:
    """Return the value that `text` means in the column, or `text` itself where it means none."""
    if name not in CHOICES:
        return text
    return _values(name).get(_plain(text), text)


@cache
def _values(name: str) -> dict[str, str]:
    found = {_plain(word): value for word, value in WORDS[name].items()}
    for language in ("en", "hi"):
        with translation.override(language):
            found |= {_plain(str(label)): value for value, label in CHOICES[name].choices}
    return found | {_plain(value): value for value in CHOICES[name].values}


def _plain(text: str) -> str:
    return key_of(text) or text.strip().casefold()
