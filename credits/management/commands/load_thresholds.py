"""Load the thresholds of credit points from credits/data, as examples until they are notified."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from credits.models import CreditThreshold

DATA = Path(__file__).resolve().parents[2] / "data" / "thresholds.json"


class Command(BaseCommand):
    help = "Load the thresholds; running it again adds what is new and keeps what was edited."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for row in json.loads(DATA.read_text(encoding="utf-8")):
            CreditThreshold.objects.get_or_create(
                kind=row["kind"],
                effective_from=date.fromisoformat(row["effective_from"]),
                defaults={
                    "points": row["points"],
                    "circular_reference": row["circular_reference"],
                    "is_illustrative": True,
                },
            )
        self.stdout.write(f"{CreditThreshold.objects.count()} thresholds.")
