"""Recompute the chain of the audit trail and name each link that does not hold."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts import audit
from accounts.models import AuditEntry, AuditSeal


class Command(BaseCommand):
    help = "Verify the audit trail; exit 1 if a link is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = audit.broken_links()
        latest = AuditSeal.objects.order_by("-position").first()
        self.stdout.write(
            f"{AuditEntry.objects.count()} entries, {latest.position if latest else 0} sealed, "
            f"head {latest.digest if latest else '-'}"
        )
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            sys.exit(1)
