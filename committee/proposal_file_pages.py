"""What the pages of lists of proposals show: counts, rows as a table, an empty list to fill in."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext as _

from committee.models import ProposalImport, ProposalImportRow
from committee.proposal_columns import COLUMNS, NEEDED, heading

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXAMPLE: Final = {
    "title": "Data for Public Policy",
    "title_hi": "लोक नीति के लिए आँकड़े",
    "institute_name": "Indian Institute of Technology Madras",
    "level": "Introductory",
    "mode": "In batches",
    "language": "English",
    "weeks": "8",
    "least_weekly_hours": "4",
    "most_weekly_hours": "6",
    "fee": "5000",
    "currency": "INR",
    "certification": "Online grade and proctored examination",
    "objective": "To read and question the figures on which schemes rest.",
    "outline": "Figures and what they hide\n- Sources\n- Samples\nWhat works",
    "reasons": "Asked for by three State Training Institutes.",
    "officers": "Group A officers who run schemes",
}


def columns() -> list[dict[str, Any]]:
    """Return the columns of a list with whether a list needs them."""
    return [{"name": heading(name), "needed": name in NEEDED} for name in COLUMNS]


def example() -> list[str]:
    return [EXAMPLE.get(name, "") for name in COLUMNS]


def counts_of(imported: ProposalImport) -> list[dict[str, Any]]:
    """Return how many rows came to what, in the order of the outcomes: one query."""
    rows = imported.rows.values_list("outcome").annotate(number=Count("pk")).order_by()
    numbers = dict(rows)
    return [
        {"outcome": value, "label": label, "number": numbers[value]}
        for value, label in ProposalImportRow.Outcome.choices
        if value in numbers
    ]


def row_headings() -> list[str]:
    return [
        _("Row"),
        _("Outcome"),
        _("What is to be said of it"),
        _("Proposal"),
        *(heading(name) for name in COLUMNS),
    ]


def row_cells(rows: Iterable[ProposalImportRow]) -> Iterator[list[Any]]:
    """Yield the rows with what came of them, then their cells as they were read."""
    for row in rows:
        number = row.proposal.number if row.proposal else ""
        cells = [row.cells.get(name, "") for name in COLUMNS]
        yield [row.line, row.get_outcome_display(), row.message, number, *cells]
