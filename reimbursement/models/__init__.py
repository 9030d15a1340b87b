"""Tables of claims, sanctions, budget and payments, by topic."""

from reimbursement.models.budget import (
    Allotment,
    ReferenceRate,
    ReimbursementPolicy,
    SanctionLimit,
)
from reimbursement.models.claims import Claim
from reimbursement.models.parts import ClaimDocument, ClaimLine, ClaimRevision, QueryItem
from reimbursement.models.payments import (
    PaymentBatch,
    PaymentLayout,
    PaymentLine,
    ReturnFile,
    ReturnRow,
)
from reimbursement.models.sanctions import SanctionOrder

__all__ = [
    "Allotment",
    "Claim",
    "ClaimDocument",
    "ClaimLine",
    "ClaimRevision",
    "PaymentBatch",
    "PaymentLayout",
    "PaymentLine",
    "QueryItem",
    "ReferenceRate",
    "ReimbursementPolicy",
    "ReturnFile",
    "ReturnRow",
    "SanctionLimit",
    "SanctionOrder",
]
