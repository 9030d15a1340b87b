"""Screening of stored officers, measured: with results stored, bare, and as a loop over instances.

    python -m benchmarks.screenings [--officers 1000000] [--compared 100000] [--rounds 3]

The bare statement is the very one that screens, compiled by the ORM, as a sub-query of
`SELECT count(*), max(codes)`: everything is computed and nothing is stored. Both run in the same
session with the same settings, turn about, and the best round of each counts. An INSERT never
runs in parallel on PostgreSQL, so neither does the bare statement it is held against; what the
workers of the server would make of the bare one is printed beside it. The times are those of the
whole action: results, counts by service, group and answer, audit entry and notice.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
os.environ.setdefault("EMAIL_URL", "dummymail://")  # who asked is told, but nobody is there

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Officer, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from courses.models import Course  # noqa: E402
from eligibility import facts, rules, screening  # noqa: E402
from eligibility.actions import screenings  # noqa: E402
from eligibility.models import Screening, ScreeningResult  # noqa: E402
from eligibility.screening import Profile  # noqa: E402
from eligibility.trainings import Training  # noqa: E402
from tests.factories.accounts import make_user  # noqa: E402

RUNS: Final = 11
CHUNK: Final = 5_000
MOST: Final = 1.5  # times the bare statement
LEAST: Final = 8  # times faster than the loop
OFFICERS: Final = """
INSERT INTO accounts_officer (name, employee_code, official_email, born_on, service_id, cadre_id,
    "group", allotment_year, joined_on, break_days, designation, ministry, mobile, record_state,
    return_reason)
SELECT 'Officer ' || n, 'B' || n, '',
    CASE WHEN random() >= 0.02 THEN date '1958-01-01' + (random() * 14000)::int END,
    CASE WHEN random() >= 0.02 THEN s.ids[1 + floor(random() * cardinality(s.ids))::int] END,
    c.ids[1 + floor(random() * cardinality(c.ids))::int],
    (ARRAY['A', 'A', 'A', 'B', 'B', 'C', ''])[1 + floor(random() * 7)::int],
    CASE WHEN random() >= 0.3 THEN 1990 + floor(random() * 37)::int END,
    CASE WHEN random() >= 0.05 THEN date '1999-01-01' + (random() * 10000)::int END,
    CASE WHEN random() < 0.02 THEN 1 + floor(random() * 700)::int ELSE 0 END,
    'Under Secretary', 'Ministry of Rural Development', '', 'declared', ''
FROM generate_series(1, %s) AS n,
    (SELECT array_agg(id ORDER BY id) AS ids FROM accounts_service) AS s,
    (SELECT array_agg(id ORDER BY id) AS ids FROM accounts_state) AS c
"""
POSTINGS: Final = """
INSERT INTO accounts_posting (officer_id, starts_on, "group", designation, ministry,
    order_reference, recorded_by_id, recorded_at)
SELECT id, date '2005-01-01' + (random() * 9000)::int,
    (ARRAY['A', 'B', 'C'])[1 + floor(random() * 3)::int], '', '', '', %s, now()
FROM accounts_officer, generate_series(1, 2) WHERE id %% 5 = 0 ON CONFLICT DO NOTHING
"""


class Taken(NamedTuple):
    """How long something took: by the clock, and of the processor, here and in the server."""

    wall: float
    processor: float


def fill(officers: int) -> None:
    """Make up officers of all services, blanks among them, one in five with two dated postings."""
    call_command("prepare", stdout=sys.stderr)
    clerk = make_user(Role.DEALING_HAND)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(OFFICERS, [officers])
        cursor.execute(POSTINGS, [clerk.pk])
        cursor.execute("VACUUM ANALYZE accounts_officer")
        cursor.execute("VACUUM ANALYZE accounts_posting")


def trainings() -> list[Training]:
    """Name as many trainings as there are runs to measure, under both rule sets, over two years."""
    courses = list(Course.objects.order_by("code"))
    days = [date(2026 + number // 6, 1 + number, 5) for number in range(RUNS)]
    found = []
    for number, day in enumerate(days):
        course = courses[number % len(courses)]
        course.rule_set_code = ("WEB", "OM")[number % 2]
        found.append(Training(key=str(number), course=course, run=None, commences_on=day))
    return found


def queued(clerk: User) -> Screening:
    made = screenings.request_screening(
        wanted=screenings.Wanted(), trainings=trainings(), acting_user=clerk, at=timezone.now()
    )
    return screenings.begin_screening(screening_id=made.pk, at=timezone.now())


def processor_seconds() -> float:
    """Tell what this process and that of the server have used; this alone if that is far away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return time.process_time()
    fields = stat.read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(run: Callable[[], object]) -> Taken:
    processor, wall = processor_seconds(), time.perf_counter()
    run()
    return Taken(time.perf_counter() - wall, processor_seconds() - processor)


