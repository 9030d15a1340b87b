"""Load how long registrations wait, and the cities of examinations, from enrollment/data."""

import tomllib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import State
from enrollment.models import ExamCity, RegistrationPolicy

DATA = Path(__file__).resolve().parents[2] / "data" / "registration.toml"


class Command(BaseCommand):
    help = "Load days and cities; running it again adds what is new and keeps what was edited."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        data = tomllib.loads(DATA.read_text(encoding="utf-8"))
        for row in data["policy"]:
            RegistrationPolicy.objects.get_or_create(
                effective_from=row.pop("effective_from"), defaults=row
            )
        self.load_cities(data["cities"]["rows"])
        self.stdout.write(
            f"{RegistrationPolicy.objects.count()} policies, {ExamCity.objects.count()} cities."
        )

    def load_cities(self, rows: list[list[str]]) -> None:
        states = {state.code: state for state in State.objects.all()}
        known = set(ExamCity.objects.values_list("code", flat=True))
        ExamCity.objects.bulk_create(
            ExamCity(code=code, name=name, name_hi=name_hi, state=states[state])
            for code, name, name_hi, state in rows
            if code not in known and state in states
        )
