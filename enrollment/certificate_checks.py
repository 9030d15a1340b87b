"""What the portal can check of a certificate by itself, for the person who reviews it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from courses.models import Course
from enrollment import name_match
from enrollment.models import (
    CertificateCheck,
    CertificateRule,
    CertificateSubmission,
    Enrollment,
    Result,
)
from igot.lib.dates import civil_date, dmy
from igot.lib.uploads import CheckedFile

Code = CertificateCheck.Code
LANGUAGE_OF_RECORDS = "en"  # findings are stored once, for the desk


@dataclass(frozen=True, kw_only=True)
class Found:
    """The outcome of one check; `passed` is None where it could not be made."""

    code: str
    passed: bool | None
    detail: str = ""
    score: int | None = None
    rule: CertificateRule | None = None
    other: CertificateSubmission | None = None

    def as_row(self, submission: CertificateSubmission, at: datetime) -> CertificateCheck:
        return CertificateCheck(
            submission=submission,
            check_code=self.code,
            passed=self.passed,
            detail=self.detail[:300],
            score=self.score,
            rule=self.rule,
            other=self.other,
            at=at,
        )


def fold_number(number: str) -> str:
    """Reduce the number of a certificate to what tells it from another: letters and digits."""
    return "".join(c for c in number.casefold() if c.isalnum())


def latest_result(enrollment: Enrollment) -> Result | None:
    return enrollment.results.order_by("attempt").last()


def rule_for(submission: CertificateSubmission) -> CertificateRule | None:
    """Return the rule in force on the day when the certificate was sent in."""
    return CertificateRule.objects.in_force(civil_date(submission.uploaded_at)).first()


def of_file(file: CheckedFile) -> list[Found]:
    """Return what was found while the file was taken in; anything else was refused there."""
    with override(LANGUAGE_OF_RECORDS):
        pages = ngettext("%(count)s page", "%(count)s pages", file.pages) % {"count": file.pages}
        anew = _("Written anew; what was sent has the digest on record.")
        return [
            Found(code=Code.FILE_TYPE, passed=True, detail=f"{file.content_type}, {pages}"),
            Found(code=Code.SIZE, passed=True, detail=f"{file.size / 1_000_000:.2f} MB"),
            Found(code=Code.ACTIVE_CONTENT, passed=True, detail=anew if file.is_rewritten else ""),
        ]


def of_particulars(submission: CertificateSubmission) -> list[Found]:
    """Return what the records of the portal say about a certificate."""
    with override(LANGUAGE_OF_RECORDS):
        return [
            *_seen_before(submission),
            _of_name(submission),
            _of_date(submission.completed_on, submission.enrollment),
            of_result(submission.enrollment),
        ]


def _seen_before(submission: CertificateSubmission) -> Iterator[Found]:
    others = CertificateSubmission.objects.exclude(officer=submission.officer)
    others = others.select_related("enrollment").order_by("pk")
    seen = others.filter(sha256=submission.sha256).first()
    yield Found(code=Code.FILE_SEEN, passed=seen is None, detail=where(seen), other=seen)
    folded = submission.certificate_number_folded
    known = others.filter(course=submission.course, certificate_number_folded=folded).first()
    yield Found(code=Code.NUMBER_SEEN, passed=known is None, detail=where(known), other=known)


def _of_name(submission: CertificateSubmission) -> Found:
    given, on_record = submission.name_on_certificate, submission.officer.name
    score, rule = name_match.score(given, on_record), rule_for(submission)
    return Found(
        code=Code.NAME,
        passed=score >= rule.least_name_score if rule else None,
        score=score,
        rule=rule,
        detail=f"{given} / {on_record}",
    )


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


def where(seen: CertificateSubmission | None) -> str:
    """Say which certificate `seen` is, in the words of the desk."""
    if seen is None:
        return ""
    return f"{seen.enrollment}, {seen.certificate_number}, {seen.get_state_display()}"[:300]
