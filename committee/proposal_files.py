"""A list of proposals as a file: read, each row checked, before anything is proposed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User
from committee import facts, likeness
from committee.forms.proposals import ProposalForm
from committee.likeness import Known
from committee.models import Proposal, ProposalImport, ProposalImportRow
from committee.policies import proposals as policies
from committee.proposal_columns import COLUMNS, heading, renamed, value_of
from committee.proposal_pages import rule_sets
from igot.lib.sheets import OLE_START, ZIP_START, read_table
from igot.lib.tables import TableError, check_encoding

MOST_ROWS: Final = 2_000
MOST_BYTES: Final = 10_000_000
MOST_CELL: Final = 15_000
MONEY: Final = re.compile(r"(US\$|USD|\$|EUR|€|GBP|£|INR|Rs\.?|₹)\s*(?=\d)", re.IGNORECASE)
Outcome = ProposalImportRow.Outcome
USUAL: Final = {"mode": "run", "language": "English"}  # where a list says nothing


class Checked(NamedTuple):
    """What a row comes to; `fields` only where it is accepted."""

    line: int
    cells: dict[str, str]
    outcome: Outcome
    message: str
    fields: dict[str, Any]


@dataclass(kw_only=True)
class Checker:
    """Checks rows one after the other, so that a row is compared with those before it too."""

    user: User
    known: list[Known] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sources = [(source.value, source.label) for source in policies.sources_of(self.user)]
        self.names = policies.ministries_of(self.user)
        self.rule_sets = rule_sets()
        self.known = self.known or facts.known_courses()

    def check(self, line: int, cells: dict[str, str]) -> Checked:
        form = ProposalForm(cells, sources=self.sources, rule_sets=self.rule_sets)
        if form.is_valid():
            self._check_ministry(form)
        if form.errors:
            return Checked(line, cells, Outcome.WRONG, sentences(form), {})
        said = form.cleaned_data
        titles = (said["title"], said["title_hi"])
        if alike := likeness.like(titles, said["institute_name"], self.known, most=1):
            message = _("Proposed or offered already: %(name)s.") % {"name": alike[0].label}
            return Checked(line, cells, Outcome.SAME, message, {})
        label = _("row %(row)s of this file") % {"row": line}
        self.known.append(Known(label, "", titles, (said["institute_name"],)))
        return Checked(line, cells, Outcome.ACCEPTED, "", dict(said))

    def _check_ministry(self, form: ProposalForm) -> None:
        said = form.cleaned_data
        is_foreign = self.names is not None and said["proposer"] not in self.names
        if said["source"] == Proposal.Source.MINISTRY and is_foreign:
            form.add_error(
                "proposer", _("A nodal officer proposes for the own Ministry or Department.")
            )


def sentences(form: ProposalForm) -> str:
    """Say what is wrong in a row, cell by cell, a line each."""
    lines = []
    for name, errors in form.errors.items():
        column = heading(name) if name in COLUMNS else ""
        lines += [f"{column}: {error}" if column else str(error) for error in errors]
    return "\n".join(lines)


def check_file(file: IO[bytes], *, usual: dict[str, str], user: User) -> list[Checked]:
    """Read a list and check its rows; `usual` is what holds where a row says nothing.

    :raises TableError: no table, a column that is needed is missing, no row or too many
    """
    checker = Checker(user=user)
    rows = [checker.check(line, cells) for line, cells in _rows_of(file, usual)]
    if not rows:
        raise TableError(_("The file has no row below its headings."))
    return rows


def check_again(imported: ProposalImport, rows: Iterable[ProposalImportRow]) -> Iterator[Checked]:
    """Check accepted rows anew, as they stand in the database, before they are applied."""
    checker = Checker(user=imported.uploaded_by)
    for row in rows:
        yield checker.check(row.line, row.cells)


def _rows_of(file: IO[bytes], usual: dict[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    file.seek(0)
    is_sheet = file.read(4) in (ZIP_START, OLE_START)
    file.seek(0)
    if not is_sheet:
        check_encoding(file)
    table = read_table(file, max_rows=MOST_ROWS, max_bytes=MOST_BYTES, max_cell=MOST_CELL)
    names = dict(zip(table.header, renamed(table.header), strict=True))
    for line in table:
        cells = {names[name]: text.strip() for name, text in line.cells.items() if names[name]}
        yield line.number, completed(cells, usual)


def completed(cells: dict[str, str], usual: dict[str, str]) -> dict[str, str]:
    """Bring a row's cells into our values, and fill in what the row does not say."""
    said = {name: value_of(name, text) for name, text in cells.items() if text}
    if "currency" not in said and (money := MONEY.match(said.get("fee", ""))):
        said["currency"] = value_of("currency", money[1].rstrip("."))
        said["fee"] = said["fee"][money.end() :]
    filled = {**USUAL, **{name: text for name, text in usual.items() if text}, **said}
    if not filled.get("proposer") and filled.get("source") == Proposal.Source.INSTITUTE:
        filled["proposer"] = filled.get("institute_name", "")
    return filled
