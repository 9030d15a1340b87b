"""Do in this process what the schedule asks for: for one machine without a broker."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from igot.celery import app

log = logging.getLogger("igot.schedule")


class Command(BaseCommand):
    """Run each task of `CELERY_BEAT_SCHEDULE` when it is due; a failing one keeps none back."""

    help = "run the scheduled tasks in this process, again and again (--once: each of them once)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run each task once and end")

    def handle(self, *, once: bool, **options: Any) -> None:
        app.loader.import_default_modules()  # so that every task is known by its name
        schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
        due = dict.fromkeys(schedule, time.monotonic())
        while True:
            for name, entry in schedule.items():
                if due[name] <= time.monotonic():
                    run(name, entry["task"])
                    due[name] = time.monotonic() + entry["schedule"].total_seconds()
            if once:
                return
            close_old_connections()
            time.sleep(max(1.0, min(due.values()) - time.monotonic()))


def run(name: str, task: str) -> None:
    """Run one task here and now; what it raises is logged."""
    came = app.tasks[task].apply(throw=False)
    if came.failed():
        log.error("%s failed: %s", name, came.result, exc_info=came.result)
