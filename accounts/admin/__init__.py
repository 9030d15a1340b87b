"""The desk of accounts: people and reference data, and the rolls that are brought in."""

from accounts.admin.people import OfficerAdmin, UserAdmin
from accounts.admin.rolls import ProposedChangeAdmin, RollImportAdmin, RollSourceAdmin

__all__ = [
    "OfficerAdmin",
    "ProposedChangeAdmin",
    "RollImportAdmin",
    "RollSourceAdmin",
    "UserAdmin",
]
