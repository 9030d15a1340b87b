"""The switches and numbers of a version by name, and the marks by which versions are compared."""

import hashlib
import json
from typing import Final

from eligibility.models import AudienceEntry, RuleSetVersion

SWITCHES: Final = (
    "service_base",
    "service_years",
    "service_edge",
    "service_test_date",
    "service_break_policy",
    "age_limit",
    "age_mode",
    "age_reference_day",
    "age_reference_month",
    "age_relaxation",
    "treat_cscs_as_css",
    "treat_ut_services_as_state",
    "include_state_police_forest",
    "missing_data",
    "selfpaced_commencement",
    "boundary_to_human",
    "joining_stands_in_for",
)
Place = tuple[str, str, str]  # "family" or "service", its code, the group


def place_of(entry: AudienceEntry) -> Place:
    """Tell of whom a line of the audience speaks."""
    if entry.service_code:
        return "service", entry.service_code, entry.group
    return "family", entry.family, entry.group


def digest_of(version: RuleSetVersion) -> str:
    """Tell a version from itself after somebody has changed a switch or its audience."""
    lines = sorted([*place_of(entry), entry.answer] for entry in version.audience.all())
    content = json.dumps([[getattr(version, name) for name in SWITCHES], lines], default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
