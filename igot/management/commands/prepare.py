"""Bring a database up to date: messages, tables, reference data and, for a demo, people."""

import hashlib
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

LOADING = [  # each adds what is missing; a later one may rest on an earlier one
    "load_reference",
    "load_thresholds",
    "load_circulars",
    "load_catalogue",
    "load_benefits",
    "load_registration",
    "load_certificate_rules",
    "load_column_maps",
    "load_pool_policies",
    "load_rule_sets",
    "load_committee",
    "load_reimbursement_reference",
]


class Command(BaseCommand):
    """Run every loading command in its order; a second run changes nothing."""

    help = "migrate, load reference data and the catalogue; --demo also loads a demo once"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load demo people (DEBUG only)")
        parser.add_argument("--address", default="", help="print this address with the log-ins")

    def handle(self, *, demo: bool, address: str, **options: Any) -> None:
        if demo and not settings.DEBUG:
            raise CommandError("Demo people have public passwords: they need DEBUG.")
        quiet = {"verbosity": 0, "stdout": self.stdout}
        if settings.DEBUG:
            call_command("compilemessages", ignore_patterns=[".venv", "var"], **quiet)
        call_command("migrate", interactive=False, **quiet)
        call_command("createcachetable", **quiet)
        for command in LOADING:
            call_command(command, verbosity=0, stdout=StringIO())
        if demo:
            self.load_demo_once()
            self.greet(address)

    def load_demo_once(self) -> None:
        """Load the demo unless it was loaded to its end into this very database."""
        database = (
            f"{settings.DATABASES['default'].get('HOST', '')}{connection.settings_dict['NAME']}"
        )
        digest = hashlib.sha256(database.encode()).hexdigest()[:12]
        done = Path(settings.BASE_DIR) / "var" / f"demo-{digest}.done"
        if done.exists() and get_user_model().objects.exists():
            return
        self.stdout.write("Loading the demo (once; later runs keep the data)")
        call_command("load_demo", stdout=self.stdout)
        done.parent.mkdir(parents=True, exist_ok=True)
        done.touch()

    def greet(self, address: str) -> None:
        """Print where the portal is and who can log in."""
        call_command("demo_logins", stdout=self.stdout)
        if address:
            self.stdout.write(f"\nThe portal is at {address}  (Ctrl+C ends it)\n")
