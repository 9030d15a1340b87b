"""Rows turned into what the rules ask for: rule books, services, and the facts of an officer."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import DatabaseError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.directory import Directory
from accounts.models import Officer, Service, ServiceAlias, User
from eligibility import packaged, reasons
from eligibility.models import AudienceEntry, RuleSetVersion
from eligibility.rules import Clause, Facts, Finding, RuleBook, ServiceFacts, decide
from eligibility.states import (
    AgeMode,
    AgeRelaxation,
    BreakPolicy,
    MissingData,
    Rule,
    SelfPacedCommencement,
    ServiceBase,
    ServiceEdge,
    TestDate,
    Verdict,
)
from eligibility.trainings import Training
from igot.lib.dates import civil_today, dmy


def rule_book(version: RuleSetVersion, audience: Iterable[AudienceEntry] | None = None) -> RuleBook:
    """Turn a version, with its audience, into plain values.

    `audience` takes the place of the stored lines, for a draft that is still being written.
    """
    return RuleBook(
        code=version.rule_set.code,
        version=version.version,
        audience=tuple(
            Clause(
                service=entry.service_code,
                family=entry.family,
                group=entry.group,
                verdict=_VERDICTS[AudienceEntry.Answer(entry.answer)],
                source=entry.source,
                source_hi=entry.source_hi,
            )
            for entry in (version.audience.all() if audience is None else audience)
        ),
        treat_cscs_as_css=version.treat_cscs_as_css,
        treat_ut_services_as_state=version.treat_ut_services_as_state,
        include_state_police_forest=version.include_state_police_forest,
        service_base=ServiceBase(version.service_base),
        joining_stands_in_for=frozenset(version.joining_stands_in_for),
        service_years=version.service_years,
        service_edge=ServiceEdge(version.service_edge),
        service_test_date=TestDate(version.service_test_date),
        service_break_policy=BreakPolicy(version.service_break_policy),
        age_limit=version.age_limit,
        age_mode=AgeMode(version.age_mode),
        age_ref_month=version.age_reference_month,
        age_ref_day=version.age_reference_day,
        age_relaxation=AgeRelaxation(version.age_relaxation),
        missing_data=MissingData(version.missing_data),
        selfpaced_commencement=SelfPacedCommencement(version.selfpaced_commencement),
        boundary_to_human=version.boundary_to_human,
        sources={rule: getattr(version, f"{rule}_source") for rule in Rule},
        sources_hi={rule: getattr(version, f"{rule}_source_hi") for rule in Rule},
    )


_VERDICTS = {
    AudienceEntry.Answer.ADMIT: Verdict.PASS,
    AudienceEntry.Answer.REFER: Verdict.REFER,
}


def names_of_services(rules: RuleBook) -> dict[str, str]:
    """Name, in the present language, the services that the audience speaks of by code."""
    codes = {clause.service for clause in rules.audience if clause.service}
    return {service.code: str(service) for service in Service.objects.filter(code__in=codes)}


def service_facts(service: Service) -> ServiceFacts:
    return ServiceFacts(
        code=service.code,
        name=service.name,
        name_hi=service.name_hi,
        family=service.family,
        category=service.category,
        groups=tuple(service.group_list),
        basis=service.basis,
    )


def facts_of(officer: Officer, *, on: date | None = None) -> Facts:
    """Take the facts of an officer's service record as it stands; the group is that held `on`.

    Source: domain page 20, section 2.4: decided by the group on the test date.
    """
    return Facts(
        service=service_facts(officer.service) if officer.service else None,
        group=officer.group_on(on) if on else officer.group,
        born_on=officer.born_on,
        allotment_year=officer.allotment_year,
        joined_on=officer.joined_on,
        break_days=officer.break_days,
    )


# --- as they are stored with a decision ----------------------------------------------------------
def as_inputs(facts: Facts, officer: Officer) -> dict[str, Any]:
    """Write facts, and who vouches for them, as plain values that a decision keeps."""
    service = facts.service
    verified_at = officer.verified_at if officer.is_verified else None
    return {
        "service": None
        if service is None
        else {
            "code": service.code,
            "name": service.name,
            "name_hi": service.name_hi,
            "family": service.family,
            "category": service.category,
            "groups": list(service.groups),
            "basis": service.basis,
        },
        "group": facts.group,
        "group_on_record": officer.group,
        "born_on": facts.born_on.isoformat() if facts.born_on else None,
        "allotment_year": facts.allotment_year,
        "joined_on": facts.joined_on.isoformat() if facts.joined_on else None,
        "break_days": facts.break_days,
        "source": "verified" if officer.is_verified else "declared",
        "verified_by": officer.verified_by_id if officer.is_verified else None,
        "verified_by_name": str(officer.verified_by or "") if officer.is_verified else "",
        "verified_at": verified_at.isoformat() if verified_at else None,
    }


def from_inputs(inputs: Mapping[str, Any]) -> Facts:
    """Read back what `as_inputs` wrote, to replay a decision."""
    service = inputs["service"]
    return Facts(
        service=None
        if service is None
        else ServiceFacts(**{**service, "groups": tuple(service["groups"])}),
        group=inputs["group"],
        born_on=_day(inputs["born_on"]),
        allotment_year=inputs["allotment_year"],
        joined_on=_day(inputs["joined_on"]),
        break_days=inputs["break_days"],
    )


def finding_data(finding: Finding) -> dict[str, Any]:
    """Write a finding as plain values; its sentence is made anew from them."""
    return {
        "rule": finding.rule.value,
        "verdict": finding.verdict.value,
        "code": finding.code,
        "params": dict(finding.params),
        "source": finding.source,
        "source_hi": finding.source_hi,
        "is_boundary": finding.is_boundary,
        "first_day": finding.first_day.isoformat() if finding.first_day else None,
        "last_day": finding.last_day.isoformat() if finding.last_day else None,
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# --- the database where it holds reference data, else the delivered files ------------------
def book_on(code: str, on: date) -> RuleBook | None:
    """Find the rule book `code` for a training commencing on `on`; None for an unknown code.

    A database without rule sets, without tables or out of reach is no obstacle: then the rule
    sets that the portal was delivered with apply. See docs/decisions/0022.
    """
    try:
        version = RuleSetVersion.objects.governing(code, on)
    except DatabaseError:
        version = None
    return rule_book(version) if version else packaged.rule_book(code, on)


def directory_for_roll() -> Directory[ServiceFacts]:
    """List the services of the database, or those that the portal was delivered with."""
    try:
        services = list(Service.objects.all())
        aliases = list(ServiceAlias.objects.values_list("alias", "service__code"))
    except DatabaseError:
        services = []
    if not services:
        return packaged.directory()
    acronyms = [(service.acronym, service.code) for service in services]
    return Directory([service_facts(service) for service in services], acronyms + aliases)


# --- what pages show -------------------------------------------------------------------------
def officer_of(user: User) -> Officer | None:
    """Find the officer behind `user`, without making an empty record."""
    return Officer.objects.filter(user=user).select_related("service").first()


def reader_of(user: Any) -> Officer | None:
    """Find the officer who reads a page, if any: asked once for all parts of the page."""
    if not user.is_authenticated:
        return None
    if not hasattr(user, "officer_who_reads"):
        user.officer_who_reads = officer_of(user)
    found: Officer | None = user.officer_who_reads
    return found


def advice(known: Facts, training: Training) -> dict[str, Any]:
    """Judge facts for a training, for the checker's page: nothing is stored.

    No rule set for the course gives no ruling, and the page says so.
    """
    rules = book_on(training.course.rule_set_code, training.commences_on)
    if rules is None:
        return {"training": training, "ruling": None}
    ruling = decide(
        facts=known,
        rules=rules,
        commences_on=training.commences_on,
        registered_on=min(civil_today(), training.commences_on),
    )
    return {
        "training": training,
        "ruling": ruling,
        "findings": [reasons.in_words(finding_data(finding)) for finding in ruling.findings],
    }


def input_rows(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the facts that a decision rests on, with their names, for its page."""
    service = inputs["service"] or {}
    hindi = get_language() == "hi" and service.get("name_hi")
    unknown = _("Not on record")
    days = {name: _day(inputs[name]) for name in ("born_on", "joined_on")}
    verified = inputs["source"] == "verified"
    return [
        {
            "name": _("Service"),
            "value": (service["name_hi"] if hindi else service.get("name")) or unknown,
        },
        {"name": _("Group"), "value": reasons.group_name(inputs["group"]) or unknown},
        {"name": _("Date of birth"), "value": dmy(days["born_on"]) if days["born_on"] else unknown},
        {
            "name": _("Year of allotment, batch or select list"),
            "value": str(inputs["allotment_year"] or unknown),
        },
        {
            "name": _("Date of joining the service"),
            "value": dmy(days["joined_on"]) if days["joined_on"] else unknown,
        },
        {
            "name": _("Taken from"),
            "value": _("the verified service record")
            if verified
            else _("the service record as declared, not yet verified"),
        },
    ]
