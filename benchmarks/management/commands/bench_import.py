"""Measure the bringing in of a roll against COPY of the same rows: one database, one run."""

import csv
import io
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from statistics import median
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from accounts import roll_sql
from accounts.actions import rolls
from accounts.models import (
    Officer,
    RollImport,
    RollSource,
    Service,
    State,
    User,
)
from accounts.roll_reading import COLUMNS

GIVEN = ("Asha", "Bela", "Chandra", "Dev", "Esha", "Farhan", "Gita", "Harsh", "Indu", "Jaya")
FAMILY = ("Rao", "Sen", "Nair", "Singh", "D'Souza", "Khan", "Patel", "शर्मा", "Iyer", "Das")
POSTS = ("Deputy Secretary", "Director", "Under Secretary", "Section Officer", "Joint Secretary")
MINISTRIES = ("Ministry of Coal", "Ministry of Rural Development", "Department of Expenditure")


class Command(BaseCommand):
    """Fill an empty database with a roll, again and again, and print medians and ratios."""

    help = "measure the bringing in of a roll; use `make bench`, which makes a database"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--officers", type=int, default=150_000)
        parser.add_argument("--rounds", type=int, default=3)

    def handle(self, *, officers: int, rounds: int, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("COPY is PostgreSQL's own: this needs a PostgreSQL server")
        if not Service.objects.exists():
            call_command("load_reference", stdout=io.StringIO())
        uploader, approver = (
            User.objects.create_user(f"bench{number}@example.gov.in") for number in (1, 2)
        )
        for user in (uploader, approver):
            make_dealing_hand(user)
        rows = list(roll_of(officers))
        content = written(rows)
        found: dict[str, list[float]] = {}
        for number in range(rounds):
            source = RollSource.objects.create(name=f"Benchmark {number}")
            self._round(found, rows, content, source, uploader, approver)
            self.stderr.write(f"round {number + 1} of {rounds}")
        self._report(found, officers, len(content))

    def _round(
        self,
        found: dict[str, list[float]],
        rows: list[list[str]],
        content: bytes,
        source: RollSource,
        uploader: User,
        approver: User,
    ) -> None:
        """Time each way once, so that a busy minute falls on all alike."""

        def timed(name: str, work: Callable[[], object]) -> None:
            began = time.perf_counter()
            work()
            found.setdefault(name, []).append(time.perf_counter() - began)

        empty()
        text = copied(rows, approver)
        timed("COPY into a bare table", lambda: copy_bare(text))
        timed("COPY into the officers' table", lambda: copy_officers(text))
        if Officer.objects.count() != len(rows):
            raise CommandError("COPY brought in another number of officers")
        empty()
        timed("roll brought in", lambda: bring_in(content, source, uploader, approver))
        if Officer.objects.count() != len(rows):
            raise CommandError("the roll brought in another number of officers")
        timed("same roll again", lambda: bring_in(content, source, uploader, None))
        if Officer.objects.count() != len(rows):
            raise CommandError("the same roll changed something")

    def _report(self, found: dict[str, list[float]], officers: int, size: int) -> None:
        medians = {name: median(times) for name, times in found.items()}
        bare, own = medians["COPY into a bare table"], medians["COPY into the officers' table"]
        self.stdout.write(
            f"{officers} officers, {size / 1e6:.1f} MB of CSV; the officers' table with its "
            "indexes and constraints, the bare one without; median of "
            f"{len(found['roll brought in'])}"
        )
        self.stdout.write(f"{'':34}{'seconds':>10}{'x COPY':>10}{'x bare':>10}")
        for name, seconds in medians.items():
            self.stdout.write(
                f"{name:34}{seconds:10.2f}{seconds / own:10.2f}{seconds / bare:10.2f}"
            )


def make_dealing_hand(user: User) -> None:
    user.groups.add(Group.objects.get_or_create(name="dealing hand")[0])


def roll_of(officers: int) -> list[list[str]]:
    """Make up a roll: services by code, births over 40 years of days, one in 30 cells blank."""
    chance = Random(2019)  # noqa: S311 – made-up people, no secret
    services = [s for s in Service.objects.active().order_by("pk") if "A" in s.group_list]
    states = list(State.objects.values_list("name", flat=True))
    first = date(1962, 1, 1)
    rows = []
    for number in range(officers):
        service = chance.choice(services)
        born = first + timedelta(days=chance.randrange(40 * 365))
        joined = born + timedelta(days=chance.randrange(19 * 366, 24 * 365))
        held = [
            f"B{number:07d}",
            f"{chance.choice(GIVEN)} {chance.choice(GIVEN)} {chance.choice(FAMILY)}",
            service.code,
            chance.choice(service.group_list),
            f"{born:%d.%m.%Y}",
            f"{joined:%d.%m.%Y}",
            str(joined.year),
            chance.choice(states),
            "",
            chance.choice(POSTS),
            chance.choice(MINISTRIES),
            f"officer{number}@example.gov.in",
            f"{joined:%d.%m.%Y}" if number % 4 == 0 else "",
            "",
        ]
        rows.append([*held[:5], *("" if chance.random() < 1 / 30 else cell for cell in held[5:])])
    return rows


def written(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return out.getvalue().encode()


def copied(rows: list[list[str]], approver: User) -> str:
    """Write the same rows, read already, in the columns of the officers' table."""
    services = dict(Service.objects.values_list("code", "pk"))
    states = dict(State.objects.values_list("name", "pk"))
    at = timezone.now().isoformat()
    lines = []
    for code, name, service, group, born, joined, year, state, _rank, *more in rows:
        designation, ministry, email = more[:3]
        values = [
            code,
            name,
            str(services[service]),
            group,
            iso(born),
            iso(joined) or "\\N",
            year or "\\N",
            str(states[state]) if state else "\\N",
            designation,
            ministry,
            email,
            "0",
            "",
            "verified",
            "",
            str(approver.pk),
            at,
            at,
            at,
        ]
        lines.append("\t".join(values))
    return "\n".join([*lines, ""])


def iso(day: str) -> str:
    return "-".join(reversed(day.split("."))) if day else ""


COPIED = (
    'employee_code, name, service_id, "group", born_on, joined_on, allotment_year, cadre_id, '
    "designation, ministry, official_email, break_days, mobile, record_state, return_reason, "
    "verified_by_id, verified_at, declared_at, facts_changed_at"
)


def copy_officers(text: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        roll_sql.take_time()
        cursor.copy_expert(f"COPY accounts_officer ({COPIED}) FROM STDIN", io.StringIO(text))


def copy_bare(text: str) -> None:
    """Copy the same text into a table of the same columns without index or constraint."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE bench_bare AS SELECT {COPIED} FROM accounts_officer WITH NO DATA"  # noqa: S608 – our own columns
        )
        cursor.copy_expert(f"COPY bench_bare ({COPIED}) FROM STDIN", io.StringIO(text))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_bare")


def bring_in(
    content: bytes, source: RollSource, uploader: User, approver: User | None
) -> RollImport:
    """Do all that the portal does, from the file to the records; as its task does it."""
    at = timezone.now()
    roll = rolls.upload_roll(
        file=ContentFile(content, name="roll.csv"),
        file_name="roll.csv",
        source=source,
        new_source="",
        authority=None,
        acting_user=uploader,
        at=at,
    )
    mapping = {name: name for name in COLUMNS}
    rolls.map_roll(roll_id=roll.pk, mapping=mapping, date_order="", acting_user=uploader, at=at)
    rolls.check_roll(roll_id=roll.pk, at=at)
    if approver is not None:
        rolls.approve_roll(roll_id=roll.pk, acting_user=approver, at=at)
        rolls.apply_roll(roll_id=roll.pk, at=at)
    return roll


def empty() -> None:
    """Empty the officers' table and all that hangs on it; the append-only ones are let go."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {Officer._meta.db_table} CASCADE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
