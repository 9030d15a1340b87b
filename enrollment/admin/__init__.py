"""The desk for registrations, coupons, results and certificates, by topic."""

from enrollment.admin import certificates, completions, coupons, registrations, results, runs

__all__ = ["certificates", "completions", "coupons", "registrations", "results", "runs"]
