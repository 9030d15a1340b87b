"""Reading a return file: what each row says, before anything is believed."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import IO

from django.utils.translation import gettext as _

from igot.lib.dates import parse_civil_date
from igot.lib.money import parse_amount
from igot.lib.tables import Line, normalise_header, read_csv
from reimbursement.models import PaymentLayout

LONGEST_UTR = 40
LONG_NUMBER = re.compile(r"\d{5,}(\d{4})")


@dataclass(frozen=True, kw_only=True)
class Returned:
    """One row of a return file as read; `fault` says why it cannot be used."""

    row: int
    raw: dict[str, str]  # with the account cut to its last four digits
    reference: str = ""
    amount: Decimal = Decimal(0)
    account_ending: str | None = None  # None: the file has no such column
    is_paid: bool = False
    utr: str = ""
    paid_on: date | None = None
    reason: str = ""
    fault: str = field(default="")


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


def returned_rows(file: IO[bytes], layout: PaymentLayout) -> Iterator[Returned]:
    """Yield the rows of a return file.

    :raises igot.lib.tables.TableError: the file as a whole cannot be read, or lacks a column
    """
    heading = {name: normalise_header(text) for name, text in layout.return_columns.items()}
    needed = [heading[name] for name in ("reference", "amount", "status", "utr", "paid_on")]
    table = read_csv(file, required=needed, max_rows=20_000)
    has_account = heading.get("account") in table.header
    for line in table:
        yield _row(line, heading, layout, has_account=has_account)


def _row(
    line: Line, heading: dict[str, str], layout: PaymentLayout, *, has_account: bool
) -> Returned:
    cells = {name: line.cells.get(column, "").strip() for name, column in heading.items()}
    raw = _masked(line.cells, heading)
    try:
        is_paid = _is_paid(cells["status"], layout)
        amount = parse_amount(cells["amount"])
        paid_on = parse_civil_date(cells["paid_on"])
    except ValueError as error:
        return Returned(row=line.number, raw=raw, fault=str(error))
    fault = _fault_of_paid(cells["utr"], paid_on) if is_paid else ""
    return Returned(
        row=line.number,
        raw=raw,
        reference=cells["reference"],
        amount=amount,
        account_ending=cells["account"][-4:] if has_account else None,
        is_paid=is_paid,
        utr=cells["utr"],
        paid_on=paid_on,
        reason=without_accounts(cells.get("reason", "")),
        fault=fault,
    )


def _is_paid(word: str, layout: PaymentLayout) -> bool:
    folded = word.casefold()
    if folded in {text.casefold() for text in layout.paid_words}:
        return True
    if folded in {text.casefold() for text in layout.failed_words}:
        return False
    raise ValueError(_("“%(word)s” says neither paid nor failed.") % {"word": word[:40]})


def _fault_of_paid(utr: str, paid_on: date | None) -> str:
    if not utr or len(utr) > LONGEST_UTR:
        return _("A payment needs its UTR, of at most %(count)s characters.") % {
            "count": LONGEST_UTR
        }
    return "" if paid_on else _("A payment needs the day on which it was made.")


def _masked(cells: dict[str, str], heading: dict[str, str]) -> dict[str, str]:
    """Return the cells as they are kept: an account shows its end only, whatever the column."""
    kept = {}
    for name, text in cells.items():
        is_number_of_ours = name in (heading["reference"], heading["utr"])
        kept[name] = text[:250] if is_number_of_ours else without_accounts(text[:250])
        if name == heading.get("account"):
            kept[name] = f"••••{text.strip()[-4:]}"
    return kept


def without_accounts(text: str) -> str:
    """Cut every run of nine digits or more, such as an account number, to its last four."""
    return LONG_NUMBER.sub(r"••••\1", text)
