"""The officers of a screening as files, and as the two lists that go with a letter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import Any, Final
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from accounts.models import CadreAuthority, User
from eligibility import screening_lists
from eligibility.models import ScreenedTraining, Screening
from eligibility.models.screenings import ScreeningResultQuerySet
from eligibility.screening_lists import Asked, Line
from eligibility.states import Outcome
from igot.lib.errors import Refused
from igot.lib.tables import csv_lines, write_xlsx

KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_XLSX: Final = 50_000  # a workbook is made whole before it is sent, while the reader waits


def of_authority(asked: Asked, authority_id: str) -> Asked:
    """Narrow what is asked for to one authority, where there is such."""
    authority = CadreAuthority.objects.filter(pk=int(authority_id[:18])).first()
    return replace(asked, authority=authority)


def refuse_too_many(kind: str, found: ScreeningResultQuerySet) -> None:
    """Decline a workbook that would take too long.

    :raises Refused: with the way out
    """
    if kind == "xlsx" and found[: MOST_XLSX + 1].count() > MOST_XLSX:
        raise Refused(
            _(
                "There are more than 50,000 officers: too many for an Excel workbook. Take the "
                "CSV file, or choose one service."
            )
        )


def answer(
    kind: str,
    made: Screening,
    found: ScreeningResultQuerySet,
    asked: Asked,
    trainings: Sequence[ScreenedTraining],
) -> HttpResponseBase:
    """Send the officers: a CSV file as it is read, a workbook once it is made."""
    header, rows = screening_lists.header(trainings), screening_lists.rows(found, asked, trainings)
    name = f"screening-{made.pk}.{kind}"
    if kind == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        lines = csv_lines(header, rows)
        return StreamingHttpResponse(lines, content_type=KINDS[kind], headers=headers)
    book = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(book, header, rows, title=str(made))
    book.seek(0)
    return FileResponse(book, as_attachment=True, filename=name, content_type=KINDS[kind])


def query_of(asked: Asked, **more: Any) -> str:
    """Write what is asked for as the query of an address."""
    plain = {**asked.plain(), **more}
    return urlencode({name: value for name, value in plain.items() if value})


@dataclass(frozen=True, kw_only=True)
class LetterList:
    """One of the lists that go with a letter, as far as a page holds it."""

    heading: str
    lines: list[Line]
    is_cut: bool
    query: str


def letter_lists(
    made: Screening, training: ScreenedTraining, authority: CadreAuthority, user: User, most: int
) -> list[LetterList]:
    """Return the eligible, those for the Department to decide, and those with a fact missing."""
    headings = {
        Outcome.ELIGIBLE: _("List 1: eligible"),
        Outcome.REFER: _("List 2: for the Department to decide"),
        Outcome.INCOMPLETE: _("List 2: information missing"),
    }
    lists = []
    for outcome, heading in headings.items():
        asked = Asked(training=training, outcome=outcome.value, authority=authority)
        found = screening_lists.results(made, asked, user)
        lines, following = screening_lists.page_after(found, asked, 0, per_page=most)
        lists.append(
            LetterList(heading=heading, lines=lines, is_cut=bool(following), query=query_of(asked))
        )
    return lists
