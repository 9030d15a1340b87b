"""Lists that leave the portal: confirmed officers for a provider, what waits for an authority."""

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from courses.models import Provider, Run
from enrollment.models import Enrollment, Intimation, ProviderListLine
from enrollment.models.intimations import IntimationQuerySet
from igot.lib.dates import dmy
from igot.lib.tables import Cell, csv_lines

HEADER = (
    "line",
    "change",
    "name",
    "email",
    "platform_user_name",
    "programme_user_name",
    "course",
    "run",
)


class Line(NamedTuple):
    """One officer on a list: the cells, their digest, and whether an earlier line is corrected."""

    enrollment: Enrollment
    cells: tuple[str, ...]
    digest: str
    is_correction: bool


def lines_for_provider(provider: Provider, run: Run | None) -> list[Line]:
    """Return the lines that the next list must hold: new ones and corrected ones."""
    rows = Enrollment.objects.for_provider(provider, run).with_course()
    rows = rows.select_related("provider_account").order_by("confirmed_at", "pk")
    standing = dict(
        ProviderListLine.objects.standing()
        .filter(enrollment__in=rows)
        .values_list("enrollment", "digest")
    )
    lines = [_line(row, is_correction=row.pk in standing) for row in rows]
    return [line for line in lines if standing.get(line.enrollment.pk) != line.digest]


def provider_csv(lines: list[Line]) -> bytes:
    """Write the lines as CSV, with a mark that spreadsheets recognise UTF-8 by.

    The number of a line is for the provider's answer, which is matched by it.
    """
    rows = [
        (number, "corrected" if line.is_correction else "new", *line.cells)
        for number, line in enumerate(lines, start=1)
    ]
    return "".join(csv_lines(HEADER, rows)).encode()


def waiting_csv(rows: IntimationQuerySet, on: date) -> Iterator[str]:
    """Write what waits for an authority as CSV, line by line, with its age in days on `on`."""
    header = [
        _("Intimation"),
        _("Dated"),
        _("Age in days"),
        _("What the authority does"),
        _("Officer"),
        _("Service"),
        _("Designation"),
        _("Course"),
        _("Batch"),
        _("Begins"),
    ]
    return csv_lines(header, (_waiting_cells(row, on) for row in rows.iterator(chunk_size=500)))


def _waiting_cells(intimation: Intimation, on: date) -> list[Cell]:
    officer, run = intimation.enrollment.officer, intimation.run
    return [
        intimation.number,
        dmy(intimation.dated_on),
        (on - intimation.waits_since).days,
        str(intimation.get_mode_display()),
        str(officer),
        str(officer.service or ""),
        officer.designation,
        str(intimation.enrollment.course),
        str(run or ""),
        dmy(run.commences_on) if run and run.commences_on else "",
    ]


def _line(enrollment: Enrollment, *, is_correction: bool) -> Line:
    account = enrollment.provider_account
    with translation.override("en"):
        cells = (
            str(enrollment.officer),
            enrollment.officer.email,
            account.platform_username if account else "",
            account.programme_username if account else "",
            str(enrollment.course),
            enrollment.run.code if enrollment.run else "",
        )
    digest = hashlib.sha256("\x1f".join(cells).encode()).hexdigest()
    return Line(enrollment, cells, digest, is_correction)
