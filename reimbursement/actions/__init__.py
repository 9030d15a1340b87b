"""Every write that means something to a claim or a payment, by topic."""

from reimbursement.actions.claims import (
    answer_queries,
    attach_paper,
    correct_bank,
    open_claim,
    record_bank,
    record_payment,
    submit_claim,
    withdraw_claim,
)
from reimbursement.actions.orders import issue_order
from reimbursement.actions.payments import (
    export_batch,
    lock_batch,
    make_batch,
    reject_batch,
    release_batch,
    take_from_batch,
)
from reimbursement.actions.returns import import_return_file
from reimbursement.actions.sanctions import reject_claim, sanction_claim
from reimbursement.actions.scrutiny import (
    Admitted,
    recommend_claim,
    return_claim,
    send_back_claim,
    take_up_claim,
)

__all__ = [
    "Admitted",
    "answer_queries",
    "attach_paper",
    "correct_bank",
    "export_batch",
    "import_return_file",
    "issue_order",
    "lock_batch",
    "make_batch",
    "open_claim",
    "recommend_claim",
    "record_bank",
    "record_payment",
    "reject_batch",
    "reject_claim",
    "release_batch",
    "return_claim",
    "sanction_claim",
    "send_back_claim",
    "submit_claim",
    "take_from_batch",
    "take_up_claim",
    "withdraw_claim",
]
