"""Certificates that arrive in pieces: begun, gone on with after a break, dropped, forgotten."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from enrollment import certificate_checks, pool_policies, states
from enrollment.models import CertificateSubmission, CertificateUpload, Enrollment
from enrollment.models.pieces import KEPT_FOR
from igot.lib import pieces
from igot.lib.commits import after_commit
from igot.lib.errors import Refused
from igot.lib.uploads import check_announced, shown_name

MOST_FILES: Final = 20  # of one officer
MOST_A_PIECE: Final = 1 << 20  # bytes


class OutOfStep(Exception):
    """A piece does not begin where the file ends so far; the upload tells where that is."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


def check_open(enrollment: Enrollment, acting_user: User) -> None:
    """Check that a certificate can be sent in for a registration.

    :raises Refused: it is not open to `acting_user`, or no further one is taken
    """
    result = certificate_checks.latest_result(enrollment)
    has_passed = result is not None and result.passed
    if reason := pool_policies.why_not_upload(enrollment, acting_user, has_passed=has_passed):
        raise Refused(reason)
    own = CertificateSubmission.objects.filter(officer=enrollment.officer)
    if own.filter(course=enrollment.course, state=states.VERIFY.target).exists():
        raise Refused(_("Your certificate for this course is verified already."))
    if own.count() >= MOST_FILES:
        raise Refused(_("You have sent in %(count)s files already.") % {"count": MOST_FILES})


@transaction.atomic(durable=True)
def start_upload(
    *,
    enrollment_id: int,
    file_name: str,
    size: int,
    sha256: str,
    acting_user: User,
    at: datetime,
) -> CertificateUpload:
    """Begin a file, or find the same one that was begun before; it takes the place of another.

    The same is what has name, size and digest in common; without a digest none is.
    :raises Refused: no certificate can be sent in, or not such a file
    """
    enrollment = _lock(enrollment_id)
    check_open(enrollment, acting_user)
    file_name = shown_name(file_name)
    check_announced(file_name, size)
    begun = CertificateUpload.objects.filter(enrollment=enrollment).first()
    if (
        begun
        and sha256
        and (begun.file_name, begun.size, begun.sha256)
        == (
            file_name,
            size,
            sha256,
        )
    ):
        return begun
    drop_uploads(enrollment)
    return CertificateUpload.objects.create(
        enrollment=enrollment,
        file_name=file_name,
        size=size,
        sha256=sha256,
        started_at=at,
        touched_at=at,
    )


@transaction.atomic(durable=True)
def take_piece(
    *, upload: CertificateUpload, offset: int, data: bytes, acting_user: User, at: datetime
) -> CertificateUpload:
    """Keep the next piece of a file; `offset` is where it begins, in bytes.

    What was written of a file is noted only after it lies on disk, so a piece that was written
    and not noted is written again.
    :raises OutOfStep: another piece is the next
    :raises Refused: it is more than was announced, or the upload was dropped
    :raises igot.lib.pieces.NoRoom: the disk is full; what arrived before is kept
    """
    rows = CertificateUpload.objects.of(acting_user).select_for_update(no_key=True, of=("self",))
    locked = rows.filter(pk=upload.pk).first()
    if locked is None:
        raise Refused(_("This upload was ended. Choose the file again."))
    if offset != locked.received:
        raise OutOfStep(locked.received)
    if not data or offset + len(data) > locked.size:
        raise Refused(_("The file is not the one that was begun. Choose it again."))
    try:
        pieces.write_piece(locked.pk, offset=offset, data=data)
        locked.received += len(data)
    except pieces.Gone:  # the folder was emptied: the file begins anew
        locked.received = 0
    locked.touched_at = at
    locked.save(update_fields=["received", "touched_at"])
    return locked


@transaction.atomic(durable=True)
def keep_whole(
    *, enrollment_id: int, file_name: str, data: bytes, acting_user: User, at: datetime
) -> CertificateUpload:
    """Keep a file that came with a form of which something else has to be corrected.

    :raises Refused: no certificate can be sent in
    :raises igot.lib.pieces.NoRoom: the disk is full
    """
    enrollment = _lock(enrollment_id)
    check_open(enrollment, acting_user)
    drop_uploads(enrollment)
    upload = CertificateUpload(
        enrollment=enrollment,
        file_name=shown_name(file_name),
        size=len(data),
        received=len(data),
        started_at=at,
        touched_at=at,
    )
    pieces.write_piece(upload.pk, offset=0, data=data)
    upload.save()
    return upload


@transaction.atomic(durable=True)
def drop_upload(*, enrollment_id: int, acting_user: User) -> None:
    """Drop what has arrived for a registration of `acting_user`, because it cannot be taken."""
    drop_uploads(Enrollment.objects.of(acting_user).get(pk=enrollment_id))


@transaction.atomic
def drop_uploads(enrollment: Enrollment) -> None:
    """Forget what has arrived for a registration, because nothing more is to be done with it."""
    for upload in CertificateUpload.objects.filter(enrollment=enrollment):
        after_commit(pieces.forget, upload.pk)
        upload.delete()


@transaction.atomic(durable=True)
def forget_uploads(*, at: datetime) -> int:
    """Delete what has lain for a day without a further piece, and files of no upload at all."""
    old = list(CertificateUpload.objects.left_lying(at).select_for_update(skip_locked=True))
    old_ids = {upload.pk for upload in old}
    CertificateUpload.objects.filter(pk__in=old_ids).delete()
    on_disk = pieces.ids_untouched_since(at - KEPT_FOR)
    known = set(CertificateUpload.objects.filter(pk__in=on_disk).values_list("pk", flat=True))
    gone = old_ids | (set(on_disk) - known)
    for key in gone:
        after_commit(pieces.forget, key)
    return len(gone)


def _lock(enrollment_id: int) -> Enrollment:
    locked = Enrollment.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("officer__user", "course", "run").get(pk=enrollment_id)
