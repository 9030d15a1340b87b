"""Measure the portal's busiest pages against bare ones: same server, same run, in turn."""

import os
import platform
from argparse import ArgumentParser
from statistics import median
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.urls import reverse

from benchmarks import people
from benchmarks.load import CLIENTS, WORKERS, Measured, Target, measure, request, server
from courses.models import Course
from enrollment.models import CouponIssue

LEAST_OF_THE_SAME_PAGE = 0.5


class Command(BaseCommand):
    """Fill an empty database, serve it by gunicorn, ask in turn, print medians and ratios."""

    help = (
        "measure catalogue, course page and coupon issue; use `make bench`, which makes a database"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=5)
        parser.add_argument("--gets", type=int, default=200, help="requests of a page a round")
        parser.add_argument("--posts", type=int, default=60, help="coupons a round")

    def handle(self, *, rounds: int, gets: int, posts: int, **options: Any) -> None:
        call_command("prepare")
        run = people.stock_pool(codes=posts * rounds)
        waiting = people.waiting_officers(run=run, number=posts * rounds)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        connection.close()
        with server() as (port, parent):
            found = self.rounds(
                port, parent, rounds, gets, [waiting[n::rounds] for n in range(rounds)]
            )
        if CouponIssue.objects.filter(first_revealed_at__isnull=False).count() != posts * rounds:
            raise CommandError("not every POST was answered with a coupon")
        self.report(found, rounds)
        shown, bare = (
            median(one.per_second for one in found[name][1])
            for name in ("coupon issued and shown", "the same page of a code")
        )
        if shown < LEAST_OF_THE_SAME_PAGE * bare:
            raise CommandError(f"a code is shown at less than {LEAST_OF_THE_SAME_PAGE} of the rate")

    def rounds(
        self, port: int, parent: int, rounds: int, gets: int, waiting: list[list[people.Waiting]]
    ) -> dict[str, tuple[str, list[Measured]]]:
        """Ask every target once a round, so that a busy minute falls on all alike."""
        found: dict[str, tuple[str, list[Measured]]] = {}
        for target in pages(port, 10):
            measure(target, port=port, parent=parent)  # warm
        for number in range(rounds):
            for target in [*pages(port, gets), *posts_of(port, waiting[number])]:
                one = measure(target, port=port, parent=parent)
                found.setdefault(target.name, (target.against, []))[1].append(one)
            self.stderr.write(f"round {number + 1} of {rounds}")
        return found

    def report(self, found: dict[str, tuple[str, list[Measured]]], rounds: int) -> None:
        """Print a table of medians; a ratio says how much of the bare one's rate is left."""
        medians = {
            name: Measured(median(m.per_second for m in ms), median(m.cpu_ms for m in ms))
            for name, (_against, ms) in found.items()
        }
        self.stdout.write(
            f"{connection.vendor}, Python {platform.python_version()}, gunicorn with {WORKERS} "
            f"workers, {CLIENTS} clients on the same {os.cpu_count()} cores, median of {rounds}"
        )
        self.stdout.write(f"{'':34}{'requests/s':>12}{'CPU ms':>9}{'ratio':>8}{'by CPU':>8}")
        for name, (against, _measured) in found.items():
            one, bare = medians[name], medians[against or name]
            ratios = (
                f"{one.per_second / bare.per_second:8.2f}{bare.cpu_ms / max(one.cpu_ms, 0.01):8.2f}"
            )
            self.stdout.write(
                f"{name:34}{one.per_second:12.0f}{one.cpu_ms:9.2f}{ratios if against else ''}"
            )


def pages(port: int, number: int) -> list[Target]:
    """Return the pages that anybody may read, and the bare one."""
    page = reverse(
        "courses:detail", args=[Course.objects.order_by("code").values_list("code", flat=True)[0]]
    )
    connection.close()
    listed = request("GET", reverse("courses:list"), port=port)
    return [
        Target("bare list of cards", "", [request("GET", "/bare/list/", port=port)] * number),
        Target("catalogue list", "bare list of cards", [listed] * number),
        Target("course page", "bare list of cards", [request("GET", page, port=port)] * number),
    ]


def posts_of(port: int, waiting: list[people.Waiting]) -> list[Target]:
    """Return one round of coupons, each a new officer's, and as many bare POSTs of the same."""

    def post(path: str, cookie: str) -> bytes:
        headers = {"Cookie": cookie, "X_CSRFToken": people.TOKEN}
        return request("POST", path, port=port, body="ready=on", **headers)

    reveal = "enrollment:reveal_coupon"
    return [
        Target("bare POST", "", [post("/bare/post/", one.cookie) for one in waiting]),
        Target("the same page of a code", "", [post("/bare/coupon/", o.cookie) for o in waiting]),
        Target(
            "coupon issued and shown",
            "the same page of a code",
            [post(reverse(reveal, args=[one.enrollment_id]), one.cookie) for one in waiting],
        ),
    ]
