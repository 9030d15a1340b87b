"""Tables of claims, sanctions, budget and payments, by topic."""

from reimbursement.models.budget import Allotment, ReferenceRate, SanctionLimit
from reimbursement.models.claims import (
    Claim,
    ClaimDocument,
    ClaimLine,
    ClaimRevision,
    QueryItem,
)
from reimbursement.models.payments import PaymentBatch, PaymentLine, ReturnFile, ReturnRow
from reimbursement.models.sanctions import SanctionOrder

__all__ = [
    "Allotment",
    "Claim",
    "ClaimDocument",
    "ClaimLine",
    "ClaimRevision",
    "PaymentBatch",
    "PaymentLine",
    "QueryItem",
    "ReferenceRate",
    "ReturnFile",
    "ReturnRow",
    "SanctionLimit",
    "SanctionOrder",
]
