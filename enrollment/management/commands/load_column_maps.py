"""Load how providers name the columns of their files, from enrollment/data."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from courses.models import Provider
from enrollment.models import ColumnMap

DATA = Path(__file__).resolve().parents[2] / "data" / "column_maps.toml"


class Command(BaseCommand):
    help = "Load the maps of columns; a provider that has one of a kind keeps what was edited."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        providers = {provider.code: provider for provider in Provider.objects.all()}
        for row in tomllib.loads(DATA.read_text(encoding="utf-8"))["map"]:
            provider = providers.get(row.pop("provider"))
            if provider and not provider.column_maps.filter(kind=row["kind"]).exists():
                entered = ColumnMap(provider=provider, **row)
                entered.full_clean()
                entered.save()
        self.stdout.write(f"{ColumnMap.objects.count()} maps of columns.")
