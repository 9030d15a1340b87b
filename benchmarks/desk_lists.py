"""The lists of the confirmation desk at 100,000 registrations: queries, time, how they are read.

    python -m benchmarks.desk_lists [--rows 100000] [--rounds 5]

It fills the database that DATABASE_URL names (PostgreSQL, an empty one, to be dropped after) by
copying a registration made as the tests make it, in SQL. Each list has to ask at most 15 queries,
and the page of rows may not be read by a scan over all registrations; a search by name and the
queue for coupons look at all rows and are shown only.
"""

import argparse
import os
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import Officer, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from eligibility.models import Decision  # noqa: E402
from enrollment.models import Enrollment, Intimation  # noqa: E402
from enrollment.states import EnrollmentState  # noqa: E402
from tests.factories.accounts import make_user, sign_in  # noqa: E402
from tests.factories.courses import make_course, make_run  # noqa: E402
from tests.factories.enrollment import make_enrollment, make_intimation  # noqa: E402

MOST_QUERIES: Final = 15
MOST_SECONDS: Final = 0.5  # in the database, all statements of a page together
BASE: Final = 10_000_000  # keys of the copies begin here
RUNS: Final = 20
WHOLE: Final = {
    "waits for a coupon",
    "searched by name",
}  # shown, not limited: they look at all rows
LISTS: Final = {
    "all, oldest first": {},
    "to confirm": {"state__exact": "submitted"},
    "to confirm, of one batch": {"state__exact": "submitted", "batch": "run"},
    "to confirm, one service": {"state__exact": "submitted", "service": "service"},
    "authority has answered": {"state__exact": "submitted", "authority": "answered"},
    "record not verified": {"state__exact": "submitted", "record": "no"},
    "on the boundary": {"state__exact": "submitted", "boundary": "yes"},
    "waits for a coupon": {"waits": "coupon"},
    "searched by number": {"q": "number"},
    "searched by name": {"q": "Officer 777"},
}


@dataclass(frozen=True)
class Seen:
    """What one list cost."""

    queries: int
    seconds: float  # in the database
    whole: float  # of the answer, which a busy machine makes longer
    scans: bool  # whether the rows of the page were read by a scan over all registrations


def fill(rows: int) -> Enrollment:
    """Copy one registration `rows` times, over some runs, nine tenths of them confirmed."""
    call_command("migrate", verbosity=0)
    call_command("sync_roles", verbosity=0)
    one = make_enrollment(state=EnrollmentState.CONFIRMED)
    course = make_course()
    runs = [make_run(course=course).pk for _number in range(RUNS)]
    asked, officer = make_intimation(enrollment=one), one.officer
    key = f"{BASE} + g"
    with connection.cursor() as cursor:  # copies of what is sound need not be checked each
        cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
    _copy(User, officer.log_in.pk, rows, id=key, email="'desk' || g || '@example.gov.in'")
    _copy(
        Officer,
        officer.pk,
        rows,
        id=key,
        user_id=key,
        name="'Officer ' || g",
        employee_code="'D' || g",
    )
    _copy(
        Decision,
        one.decision_id,
        rows,
        id=key,
        officer_id=key,
        number="'D/' || g",
        public_id="gen_random_uuid()",
    )
    _copy(
        Enrollment,
        one.pk,
        rows,
        id=key,
        officer_id=key,
        decision_id=key,
        provider_account_id="NULL",
        number="'IGOT/R/B' || g",
        course_id=str(course.pk),
        run_id=f"(ARRAY{runs})[1 + mod(g, {RUNS})]",
        submitted_at="t.submitted_at - g * interval '1 minute'",
        confirmed_at="t.confirmed_at - g * interval '1 minute'",
        state="CASE WHEN mod(g, 10) = 0 THEN 'submitted' ELSE 'confirmed' END",
    )
    _copy(
        Intimation,
        asked.pk,
        rows,
        id=key,
        enrollment_id=key,
        number="'IGOT/I/B' || g",
        run_id="NULL",
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")
    return one


def _copy(model: Any, key: int | None, rows: int, **other: str) -> None:
    """Copy the row `key` of `model` so often; `other` gives columns as SQL over t and g."""
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields]
    known = {name: sql for name, sql in other.items() if name in columns}
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(known.get(name, f't."{name}"') for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} "  # noqa: S608 – names of our own
            f"FROM {table} AS t, generate_series(1, %s) AS g WHERE t.id = %s",
            [rows, key],
        )


def measured(client: Client, query: dict[str, str], rounds: int) -> Seen:
    """Open the list `rounds` times; the plan is that of its page of rows."""
    url = reverse("admin:enrollment_enrollment_changelist")
    times, wholes, queries = [], [], []
    for _round in range(rounds):
        with CaptureQueriesContext(connection) as asked:
            begun = perf_counter()
            answer = client.get(url, query)
            wholes.append(perf_counter() - begun)
        if answer.status_code != 200:
            sys.exit(f"{query} answered {answer.status_code}")
        queries = [entry["sql"] for entry in asked]
        times.append(sum(float(entry["time"]) for entry in asked))
    return Seen(len(queries), median(times), median(wholes), _scans(queries))


def _scans(queries: list[str]) -> bool:
    page = [
        sql
        for sql in queries
        if sql.startswith('SELECT "enrollment_enrollment"."id"') and " LIMIT " in sql
    ]
    if not page:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {page[-1]}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    return "Seq Scan on enrollment_enrollment" in plan


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        print("desk lists: measured on PostgreSQL only")
        return 0
    one = fill(options.rows)
    client = Client(SERVER_NAME="127.0.0.1")
    sign_in(client, make_user(Role.DEALING_HAND))
    named = {
        "run": str(Enrollment.objects.filter(pk__gte=BASE).values_list("run", flat=True)[0]),
        "service": str(one.officer.service_id),
        "number": f"IGOT/R/B{options.rows // 2}",
    }
    failed = False
    print(f"{options.rows:,} registrations, {options.rounds} rounds, medians")
    for name, query in LISTS.items():
        asked = {key: named.get(value, value) for key, value in query.items()}
        seen = measured(client, asked, options.rounds)
        is_slow = seen.seconds > MOST_SECONDS or seen.scans
        is_slow = seen.queries > MOST_QUERIES or (is_slow and name not in WHOLE)
        failed |= is_slow
        scan = ", scans" if seen.scans else ""
        mark = "TOO MUCH" if is_slow else "ok"
        print(
            f"{name:28} {seen.queries:3} queries {seen.seconds * 1000:6.0f} ms of "
            f"{seen.whole * 1000:6.0f}{scan:8} {mark}"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
