"""What the portal can check of a certificate by itself, for the person who reviews it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from courses.models import Course
from enrollment import rules
from enrollment.models import CertificateCheck, CertificateSubmission, Enrollment, Result
from igot.lib.dates import dmy
from igot.lib.uploads import CheckedFile

Code = CertificateCheck.Code
LANGUAGE_OF_RECORDS = "en"  # findings are stored once, for the desk


@dataclass(frozen=True, kw_only=True)
class Found:
    """The outcome of one check."""

    code: str
    passed: bool
    detail: str = ""


def fold_number(number: str) -> str:
    """Reduce the number of a certificate to what tells it from another: letters and digits."""
    return "".join(c for c in number.casefold() if c.isalnum())


def latest_result(enrollment: Enrollment) -> Result | None:
    return enrollment.results.order_by("attempt").last()


def checks_of(submission: CertificateSubmission, file: CheckedFile) -> list[Found]:
    """Return what can be said of a certificate that is being sent in."""
    with override(LANGUAGE_OF_RECORDS):
        return [*_of_file(submission, file), *_of_particulars(submission)]


def _of_file(submission: CertificateSubmission, file: CheckedFile) -> Iterator[Found]:
    pages = _("%(pages)s pages") % {"pages": file.pages}
    yield Found(code=Code.FILE_TYPE, passed=True, detail=f"{file.content_type}, {pages}")
    yield Found(code=Code.SIZE, passed=True, detail=f"{file.size / 1_000_000:.2f} MB")
    detail = _("Written anew; what was sent has the digest on record.")
    yield Found(code=Code.ACTIVE_CONTENT, passed=True, detail=detail if file.is_rewritten else "")
    others = CertificateSubmission.objects.exclude(officer=submission.officer)
    seen = others.filter(sha256=submission.sha256).select_related("enrollment").first()
    yield Found(code=Code.FILE_SEEN, passed=seen is None, detail=_where(seen))
    folded = submission.certificate_number_folded
    same = others.filter(course=submission.course, certificate_number_folded=folded)
    known = same.select_related("enrollment").first()
    yield Found(code=Code.NUMBER_SEEN, passed=known is None, detail=_where(known))


def _of_particulars(submission: CertificateSubmission) -> Iterator[Found]:
    given, on_record = submission.name_on_certificate, submission.officer.name
    yield Found(
        code=Code.NAME,
        passed=rules.names_agree(given, on_record),
        detail=f"{given} / {on_record}",
    )
    yield _of_date(submission.completed_on, submission.enrollment)
    yield of_result(submission.enrollment)


def _of_date(completed_on: date, enrollment: Enrollment) -> Found:
    run = enrollment.run
    if run is None:
        return Found(code=Code.DATE, passed=True, detail=_("Self-paced"))
    starts, ends = run.commences_on, run.ends_on
    within = not (starts and completed_on < starts) and not (ends and completed_on > ends)
    span = f"{dmy(starts) if starts else '…'} – {dmy(ends) if ends else '…'}"
    return Found(code=Code.DATE, passed=within, detail=f"{dmy(completed_on)}; {span}")


def of_result(enrollment: Enrollment) -> Found:
    """Check a certificate against the provider's result, where the course has results."""
    if enrollment.course.certification != Course.Certification.GRADE_AND_EXAM:
        return Found(code=Code.RESULT, passed=True, detail=_("This course has no results."))
    result = latest_result(enrollment)
    if result is None:
        return Found(code=Code.RESULT, passed=False, detail=_("No result has come yet."))
    return Found(
        code=Code.RESULT,
        passed=result.passed,
        detail=f"{result.online_grade} %, {result.get_exam_outcome_display()}",
    )


def _where(seen: CertificateSubmission | None) -> str:
    if seen is None:
        return ""
    return f"{seen.enrollment}, {seen.certificate_number}, {seen.get_state_display()}"[:300]
