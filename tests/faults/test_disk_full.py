"""The disk is full when a file comes: a sentence, nothing half kept, and the same file later."""

import errno
import io
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import AuditEntry
from eligibility.models import Representation
from enrollment.models import CertificateSubmission
from enrollment.states import EnrollmentState
from igot.lib.storage import WholeFileStorage
from reimbursement.models import ClaimDocument
from reimbursement.states import ClaimState
from tests.conftest import IN_CI
from tests.factories.accounts import make_officer, sign_in
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.eligibility import make_decision
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_result
from tests.factories.reimbursement import make_claim

pytestmark = pytest.mark.django_db
SENTENCE = "There is no room for files just now"


class SmallDisk:
    """A disk of a few kilobytes of which a test decides whether it is full."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mount(self) -> None:
        self._run("mount", "-t", "tmpfs", "-o", "size=16k,mode=0700", "tmpfs", str(self.folder))

    def give_room(self) -> None:
        self._run("mount", "-o", "remount,size=8m", str(self.folder))

    def unmount(self) -> None:
        self._run("umount", "--lazy", str(self.folder))

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path, settings: Any) -> Iterator[SmallDisk]:
    """Keep private files on a disk of sixteen kilobytes, which only root can make."""
    small = SmallDisk(tmp_path / "disk")
    small.folder.mkdir()
    try:
        small.mount()
    except (subprocess.CalledProcessError, FileNotFoundError) as fault:
        if IN_CI:
            pytest.fail(f"no small disk can be mounted: {fault}")
        pytest.skip("a small disk can only be mounted as root")
    settings.MEDIA_ROOT = str(small.folder)
    yield small
    small.unmount()


def paper(name: str = "certificate.pdf") -> SimpleUploadedFile:
    """Make a PDF that cannot be packed below the size of the disk: a picture of noise."""
    noise = Image.frombytes("RGB", (300, 300), os.urandom(270_000))
    noise.save(out := io.BytesIO(), "PDF")
    return SimpleUploadedFile(name, out.getvalue())


def certificate() -> tuple[Client, str, Callable[[], dict[str, Any]], type]:
    run = make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=30),
    )
    enrollment = make_enrollment(state=EnrollmentState.COMPLETED, run=run)
    make_result(enrollment=enrollment)
    fields = {
        "certificate_number": "EDX-1",
        "name_on_certificate": "Asha Rao",
        "completed_on": f"{timezone.localdate():%d.%m.%Y}",
    }
    url = f"/me/registrations/{enrollment.pk}/certificate/"
    send = lambda: {"file": paper(), **fields}  # noqa: E731
    return signed_in(enrollment.officer.log_in), url, send, CertificateSubmission


def receipt() -> tuple[Client, str, Callable[[], dict[str, Any]], type]:
    claim = make_claim(state=ClaimState.DRAFT)
    send = lambda: {"kind": "fee_receipt", "upload": paper("receipt.pdf")}  # noqa: E731
    return signed_in(claim.claimant_user), f"/me/claims/{claim.pk}/papers/", send, ClaimDocument


def representation() -> tuple[Client, str, Callable[[], dict[str, Any]], type]:
    officer = make_officer(joined_on=timezone.localdate())
    decision = make_decision(officer=officer)
    send = lambda: {"text": "The date of joining on my record is wrong.", "attachment": paper()}  # noqa: E731
    url = f"/eligibility/decisions/{decision.public_id}/represent/"
    return signed_in(officer.log_in), url, send, Representation


def signed_in(user: Any) -> Client:
    client = Client()
    sign_in(client, user)
    return client


@pytest.mark.parametrize("kind", [certificate, receipt, representation])
def test_a_full_disk_is_said_in_a_sentence_and_keeps_nothing(
    kind: Callable[..., Any], disk: SmallDisk, caplog: pytest.LogCaptureFixture
) -> None:
    client, url, send, model = kind()
    before, said = model.objects.count(), AuditEntry.objects.count()
    files = set(disk.files())

    answer = client.post(url, send())

    assert answer.status_code == 507, re.findall(
        "invalid-feedback[^<]*<[^<]*", answer.content.decode()
    )
    assert SENTENCE in answer.content.decode()
    assert answer["Retry-After"]
    assert model.objects.count() == before
    assert AuditEntry.objects.count() == said
    assert set(disk.files()) == files
    assert "no room" in caplog.text

    disk.give_room()
    assert client.post(url, send()).status_code == 302
    assert model.objects.count() == before + 1
    assert len(disk.files()) == len(files) + 1


def test_a_file_that_broke_off_is_taken_away_and_no_other(disk: SmallDisk) -> None:
    storage = WholeFileStorage()
    kept = storage.save("kept.txt", ContentFile(b"short"))

    with pytest.raises(OSError) as fault:  # noqa: PT011 – which one is asked below
        storage.save("kept.txt", ContentFile(os.urandom(100_000)))

    assert fault.value.errno == errno.ENOSPC
    assert [path.name for path in disk.files()] == [kept]
    assert storage.open(kept).read() == b"short"
