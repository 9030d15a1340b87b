"""The desk for registrations, coupons, results and certificates, by topic."""

from enrollment.admin import certificates, coupons, registrations, results

__all__ = ["certificates", "coupons", "registrations", "results"]
