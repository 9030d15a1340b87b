"""The catalogue, measured against a bare page with as many cards: kept, fresh, signed in, searched.

    python -m benchmarks.catalogue [--rounds 5] [--gets 300] [--searches 60]

The same server, the same run, the targets in turn, medians; the bare page is one query, one plain
template, behind the same middleware. 300 courses and 1,000 runs, then 5,000 courses for the
search. The cost is that of the workers and of their server processes in PostgreSQL. It fills the
database that DATABASE_URL names, which should be an empty one (`make bench` makes it).
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, islice
from statistics import median
from typing import Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from benchmarks.load import CLIENTS, WORKERS, Measured, Target, measure, request, server  # noqa: E402
from benchmarks.load import answer as answered  # noqa: E402
from benchmarks.stock import SUBJECTS, stock  # noqa: E402
from courses.models import Course  # noqa: E402
from tests.factories.accounts import make_officer, sign_in  # noqa: E402

BARE: Final = "bare page"
BARE_OWN: Final = "bare page, signed in"
LEAST: Final = {  # of the rate of the bare page
    "list, kept": 5,
    "course page, kept": 5,
    "list, answered 304": 5,
    "course page, answered 304": 5,
    "list, signed in": 1.5,
    "course page, signed in": 1.5,
    "list, fresh": 0.6,
    "course page, fresh": 0.6,
    "search of 5,000 courses": 0.3,
}
Rounds = dict[str, tuple[str, list[Measured]]]


@dataclass(frozen=True)
class Portal:
    """Where the measured server is, and whom it knows."""

    port: int
    parent: int
    cookie: str

    def target(
        self,
        name: str,
        path: str,
        number: int,
        *,
        against: str = BARE,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Target:
        sent = request("GET", path, port=self.port, **headers or {})
        return Target(name, against, [sent] * number, status)


def fill(*, courses: int, runs: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # rows for the search are written along
    stock(courses=courses, runs=runs)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def session_of_an_officer() -> str:
    client = Client()
    user = make_officer().user
    if user is None:
        raise RuntimeError("an officer without a log-in")
    sign_in(client, user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def pages(portal: Portal, number: int) -> list[Target]:
    """Return list and course page in every way of being answered."""
    listed = reverse("courses:list")
    course = Course.objects.get(code="stock-200").get_absolute_url()
    own = {"Cookie": portal.cookie}
    found = [
        portal.target(BARE, "/bare/list/", number, against=""),
        portal.target(BARE_OWN, "/bare/list/", number, against="", headers=own),
    ]
    both = (("list", listed), ("course page", course))
    for name, path in both:
        known = {"If_None_Match": etag(portal, path)}
        found += [
            portal.target(f"{name}, kept", path, number),
            portal.target(f"{name}, answered 304", path, number, status=304, headers=known),
            portal.target(f"{name}, signed in", path, number, against=BARE_OWN, headers=own),
        ]
    fresh = {"X_Fresh": "1"}  # last, because they drop what the others are answered from
    return found + [portal.target(f"{n}, fresh", p, number, headers=fresh) for n, p in both]


def etag(portal: Portal, path: str) -> str:
    """Ask for a page until each worker keeps it; return its mark."""
    for _time in range(8 * WORKERS):
        status, whole = answered(portal.port, request("GET", path, port=portal.port))
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
    head = whole.partition(b"\r\n\r\n")[0].decode("latin-1")
    return next(
        line.partition(": ")[2] for line in head.splitlines() if line.lower().startswith("etag:")
    )


class Searches:
    """Searches of two words and a filter, never the same twice, so that none is kept."""

    def __init__(self) -> None:
        self._pairs = combinations(SUBJECTS, 2)

    def __call__(self, portal: Portal, number: int) -> list[Target]:
        listed = reverse("courses:list")
        paths = [
            f"{listed}?q={one.lower()}+{other.lower()}&open=1"
            for one, other in islice(self._pairs, number)
        ]
        sent = [request("GET", path, port=portal.port) for path in paths]
        return [
            portal.target(BARE, "/bare/list/", number, against=""),
            Target("search of 5,000 courses", BARE, sent),
        ]


def run_rounds(
    portal: Portal, targets: Callable[[Portal, int], list[Target]], rounds: int, number: int
) -> Rounds:
    """Ask every target once a round, so that a busy minute falls on all alike."""
    found: Rounds = {}
    for target in targets(portal, 40):
        measure(target, port=portal.port, parent=portal.parent)  # warm
    for count in range(rounds):
        for target in targets(portal, number):
            beside = server_processes()
            one = measure(target, port=portal.port, parent=portal.parent, beside=beside)
            found.setdefault(target.name, (target.against, []))[1].append(one)
        print(f"round {count + 1} of {rounds}", file=sys.stderr)
    return found


def server_processes() -> list[int]:
    """Return the server processes that the workers are connected to, where they run here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found = [pid for (pid,) in cursor.fetchall()]
    return [pid for pid in found if os.path.exists(f"/proc/{pid}/stat")]


def report(found: Rounds) -> bool:
    """Print medians and ratios; say whether each is what is promised."""
    medians = {
        name: Measured(median(m.per_second for m in ms), median(m.cpu_ms for m in ms))
        for name, (_against, ms) in found.items()
    }
    is_kept = True
    print(f"{'':28}{'requests/s':>12}{'CPU ms':>9}{'ratio':>8}{'by CPU':>8}{'least':>8}")
    for name, (against, _measured) in found.items():
        one, line = medians[name], f"{name:28}"
        line += f"{one.per_second:12.0f}{one.cpu_ms:9.2f}"
        if against:
            bare = medians[against]
            ratio, by_cpu = one.per_second / bare.per_second, bare.cpu_ms / one.cpu_ms
            is_low = max(ratio, by_cpu) < LEAST[name]
            is_kept = is_kept and not is_low
            line += f"{ratio:8.2f}{by_cpu:8.2f}{LEAST[name]:8}{'  too low' if is_low else ''}"
        print(line)
    return is_kept


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gets", type=int, default=300, help="requests of a page a round")
    parser.add_argument("--searches", type=int, default=60, help="searches a round")
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        print("The catalogue is measured on PostgreSQL: set DATABASE_URL.")
        return 1
    call_command("prepare", stdout=sys.stderr)
    fill(courses=300, runs=1000)
    cookie = session_of_an_officer()
    print(
        f"PostgreSQL {connection.pg_version}, Python {platform.python_version()}, gunicorn with "  # type: ignore[attr-defined]
        f"{WORKERS} workers, {CLIENTS} clients on the same {os.cpu_count()} cores, "
        f"median of {options.rounds}"
    )
    with server() as (port, parent):
        first = run_rounds(Portal(port, parent, cookie), pages, options.rounds, options.gets)
    is_kept = report(first)
    fill(courses=5000, runs=1000)
    with server() as (port, parent):
        portal = Portal(port, parent, cookie)
        second = run_rounds(portal, Searches(), options.rounds, options.searches)
    return int(not (report(second) and is_kept))


if __name__ == "__main__":
    sys.exit(main())
