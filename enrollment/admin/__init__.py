"""The desk for registrations, coupons, results and certificates, by topic."""

from enrollment.admin import registrations

__all__ = ["registrations"]
