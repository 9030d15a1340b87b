"""Know a change token without asking for it, for as long as nothing can have changed it.

PostgreSQL: the connection that answers requests anyway listens to the token's channel
(`igot.lib.change_token.ChangeTold`), and looks into its own socket before every use. What this
connection commits it hears of together with the commit; what others commit, as soon as the
server has told it. SQLite: the files of the database are looked at; every commit moves them.

Whenever that is not certain the token is asked for: inside a transaction, on a new connection,
behind a pooler that hands the listening connection to others, after a lost connection, on a
database in memory, and once in every `BELIEVED` seconds whatever was heard.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.utils import Error

BELIEVED: Final = 10.0  # seconds: the longest that a change can be missed, if all else fails
SETTLED: Final = 1_000_000_000  # nanoseconds: files changed lately may change again unnoticed
_PROOF: Final = "proof"  # what a listener tells itself; to others it means nothing

Mark = tuple[tuple[int, int, int] | None, ...]


@dataclass
class _Known:
    """What one thread knows: the token, and what must not have moved since it was asked for."""

    raw: Any = None  # the database connection itself; Django opens a new one now and then
    listens: bool = False
    tried: bool = False
    token: str | None = None
    serial: int = -1
    files: Mark | None = None
    asked_at: float = 0.0


class TokenWatch:
    """The watch of one token; `channel` is the name of its table."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._serial = 0  # goes up with every change that any thread of this process heard of
        self._lock = threading.Lock()
        self._local = threading.local()

    def present(self, ask: Callable[[], str]) -> str:
        """Return the token as it is now; `ask` reads it from the database."""
        if connection.in_atomic_block:
            return ask()
        known = self._known()
        files = None
        if connection.vendor == "postgresql":
            self._hear(known)
            is_sure = known.listens
        else:
            files = _files()
            is_sure = files is not None and files == known.files
        serial, now = self._serial, time.monotonic()
        is_sure = is_sure and known.serial == serial and now - known.asked_at < BELIEVED
        if is_sure and known.token is not None:
            return known.token
        if connection.vendor == "postgresql":
            self._listen(known)
        known.token, known.serial, known.files, known.asked_at = None, serial, files, now
        known.token = ask()
        return known.token

    def written(self) -> None:
        """Let every thread of this process know what this one may just have committed."""
        known = self._known()
        if known.listens and known.raw is connection.connection:
            self._hear(known)  # it was told of its own commits by now
        else:
            self._heard()

    def doubt(self) -> None:
        """Let every thread of this process ask before it believes again."""
        self._heard()

    def _known(self) -> _Known:
        known: _Known | None = getattr(self._local, "known", None)
        if known is None:
            known = self._local.known = _Known()
        return known

    def _heard(self) -> None:
        with self._lock:
            self._serial += 1

    def _hear(self, known: _Known) -> None:
        """Look into the socket, without waiting, for what the server has told since."""
        raw = connection.connection
        if raw is None or raw is not known.raw:
            known.listens = False
            return
        try:
            with connection.wrap_database_errors:
                raw.poll()  # the last words of a server that goes away are read without an error,
                raw.poll()  # the end of the connection behind them is one
        except Error:  # the connection is lost; Django opens another
            known.listens = False
            connection.close()
            return
        if raw.notifies:
            if any(n.channel == self._channel and n.payload != _PROOF for n in raw.notifies):
                self._heard()
            raw.notifies.clear()

    def _listen(self, known: _Known) -> None:
        """Listen on a connection that serves a second request: a short-lived one never does.

        The listener tells itself something. It is believed if that comes back from the very
        server process that the connection was made to: a pooler in between has another.
        """
        raw = connection.connection
        if raw is None or raw is not known.raw:
            with connection.cursor():
                known.raw, known.listens, known.tried = connection.connection, False, False
            return
        if known.tried:
            return
        known.tried = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {self._channel}")
                cursor.execute("SELECT pg_notify(%s, %s)", [self._channel, _PROOF])
        except Error:  # a server that only reads along cannot listen
            return
        known.listens = any(_is_own(raw, told) for told in raw.notifies if told.payload == _PROOF)


def _is_own(raw: Any, told: Any) -> bool:
    """Say whether the server process that told is the one that `raw` was connected to."""
    return bool(told.pid == raw.info.backend_pid)


def _files() -> Mark | None:
    """Return time, size and number of the database's files; None while they may still move."""
    if connection.is_in_memory_db():  # type: ignore[attr-defined]
        return None
    name = str(connection.settings_dict["NAME"])
    found: list[tuple[int, int, int] | None] = []
    for path in (name, f"{name}-wal"):
        try:
            stat = os.stat(path)
        except FileNotFoundError:
            found.append(None)
            continue
        if time.time_ns() - stat.st_mtime_ns < SETTLED:
            return None
        found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)
