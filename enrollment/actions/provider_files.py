"""Files of providers taken in and read: by a task, some thousand rows at a time, with a way out.

A kind of file is a subclass of `FileReader`. Taking a file in (`take_in`) counts its rows; the
reading claims it by a lease, keeps rows chunk by chunk, each in its own transaction, and ends in
one: finished, refused with a sentence, or stopped because somebody asked for that. A worker that
dies leaves its lease to run out; the next one forgets what was kept and begins anew.
"""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any, ClassVar, Final, Generic, TypeVar

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from enrollment import pool_policies
from enrollment.models.provider_files import ProviderFile
from enrollment.states import FileState
from igot.lib.commits import after_commit
from igot.lib.errors import Refused
from igot.lib.tables import TableError

SMALL: Final = 300_000  # bytes: what is read while its sender waits
LEASE: Final = timedelta(minutes=2)  # longer than a chunk may take
PIECE: Final = 1 << 20

Thing = TypeVar("Thing", bound=Any)  # a model on `ProviderFile`, with its own state and people
Row = TypeVar("Row")


class Stopped(Exception):
    """Somebody asked that the reading stop."""


class LeaseLost(Exception):
    """Another worker has taken the file over: this one took too long."""


class FileReader(Generic[Thing, Row]):
    """How one kind of file is read; see the module's docstring."""

    model: ClassVar[type[Any]]
    name: ClassVar[str]  # of its events: "<name>.refused", "<name>.stopped"
    rows_at_once: ClassVar[int] = 5_000

    # --- what a kind of file says of itself ----------------------------------------------------

    def rows(self, thing: Thing, file: IO[bytes]) -> Iterator[Row]:
        """Read the rows of `file`, one after the other.

        :raises TableError: it cannot be read, with a sentence for whoever sent it
        """
        raise NotImplementedError

    def keep(self, thing: Thing, rows: list[Row]) -> None:
        """Write a chunk of rows, inside its transaction."""
        raise NotImplementedError

    def forget(self, thing: Thing) -> None:
        """Delete whatever was kept of `thing`, inside a transaction."""
        raise NotImplementedError

    def finish(self, thing: Thing, at: datetime) -> None:
        """Bring a file that is read whole to its next state, record and tell, in one transaction.

        `thing` is locked and has its lease taken off; it is saved here. What holds of the file as
        a whole may be refused here: :raises TableError:
        """
        raise NotImplementedError

    # --- the work ------------------------------------------------------------------------------

    def read(self, thing_id: int, *, clock: Any = timezone.now) -> bool:
        """Read one file to its end; False where another worker is at it or it is read already."""
        thing = self._claim(thing_id, clock())
        if thing is None:
            return False
        with translation.override(self.language_of(thing)):
            try:
                self._keep_all(thing, clock)
                self._finish(thing, clock())
            except TableError as problem:
                self._end(thing, FileState.REFUSED, clock(), problem=str(problem))
            except Stopped:
                self._end(thing, FileState.STOPPED, clock())
            except LeaseLost:
                return False
        return True

    def read_if_small(self, thing: Thing, at: datetime) -> Thing:
        """Read a file that was just taken in while its sender waits, unless it is large.

        Called outside the transaction that took it in; what is left unread, the task reads.
        """
        if thing.size <= SMALL:
            self.read(thing.pk, clock=lambda: at)
            thing.refresh_from_db()
        return thing

    @transaction.atomic(durable=True)
    def stop(self, *, thing_id: int, acting_user: User, at: datetime) -> None:
        """Take down that the reading of a file is to stop; its worker looks after each chunk.

        One that no worker holds is stopped by the next that finds it.
        :raises Refused: not open to `acting_user`, or the file is read already
        """
        thing = self._locked(thing_id)
        if reason := pool_policies.why_not_stop(thing, acting_user):
            raise Refused(reason)
        thing.stop_asked_at = at
        thing.save(update_fields=["stop_asked_at"])
        audit.record(thing, f"{self.name}.stop_asked", acting_user=acting_user, at=at)

    def has_to_wait(self, thing: Thing) -> bool:
        """Return whether a locked file is not to be read yet, since others come before it."""
        return False

    def language_of(self, thing: Thing) -> str:
        """Return the language in which findings about the rows are written."""
        person: User = getattr(thing, "uploaded_by", None) or thing.imported_by
        return person.language

    @transaction.atomic(durable=True)
    def _claim(self, thing_id: int, at: datetime) -> Thing | None:
        thing: Thing = self._locked(thing_id)
        if thing.state != FileState.READING or (thing.leased_until and thing.leased_until > at):
            return None
        if self.has_to_wait(thing):
            return None
        thing.lease, thing.leased_until, thing.rows_done = uuid.uuid4(), at + LEASE, 0
        thing.save(update_fields=["lease", "leased_until", "rows_done"])
        self.forget(thing)
        return thing

    def _keep_all(self, thing: Thing, clock: Any) -> None:
        with thing.file.open("rb") as file:
            rows = self.rows(thing, file)
            while chunk := list(islice(rows, self.rows_at_once)):
                with transaction.atomic(durable=True):
                    thing.rows_done += len(chunk)
                    self._step(thing, clock())
                    self.keep(thing, chunk)
        if not thing.rows_done:
            raise TableError(_("The file has no row below its header."))

    def _step(self, thing: Thing, at: datetime) -> None:
        """Show how far it is, hold the lease, and look whether somebody wants it stopped.

        The row is locked by that until the chunk is written: whoever overtakes waits for it.
        """
        held = self.model.objects.filter(pk=thing.pk, lease=thing.lease, state=FileState.READING)
        if not held.update(rows_done=thing.rows_done, leased_until=at + LEASE):
            raise LeaseLost
        if held.filter(stop_asked_at__isnull=False).exists():
            raise Stopped

    @transaction.atomic(durable=True)
    def _finish(self, thing: Thing, at: datetime) -> None:
        self.finish(self._relocked(thing), at)

    @transaction.atomic(durable=True)
    def _end(self, thing: Thing, state: str, at: datetime, problem: str = "") -> None:
        """End the reading without a result: nothing of the file stays but its name and why."""
        try:
            locked = self._relocked(thing)
        except (LeaseLost, Stopped):
            locked = self._locked(thing.pk)
            if locked.lease != thing.lease:
                return
        self.forget(locked)
        locked.lease = locked.leased_until = None
        locked.problem = problem[:500]
        drop_file(locked)
        advance(locked, state, f"{self.name}.{state}", acting_user=None, at=at)

    def _relocked(self, thing: Thing) -> Thing:
        locked: Thing = self._locked(thing.pk)
        if locked.lease != thing.lease or locked.state != FileState.READING:
            raise LeaseLost
        if locked.stop_asked_at:
            raise Stopped
        locked.lease = locked.leased_until = None
        return locked

    def _locked(self, thing_id: int) -> Any:
        return self.model.objects.select_for_update(no_key=True, of=("self",)).get(pk=thing_id)


