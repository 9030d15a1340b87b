"""Print the log-ins of the demo, in development only."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.demo.people import LOGINS, PASSWORD


class Command(BaseCommand):
    help = "Print the demo log-ins, one per role (DEBUG only)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo log-ins are printed in development only (DEBUG).")
        self.stdout.write("\nDemo log-ins. The password of each is:  " + PASSWORD)
        for login in LOGINS:
            self.stdout.write(f"  {login.email:28} {login.purpose}")
        self.stdout.write(
            "Everyone but the officers is asked for a one-time code: `make otp` prints them."
        )
