"""The pool of coupons, measured: issues against pgbench, bringing in codes against COPY.

    python -m benchmarks.pool [--codes 100000] [--clients 8] [--pieces 10] [--storm 100000]

Issues: processes call the actions, audit entry and notice included, on a pool that they use up,
piece by piece: the one that serves the queue, and the one behind a click. Before each piece pgbench
has its turn with the textbook transaction (select for update skip locked, update, insert) on plain
tables of as many rows, by as many clients. Bringing in: the file as the portal takes it in and
reads it, and COPY of the very rows that it made; and the most memory of a process of its own that
reads the file, and of another that reads a tenth of it.

The storm: 32 clients give out a pool, one is killed (-9) midway and another takes its place; then
every code is in one state, no officer has two and no code went to two.

It fills the database that DATABASE_URL names, an empty one on PostgreSQL (`make bench` makes it).
"""

import argparse
import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.base import ContentFile, File  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from benchmarks.cost import Cost, load, peak_memory, peak_of  # noqa: E402
from benchmarks.crowd import confirmed_crowd, faults, issue_all, serve_all, stock, storm  # noqa: E402
from courses.models import Course, Run  # noqa: E402
from enrollment.actions import batches  # noqa: E402
from enrollment.models import Coupon, CouponBatch, CouponImportRow, CouponIssue  # noqa: E402
from enrollment.states import BatchState, CouponState  # noqa: E402
from tests.factories.accounts import make_user  # noqa: E402
from tests.factories.courses import make_course, make_programme, make_run  # noqa: E402

Way = Callable[[Sequence[int]], None]
LEAST_RATE: Final = 0.6  # of pgbench's
LEAST_AT_THE_END: Final = 0.9  # of the rate of the first piece
MOST_OF_COPY: Final = 4
MOST_GROWTH: Final = 1.25  # of the peak memory from a tenth of the codes to all of them
STORM_CLIENTS: Final = 32
TEXTBOOK: Final = """\\set who random(1, 1000000000)
BEGIN;
SELECT id FROM bench_pool WHERE course = 1 AND state = 'available' AND valid_until >= current_date
 ORDER BY valid_until, id LIMIT 1 FOR UPDATE SKIP LOCKED \\gset
UPDATE bench_pool SET state = 'issued' WHERE id = :id;
INSERT INTO bench_issue (coupon, officer, at) VALUES (:id, :who, now());
COMMIT;
"""
PLAIN: Final = """
DROP TABLE IF EXISTS bench_issue, bench_pool;
CREATE TABLE bench_pool (id bigserial PRIMARY KEY, course int NOT NULL, valid_until date NOT NULL,
 state text NOT NULL);
CREATE TABLE bench_issue (id bigserial PRIMARY KEY, coupon bigint NOT NULL, officer bigint NOT NULL,
 at timestamptz NOT NULL);
INSERT INTO bench_pool (course, valid_until, state)
 SELECT 1, current_date + 900, 'available' FROM generate_series(1, %s);
CREATE INDEX ON bench_pool (course, valid_until, id) WHERE state = 'available';
"""


def warm(issue: Way, ids: Sequence[int], begin: Any, done: Any) -> None:
    """Issue the first, wait for the others, then issue the rest; if that fails nobody waits."""
    try:
        issue(ids[:1])
        begin.wait()
        issue(ids[1:])
        done.wait()
    except Exception:
        begin.abort()
        done.abort()
        raise


def rate_of_issues(ids: Sequence[int], clients: int, issue: Way) -> float:
    """Return how many issues a second so many processes make, without the start of them."""
    begin, done = multiprocessing.Barrier(clients + 1), multiprocessing.Barrier(clients + 1)
    connection.close()
    workers = [
        multiprocessing.Process(target=warm, args=(issue, ids[number::clients], begin, done))
        for number in range(clients)
    ]
    for worker in workers:
        worker.start()
    begin.wait()
    began = time.perf_counter()
    done.wait()
    seconds = time.perf_counter() - began
    for worker in workers:
        worker.join()
    return (len(ids) - clients) / seconds


