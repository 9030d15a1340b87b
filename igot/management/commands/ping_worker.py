"""Ask a worker to answer: proves broker, worker and shared cache from where this is run."""

import secrets
import time
from argparse import ArgumentParser
from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError

from igot.tasks import answer_ping


class Command(BaseCommand):
    """Send one task and wait for what it leaves behind."""

    help = "send a task to the worker and wait for its answer"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=20.0, help="how long to wait")

    def handle(self, *, seconds: float, **options: Any) -> None:
        key = f"ping-{secrets.token_hex(8)}"
        started = time.monotonic()
        answer_ping.delay(key=key)
        while (name := cache.get(key)) is None:
            if time.monotonic() - started > seconds:
                raise CommandError(f"No worker answered within {seconds:g} s.")
            time.sleep(0.05)
        self.stdout.write(f"answered by {name} after {time.monotonic() - started:.1f} s")
