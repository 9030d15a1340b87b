"""A rule set in plain language, as it is shown to whoever edits or approves it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import Service
from eligibility.reasons import group_name
from eligibility.rules import Clause, RuleBook, earliest_birth
from eligibility.states import ServiceBase, TestDate, Verdict
from igot.lib.dates import dmy


def in_plain_words(rules: RuleBook, *, year: int) -> list[str]:
    """Write the rules as sentences; `year` serves as the example for the age rule."""
    admitted = [clause for clause in rules.audience if clause.verdict == Verdict.PASS]
    referred = [clause for clause in rules.audience if clause.verdict == Verdict.REFER]
    sentences = [_("Admitted: %(audience)s.") % {"audience": listed(admitted)}]
    if referred:
        sentences.append(
            _("Referred to the Department: %(audience)s.") % {"audience": listed(referred)}
        )
    sentences += _switches(rules)
    sentences.append(_service(rules))
    sentences.append(
        _("Born on or after %(day)s, for trainings that commence in %(year)s (%(mode)s).")
        % {
            "day": dmy(earliest_birth(year, rules)),
            "year": str(year),
            "mode": rules.age_mode.label,
        }
    )
    return sentences


def _service(rules: RuleBook) -> str:
    text = (
        _("%(years)s whole calendar years after the year of allotment or of the select list")
        if rules.service_base == ServiceBase.ALLOTMENT_YEAR
        else _("%(years)s whole calendar years after the year of joining")
    ) % {"years": rules.service_years}
    return _("%(count)s, complete on the test date: %(test_date)s. %(edge)s.") % {
        "count": text,
        "test_date": TestDate(rules.service_test_date).label,
        "edge": rules.service_edge.label,
    }


def _switches(rules: RuleBook) -> list[str]:
    said = []
    if rules.treat_cscs_as_css:
        said.append(_("The Central Secretariat Clerical Service is treated as CSS."))
    if rules.treat_ut_services_as_state:
        said.append(_("Services of the Union Territories are treated as State services."))
    if rules.include_state_police_forest:
        said.append(_("State police and forest services are treated as State services."))
    return said


def listed(clauses: Iterable[Clause]) -> str:
    """Name the services group by group: "Group A of All India Services, ...; Group B of CSS"."""
    groups: dict[str, list[str]] = {}
    for clause in clauses:
        name = clause.service or str(Service.Family(clause.family).label)
        groups.setdefault(clause.group, []).append(name)
    parts = [
        _("Group %(group)s of %(services)s")
        % {"group": group_name(group), "services": ", ".join(names)}
        for group, names in sorted(groups.items())
    ]
    return "; ".join(parts) if parts else _("nobody")
