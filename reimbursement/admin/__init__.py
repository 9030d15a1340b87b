"""The desk's records of claims, money and payments, by topic."""

from reimbursement.admin import claims, money, payments

__all__ = ["claims", "money", "payments"]