def bare(made: Screening, profiles: Sequence[Profile], *, workers: int) -> int:
    """Run the compiled statement in the settings of the screening, and store nothing."""
    sql, params = screenings.rows_of(made, profiles).query.sql_with_params()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(screenings.LONG_STATEMENT)
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = %s", [workers])
        cursor.execute(f"SELECT count(*), max(codes) FROM ({sql}) AS screened", params)  # noqa: S608
        return int(cursor.fetchone()[0])


def findings(officer: Officer, profiles: Sequence[Profile]) -> list[tuple[str, ...]]:
    """Ask the pure rules about one officer and every profile."""
    found = []
    for profile in profiles:
        ruling = rules.decide(
            facts=facts.facts_of(officer, on=profile.tested_on),
            rules=profile.rules,
            commences_on=profile.commences_on,
            registered_on=profile.registered_on,
        )
        found.append(tuple(finding.code for finding in ruling.findings))
    return found


def instances(number: int) -> Iterator[Officer]:
    """Yield officers spread over the table, read some at a time with all that the rules ask for."""
    every = max(1, Officer.objects.count() // number)
    rows = Officer.objects.annotate(rest=F("pk") % every).filter(rest=0).order_by("pk")
    rows = rows.select_related("service").prefetch_related("postings")
    for start in range(0, number, CHUNK):
        yield from rows[start : min(start + CHUNK, number)]


def batched(rows: Iterator[Officer], size: int) -> Iterator[list[Officer]]:
    while some := list(islice(rows, size)):
        yield some


def loop(profiles: Sequence[Profile], number: int) -> Taken:
    """Time the loop over a sample."""

    def walk() -> None:
        for officer in instances(number):
            findings(officer, profiles)

    return timed(walk)


def disagreements(made: Screening, profiles: Sequence[Profile], number: int) -> tuple[int, int]:
    """Compare what is stored of a sample with the pure rules; return the pairs and the faults."""
    pairs = faults = 0
    stored = ScreeningResult.objects.filter(screening=made)
    for some in batched(instances(number), CHUNK):
        keys = [officer.pk for officer in some]
        texts = dict(stored.filter(officer__in=keys).values_list("officer_id", "codes"))
        for officer in some:
            found = findings(officer, profiles)
            for codes, character in zip(found, texts[officer.pk], strict=True):
                pairs += 1
                faults += codes != screening.read(character)
    return pairs, faults


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--officers", type=int, default=1_000_000)
    parser.add_argument("--compared", type=int, default=100_000)
    parser.add_argument("--looped", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        print("Screening is measured on PostgreSQL: set DATABASE_URL.")
        return 1
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    if Officer.objects.count() < options.officers:
        fill(options.officers)
    clerk = make_user(Role.DEALING_HAND, email=f"clerk{time.time_ns()}@example.gov.in")
    stored, plain, made = [], [], queued(clerk)
    profiles = screenings.profiles_of(list(made.trainings.in_order()))
    for number in range(options.rounds):
        made = made if not number else queued(clerk)
        plain.append(timed(partial(bare, made, profiles, workers=0)))
        make = partial(screenings.make_screening, screening_id=made.pk, at=timezone.now())
        stored.append(timed(make))
        print(f"round {number + 1}: bare {plain[-1]}, stored {stored[-1]}", file=sys.stderr)
    parallel = timed(partial(bare, made, profiles, workers=2))
    looped = loop(profiles, options.looped)
    pairs, faults = disagreements(made, profiles, options.compared)
    return report(options, plain, stored, parallel, looped, pairs, faults)


def report(
    options: argparse.Namespace,
    plain: list[Taken],
    stored: list[Taken],
    parallel: Taken,
    looped: Taken,
    pairs: int,
    faults: int,
) -> int:
    """Print the figures, and tell by the exit code whether they are what is promised."""
    officers = Officer.objects.count()
    best = [Taken(min(t.wall for t in ts), min(t.processor for t in ts)) for ts in (plain, stored)]
    scale = officers / options.looped
    print(
        f"{officers:,} officers x {RUNS} trainings, PostgreSQL {connection.pg_version}, best of "  # type: ignore[attr-defined]
        f"{options.rounds}; jit off, no parallel workers"
    )
    print(f"{'':34}{'seconds':>9}{'processor':>11}")
    lines = (
        ("bare compiled statement", best[0]),
        ("screened, results stored", best[1]),
        ("bare with 2 parallel workers", parallel),
        ("loop over instances, scaled", Taken(looped.wall * scale, looped.processor * scale)),
    )
    for name, taken in lines:
        print(f"{name:34}{taken.wall:9.1f}{taken.processor:11.1f}")
    ratio = Taken(best[1].wall / best[0].wall, best[1].processor / (best[0].processor or 1))
    faster = looped.wall * scale / best[1].wall
    print(f"stored / bare: {ratio.wall:.2f} (processor {ratio.processor:.2f}), at most {MOST}")
    print(f"loop / stored: {faster:.1f}, at least {LEAST}")
    print(f"{pairs:,} pairs compared with the pure rules: {faults} disagree")
    return int(faults > 0 or ratio.wall > MOST or faster < LEAST)


if __name__ == "__main__":
    sys.exit(main())
