"""Keeping a version of a service record, beside every change of a fact."""

from datetime import datetime
from typing import Any

from accounts.models import Officer, ServiceRecordEntry, User


def keep_version(
    officer: Officer, *, note: str, acting_user: User, at: datetime
) -> ServiceRecordEntry:
    """Keep the facts of `officer` as they are now."""
    return ServiceRecordEntry.objects.create(
        officer=officer,
        record_state=officer.record_state,
        facts=facts_of(officer),
        note=note,
        acting_user=acting_user,
        at=at,
    )


def facts_of(officer: Officer) -> dict[str, Any]:
    """Return the facts of `officer` as plain values, for the history."""
    return {
        "name": officer.name,
        "employee_code": officer.employee_code,
        "born_on": officer.born_on.isoformat() if officer.born_on else None,
        "service": officer.service.code if officer.service else None,
        "cadre": officer.cadre.code if officer.cadre else None,
        "group": officer.group,
        "rank": officer.rank.code if officer.rank else None,
        "allotment_year": officer.allotment_year,
        "joined_on": officer.joined_on.isoformat() if officer.joined_on else None,
        "break_days": officer.break_days,
    }