def take_in(thing: ProviderFile, file: File, *, known: QuerySet[Any]) -> None:
    """Fill in `thing` from the file that somebody sent, and store it; the caller saves the row.

    `known` are the files of the kind that stand already.
    :raises Refused: the very file is known
    """
    digest, rows, size, end = hashlib.sha256(), 0, 0, b"\n"
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
        rows += piece.count(b"\n")
        size += len(piece)
        end = piece[-1:]
    file.seek(0)
    rows += end != b"\n"  # a last line without its end
    sha256 = digest.hexdigest()
    if standing := known.filter(sha256=sha256).first():
        raise Refused(
            _("This very file was brought in already (“%(state)s”); nothing was changed.")
            % {"state": standing.get_state_display()}
        )
    thing.size, thing.rows_total = size, max(rows - 1, 0)  # one line is the header
    setattr(thing, "sha256", sha256)  # noqa: B010 – a column of the subclass
    thing.file.save("file.csv", file, save=False)


def drop_file(thing: ProviderFile) -> None:
    """Forget the stored file of a row that the caller saves, once that is committed."""
    if thing.file.name:
        after_commit(default_storage.delete, thing.file.name)
    thing.file = ""


def advance(
    thing: Any, state: str, event: str, *, acting_user: User | None, at: datetime, **details: Any
) -> AuditEntry:
    """Bring a locked file to `state`, save it, and record `event`."""
    was, thing.state = thing.state, state
    thing.save()
    return audit.record(thing, event, acting_user=acting_user, at=at, was=was, **details)
