"""A rule set in plain language, as it is shown to whoever drafts, approves or reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import Service
from eligibility.models import RuleSetVersion
from eligibility.reasons import group_name
from eligibility.rules import Clause, RuleBook, earliest_birth, first_day_of_service
from eligibility.states import AgeMode, Rule, ServiceBase, Verdict
from igot.lib.dates import dmy

FAMILIES: Final = {
    Service.Family.AIS: gettext_lazy("the All India Services"),
    Service.Family.CENTRAL: gettext_lazy("the Central Civil Services"),
    Service.Family.SECRETARIAT: gettext_lazy("the Secretariat services"),
    Service.Family.UT: gettext_lazy("the services of the Union Territories"),
    Service.Family.STATE: gettext_lazy("the State Civil Services"),
}
# What a rule set may settle otherwise than usual: fields of RuleBook and of the version alike.
SWITCHES: Final = (
    "service_edge",
    "service_test_date",
    "service_break_policy",
    "age_mode",
    "age_relaxation",
    "missing_data",
    "selfpaced_commencement",
    "boundary_to_human",
    "treat_cscs_as_css",
    "treat_ut_services_as_state",
    "include_state_police_forest",
)
USUAL: Final = RuleBook(code="")


class Said(NamedTuple):
    """A sentence of the reading, and the paragraph behind it."""

    words: str
    source: str = ""


def in_plain_words(
    rules: RuleBook, *, year: int, services: Mapping[str, str] | None = None
) -> list[str]:
    """Write the rules as sentences: `clauses_in_words` without the paragraphs."""
    return [said.words for said in clauses_in_words(rules, year=year, services=services)]


def clauses_in_words(
    rules: RuleBook, *, year: int, services: Mapping[str, str] | None = None
) -> list[Said]:
    """Write the rules as sentences, each with its paragraph.

    `year` serves as the example for age and service; `services` gives the names of services by
    their codes, in the present language: a code without one stands for itself.
    """
    admitted = [clause for clause in rules.audience if clause.verdict == Verdict.PASS]
    referred = [clause for clause in rules.audience if clause.verdict == Verdict.REFER]
    names = services or {}
    audience = _source(rules, Rule.AUDIENCE)
    said = [Said(_("Admitted: %(audience)s.") % {"audience": listed(admitted, names)}, audience)]
    if referred:
        words = _("Referred to the Department: %(audience)s.")
        sources = {_source_of(clause) or audience for clause in referred}
        said.append(Said(words % {"audience": listed(referred, names)}, "; ".join(sorted(sources))))
    said.append(Said(_service(rules, year), _source(rules, Rule.SERVICE)))
    said.append(Said(_age(rules, year), _source(rules, Rule.AGE)))
    said += [Said(words) for words in _departures(rules)]
    return said


def both_readings(rules: RuleBook, *, born_on: date, commences_on: date) -> list[str]:
    """Set the reading of the age limit that is in force beside the other one, for one birthday.

    Source: domain page 20, section 2.3: the strict reading has the better legal authority.
    """
    milder = rules.age_mode in (AgeMode.INCLUSIVE, AgeMode.COMPLETED_YEARS)
    other = replace(rules, age_mode=AgeMode.BORN_NOT_EARLIER if milder else AgeMode.INCLUSIVE)
    within = _("“%(mode)s”: births from %(earliest)s are admitted; this birth is within the limit.")
    over = _("“%(mode)s”: births from %(earliest)s are admitted; this birth is over the limit.")
    said = []
    for book in (rules, other):
        earliest = earliest_birth(commences_on.year, book)
        words = within if born_on >= earliest else over
        said.append(words % {"mode": book.age_mode.label, "earliest": dmy(earliest)})
    return [
        _("In force: %(reading)s") % {"reading": said[0]},
        _("Also held: %(reading)s") % {"reading": said[1]},
    ]


def _service(rules: RuleBook, year: int) -> str:
    """Say how long one must have served, with the first day of somebody as an example."""
    by_allotment = rules.service_base == ServiceBase.ALLOTMENT_YEAR
    count = (
        ngettext(
            "%(years)s calendar year after the year of allotment or of the select list",
            "%(years)s calendar years after the year of allotment or of the select list",
            rules.service_years,
        )
        if by_allotment
        else ngettext(
            "%(years)s calendar year after the year of joining",
            "%(years)s calendar years after the year of joining",
            rules.service_years,
        )
    ) % {"years": rules.service_years}
    base = year - rules.service_years - 1
    example = (
        _("whoever was allotted in %(base)s has completed them on %(day)s")
        if by_allotment
        else _("whoever joined in %(base)s has completed them on %(day)s")
    ) % {"base": base, "day": dmy(first_day_of_service(base, rules))}
    return _("Service: %(count)s; %(example)s. Tested on: %(test_date)s.") % {
        "count": count,
        "example": example,
        "test_date": rules.service_test_date.label,
    }


def _age(rules: RuleBook, year: int) -> str:
    reckoned_on = date(year, rules.age_ref_month, rules.age_ref_day)
    return _(
        "Age: born on or after %(day)s for runs commencing in %(year)s (the limit is %(limit)s "
        "years on %(reckoned_on)s; %(mode)s)."
    ) % {
        "day": dmy(earliest_birth(year, rules)),
        "year": str(year),
        "limit": rules.age_limit,
        "reckoned_on": date_format(reckoned_on, "j F"),
        "mode": _uncapped(str(rules.age_mode.label)),
    }


def _departures(rules: RuleBook) -> list[str]:
    """Name every switch that this rule set sets otherwise than usual."""
    return [
        _("Not as usual – %(clause)s: %(choice)s (usually: %(usual)s).")
        % {
            "clause": RuleSetVersion._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
            "choice": _choice(getattr(rules, name)),
            "usual": _choice(getattr(USUAL, name)),
        }
        for name in SWITCHES
        if getattr(rules, name) != getattr(USUAL, name)
    ]


def _choice(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _uncapped(str(value.label))


def listed(clauses: Iterable[Clause], services: Mapping[str, str] | None = None) -> str:
    """Name the services group by group: "Group A officers of the All India Services and …"."""
    known = services or {}
    groups: dict[str, list[str]] = {}
    for clause in clauses:
        name = known.get(clause.service, clause.service) or _family(clause.family)
        groups.setdefault(clause.group, []).append(name)
    parts = [
        _("Group %(group)s officers of %(services)s")
        % {"group": group_name(group), "services": _joined(names)}
        for group, names in sorted(groups.items())
    ]
    return "; ".join(parts) if parts else _("nobody")


def _family(family: str) -> str:
    named = Service.Family(family)
    return str(FAMILIES.get(named, named.label))


def _joined(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(many)s and %(one)s") % {"many": ", ".join(names[:-1]), "one": names[-1]}


def _source(rules: RuleBook, rule: Rule) -> str:
    hindi = rules.sources_hi.get(rule, "") if get_language() == "hi" else ""
    return hindi or rules.sources.get(rule, "")


def _source_of(clause: Clause) -> str:
    return (clause.source_hi if get_language() == "hi" else "") or clause.source


def _uncapped(words: str) -> str:
    """Write a label inside a sentence: "exactly the limit is within it"."""
    return words[:1].lower() + words[1:]
