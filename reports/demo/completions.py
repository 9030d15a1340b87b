"""How the batches of the demo end: results from the provider, certificates, verification."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from courses.models import Run
from enrollment.actions import certificates, checking, results
from enrollment.certificate_looks import look_into, stored_pages
from enrollment.models import CertificateSubmission, Enrollment
from enrollment.states import EnrollmentState
from igot.lib.dates import dmy
from igot.lib.uploads import check_upload
from reports.demo.papers import picture
from reports.demo.registrations import instant


def bring_results(
    users: dict[str, User], enrollments: Iterable[Enrollment], *, apply: bool = True
) -> None:
    """Import a file of results for each run and have a second person approve it."""
    by_run: dict[Run, list[Enrollment]] = defaultdict(list)
    for enrollment in enrollments:
        enrollment.refresh_from_db()
        if enrollment.state == EnrollmentState.IN_PROGRESS and enrollment.run:
            by_run[enrollment.run].append(enrollment)
    for run, members in by_run.items():
        lines, passes = _lines(members)
        at = instant((run.ends_on or timezone.localdate()) + timedelta(days=12), 15, 30)
        staged = results.stage_results(
            run=run,
            file_name=f"results-{run.code}.csv",
            file=ContentFile("\n".join(lines).encode()),
            acting_user=users["dealing"],
            at=at,
        )
        if apply:
            results.apply_results(
                import_id=staged.pk,
                rows=len(members),
                passes=passes,
                acting_user=users["dealing2"],
                at=min(at + timedelta(days=1), timezone.now()),
            )


def _lines(members: list[Enrollment]) -> tuple[list[str], int]:
    """Return the rows of the provider's file and how many of them pass."""
    lines, passes = ["username,grade,exam"], 0
    for index, enrollment in enumerate(members):
        account = enrollment.provider_account
        name = account.platform_username if account else ""
        grade, exam = 52 + (index * 13) % 46, "passed"
        if index % 9 == 4:
            grade, exam = 41, "absent"
        elif index % 9 == 7:
            exam = "failed"
        passes += exam == "passed" and grade >= 50
        lines.append(f"{name},{grade},{exam}")
    return lines, passes


def send_certificates(
    users: dict[str, User], enrollments: Iterable[Enrollment]
) -> list[CertificateSubmission]:
    """Let the officers send their certificates; verify most, return one in eight, leave the last.

    :returns: those that are verified
    """
    verified = []
    for index, enrollment in enumerate(enrollments):
        enrollment.refresh_from_db()
        if enrollment.state != EnrollmentState.COMPLETED:
            continue
        if index % 11 == 10:
            continue  # this officer has yet to send it
        submission = send(enrollment)
        at = min(submission.uploaded_at + timedelta(days=3), timezone.now())
        if index % 8 == 5:
            certificates.return_certificate(
                submission_id=submission.pk,
                reason="The number of the certificate cannot be read. Please send a sharper copy.",
                acting_user=users["dealing"],
                at=at,
            )
        elif index % 8 != 6:
            certificates.verify_certificate(
                submission_id=submission.pk, acting_user=users["dealing"], at=at
            )
            submission.refresh_from_db()
            verified.append(submission)
    return verified


def send(enrollment: Enrollment) -> CertificateSubmission:
    """Let the officer of a registration send a certificate, drawn for the demo."""
    officer, course, run = enrollment.officer, enrollment.course, enrollment.run
    completed = min((run and run.ends_on) or timezone.localdate(), timezone.localdate())
    number = f"{course.code[:12].strip('-').upper()}-{enrollment.pk:06d}"
    content = picture(
        "Certificate of completion", officer.name, course.title, dmy(completed), f"No. {number}"
    )
    at = instant(completed + timedelta(days=20), 15, 30)
    submission = certificates.send_certificate(
        enrollment_id=enrollment.pk,
        file=check_upload(SimpleUploadedFile("certificate.png", content)),
        certificate_number=number,
        name_on_certificate=officer.name,
        completed_on=completed,
        acting_user=officer.log_in,
        at=at,
    )
    check(submission, at)
    submission.refresh_from_db()
    return submission


def check(submission: CertificateSubmission, at: datetime) -> None:
    """Check a certificate as the task does, on its day."""
    begun, lease = checking.begin_checks(submission_id=submission.pk, at=at)
    look = look_into(begun)
    with stored_pages(look) as pages:
        checking.finish_checks(
            submission_id=submission.pk, lease=lease, look=look, pages=pages, at=at
        )
