"""The list of confirmed officers for a provider: the least that lets it know them."""

import hashlib
from typing import NamedTuple

from django.utils import translation

from courses.models import Provider, Run
from enrollment.models import Enrollment, ProviderListLine
from igot.lib.tables import csv_lines

HEADER = (
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
    """Write the lines as CSV, with a mark that spreadsheets recognise UTF-8 by."""
    rows = [("corrected" if line.is_correction else "new", *line.cells) for line in lines]
    return "".join(csv_lines(HEADER, rows)).encode()


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
