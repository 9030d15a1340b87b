"""Files shown to ClamAV's clamd over its socket, where the setting CLAMD_URL names one."""

import socket
import struct
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

SECONDS: Final = 20
PIECE: Final = 1 << 16
LONGEST_ANSWER: Final = 4096
FOUND: Final = " FOUND"
TOO_LARGE: Final = "size limit exceeded"


class ScannerSilent(Exception):
    """The scanner cannot be reached or gave no answer that says anything: nothing is known."""


class TooLargeToScan(Exception):
    """The scanner takes no file of this size."""


def is_configured() -> bool:
    """Return whether files are shown to a scanner at all."""
    return bool(settings.CLAMD_URL)


def found_in(data: bytes) -> str:
    """Return the name of what the scanner found in `data`, or "" if it found nothing.

    :raises ScannerSilent: nothing is known; ask again later
    :raises TooLargeToScan: the scanner takes no file of this size
    """
    answer = _asked(b"zINSTREAM\0", data).removeprefix("stream: ")
    if answer == "OK":
        return ""
    if answer.endswith(FOUND):
        return answer.removesuffix(FOUND)
    if TOO_LARGE in answer:
        raise TooLargeToScan(answer)
    raise ScannerSilent(answer or "no answer")


def answers() -> bool:
    """Return whether the scanner is there."""
    try:
        return _asked(b"zPING\0", None, seconds=2) == "PONG"
    except ScannerSilent:
        return False


def _asked(command: bytes, data: bytes | None, *, seconds: int = SECONDS) -> str:
    try:
        with closing(_connected(seconds)) as scanner:
            try:
                scanner.sendall(command)
                if data is not None:
                    _send(scanner, data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # over its limit it hangs up in the middle, but has said why
            return _answer(scanner)
    except OSError as error:
        raise ScannerSilent(str(error)) from error


def _connected(seconds: int) -> socket.socket:
    address = urlsplit(settings.CLAMD_URL)
    if address.scheme == "unix":
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(seconds)
        scanner.connect(address.path)
        return scanner
    return socket.create_connection((address.hostname, address.port or 3310), seconds)


def _send(scanner: socket.socket, data: bytes) -> None:
    """Send `data` in pieces, each after its length; a length of nought ends them."""
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        scanner.sendall(struct.pack("!I", len(piece)) + piece)
    scanner.sendall(struct.pack("!I", 0))


def _answer(scanner: socket.socket) -> str:
    """Read up to the null byte with which the scanner ends what it says."""
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        piece = scanner.recv(LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0").decode(errors="replace").strip()
