"""Officers on the edges of the rules, a draft beside version 1, and the simulator laid out."""

from datetime import date
from typing import Any

from django.http import QueryDict

from accounts.models import Officer, Service
from accounts.roles import Role
from eligibility import packaged
from eligibility.models import RuleSetVersion
from eligibility.simulation import CHANGED, Effect
from eligibility.simulator import Bench, bench_of
from tests.factories.accounts import make_officer, make_service, make_user

DAY = date(2027, 1, 10)  # 1 July 2027 less 56 years is 1 July 1971


def real_service(code: str) -> Service:
    """Make a service as the portal is delivered with it."""
    known = packaged.directory().find(code)
    assert known
    return make_service(
        code=code,
        name=known.name,
        family=known.family,
        groups=",".join(known.groups),
        basis=known.basis,
    )


def make_draft(code: str = "WEB") -> RuleSetVersion:
    """Make a draft that says what version 1 of the rule set says."""
    first = RuleSetVersion.objects.get(rule_set__code=code, version=1)
    lines = list(first.audience.all())
    draft = RuleSetVersion.objects.get(pk=first.pk)
    draft.pk, draft.version, draft.effective_from = None, 2, date(2027, 1, 1)
    draft.effective_to = draft.approved_by = draft.approved_at = None
    draft.drafted_by = make_user(Role.DEALING_HAND)
    draft.save()
    for line in lines:
        line.pk, line.rule_set_version = None, draft
        line.save()
    return draft


def people() -> dict[str, Officer]:
    """Make officers each of whom stands on one edge of the rules on 10.01.2027."""
    fields: dict[str, dict[str, Any]] = {
        "Asha": {},
        "born 01.07.1971": {"born_on": date(1971, 7, 1)},
        "born 02.07.1971": {"born_on": date(1971, 7, 2)},
        "born 30.06.1971": {"born_on": date(1971, 6, 30)},
        "allotted 2024": {"allotment_year": 2024, "joined_on": date(2024, 8, 26)},
        "allotted 2025": {"allotment_year": 2025, "joined_on": date(2025, 8, 25)},
        "joined late": {"allotment_year": 2020, "joined_on": date(2025, 8, 25)},
        "on leave": {
            "allotment_year": 2024,
            "joined_on": date(2024, 8, 26),
            "break_days": 30,
        },
        "no birth": {"born_on": None},
        "clerk": {"service": real_service("CSCS"), "group": "C"},
        "DANICS": {"service": real_service("DANICS"), "group": "B"},
        "State police": {"service": real_service("SPS"), "group": "A"},
        "CSS": {"service": real_service("CSS"), "group": "B", "allotment_year": None},
        "promoted": {"service": real_service("CSS"), "group": "A"},
    }
    return {name: make_officer(name=name, **facts) for name, facts in fields.items()}


def lay_out(
    draft: RuleSetVersion, *, day: date | None = DAY, user: Any = None, **said: Any
) -> Bench:
    """Open the simulator with what the address says; a list stands for several values."""
    given = QueryDict(mutable=True)
    given["commences_on"] = day.strftime("%d.%m.%Y") if day else ""
    for name, value in said.items():
        given.setlist(name, value if isinstance(value, list) else [value])
    reader = user or make_user(Role.DEALING_HAND)
    bench = bench_of(draft.pk, given, reader, today=date(2026, 11, 22))
    assert bench.is_valid, (bench.what_if.errors, bench.scope.errors)
    return bench


def flipped(bench: Bench) -> dict[str, str]:
    """Name those whose answer changes, and how."""
    return {
        str(officer): effect.value
        for effect in Effect
        if effect in CHANGED and getattr(bench.simulation.total, effect.value)
        for officer in bench.simulation.whom([effect], {}).rows
    }
