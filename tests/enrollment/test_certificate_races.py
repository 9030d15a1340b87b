"""Workers and browsers at once on one certificate, on PostgreSQL with threads."""

import hashlib
import os
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from enrollment import tasks
from enrollment.actions import checking
from enrollment.actions.certificates import send_certificate
from enrollment.models import (
    CertificateFingerprint,
    CertificatePage,
    CertificateSubmission,
    CertificateUpload,
)
from enrollment.states import WITH_THE_OFFICE, CertificateState
from igot.lib import pieces as disk
from igot.lib.errors import Refused
from igot.lib.uploads import check_upload
from tests.enrollment.test_coupon_races import in_threads
from tests.enrollment.test_pieces import TYPED, page_of, piece, start
from tests.factories.accounts import sign_in
from tests.factories.courses import make_course
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate_rule
from tests.lib import bad_files, pictures

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def rule():
    return make_certificate_rule()


def studying():
    course = make_course(mode="self_paced", certification="modules")
    return make_enrollment(course=course, state="in_progress")


def sent(enrollment, content: bytes, number: str) -> CertificateSubmission:
    return send_certificate(
        enrollment_id=enrollment.pk,
        file=check_upload(SimpleUploadedFile("certificate.png", content)),
        certificate_number=number,
        name_on_certificate=enrollment.officer.name,
        completed_on=timezone.localdate(),
        acting_user=enrollment.officer.user,
        at=timezone.now(),
    )


def stored(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def clients_of(enrollment, *, number: int) -> list[Client]:
    """Open so many windows of one officer, each with the session of its own log-in."""
    windows = [Client() for _number in range(number)]
    for window in windows:
        sign_in(window, enrollment.officer.user)
    return windows


# --- checks --------------------------------------------------------------------------------------


def test_certificates_are_checked_once_each_by_four_workers(media_of_this_test):
    submissions = [
        sent(
            studying(), pictures.saved(pictures.certificate(f"Officer {n}", number=f"{n}")), f"E{n}"
        )
        for n in range(5)
    ]
    files = len(stored(media_of_this_test))

    in_threads(lambda task: task(), [tasks.check_certificates] * 8, threads=4)

    for submission in submissions:
        submission.refresh_from_db()
        assert (submission.state, submission.attempts) == (CertificateState.UNDER_REVIEW, 1)
        codes = list(submission.checks.values_list("check_code", flat=True))
        assert len(codes) == len(set(codes)) > 5
        done = AuditEntry.objects.about(submission).filter(event="certificate.under_review")
        assert done.count() == 1
    assert Notice.objects.filter(template="certificate.under_review").count() == 5
    assert CertificatePage.objects.count() == CertificateFingerprint.objects.count() == 5
    assert len(stored(media_of_this_test)) == files + 5  # a drawn page each, and no stray one


def test_a_lease_is_taken_up_by_one_of_four_workers():
    enrollment = studying()
    for number in range(8):
        content = pictures.saved(pictures.certificate(number=str(number)))
        submission = sent(enrollment, content, f"N{number}")
        if number % 2:  # another worker has died with it
            checking.begin_checks(submission_id=submission.pk, at=timezone.now())
            past = timezone.now() - timedelta(seconds=1)
            CertificateSubmission.objects.filter(pk=submission.pk).update(check_at=past)

        answers = in_threads(
            lambda at, pk=submission.pk: checking.begin_checks(submission_id=pk, at=at),
            [timezone.now()] * 4,
            threads=4,
        )

        assert sum(isinstance(answer, Refused) for answer in answers) == 3
        submission.refresh_from_db()
        assert submission.attempts == 1 + number % 2


# --- pieces --------------------------------------------------------------------------------------


def test_a_piece_that_is_posted_by_four_at_once_is_kept_once():
    enrollment = studying()
    windows = clients_of(enrollment, number=4)
    data = os.urandom(20 * 500)
    url = start(windows[0], enrollment, data, name="a.pdf").json()["url"]
    key = CertificateUpload.objects.get().pk

    for offset in range(0, len(data), 500):  # twenty pieces
        answers = in_threads(
            lambda window, at=offset: piece(window, url, data[at : at + 500], at),
            windows,
            threads=4,
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        # whoever came too late is told where the file stands, and goes on from there
        assert {answer.json()["received"] for answer in answers} == {offset + 500}
        assert disk.path_of(key).read_bytes() == data[: offset + 500]

    assert CertificateUpload.objects.get().received == len(data)


def test_two_windows_that_send_different_pieces_for_one_place_leave_one_of_them_whole():
    enrollment = studying()
    windows = clients_of(enrollment, number=2)
    url = start(windows[0], enrollment, b"x" * 40_000, name="a.pdf").json()["url"]
    key = CertificateUpload.objects.get().pk

    for round_ in range(20):
        offset = round_ * 2_000
        bodies = [b"A" * 2_000, b"B" * 2_000]
        answers = in_threads(
            lambda pair, at=offset: piece(pair[0], url, pair[1], at),
            list(zip(windows, bodies, strict=True)),
            threads=2,
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert disk.path_of(key).read_bytes()[offset:] in bodies


def test_a_file_begun_by_four_windows_at_once_is_one_upload():
    enrollment = studying()
    windows = clients_of(enrollment, number=4)
    for number in range(10):
        data = b"%PDF" + bytes([number]) * 100

        answers = in_threads(
            lambda window, data=data: start(window, enrollment, data, name="a.pdf"),
            windows,
            threads=4,
        )

        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["url"] for answer in answers}) == 1
        assert CertificateUpload.objects.get().sha256 == hashlib.sha256(data).hexdigest()


def test_a_form_sent_by_two_windows_at_once_sends_the_file_in_once(media_of_this_test):
    enrollment = studying()
    windows = clients_of(enrollment, number=2)
    data = bad_files.plain_pdf(pages=2)
    url = start(windows[0], enrollment, data).json()["url"]
    assert piece(windows[0], url, data, 0).status_code == 200

    answers = in_threads(lambda window: window.post(page_of(enrollment), TYPED), windows, threads=2)

    assert 302 in {answer.status_code for answer in answers}
    submission = CertificateSubmission.objects.get()
    assert (submission.state, submission.file.read()) == (CertificateState.UNDER_REVIEW, data)
    assert AuditEntry.objects.about(submission).filter(event="certificate.sent").count() == 1
    assert not CertificateUpload.objects.exists()
    assert len(stored(media_of_this_test)) == 1 + submission.pages.count()


def test_one_file_sent_in_by_four_clicks_at_once_is_sent_in_once(media_of_this_test):
    enrollment = studying()
    for number in range(8):
        content = pictures.saved(pictures.certificate(number=str(number)))

        answers = in_threads(
            lambda name, content=content: sent(enrollment, content, name).pk,
            [f"N{number}"] * 4,
            threads=4,
        )

        assert len(set(answers)) == 1
        standing = CertificateSubmission.objects.filter(state__in=WITH_THE_OFFICE)
        assert standing.get().certificate_number == f"N{number}"  # another file takes its place
        assert len(stored(media_of_this_test)) == CertificateSubmission.objects.count()
        assert CertificateSubmission.objects.count() == number + 1
