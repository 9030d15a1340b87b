"""What stands beside a certificate while it is reviewed: what was found, known, and sent before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from enrollment import certificate_checks
from enrollment.models import (
    CertificateCheck,
    CertificatePage,
    CertificateSubmission,
    Result,
)
from igot.lib.dates import dmy
from igot.lib.uploads import PDF

COMPARED: Final = ("certificate_number", "name_on_certificate", "completed_on", "sha256")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What an earlier file said otherwise."""

    label: str
    then: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A certificate sent in before for the same registration."""

    submission: CertificateSubmission
    differences: list[Difference]


@dataclass(frozen=True, kw_only=True)
class Review:
    """Everything that the reviewer looks at, read once."""

    submission: CertificateSubmission
    checks: list[CertificateCheck]
    pages: list[CertificatePage]
    record: list[tuple[str, str]]
    result: Result | None
    points: int
    earlier: list[Earlier]
    before: CertificateSubmission | None
    after: CertificateSubmission | None

    @property
    def shows_file(self) -> bool:
        """Tell whether the file itself may be shown: a picture, drawn anew when it came in."""
        submission = self.submission
        return not self.pages and submission.is_handed_out and submission.content_type != PDF


def review_of(submission: CertificateSubmission) -> Review:
    """Read what stands beside `submission`, in some eight queries."""
    before, after = CertificateSubmission.objects.beside(submission)
    tariff = submission.course.credits.in_force(submission.completed_on).first()
    checks = submission.checks.select_related("rule", "other").order_by("pk")
    return Review(
        submission=submission,
        checks=list(checks),
        pages=list(submission.pages.order_by("number")) if submission.is_handed_out else [],
        record=list(_record_of(submission)),
        result=certificate_checks.latest_result(submission.enrollment),
        points=tariff.points if tariff else 0,
        earlier=_earlier_than(submission),
        before=before,
        after=after,
    )


def _record_of(submission: CertificateSubmission) -> Iterator[tuple[str, str]]:
    """Yield what the service record says that helps to know the officer; no date of birth."""
    officer, enrollment = submission.officer, submission.enrollment
    run = enrollment.run
    yield _("Name"), officer.name
    yield _("Service"), str(officer.service or "–")
    yield _("Grade"), str(officer.rank or "–")
    yield _("Employee code"), officer.employee_code or "–"
    yield _("Service record"), officer.get_record_state_display()
    yield _("Registration"), f"{enrollment}, {enrollment.get_state_display()}"
    if run is not None and run.commences_on:
        ends = dmy(run.ends_on) if run.ends_on else "…"
        yield _("Run"), f"{dmy(run.commences_on)} – {ends}"


def _earlier_than(submission: CertificateSubmission) -> list[Earlier]:
    rows = CertificateSubmission.objects.filter(
        enrollment=submission.enrollment, pk__lt=submission.pk
    )
    return [
        Earlier(submission=row, differences=list(_differences(row, submission)))
        for row in rows.order_by("-pk")
    ]


def _differences(then: CertificateSubmission, now: CertificateSubmission) -> Iterator[Difference]:
    for name in COMPARED:
        before, after = getattr(then, name), getattr(now, name)
        if before == after:
            continue
        label = str(then._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        if name == "sha256":
            yield Difference(label=_("file"), then=then.file_name, now=now.file_name)
        else:
            yield Difference(label=label, then=_written(before), now=_written(after))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else dmy(value)
