"""Rule sets and services as the portal was delivered with them, read from files."""

import csv
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import accounts
from accounts.directory import Directory
from eligibility.rules import Clause, RuleBook, ServiceFacts
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

RULE_SETS: Final = Path(__file__).parent / "data" / "rule_sets.json"
SERVICES: Final = Path(accounts.__file__).parent / "data" / "services.csv"
ALIASES: Final = SERVICES.with_name("aliases.csv")


@cache
def rule_sets() -> list[dict[str, Any]]:
    """Read the rule sets with their versions and audiences."""
    loaded: list[dict[str, Any]] = json.loads(RULE_SETS.read_text(encoding="utf-8"))
    return loaded


def rule_book(code: str, on: date) -> RuleBook | None:
    """Return the version of rule set `code` that judges a training commencing on `on`.

    It is the one in force; before the first one, the first: docs/decisions/0021.
    """
    for rule_set in rule_sets():
        if rule_set["code"] == code:
            versions = sorted(rule_set["versions"], key=lambda row: str(row["effective_from"]))
            started = [row for row in versions if row["effective_from"] <= on.isoformat()]
            return _book(code, started[-1] if started else versions[0])
    return None


@cache
def directory() -> Directory[ServiceFacts]:
    """Read the services with their names."""
    rows = _rows(SERVICES)
    services = [
        ServiceFacts(
            code=row["code"],
            name=row["name"],
            name_hi=row["name_hi"],
            family=row["family"],
            category=row["category"],
            groups=tuple(row["groups"].split(",")),
            basis=row["length_of_service_basis"],
        )
        for row in rows
    ]
    names = [(row["acronym_in_use"], row["code"]) for row in rows]
    names += [(row["alias"], row["service"]) for row in _rows(ALIASES)]
    return Directory(services, names)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _book(code: str, row: Mapping[str, Any]) -> RuleBook:
    return RuleBook(
        code=code,
        version=row["version"],
        audience=tuple(
            Clause(
                service=entry.get("service_code", ""),
                family=entry.get("family", ""),
                group=entry["group"],
                verdict=Verdict.PASS if entry["answer"] == "ADMIT" else Verdict.REFER,
                source=entry.get("source", ""),
                source_hi=entry.get("source_hi", ""),
            )
            for entry in row["audience"]
        ),
        treat_cscs_as_css=row["treat_cscs_as_css"],
        treat_ut_services_as_state=row["treat_ut_services_as_state"],
        include_state_police_forest=row["include_state_police_forest"],
        service_base=ServiceBase(row["service_base"]),
        joining_stands_in_for=frozenset(row["joining_stands_in_for"]),
        service_years=row["service_years"],
        service_edge=ServiceEdge(row["service_edge"]),
        service_test_date=TestDate(row["service_test_date"]),
        service_break_policy=BreakPolicy(row["service_break_policy"]),
        age_limit=row["age_limit"],
        age_mode=AgeMode(row["age_mode"]),
        age_ref_month=row["age_reference_month"],
        age_ref_day=row["age_reference_day"],
        age_relaxation=AgeRelaxation(row["age_relaxation"]),
        missing_data=MissingData(row["missing_data"]),
        selfpaced_commencement=SelfPacedCommencement(row["selfpaced_commencement"]),
        boundary_to_human=row["boundary_to_human"],
        sources={rule: row[f"{rule}_source"] for rule in Rule},
        sources_hi={rule: row[f"{rule}_source_hi"] for rule in Rule},
    )
