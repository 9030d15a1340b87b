"""The sentences of the “Why?” page: rules, comparisons, days that fit, and what would change."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from eligibility import reading, reasons
from eligibility.explain import Case, Change, Window, admitted_groups
from eligibility.rules import Finding, earliest_birth, exact_birth
from eligibility.states import BreakPolicy, Rule, ServiceEdge, TestDate, Verdict
from igot.lib.dates import dmy, years_after

Words = str | Promise

# What would change an answer, by the codes of `explain.changes`.
CHANGES: Final[dict[str, Words]] = {
    "wait": gettext_lazy(
        "Choose a training that commences on or after %(first_day)s: by then the length of "
        "service is complete."
    ),
    "wait.registration": gettext_lazy(
        "Register on or after %(first_day)s: by then the length of service is complete."
    ),
    "wait.never": gettext_lazy(
        "Waiting does not help: the age limit admits trainings until %(last_day)s, and the "
        "length of service is complete only from %(first_day)s."
    ),
    "age.never": gettext_lazy(
        "Waiting does not help: the age limit admits only trainings that commence until "
        "%(last_day)s."
    ),
    "promotion": gettext_lazy(
        "Group %(group)s of %(service)s is admitted: a post in it on the test date "
        "(%(tested_on)s for this training) would meet the rule."
    ),
    "audience.never": gettext_lazy(
        "These rules admit no group of %(service)s: only other rules or the Department can."
    ),
    "correct.group": gettext_lazy(
        "If the service or the group on record is wrong, have it corrected: of %(service)s these "
        "are admitted: %(groups)s."
    ),
    "give.service": gettext_lazy("Give the service on the service record."),
    "give.group": gettext_lazy(
        "Give the group of the post held: of %(service)s these are admitted: %(groups)s."
    ),
    "give.allotment": gettext_lazy(
        "Give the year of allotment on the service record: %(base_year)s or an earlier year is "
        "in time for the test date %(tested_on)s."
    ),
    "give.joining": gettext_lazy(
        "Give the date of joining on the service record: %(base_year)s or an earlier year is in "
        "time for the test date %(tested_on)s."
    ),
    "give.both": gettext_lazy(
        "Give the year of allotment, or the date of joining, on the service record: %(base_year)s "
        "or an earlier year is in time for the test date %(tested_on)s."
    ),
    "correct.allotment": gettext_lazy(
        "If the year of allotment on record is wrong, have it corrected: %(base_year)s or an "
        "earlier year would be in time for the test date %(tested_on)s."
    ),
    "correct.joining": gettext_lazy(
        "If the date of joining on record is wrong, have it corrected: %(base_year)s or an "
        "earlier year would be in time for the test date %(tested_on)s."
    ),
    "give.birth": gettext_lazy(
        "Give the date of birth on the service record: births from %(earliest)s are within the "
        "limit."
    ),
    "correct.birth": gettext_lazy(
        "If the date of birth on record is wrong, have it corrected by order: births from "
        "%(earliest)s are within the limit."
    ),
    "refer": gettext_lazy(
        "The text is silent on this case, and the Department decides: a representation can give "
        "it the reasons."
    ),
    "refer.break": gettext_lazy(
        "The Department decides whether the break of %(days)s days counts as service."
    ),
    "verify": gettext_lazy(
        "The facts are declared and not yet verified: once they are, the answer is no longer "
        "provisional."
    ),
}
TESTED: Final[dict[TestDate, Words]] = {
    TestDate.COMMENCEMENT: gettext_lazy(
        "This is tested on the day on which the training commences: %(day)s."
    ),
    TestDate.REGISTRATION: gettext_lazy("This is tested on the day of registration: %(day)s."),
    TestDate.FIRST_JULY: gettext_lazy(
        "This is tested on 1 July of the year in which the training commences: %(day)s."
    ),
}
COMPLETE: Final[dict[ServiceEdge, Words]] = {
    ServiceEdge.NEXT_DAY: gettext_lazy("The years are complete on the day after their last day."),
    ServiceEdge.LAST_DAY: gettext_lazy("The years are complete on their last day itself."),
}
BREAKS: Final[dict[BreakPolicy, Words]] = {
    BreakPolicy.REFER: gettext_lazy(
        "Whether a break in service counts is for the Department to decide."
    ),
    BreakPolicy.COUNT: gettext_lazy("A break in service counts as service."),
    BreakPolicy.EXCLUDE: gettext_lazy("A break in service does not count as service."),
}


def change(made: Change) -> str:
    """Write what would have to be otherwise."""
    params = reasons.shown(made.params)
    if "groups" in params:
        params["groups"] = groups_named(params["groups"])
    return str(CHANGES[made.code]) % params


def effect(made: Change, now: str) -> str:
    """Write what comes of it alone."""
    if made.helps:
        return _("With this alone the answer is: %(outcome)s.") % {"outcome": made.outcome.label}
    return _("The answer stays: %(outcome)s.") % {"outcome": now}


def groups_named(groups: Iterable[str]) -> str:
    """Name groups: "Group A, Group B"."""
    return ", ".join(_("Group %(group)s") % {"group": reasons.group_name(g)} for g in groups)


# --- the rule in words --------------------------------------------------------------------------
def rule_in_words(rule: Rule, case: Case) -> list[str]:
    """Write one rule as whole sentences, with the numbers of the version that decided."""
    return {Rule.AUDIENCE: _audience, Rule.SERVICE: _service, Rule.AGE: _age}[rule](case)


def _audience(case: Case) -> list[str]:
    clauses = case.rules.audience
    admitted = [clause for clause in clauses if clause.verdict == Verdict.PASS]
    referred = [clause for clause in clauses if clause.verdict == Verdict.REFER]
    said = [_("Admitted: %(audience)s.") % {"audience": reading.listed(admitted)}]
    if referred:
        text = _("Referred to the Department: %(audience)s.")
        said.append(text % {"audience": reading.listed(referred)})
    return said


def _service(case: Case) -> list[str]:
    years, book = case.rules.service_years, case.rules
    if case.finding(Rule.SERVICE).code.endswith(".joining"):
        text = ngettext(
            "%(years)s whole calendar year of service has to be complete, counted from the end "
            "of the year of joining.",
            "%(years)s whole calendar years of service have to be complete, counted from the end "
            "of the year of joining.",
            years,
        )
    else:
        text = ngettext(
            "%(years)s whole calendar year of service has to be complete, counted from the end "
            "of the year of allotment or of the select list.",
            "%(years)s whole calendar years of service have to be complete, counted from the end "
            "of the year of allotment or of the select list.",
            years,
        )
    said = [
        text % {"years": years},
        str(COMPLETE[book.service_edge]),
        str(TESTED[book.service_test_date]) % {"day": dmy(case.tested_on)},
    ]
    return [*said, str(BREAKS[book.service_break_policy])] if case.facts.break_days else said


def _age(case: Case) -> list[str]:
    book, year = case.rules, case.commences_on.year
    return [
        _(
            "The limit is %(limit)s years of age on %(day)s, in the year in which the training "
            "commences: births from %(earliest)s are within it."
        )
        % {
            "limit": book.age_limit,
            "day": dmy(date(year, book.age_ref_month, book.age_ref_day)),
            "earliest": dmy(earliest_birth(year, book)),
        },
        _("It is read so: %(mode)s.") % {"mode": book.age_mode.label},
    ]


# --- what was compared --------------------------------------------------------------------------
def compared(found: Finding, case: Case) -> dict[str, Any]:
    """Set side by side what a rule compares, with a remark on what lies between."""
    return {Rule.AUDIENCE: _groups, Rule.SERVICE: _days_of_service, Rule.AGE: _births}[found.rule](
        found, case
    )


def _groups(found: Finding, case: Case) -> dict[str, Any]:
    service, group = case.facts.service, case.facts.group
    pairs = [_pair(_("On record"), groups_named([group]) if group else "")]
    if service is not None:
        admitted = groups_named(admitted_groups(case)) or _("none")
        pairs.append(_pair(_("Admitted of this service"), admitted))
    return {"pairs": pairs, "remark": ""}


def _days_of_service(found: Finding, case: Case) -> dict[str, Any]:
    first, tested = found.first_day, case.tested_on
    pairs = [
        _pair(_("Complete from"), dmy(first) if first else ""),
        _pair(_("Tested on"), dmy(tested)),
    ]
    if first is None:
        return {"pairs": pairs, "remark": ""}
    if tested == first:
        remark = _("On that very day")
    elif tested > first:
        remark = _("%(span)s after it") % {"span": span(first, tested)}
    else:
        remark = _("%(span)s too early") % {"span": span(tested, first)}
    return {"pairs": pairs, "remark": remark}


def _births(found: Finding, case: Case) -> dict[str, Any]:
    born, year = case.facts.born_on, case.commences_on.year
    earliest = earliest_birth(year, case.rules)
    pairs = [
        _pair(_("Born on"), dmy(born) if born else ""),
        _pair(_("Earliest birth within the limit"), dmy(earliest)),
    ]
    if born is None:
        return {"pairs": pairs, "remark": ""}
    if born == exact_birth(year, case.rules):
        remark = _("Exactly on the limit")
    elif born >= earliest:
        remark = _("Within the limit by %(span)s") % {"span": span(earliest, born)}
    else:
        remark = _("Over the limit by %(span)s") % {"span": span(born, earliest)}
    reckoned = date(year, case.rules.age_ref_month, case.rules.age_ref_day)
    if born <= reckoned:
        age = _pair(
            _("Age on %(day)s") % {"day": dmy(reckoned)}, span(born, reckoned), is_wide=True
        )
        pairs.append(age)
    return {"pairs": pairs, "remark": remark}


def _pair(name: str, value: str, *, is_wide: bool = False) -> dict[str, Any]:
    return {"name": name, "value": value or _("Not on record"), "is_wide": is_wide}


def span(first: date, last: date) -> str:
    """Write how far two days lie apart, `last` not before `first`: "2 years and 41 days"."""
    years = last.year - first.year
    if years_after(first, years) > last:
        years -= 1
    days = (last - years_after(first, years)).days
    in_years = ngettext("%(n)s year", "%(n)s years", years) % {"n": years}
    in_days = ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if not years:
        return in_days
    return in_years if not days else _("%(a)s and %(b)s") % {"a": in_years, "b": in_days}


# --- the days that fit --------------------------------------------------------------------------
def window_in_words(fit: Window) -> str:
    """Write which days of commencement fit, or plainly that none does."""
    known: Mapping[str, str] = {
        "first": dmy(fit.first) if fit.first else "",
        "last": dmy(fit.last) if fit.last else "",
    }
    if fit.bar == "audience":
        return _("No commencement date fits: this service and group are not admitted on any day.")
    if fit.bar == "age":
        text = _(
            "No commencement date fits: the age limit admits trainings until %(last)s, and the "
            "length of service is complete only from %(first)s."
        )
    elif fit.first and fit.last:
        text = _("Trainings that commence from %(first)s to %(last)s fit, both days included.")
    elif fit.first:
        text = _(
            "Trainings that commence from %(first)s fit; until when cannot be told without the "
            "date of birth."
        )
    elif fit.last:
        text = _(
            "Trainings that commence until %(last)s fit; from when cannot be told without the "
            "year that service counts from."
        )
    else:
        text = _("Which commencement dates fit cannot be told while facts are missing.")
    return text % known
