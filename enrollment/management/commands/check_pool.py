"""Count the coupon pool anew and say whether its accounts hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrollment import pool_audit
from enrollment.models import Coupon


class Command(BaseCommand):
    help = "Check that every accepted code is in one state and every issued one has one holder."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(pool_audit.faults())
        for fault in faults:
            self.stderr.write(fault.words)
        if faults:
            raise CommandError(f"The pool does not hold: {len(faults)} faults.")
        self.stdout.write(f"The pool holds: {Coupon.objects.count()} coupons.")
