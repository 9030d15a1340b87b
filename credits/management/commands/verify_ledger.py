"""Recompute the credit ledger and say whether it holds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from credits import chain
from credits.models import CreditEntry


class Command(BaseCommand):
    help = "Recompute every chain and balance of the credit ledger; exit 1 if anything is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(chain.faults())
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"The ledger does not hold: {len(faults)} faults.")
        self.stdout.write(f"The ledger holds: {CreditEntry.objects.count()} lines.")