def rate_of_pgbench(script: Path, clients: int, transactions: int) -> float:
    """Return how many textbook transactions a second pgbench makes."""
    db = connection.settings_dict
    command = ["pgbench", "-n", "-f", str(script), "-c", str(clients), "-j", str(clients)]
    command += ["-t", str(transactions // clients), "-h", db["HOST"], "-p", str(db["PORT"] or 5432)]
    done = subprocess.run(
        [*command, "-U", db["USER"], db["NAME"]],
        env={**os.environ, "PGPASSWORD": db["PASSWORD"]},
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def measure_issues(run: Run, codes: int, clients: int, pieces: int) -> bool:
    """Use the pool up piece by piece, pgbench in turn; tell whether it was quick enough.

    Most go out as the portal serves its queue; in each piece some are clicked for, one by one.
    """
    everybody = iter(confirmed_crowd(run=run, number=codes))
    stock(run=run, codes=codes + 1)
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, [codes])
    connection.close()
    vacuum()
    clicked = codes // pieces // 5
    served = codes // pieces - clicked
    queue, single, plain = [], [], []
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(TEXTBOOK)
        script.flush()
        for number in range(pieces):
            plain.append(rate_of_pgbench(Path(script.name), clients, served))
            queue.append(rate_of_issues(list(islice(everybody, served)), clients, serve_all))
            single.append(rate_of_issues(list(islice(everybody, clicked)), clients, issue_all))
            print(
                f"piece {number + 1}: pgbench {plain[-1]:.0f}/s, queue {queue[-1]:.0f}/s, "
                f"one by one {single[-1]:.0f}/s"
            )
    # The machine is not ours alone: each piece is seen beside pgbench's turn just before it.
    ratios = [one / bare for one, bare in zip(queue, plain, strict=True)]
    alone = median(one / bare for one, bare in zip(single, plain, strict=True))
    steady, clock = ratios[-1] / ratios[0], queue[-1] / queue[0]
    print(f"{clients} clients, issues of the queue / pgbench: {median(ratios):.2f}", end="")
    print(f", at least {LEAST_RATE}; one by one: {alone:.2f}")
    print(f"last piece / first: {clock:.2f}, beside pgbench's {steady:.2f}", end="")
    print(f"; at least {LEAST_AT_THE_END}")
    return median(ratios) >= LEAST_RATE and max(steady, clock) >= LEAST_AT_THE_END


def measure_storm(codes: int) -> bool:
    """Give out a pool by many processes, one of which is killed; tell whether all of it holds."""
    run = make_run(course=make_course(programme=make_programme()))
    before = CouponIssue.objects.live().count()
    began = time.perf_counter()
    storm(run=run, codes=codes, clients=STORM_CLIENTS)
    print(
        f"storm: {codes:,} issues, {STORM_CLIENTS} clients, one killed, "
        f"{time.perf_counter() - began:.0f} s"
    )
    found = faults(issued=before + codes)
    for fault in found:
        print(f"fault: {fault}")
    left = Coupon.objects.filter(course=run.course, state=CouponState.AVAILABLE).count()
    print(f"{left} codes left, {len(found)} faults; none of either are allowed")
    return not found and not left


def file_of(codes: int, mark: str) -> bytes:
    until = timezone.localdate() + timedelta(days=900)
    lines = [f"{mark}-{number:010d},{until},100\n" for number in range(codes)]
    return ("code,valid until,price\n" + "".join(lines)).encode()


def bring_in(course: Course, clerk: User, file: File, codes: int, letter: str) -> CouponBatch:
    batch = batches.import_coupons(
        course=course,
        letter_reference=letter,
        file=file,
        file_name="codes.csv",
        acting_user=clerk,
        at=timezone.now(),
    )
    batches.COUPON_FILES.read(batch.pk)
    batch.refresh_from_db()
    if batch.state != BatchState.IMPORTED or batch.coupons.count() != codes:
        raise RuntimeError(f"{batch.coupons.count()} of {codes} codes came in")
    return batch


def forget(batch: CouponBatch) -> None:
    with transaction.atomic():
        batches.COUPON_FILES.forget(batch)
    CouponBatch.objects.filter(pk=batch.pk).update(state=BatchState.STOPPED)
    vacuum()


def measure_import(codes: int, rounds: int) -> bool:
    """Bring in a file of codes, and copy the very rows that it made."""
    clerk, course = make_user(Role.DEALING_HAND), make_course(code="benchmark-codes")
    own, copied = [], []
    for number in range(rounds):
        file = ContentFile(file_of(codes, f"FILE{number}"))
        with Cost() as bringing:
            batch = bring_in(course, clerk, file, codes, f"edX/{number}")
        own.append(bringing)
        copied.append(copy_again(batch))
        forget(batch)
    ratio = median(c.seconds for c in own) / median(c.seconds for c in copied)
    processor = median(c.processor for c in own) / median(c.processor for c in copied)
    few, many = (
        peak_of("benchmarks.pool", file_of(number, f"M{number}")) for number in (codes // 10, codes)
    )
    print(
        f"{codes:,} codes: brought in {median(c.seconds for c in own):.2f} s, COPY "
        f"{median(c.seconds for c in copied):.2f} s, {ratio:.1f} x; at most {MOST_OF_COPY} "
        f"({processor:.1f} x in processor time; {load()})"
    )
    print(
        f"peak memory: {few:.0f} MB at {codes // 10:,} codes, {many:.0f} MB at {codes:,}: "
        f"{many / few:.2f} times; at most {MOST_GROWTH}"
    )
    return ratio <= MOST_OF_COPY and many <= MOST_GROWTH * few


def only_read(path: str) -> None:
    """Bring in the file at `path` and print the most memory that this process held, in MB."""
    clerk = User.objects.filter(groups__name=Role.DEALING_HAND.value).latest("pk")
    course = Course.objects.get(code="benchmark-codes")
    with open(path, "rb") as file:
        codes = sum(1 for _line in file) - 1
        batch = bring_in(course, clerk, File(file), codes, f"edX/{codes}")
    peak = peak_memory()
    forget(batch)
    print(peak)


def copy_again(batch: CouponBatch) -> Cost:
    """Take the rows of a batch out, delete them, and return what it costs to COPY them."""
    parts = [(model, io.StringIO()) for model in (Coupon, CouponImportRow)]
    with connection.cursor() as cursor:
        for model, text in parts:
            table = model._meta.db_table
            rows = f"SELECT * FROM {table} WHERE batch_id = {batch.pk}"  # noqa: S608 – our tables
            cursor.copy_expert(f"COPY ({rows}) TO STDOUT", text)
            text.seek(0)
    with transaction.atomic():
        batches.COUPON_FILES.forget(batch)
    vacuum()
    with Cost() as copying, transaction.atomic(), connection.cursor() as cursor:
        for model, text in parts:
            cursor.copy_expert(f"COPY {model._meta.db_table} FROM STDIN", text)
    return copying


def vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def main() -> int:
    """Measure, print, and tell by the exit code whether all is as promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codes", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--pieces", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3, help="of the bringing in")
    parser.add_argument("--only-read", default="", help=argparse.SUPPRESS)
    parser.add_argument("--storm", type=int, default=100_000, help="0: no storm")
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        raise SystemExit("this needs a PostgreSQL server")
    settings.CELERY_TASK_ALWAYS_EAGER = False
    if options.only_read:
        only_read(options.only_read)
        return 0
    call_command("prepare", stdout=io.StringIO())
    run = make_run(course=make_course(programme=make_programme()))
    checks: list[Callable[[], bool]] = [
        lambda: measure_import(options.codes, options.rounds),
        lambda: measure_issues(run, options.codes, options.clients, options.pieces),
        lambda: not options.storm or measure_storm(options.storm),
    ]
    return int(not all([check() for check in checks]))


if __name__ == "__main__":
    sys.exit(main())
