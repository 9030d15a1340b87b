"""Files that arrive in pieces: on disk under a private folder until they are whole and checked.

The folder is `settings.PIECES_ROOT`, or "pieces" under MEDIA_ROOT. Every web process must see the
same one: with an object store and several machines it has to be a shared folder.
"""

import errno
import os
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(Exception):
    """The disk is full: nothing of the piece is kept."""


class Gone(Exception):
    """What had arrived is no longer there, or is less than was noted."""


def write_piece(upload_id: UUID, *, offset: int, data: bytes) -> None:
    """Write a piece at its place; whatever stood behind that place is cut off.

    Writing the same piece again does no harm.
    :raises NoRoom: the disk is full; what had arrived before is still there
    :raises Gone: what had arrived before is not there
    """
    path = path_of(upload_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "wb") as file:
            if file.seek(0, os.SEEK_END) < offset:
                raise Gone(str(upload_id))
            file.truncate(offset)
            file.seek(offset)
            file.write(data)
    except OSError as error:
        if error.errno in NO_ROOM:
            _cut(path, offset)
            raise NoRoom(str(error)) from error
        raise


def read_whole(upload_id: UUID, *, size: int) -> bytes:
    """Return the file of `size` bytes.

    :raises Gone: it is not there, or less of it
    """
    try:
        data = path_of(upload_id).read_bytes()
    except FileNotFoundError as error:
        raise Gone(str(upload_id)) from error
    if len(data) != size:
        raise Gone(str(upload_id))
    return data


def forget(upload_id: UUID) -> None:
    """Delete what has arrived of a file."""
    path_of(upload_id).unlink(missing_ok=True)


def ids_untouched_since(at: datetime) -> list[UUID]:
    """Return the files of which something has arrived, but nothing since `at`."""
    parts = _folder().glob("*.part")
    return [UUID(path.stem) for path in parts if path.stat().st_mtime < at.timestamp()]


def path_of(upload_id: UUID) -> Path:
    return _folder() / f"{upload_id}.part"


def _folder() -> Path:
    return Path(settings.PIECES_ROOT or Path(settings.MEDIA_ROOT) / "pieces")


def _cut(path: Path, offset: int) -> None:
    """Take a piece away again that was written by half."""
    if path.exists():
        os.truncate(path, offset)
