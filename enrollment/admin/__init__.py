"""The desk for registrations, coupons, results and certificates, by topic."""

from enrollment.admin import (
    certificates,
    column_maps,
    completions,
    coupons,
    policies,
    pool,
    provider_lists,
    registrations,
    results,
    runs,
    usage,
)

__all__ = [
    "certificates",
    "column_maps",
    "completions",
    "coupons",
    "policies",
    "provider_lists",
    "pool",
    "registrations",
    "results",
    "runs",
    "usage",
]
