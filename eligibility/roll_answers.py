"""The answer to a roll as its page shows it and as it is saved."""

import csv
import io
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from django.http import FileResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eligibility.models import RollScreening, RuleSet
from eligibility.models.rolls import INVALID
from eligibility.roll import OUTPUT
from eligibility.states import Outcome
from igot.lib.dates import dmy
from igot.lib.files import send_file
from igot.lib.money import group_indian
from igot.lib.tables import write_xlsx

MOST_SHEET_ROWS: Final = 50_000  # a workbook of more is slow to make and to open
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTY: Final = gettext_lazy("Row with a fault")
TONES: Final = {
    Outcome.ELIGIBLE: "success",
    Outcome.NOT_ELIGIBLE: "error",
    Outcome.REFER: "info",
    Outcome.INCOMPLETE: "warning",
}


def rule_sets() -> list[tuple[str, str]]:
    """Return the rule sets that a roll can be screened by, for a form."""
    return [(rule_set.code, str(rule_set)) for rule_set in RuleSet.objects.order_by("code")]


def facts_of(roll: RollScreening) -> list[dict[str, object]]:
    """Return what is known of a roll, for its page."""
    version = roll.rule_set_version
    rows: list[dict[str, object]] = [
        {"name": _("File"), "value": roll.file_name},
        {"name": _("Sent by"), "value": roll.uploaded_by},
        {"name": _("Screened for"), "value": str(roll.run) if roll.run else _("a day named")},
        {"name": _("Day of commencement"), "value": dmy(roll.commences_on)},
        {"name": _("Rule set"), "value": str(version)},
    ]
    if roll.rows_done and not roll.is_at_work:
        rows.append({"name": _("Rows"), "value": group_indian(roll.rows_done)})
    return rows


def preview_of(roll: RollScreening) -> list[dict[str, Any]]:
    """Return the first rows of the answer, in words."""
    found = []
    for record in roll.preview:
        row = dict(zip(OUTPUT, record, strict=True))
        invalid = row["outcome"] == INVALID
        outcome = None if invalid else Outcome(row["outcome"])
        found.append(
            {
                "code": row["employee_code"],
                "label": outcome.label if outcome else FAULTY,
                "tone": TONES[outcome] if outcome else "error",
                "reasons": row["reasons"],
                "is_boundary": row["boundary"] == "true",
            }
        )
    return found


def answer_of(roll: RollScreening, kind: str) -> HttpResponseBase:
    """Give the kept answer to be saved."""
    name = f"{roll.file_name.rpartition('.')[0] or roll.file_name}-screened.{kind}"
    if kind == "csv":
        return send_file(roll.result, name=name)
    book = SpooledTemporaryFile(max_size=5_000_000)  # noqa: SIM115 -- the response closes it
    with roll.result.open("rb") as stored:
        records = csv.reader(io.TextIOWrapper(stored, encoding="utf-8-sig", newline=""))
        write_xlsx(book, next(records), records, title=str(roll))
    book.seek(0)
    response = FileResponse(book, as_attachment=True, filename=name, content_type=WORKBOOK)
    response.headers["Cache-Control"] = "private, no-store"
    return response
