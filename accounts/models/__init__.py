"""Tables of the lowest app, by topic."""

from accounts.models.audit import AuditChain, AuditEntry, AuditSeal, Digest, Notice
from accounts.models.births import BirthDateCorrection
from accounts.models.officers import Officer, Posting, ServiceRecordEntry
from accounts.models.reference import (
    CadreAuthority,
    NodalAppointment,
    OfficialEmailDomain,
    Rank,
    Service,
    ServiceAlias,
    State,
)
from accounts.models.rolls import ProposedChange, RollImport, RollRow, RollSource
from accounts.models.users import User

__all__ = [
    "AuditChain",
    "AuditEntry",
    "AuditSeal",
    "BirthDateCorrection",
    "CadreAuthority",
    "Digest",
    "NodalAppointment",
    "Notice",
    "Officer",
    "OfficialEmailDomain",
    "Posting",
    "ProposedChange",
    "Rank",
    "RollImport",
    "RollRow",
    "RollSource",
    "Service",
    "ServiceAlias",
    "ServiceRecordEntry",
    "State",
    "User",
]
