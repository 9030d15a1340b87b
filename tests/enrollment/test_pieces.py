"""Certificates in pieces: gone on with after any break, and held to the rules of whole ones."""

import errno
import hashlib
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from enrollment.actions import pieces
from enrollment.models import CertificateSubmission, CertificateUpload
from enrollment.models.pieces import KEPT_FOR
from enrollment.tasks import forget_uploads
from igot.lib import pieces as disk
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_certificate_rule
from tests.lib import bad_files, scanners

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
TYPED = {
    "certificate_number": "EDX-1",
    "name_on_certificate": "Asha Rao",
    "completed_on": f"{TODAY:%d.%m.%Y}",
}


@pytest.fixture
def enrollment():
    make_certificate_rule()
    course = make_course(mode="self_paced", certification="modules")
    return make_enrollment(course=course, state="in_progress")


@pytest.fixture
def officer(client, enrollment):
    sign_in(client, enrollment.officer.user)
    return client


def page_of(enrollment):
    return f"/me/registrations/{enrollment.pk}/certificate/"


def start(client, enrollment, data, *, name="a.pdf", **changed):
    said = {"file_name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return client.post(f"{page_of(enrollment)}pieces/", {**said, **changed})


def piece(client, url, data, offset):
    return client.post(
        url,
        data,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def arrive(client, enrollment, data, *, name="a.pdf", size=1000):
    """Send a file in pieces of 1,000 bytes, or of `size`."""
    url = start(client, enrollment, data, name=name).json()["url"]
    for offset in range(0, len(data), size):
        assert piece(client, url, data[offset : offset + size], offset).status_code == 200
    return url


def on_disk(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


# --- the way of a file ---------------------------------------------------------------------------


def test_a_file_arrives_in_pieces_and_is_sent_in_with_the_form(
    officer, enrollment, media_of_this_test, django_capture_on_commit_callbacks
):
    data = bad_files.plain_pdf(pages=5, compress=False)
    url = arrive(officer, enrollment, data)
    assert officer.get(url).json() == {"url": url, "received": len(data), "size": len(data)}
    assert "has arrived and is kept" in officer.get(page_of(enrollment)).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        answer = officer.post(page_of(enrollment), TYPED)

    assert answer.status_code == 302
    submission = enrollment.certificates.get()
    assert submission.file.read() == data and submission.file_name == "a.pdf"
    assert not CertificateUpload.objects.exists()
    assert not list((media_of_this_test / "pieces").iterdir())


def test_the_same_file_goes_on_where_it_stopped_on_another_day(officer, enrollment):
    data = bad_files.plain_pdf(pages=5, compress=False)
    first = start(officer, enrollment, data).json()
    piece(officer, first["url"], data[:700], 0)

    again = start(officer, enrollment, data)

    assert again.json() == {**first, "received": 700}
    words = officer.get(page_of(enrollment)).content.decode()
    assert "Choose the same file again" in words


@pytest.mark.parametrize(
    "changed", [{"file_name": "b.pdf"}, {"size": "12345"}, {"sha256": "0" * 64}, {"sha256": ""}]
)
def test_another_file_takes_the_place_of_the_one_begun(officer, enrollment, changed):
    data = bad_files.plain_pdf()
    first = start(officer, enrollment, data).json()
    piece(officer, first["url"], data[:100], 0)

    second = start(officer, enrollment, data, **changed).json()

    assert second["received"] == 0 and second["url"] != first["url"]
    assert officer.get(first["url"]).status_code == 404


def test_a_piece_that_is_not_the_next_learns_which_is(officer, enrollment):
    data = bad_files.plain_pdf()
    url = start(officer, enrollment, data).json()["url"]
    piece(officer, url, data[:100], 0)

    twice = piece(officer, url, data[:100], 0)
    ahead = piece(officer, url, data[200:300], 200)

    assert (twice.status_code, twice.json()["received"]) == (409, 100)
    assert (ahead.status_code, ahead.json()["received"]) == (409, 100)
    assert piece(officer, url, data[100:], 100).json()["received"] == len(data)


def test_what_was_written_and_not_noted_is_written_again(officer, enrollment, monkeypatch):
    data = bad_files.plain_pdf()
    url = start(officer, enrollment, data).json()["url"]
    upload = CertificateUpload.objects.get()
    disk.write_piece(upload.pk, offset=0, data=b"half a piece, then the machine stopped")

    assert piece(officer, url, data, 0).json()["received"] == len(data)
    assert disk.read_whole(upload.pk, size=len(data)) == data


def test_a_file_whose_folder_was_emptied_begins_anew(officer, enrollment):
    data = bad_files.plain_pdf()
    url = start(officer, enrollment, data).json()["url"]
    piece(officer, url, data[:100], 0)
    disk.forget(CertificateUpload.objects.get().pk)

    assert piece(officer, url, data[100:200], 100).json()["received"] == 0


def test_a_full_disk_is_said_nothing_is_half_kept_and_the_file_goes_on_later(
    officer, enrollment, monkeypatch
):
    data = bad_files.plain_pdf()
    url = start(officer, enrollment, data).json()["url"]
    piece(officer, url, data[:100], 0)
    upload = CertificateUpload.objects.get()
    wrote = disk.os.fdopen

    def full(handle, mode):
        file = wrote(handle, mode)
        file_write = file.write

        def half(piece):
            file_write(piece[:10])
            file.flush()
            raise OSError(errno.ENOSPC, "No space left on device")

        return _Wrapped(file, half)

    with monkeypatch.context() as patch:
        patch.setattr(disk.os, "fdopen", full)
        answer = piece(officer, url, data[100:], 100)

    assert answer.status_code == 507
    assert "no room" in answer.json()["error"]
    assert disk.path_of(upload.pk).stat().st_size == 100
    assert piece(officer, url, data[100:], 100).json()["received"] == len(data)


class _Wrapped:
    """A file whose `write` is another."""

    def __init__(self, file, write):
        self.file, self.write = file, write

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.file.close()


def test_a_sound_file_is_kept_while_another_field_is_corrected(officer, enrollment):
    data = bad_files.plain_pdf()
    sent = SimpleUploadedFile("a.pdf", data)

    page = officer.post(page_of(enrollment), {**TYPED, "completed_on": "", "file": sent})
    assert "has arrived and is kept" in page.content.decode()
    assert officer.post(page_of(enrollment), TYPED).status_code == 302

    assert enrollment.certificates.get().file.read() == data


def test_without_any_file_the_form_asks_for_one(officer, enrollment):
    page = officer.post(page_of(enrollment), TYPED).content.decode()

    assert "Choose a file." in page


def test_a_file_that_arrived_by_half_is_not_sent_in(officer, enrollment):
    data = bad_files.plain_pdf()
    piece(officer, start(officer, enrollment, data).json()["url"], data[:100], 0)

    page = officer.post(page_of(enrollment), TYPED).content.decode()

    assert "has not arrived whole yet" in page
    assert not CertificateSubmission.objects.exists()


# --- the same rules ------------------------------------------------------------------------------

LATER = {"nothing", "too large", "GIF", "second ending", "hidden file", "no ending"}


@pytest.mark.parametrize("case", sorted(set(bad_files.BAD) - LATER))
def test_a_bad_file_in_pieces_is_refused_with_a_sentence_logged_and_not_kept(
    officer, enrollment, case, media_of_this_test, caplog, django_capture_on_commit_callbacks
):
    name, make, words = bad_files.BAD[case]
    arrive(officer, enrollment, make(), name=name, size=pieces.MOST_A_PIECE)

    with django_capture_on_commit_callbacks(execute=True):
        page = officer.post(page_of(enrollment), TYPED).content.decode()

    assert words in page
    assert "refused an upload" in caplog.text
    assert on_disk(media_of_this_test) == []
    assert not CertificateUpload.objects.exists()
    assert not CertificateSubmission.objects.exists()


@pytest.mark.parametrize("case", sorted(LATER))
def test_what_is_wrong_by_name_or_size_is_refused_before_it_is_sent(
    officer, enrollment, case, caplog
):
    name, make, words = bad_files.BAD[case]

    answer = start(officer, enrollment, make(), name=name)

    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert "refused to take an upload" in caplog.text
    assert not CertificateUpload.objects.exists()


@pytest.mark.parametrize(
    "case", ["20,000 by 20,000", "zero bytes", "EICAR called PDF", "path in the name"]
)
def test_the_bad_files_of_the_order_by_either_way(officer, enrollment, case, media_of_this_test):
    name, data, words = {
        "20,000 by 20,000": ("a.png", bad_files.png_of(20_000, 20_000), "too many pixels"),
        "zero bytes": ("a.pdf", b"", "empty"),
        "EICAR called PDF": ("a.pdf", scanners.EICAR, "none of these"),
        "path in the name": ("../../etc/cron.d/a", bad_files.plain_pdf(), "one of these kinds"),
    }[case]

    whole = officer.post(
        page_of(enrollment), {**TYPED, "file": SimpleUploadedFile(name, data)}
    ).content.decode()
    begun = start(officer, enrollment, data, name=name)

    assert words in whole
    if begun.status_code == 200:
        piece(officer, begun.json()["url"], data, 0)
        assert words in officer.post(page_of(enrollment), TYPED).content.decode()
    else:
        assert words in begun.json()["error"]
    assert not CertificateSubmission.objects.exists()
    assert [path for path in on_disk(media_of_this_test) if path.suffix != ".part"] == []


def test_path_parts_are_cut_off_a_name_and_reach_no_disk(officer, enrollment, media_of_this_test):
    data = bad_files.plain_pdf()
    arrive(officer, enrollment, data, name="../../../x/..\\y\\certificate.pdf")

    assert CertificateUpload.objects.get().file_name == "certificate.pdf"
    (path,) = on_disk(media_of_this_test)
    assert path.parent == media_of_this_test / "pieces" and path.suffix == ".part"


def test_more_than_was_announced_is_refused(officer, enrollment):
    data = bad_files.plain_pdf()
    url = start(officer, enrollment, data).json()["url"]

    answer = piece(officer, url, data + b"x", 0)

    assert answer.status_code == 422
    assert officer.get(url).json()["received"] == 0


def test_a_file_that_did_not_arrive_as_announced_is_not_sent_in(officer, enrollment):
    data = bad_files.plain_pdf(text="one")
    other = bad_files.plain_pdf(text="two")
    assert len(data) == len(other)
    url = start(officer, enrollment, data).json()["url"]
    piece(officer, url, other, 0)

    page = officer.post(page_of(enrollment), TYPED).content.decode()

    assert "did not arrive as it was sent" in page


@pytest.mark.parametrize("offset", ["", "-1", "x", "1e3", "٣", "9" * 30])
def test_a_piece_says_where_it_begins(officer, enrollment, offset):
    data = bad_files.plain_pdf()
    url = start(officer, enrollment, data).json()["url"]

    assert piece(officer, url, data, offset).status_code == 400


def test_a_piece_is_at_most_a_megabyte(officer, enrollment):
    url = start(officer, enrollment, b"x" * 5_000_000).json()["url"]

    assert piece(officer, url, b"x" * (pieces.MOST_A_PIECE + 1), 0).status_code == 413


@pytest.mark.parametrize(
    "said", [{}, {"size": "x"}, {"size": "-1"}, {"size": "9" * 40}, {"sha256": "x'; --"}]
)
def test_an_announcement_that_makes_no_sense_is_refused(officer, enrollment, said):
    given = {"file_name": "a.pdf", "size": "10", **said} if said else {}

    assert officer.post(f"{page_of(enrollment)}pieces/", given).status_code == 400


# --- whose ---------------------------------------------------------------------------------------


def test_another_officers_upload_is_not_there(officer, enrollment, client):
    data = bad_files.plain_pdf()
    url = start(officer, enrollment, data).json()["url"]
    sign_in(client, make_officer().user)

    assert client.get(url).status_code == 404
    assert piece(client, url, data, 0).status_code == 404
    assert start(client, enrollment, data).status_code == 404


@pytest.mark.parametrize("role", [Role.DEALING_HAND, Role.AUDITOR])
def test_uploads_are_for_officers(client, enrollment, role):
    sign_in(client, make_user(role))

    assert start(client, enrollment, b"x").status_code == 403


def test_without_the_token_nothing_begins(enrollment):
    client = Client(enforce_csrf_checks=True)
    sign_in(client, enrollment.officer.user)

    assert start(client, enrollment, b"x").status_code == 403


def test_where_no_certificate_is_taken_no_upload_begins(officer, enrollment):
    make_certificate(enrollment=enrollment)

    answer = start(officer, enrollment, bad_files.plain_pdf())

    assert answer.status_code == 422 and "verified already" in answer.json()["error"]


def test_an_upload_that_was_ended_meanwhile_takes_no_piece(enrollment):
    user, now = enrollment.officer.user, timezone.now()
    upload = pieces.start_upload(
        enrollment_id=enrollment.pk,
        file_name="a.pdf",
        size=10,
        sha256="",
        acting_user=user,
        at=now,
    )
    pieces.drop_upload(enrollment_id=enrollment.pk, acting_user=user)

    with pytest.raises(Refused, match="was ended"):
        pieces.take_piece(upload=upload, offset=0, data=b"x", acting_user=user, at=now)


# --- what is left lying --------------------------------------------------------------------------


def test_what_lies_for_a_day_is_deleted_and_so_is_what_belongs_to_nothing(
    officer, enrollment, media_of_this_test, django_capture_on_commit_callbacks
):
    data = bad_files.plain_pdf()
    piece(officer, start(officer, enrollment, data).json()["url"], data[:100], 0)
    stray = uuid4()
    disk.write_piece(stray, offset=0, data=b"x")
    assert forget_uploads() == 0  # it may be on its way in
    os.utime(disk.path_of(stray), (0, 0))
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_uploads() == 1  # the stray one
    assert len(on_disk(media_of_this_test)) == 1

    old = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    CertificateUpload.objects.update(touched_at=old)
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_uploads() == 1

    assert on_disk(media_of_this_test) == []
    assert not CertificateUpload.objects.exists()


def test_the_database_keeps_that_no_more_arrived_than_was_said(officer, enrollment):
    start(officer, enrollment, bad_files.plain_pdf())

    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateUpload.objects.update(received=10**8)
