"""What the pages of a roll show: its rows in words, its counts, and the file it came from."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.columns import guess
from accounts.models import Officer, ProposedChange, RollImport, RollRow
from accounts.roll_changes import changes_of, rows_of
from accounts.roll_files import Preview
from accounts.roll_reading import DATES
from accounts.roll_states import RollState, RowOutcome
from accounts.roll_words import sentence_of
from igot.lib.dates import dmy
from igot.lib.tables import Cell

TONES = {
    RowOutcome.NEW: "success",
    RowOutcome.CHANGED: "info",
    RowOutcome.SAME: "neutral",
    RowOutcome.WAITING: "warning",
    RowOutcome.DECLINED: "warning",
    RowOutcome.CONFLICT: "error",
    RowOutcome.OUTSIDE: "error",
    RowOutcome.DUPLICATE: "error",
    RowOutcome.INVALID: "error",
}


def columns_context(roll: RollImport, preview: Preview) -> dict[str, Any]:
    """Return what the page of the columns shows beside its form."""
    means = guess(preview.header)
    dates = {name for column in DATES for name in means.get(column, [])}
    dates |= {name for column, name in roll.source.mapping.items() if column in DATES}
    slashed = [
        {"column": name, "cells": cells[:5], "number": len(cells)}
        for name, cells in preview.slashed.items()
        if name in dates or not dates
    ]
    return {"preview": preview, "slashed": slashed}


def roll_context(roll: RollImport) -> dict[str, Any]:
    """Return the counts by outcome, and when the very same file was applied before."""
    earlier = (
        RollImport.objects.filter(sha256=roll.sha256, state=RollState.APPLIED)
        .exclude(pk=roll.pk)
        .order_by("-applied_at")
        .first()
    )
    counts = [
        {
            "outcome": outcome.value,
            "label": outcome.label,
            "number": roll.counts[outcome.value],
            "tone": TONES[outcome],
        }
        for outcome in RowOutcome
        if roll.counts.get(outcome.value)
    ]
    total = sum(count["number"] for count in counts)
    return {"counts": counts, "total": total, "earlier": earlier}


def rows_shown(rows: Iterable[RollRow]) -> list[dict[str, Any]]:
    """Return rows with what they come to, in sentences."""
    return [
        {
            "row": row,
            "label": row.get_outcome_display(),
            "tone": TONES[RowOutcome(row.outcome)],
            "words": words_of(row),
        }
        for row in rows
    ]


def words_of(row: RollRow) -> list[str]:
    """Say what is wrong with a row, or what it would change."""
    if row.problems:
        return [sentence_of(problem, row=row.number) for problem in row.problems]
    if row.outcome in (RowOutcome.CHANGED, RowOutcome.DECLINED) and row.officer:
        before, after = changes_of(row, row.officer)
        return [
            _("%(name)s: %(before)s → %(after)s") % fact for fact in _plain_facts(before, after)
        ]
    return []


def _plain_facts(before: Any, after: Any) -> list[dict[str, str]]:
    """Name the changes without asking the database for names: one page shows fifty rows."""
    return [
        {
            "name": Officer.label_of(name),
            "before": _plain(name, before[name]),
            "after": _plain(name, value),
        }
        for name, value in after.items()
    ]


def _plain(name: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if name in ("born_on", "joined_on", "group_since"):
        return ".".join(reversed(str(value).split("-")))
    return str(value)


def row_headings() -> list[str]:
    return [
        _("Row"),
        _("Employee code"),
        _("Name"),
        _("Service"),
        _("Group"),
        _("Date of birth"),
        _("Outcome"),
        _("Remarks"),
    ]


def row_cells(rows: "QuerySet[RollRow, RollRow]") -> Iterator[list[Cell]]:
    """Yield what is downloaded of each row, some hundreds in memory at a time."""
    for row in rows.iterator(chunk_size=500):
        yield [
            row.number,
            row.employee_code,
            row.name,
            row.service.code if row.service else "",
            row.group,
            dmy(row.born_on) if row.born_on else "",
            str(row.get_outcome_display()),
            " ".join(words_of(row)),
        ]


def facts_of_change(change: ProposedChange) -> list[dict[str, str]]:
    """Return the changed facts side by side, in words."""
    return rows_of(change.before, change.after)


def changes_shown(changes: Iterable[ProposedChange]) -> list[dict[str, Any]]:
    """Return changes with the names of the facts that they concern."""
    return [
        {"change": change, "names": ", ".join(Officer.label_of(name) for name in change.after)}
        for change in changes
    ]
