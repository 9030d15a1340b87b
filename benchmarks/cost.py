"""What a stretch of work costs by the clock and in processor time, and how much memory it took."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from django.db import connection

TICKS: Final = os.sysconf("SC_CLK_TCK")


class Cost:
    """Seconds of what runs within: by the clock, and of processors, here and at the server.

    What the server's process used counts where it runs on this machine; the clock alone tells
    little where others use the machine, too.
    """

    seconds = 0.0
    processor = 0.0

    def __enter__(self) -> Self:
        self._begun = (time.perf_counter(), time.process_time() + _of_server())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        clock, processor = self._begun
        self.seconds = time.perf_counter() - clock
        self.processor = time.process_time() + _of_server() - processor


def _of_server() -> float:
    """Return the processor time of the process that serves this connection; 0 where it is away."""
    connection.ensure_connection()
    process = Path("/proc") / str(connection.connection.info.backend_pid)
    try:
        if not process.joinpath("cmdline").read_text().startswith("postgres"):
            return 0.0
        fields = process.joinpath("stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def load() -> str:
    """Say how busy the machine is by now."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def peak_memory() -> float:
    """Return the most memory that this process has held since it was started, in MB.

    Not `ru_maxrss`: that begins at the peak of whoever started the process.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    if found is None:
        raise SystemExit("this system does not tell the peak of a process")
    return int(found[1]) / 1024


def peak_of(module: str, content: bytes) -> float:
    """Return what `module`, in a process of its own, says that reading a file of `content` took."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        command = [sys.executable, "-m", module, "--only-read", file.name]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 -- our own command
    return float(done.stdout.split()[-1])
