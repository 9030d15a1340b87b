"""The payment file: one row for each line of a batch, in the columns that the layout names."""

import io
from collections.abc import Callable

from igot.lib.dates import dmy
from igot.lib.tables import Cell, write_csv
from reimbursement.models import PaymentBatch, PaymentLine

VALUES: dict[str, Callable[[PaymentLine], Cell]] = {
    "reference": lambda line: line.reference,
    "claim": lambda line: line.claim.number,
    "payee_name": lambda line: line.payee_name,
    "bank_name": lambda line: line.claim.bank_name,
    "ifsc": lambda line: line.ifsc,
    "account_number": lambda line: line.account_number,
    "amount": lambda line: line.amount,
    "order_number": lambda line: str(line.claim.sanction_order or ""),
    "order_dated_on": lambda line: _dated(line),
    "remark": lambda line: f"Course fee, {line.claim.number}",
}


def payment_file(batch: PaymentBatch) -> str:
    """Return the payment file of `batch` as text, rows in the order of their references."""
    lines = batch.lines.in_batch().select_related("claim__sanction_order")
    columns = batch.layout.export_columns
    rows = ([VALUES[field](line) for _heading, field in columns] for line in lines)
    stream = io.StringIO()
    write_csv(stream, [heading for heading, _field in columns], rows)
    return stream.getvalue()


def _dated(line: PaymentLine) -> str:
    order = line.claim.sanction_order
    return dmy(order.dated_on) if order else ""
