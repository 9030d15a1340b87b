"""Load what the completion of a programme opens, from enrollment/data."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from courses.models import Programme
from enrollment.models import CompletionBenefit

DATA = Path(__file__).resolve().parents[2] / "data" / "benefits.toml"


class Command(BaseCommand):
    help = "Load the benefits; running it again adds what is new and keeps what was edited."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        programmes = {programme.code: programme for programme in Programme.objects.all()}
        for row in tomllib.loads(DATA.read_text(encoding="utf-8"))["benefit"]:
            if programme := programmes.get(row.pop("programme")):
                CompletionBenefit.objects.get_or_create(
                    programme=programme,
                    kind=row.pop("kind"),
                    effective_from=row.pop("effective_from"),
                    defaults=row,
                )
        self.stdout.write(f"{CompletionBenefit.objects.count()} benefits.")
