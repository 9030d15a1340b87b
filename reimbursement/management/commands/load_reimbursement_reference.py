"""Load policy, the money of the present financial year and the layout of payment files."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from igot.lib.dates import civil_today, financial_year
from reimbursement.models import Allotment, PaymentLayout, ReimbursementPolicy

DATA = Path(__file__).resolve().parents[2] / "data" / "reference.toml"


class Command(BaseCommand):
    help = "Load the reference data of claims; running it again keeps what was edited."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        data = tomllib.loads(DATA.read_text(encoding="utf-8"))
        policy, allotment, layout = data["policy"], data["allotment"], data["layout"]
        policy["rate_tolerance_percent"] = Decimal(policy["rate_tolerance_percent"])
        allotment["allotted"] = Decimal(allotment["allotted"])
        ReimbursementPolicy.objects.get_or_create(
            effective_from=policy.pop("effective_from"), defaults=policy
        )
        year = financial_year(civil_today())
        Allotment.objects.get_or_create(financial_year=year, defaults=allotment)
        PaymentLayout.objects.get_or_create(code=layout.pop("code"), defaults=layout)
        self.stdout.write(
            f"{ReimbursementPolicy.objects.count()} policies, {Allotment.objects.count()} "
            f"allotments, {PaymentLayout.objects.count()} layouts of payment files."
        )
