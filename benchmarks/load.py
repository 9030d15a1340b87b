"""A bounded load on loopback: a few clients, a fixed number of requests, and what they cost."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

CLIENTS = 4
WORKERS = 4  # one for each client: who waits for a commit keeps nobody else waiting
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Target:
    """What is asked for in one round; each answer has the status `expected`."""

    name: str
    against: str
    requests: list[bytes]
    expected: int = 200


@dataclass(frozen=True)
class Measured:
    """One round of one target."""

    per_second: float
    cpu_ms: float


def request(method: str, path: str, *, port: int, body: str = "", **headers: str) -> bytes:
    """Return an HTTP request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append("Content-Type: application/x-www-form-urlencoded")
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", body]).encode()


def answer(port: int, sent: bytes) -> tuple[int, bytes]:
    """Send one request and return the status and everything that came back."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    whole = b"".join(parts)
    return int(whole[9:12] or 0), whole


def processes_of(parent: int) -> list[int]:
    """Return the ids of the workers that gunicorn's `parent` has started."""
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def cpu_seconds(pids: Iterable[int]) -> dict[int, float]:
    """Return the processor time that each process has used so far, in user and system mode."""
    seconds = {}
    for pid in pids:
        with suppress(FileNotFoundError):  # a connection that was closed took its process along
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            seconds[pid] = (int(fields[11]) + int(fields[12])) / TICK
    return seconds


def measure(target: Target, *, port: int, parent: int, beside: Sequence[int] = ()) -> Measured:
    """Send all requests of `target` by a few clients at once and return rate and cost.

    The cost is that of the workers, and of the processes `beside` them.

    :raises RuntimeError: an answer was not the expected one
    """
    left, lock = iter(target.requests), Lock()

    def client() -> None:
        while True:
            with lock:
                sent = next(left, None)
            if sent is None:
                return
            status, whole = answer(port, sent)
            if status != target.expected:
                raise RuntimeError(f"{target.name}: {status}\n{whole[:600]!r}")

    workers = [*processes_of(parent), *beside]
    before, started = cpu_seconds(workers), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for finished in [pool.submit(client) for _ in range(CLIENTS)]:
            finished.result()
    seconds, after = time.perf_counter() - started, cpu_seconds(workers)
    cpu = sum(used - before[pid] for pid, used in after.items())
    return Measured(len(target.requests) / seconds, cpu * 1000 / len(target.requests))


@contextmanager
def server() -> Iterator[tuple[int, int]]:
    """Run gunicorn on a free port of this machine; yield the port and the parent's process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "igot.wsgi:application", "-w", str(WORKERS)]
        + ["-b", f"127.0.0.1:{port}", "--log-level", "warning", "--no-control-socket"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"},
    )
    try:
        for _ in range(150):
            if process.poll() is not None:
                raise RuntimeError("gunicorn did not start")
            try:
                if answer(port, request("GET", "/healthz", port=port))[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)
