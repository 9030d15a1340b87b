"""Load services, ranks, States, authorities, domains and roles from the files in accounts/data."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import (
    CadreAuthority,
    OfficialEmailDomain,
    Rank,
    Service,
    ServiceAlias,
    State,
)

DATA = Path(__file__).resolve().parents[2] / "data"
UNVERIFIED = {"U", "R"}  # marks of the source files for what no source supports


def rows_of(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


class Command(BaseCommand):
    help = "Load the reference data; running it again adds what is new and keeps what was edited."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        call_command("sync_roles", stdout=self.stdout)
        for domain in settings.OFFICIAL_EMAIL_DOMAINS:
            OfficialEmailDomain.objects.get_or_create(domain=domain.lower())
        states = self._load_states()
        self._load_services(states)
        self._load_aliases()
        self._load_ranks()
        self.stdout.write(
            f"{Service.objects.count()} services, {Rank.objects.count()} ranks, "
            f"{State.objects.count()} States, {CadreAuthority.objects.count()} authorities."
        )

    def _load_states(self) -> dict[str, State]:
        for row in rows_of("states.csv"):
            State.objects.get_or_create(
                code=row["code"],
                defaults={
                    "name": row["name"],
                    "name_hi": row["name_hi"],
                    "region": row["region"],
                    "is_union_territory": row["union_territory"] == "yes",
                },
            )
        return {state.code: state for state in State.objects.all()}

    def _load_services(self, states: dict[str, State]) -> None:
        for row in rows_of("services.csv"):
            state = states.get(row["code"].removeprefix("SCS-"))
            name = row["cadre_controlling_authority"].partition(";")[0].strip()
            authority, _is_new = CadreAuthority.objects.get_or_create(
                name=name, defaults={"state": state}
            )
            Service.objects.get_or_create(
                code=row["code"],
                defaults={
                    "name": row["name"],
                    "name_hi": row["name_hi"],
                    "acronym": row["acronym_in_use"],
                    "family": row["family"],
                    "category": row["category"],
                    "groups": row["groups"],
                    "authority": authority,
                    "basis": row["length_of_service_basis"],
                    "state": state,
                    "source": row["src"],
                    "is_verified": row["src"] not in UNVERIFIED,
                },
            )

    def _load_aliases(self) -> None:
        services = {service.code: service for service in Service.objects.all()}
        for row in rows_of("aliases.csv"):
            ServiceAlias.objects.get_or_create(
                service=services[row["service"]],
                alias=row["alias"],
                defaults={"used_until": row["used_until"] or None},
            )

    def _load_ranks(self) -> None:
        for row in rows_of("ranks.csv"):
            Rank.objects.get_or_create(
                service_key=row["service"],
                code=row["code"],
                defaults={
                    "name": row["rank"],
                    "group": row["group"],
                    "gazetted": row["gazetted"],
                    "pay_level": row["pay_level_7cpc"],
                    "pre_2016_grade_pay": row["pre_2016_grade_pay"],
                    "source": row["src"],
                    "is_verified": row["src"] not in UNVERIFIED,
                },
            )
