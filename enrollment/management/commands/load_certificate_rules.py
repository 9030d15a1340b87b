"""Load how strictly certificates are compared, from enrollment/data."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from enrollment.models import CertificateRule

DATA = Path(__file__).resolve().parents[2] / "data" / "certificate_rules.toml"


class Command(BaseCommand):
    help = "Load the rules; running it again adds what is new and keeps what was edited."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for row in tomllib.loads(DATA.read_text(encoding="utf-8"))["rule"]:
            CertificateRule.objects.get_or_create(
                effective_from=row.pop("effective_from"), defaults=row
            )
        self.stdout.write(f"{CertificateRule.objects.count()} rules on comparing certificates.")
