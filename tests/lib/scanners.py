"""Scanners for tests: clamd itself with one signature of ours, or a stand-in of its protocol."""

import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# The harmless string that every scanner knows, in two halves: no scanner stops at this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MARK = b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!"
CLAMD = shutil.which("clamd") or "/usr/sbin/clamd"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def clamd(folder: Path, *, most_bytes: str = "11M") -> Iterator[str]:
    """Run clamd with a signature of EICAR's words alone, and give its address."""
    port, database = free_port(), folder / "db"
    database.mkdir()
    (database / "igot.ndb").write_text(f"Igot.Test.Eicar:0:*:{MARK.hex()}\n")
    settings = {
        "DatabaseDirectory": database,
        "TCPAddr": "127.0.0.1",
        "TCPSocket": port,
        "Foreground": "yes",
        "StreamMaxLength": most_bytes,
        "TemporaryDirectory": folder,
        "User": "root",
    }
    (folder / "clamd.conf").write_text("".join(f"{k} {v}\n" for k, v in settings.items()))
    process = subprocess.Popen(
        [CLAMD, "-c", str(folder / "clamd.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"tcp://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    for _attempt in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("clamd did not start")


@contextmanager
def stand_in(path: Path, *, answer: bytes | None = None) -> Iterator[str]:
    """Speak clamd's protocol on a socket at `path`; `answer` is what it says to everything."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        while True:
            try:
                caller, _address = listener.accept()
            except OSError:
                return
            with caller, suppress(OSError):
                caller.sendall(answer if answer is not None else _answer(caller))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"unix://{path}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _answer(caller: socket.socket) -> bytes:
    heard = caller.makefile("rb")
    command = b""
    while not command.endswith(b"\0"):
        command += heard.read(1)
    if command == b"zPING\0":
        return b"PONG\0"
    data = b""
    while length := struct.unpack("!I", heard.read(4))[0]:
        data += heard.read(length)
    return b"stream: Stand-in.Eicar FOUND\0" if MARK in data else b"stream: OK\0"
