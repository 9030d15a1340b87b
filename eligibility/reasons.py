"""The sentences of the findings: kept as code and particulars, made anew for each reader."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eligibility.states import Rule, Verdict
from igot.lib.dates import dmy

# Codes are stored with decisions: a sentence may be worded better, its code and names never change.
SENTENCES: Final[dict[str, Promise | str]] = {
    "audience.admitted": _("%(service)s, Group %(group)s, is among those admitted."),
    "audience.referred": _(
        "%(service)s, Group %(group)s, is not mentioned in the text: the Department decides."
    ),
    "audience.outside": _("%(service)s, Group %(group)s, is not among those admitted."),
    "audience.no_such_group": _("%(service)s has no Group %(group)s."),
    "audience.service_missing": _("The service is not on record."),
    "audience.group_missing": _("The group of the post held is not on record."),
    "service.met.allotment": _(
        "Allotted in %(base_year)s: %(years)s years from the end of that year are complete "
        "from %(first_day)s, and the test date is %(tested_on)s."
    ),
    "service.met.joining": _(
        "Joined in %(base_year)s: %(years)s years from the end of that year are complete "
        "from %(first_day)s, and the test date is %(tested_on)s."
    ),
    "service.short.allotment": _(
        "Allotted in %(base_year)s: %(years)s years from the end of that year are complete "
        "only from %(first_day)s, after the test date %(tested_on)s."
    ),
    "service.short.joining": _(
        "Joined in %(base_year)s: %(years)s years from the end of that year are complete "
        "only from %(first_day)s, after the test date %(tested_on)s."
    ),
    "service.break": _(
        "The record shows a break of %(days)s days in the service: the Department decides "
        "whether they count."
    ),
    "service.missing.allotment": _("The year of allotment is not on record."),
    "service.missing.joining": _("The date of joining is not on record."),
    "service.missing.both": _(
        "Neither the year of allotment nor the date of joining is on record."
    ),
    "age.within": _(
        "Born on %(born_on)s: the limit of %(limit)s years on %(reckoned_on)s admits births "
        "from %(earliest)s."
    ),
    "age.over": _(
        "Born on %(born_on)s: over the limit of %(limit)s years on %(reckoned_on)s, which "
        "admits births from %(earliest)s."
    ),
    "age.boundary.within": _(
        "Born on %(born_on)s: exactly %(limit)s years old on %(reckoned_on)s. This is read as "
        "within the limit. A stricter reading also exists, and the Department has the last word."
    ),
    "age.boundary.over": _(
        "Born on %(born_on)s: exactly %(limit)s years old on %(reckoned_on)s. This is read as "
        "over the limit. A milder reading also exists, and the Department has the last word."
    ),
    "age.missing": _("The date of birth is not on record."),
}
DATES: Final = frozenset(
    {"first_day", "last_day", "tested_on", "born_on", "reckoned_on", "earliest"}
)
TONES: Final = {"PASS": "success", "FAIL": "error", "REFER": "info", "MISSING": "warning"}
GROUPS_HI: Final = {"A": "क", "B": "ख", "C": "ग"}


def text(code: str, params: Mapping[str, Any]) -> str:
    """Write the sentence of `code` in the present language; `params` are plain JSON values."""
    return str(SENTENCES[code]) % shown(params)


# The sentence, written in the language in which it will be shown.
sentence = lazy(text, str)


def in_words(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Add to a stored finding its labels, its sentence and its days, in the present language."""
    hindi = get_language() == "hi" and finding.get("source_hi")
    return {
        **finding,
        "rule_label": Rule(finding["rule"]).label,
        "verdict_label": Verdict(finding["verdict"]).label,
        "tone": TONES[finding["verdict"]],
        "reason": text(finding["code"], finding["params"]),
        "source": finding["source_hi"] if hindi else finding["source"],
        "first_day": _day(finding.get("first_day")),
        "last_day": _day(finding.get("last_day")),
    }


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def group_name(group: str) -> str:
    """Write a group as it is written in the present language: A, or क in Hindi."""
    return GROUPS_HI.get(group, group) if get_language() == "hi" else group


def shown(params: Mapping[str, Any]) -> dict[str, Any]:
    """Write particulars as a sentence takes them: dates as offices do, names as the reader does."""
    words = {
        name: dmy(date.fromisoformat(value)) if name in DATES and value else value
        for name, value in params.items()
    }
    if get_language() == "hi" and words.get("service_hi"):
        words["service"] = words["service_hi"]
    if "group" in words:
        words["group"] = group_name(words["group"])
    return words
