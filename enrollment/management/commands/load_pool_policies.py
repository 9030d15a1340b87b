"""Load what is kept in hand of each provider's codes, from enrollment/data."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from courses.models import Provider
from enrollment.models import PoolPolicy

DATA = Path(__file__).resolve().parents[2] / "data" / "pool_policies.toml"


class Command(BaseCommand):
    help = "Load the policies of the pool; a provider that has one keeps what was edited."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        policy = tomllib.loads(DATA.read_text(encoding="utf-8"))["policy"]
        without = Provider.objects.filter(issues_coupons=True, pool_policies__isnull=True)
        PoolPolicy.objects.bulk_create(
            PoolPolicy(provider=provider, **policy) for provider in without
        )
        self.stdout.write(f"{PoolPolicy.objects.count()} policies of the pool.")
