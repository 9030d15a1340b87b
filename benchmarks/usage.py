"""A provider's report on many codes, and the look-alikes of a certificate among many, measured.

    python -m benchmarks.usage [--rows 100000] [--rounds 3]

A report on issued codes is read as the task reads it: parsed, each code found by its digest, judged
beside issue and account, kept row by row. Beside it COPY writes the very rows into the same table.
Both in one process, turn about; the best round of each counts, by the clock and by the processor
time of this process. Memory is the peak of a process of its own that reads the report, and a tenth
of it. How long it takes to apply it is told without a limit. Then as many certificates are kept by
what they look like, and the nearest of a new one is sought, once with nothing like it and once with
as many in common as are ever compared. Needs PostgreSQL and an empty database.
"""

import argparse
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
os.environ.setdefault("EMAIL_URL", "dummymail://")

import django  # noqa: E402

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from benchmarks import crowd  # noqa: E402
from courses.models import Provider, Run  # noqa: E402
from enrollment import certificate_looks  # noqa: E402
from enrollment.actions import usage  # noqa: E402
from enrollment.models import (  # noqa: E402
    CertificateFingerprint,
    CertificateSubmission,
    FingerprintBand,
    ReconciliationCase,
    Redemption,
    UsageReport,
    UsageReportRow,
)
from igot.lib import fingerprints  # noqa: E402
from tests.factories.accounts import make_user  # noqa: E402
from tests.factories.courses import make_course, make_run  # noqa: E402
from tests.factories.pool import make_certificate  # noqa: E402
from tests.lib import pictures  # noqa: E402

AIM: Final = 4.0  # times COPY of the same rows; told, and not yet reached
MOST_GROWTH: Final = 1.25  # of the peak memory from a tenth of the rows to all of them
MOST_LOOK: Final = 1.0  # seconds for the nearest of a certificate, at worst
CODE: Final = "benchmark-usage"
ROWS_TABLE: Final = UsageReportRow._meta.db_table
ISSUE_ALL: Final = """
WITH held AS (
  SELECT c.id AS coupon, row_number() OVER (ORDER BY c.id) AS n
  FROM enrollment_coupon c WHERE c.batch_id = %(batch)s
), who AS (
  SELECT e.id, e.officer_id, row_number() OVER (ORDER BY e.id) AS n
  FROM enrollment_enrollment e WHERE e.run_id = %(run)s AND e.number LIKE 'CROWD/%%'
), issued AS (
  INSERT INTO enrollment_couponissue
    (coupon_id, enrollment_id, officer_id, course_id, issued_at, first_revealed_at, end_reason)
  SELECT h.coupon, w.id, w.officer_id, %(course)s, now(), now(), ''
  FROM held h JOIN who w ON w.n = h.n RETURNING coupon_id
)
UPDATE enrollment_coupon SET state = 'issued' WHERE id IN (SELECT coupon_id FROM issued)"""
BANDS: Final = """
INSERT INTO enrollment_fingerprintband (fingerprint_id, value)
SELECT f.submission_id, ('x' || substr(md5(f.submission_id || ':' || n), 1, 16))::bit(64)::bigint
FROM enrollment_certificatefingerprint f, generate_series(1, %s) n"""


def fill(count: int) -> Run:
    """Make a run of which `count` officers hold a code that they have seen."""
    run = make_run(course=make_course(code=CODE))
    crowd.confirmed_crowd(run=run, number=count)
    batch = crowd.stock(run=run, codes=count)
    with connection.cursor() as cursor:
        cursor.execute(ISSUE_ALL, {"batch": batch.pk, "run": run.pk, "course": run.course_id})
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")
    return run


def report_of(run: Run, count: int, mark: str = "") -> bytes:
    """Write a report: of ten codes seven are redeemed by their officer, one by another."""
    batch = run.course.coupon_batches.get()
    first = run.enrollments.filter(number__startswith="CROWD/").order_by("pk")[0].officer_id
    lines = ["Code,Status,Redeemed By Username,Note"]  # as the shipped map of columns names them
    for n in range(count):
        who = "" if n % 10 > 7 else f"crowd{first + n}@example.gov.in"
        who = "thief@example.com" if n % 10 == 7 else who
        status = "redeemed" if who else "unused"
        lines.append(f"BENCH-{batch.pk}-{n:08d},{status},{who},{mark}")
    return "\n".join([*lines, ""]).encode()


def read(provider: Provider, content: bytes, clerk: User) -> UsageReport:
    report = usage.take_in_usage(
        provider=provider,
        as_on=timezone.localdate(),
        file=ContentFile(content, name="usage.csv"),
        acting_user=clerk,
        at=timezone.now(),
    )
    usage.READER.read(report.pk)
    report.refresh_from_db()
    if report.rows_done != content.count(b"\n") - 1:
        raise SystemExit(f"{report.state}: {report.rows_done} rows, {report.problem}")
    return report


def copied_out(report: UsageReport) -> tuple[str, str]:
    """Return the columns of the rows of a report and the rows as COPY reads them."""
    names = [f'"{f.column}"' for f in UsageReportRow._meta.concrete_fields if not f.primary_key]
    columns, target = ", ".join(names), io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY (SELECT {columns} FROM {ROWS_TABLE} WHERE report_id = {report.pk} "  # noqa: S608 -- our own table
            "ORDER BY id) TO STDOUT",
            target,
        )
    return columns, target.getvalue()


def copy_in(columns: str, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {ROWS_TABLE} ({columns}) FROM STDIN", io.StringIO(text))


def forget(report: UsageReport) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {ROWS_TABLE} WHERE report_id = %s", [report.pk])  # noqa: S608
        cursor.execute(f"VACUUM {ROWS_TABLE}")


def timed(act: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return seconds by the clock, seconds of this process, and what came of it."""
    begun, worked = time.perf_counter(), time.process_time()
    found = act()
    return time.perf_counter() - begun, time.process_time() - worked, found


def measure_reading(run: Run, clerk: User, count: int, rounds: int) -> None:
    """Print how long reading and COPY took, and the ratio by the clock."""
    times: dict[str, list[tuple[float, float]]] = {"read": [], "COPY": []}
    for number in range(rounds):
        content = report_of(run, count, f"r{number}")
        clock, own, report = timed(lambda: read(run.course.provider, content, clerk))  # noqa: B023
        times["read"].append((clock, own))
        columns, text = copied_out(report)
        forget(report)
        clock, own, _none = timed(lambda: copy_in(columns, text))  # noqa: B023
        times["COPY"].append((clock, own))
        forget(report)
        UsageReport.objects.filter(pk=report.pk).update(state="discarded")
    best = {name: min(found) for name, found in times.items()}
    for name, (clock, own) in best.items():
        print(
            f"{name:5} {count:>7,} rows of a report {clock:6.2f} s, of which {own:5.2f} s here  "
            f"{count / clock:>8,.0f} a s"
        )
    ratio = best["read"][0] / best["COPY"][0]
    print(f"report read, against COPY of the same rows: {ratio:.2f} times (the aim is {AIM})")


def measure_applying(run: Run, clerk: User, count: int) -> None:
    """Print how long the approval and the applying of the whole report took."""
    report = read(run.course.provider, report_of(run, count), clerk)
    second = make_user(Role.DEALING_HAND)
    usage.approve_usage(report_id=report.pk, acting_user=second, at=timezone.now())
    clock, own, rows = timed(lambda: usage.apply_usage(report_id=report.pk, at=timezone.now()))
    print(
        f"applied {rows:,} rows in {clock:.1f} s, of which {own:.1f} s here: "
        f"{Redemption.objects.count():,} redemptions, {ReconciliationCase.objects.count():,} cases"
    )


def measure_looks(count: int) -> float:
    """Keep `count` certificates by their looks, seek the nearest of one; return the longer time."""
    bits = fingerprints.fingerprint(pictures.saved(pictures.certificate()))
    one = make_certificate(state="superseded")
    crowd.copies(
        CertificateSubmission,
        one.pk,
        count,
        id=f"{one.pk} + n",
        sha256="md5(n::text) || md5(n::text)",
        certificate_number="'C' || n",
        certificate_number_folded="'c' || n",
    )
    crowd.follow(CertificateSubmission)
    if bits is None:
        raise SystemExit("there is too little on the picture")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO enrollment_certificatefingerprint (submission_id, bits) "
            "SELECT id, %s FROM enrollment_certificatesubmission WHERE id > %s",
            [bits, one.pk],
        )
        cursor.execute("SET statement_timeout = 0")  # filling takes longer than a page may
        cursor.execute(BANDS, [fingerprints.BANDS])
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")
    sought = make_certificate(state="under_review")
    seek = lambda: certificate_looks.nearest_to(sought, bits)  # noqa: E731
    alone, _own, found = timed(seek)
    if found[1] is not None:
        raise SystemExit("nothing should look like it")
    alike = list(CertificateFingerprint.objects.values_list("pk", flat=True)[: count // 10])
    shared = fingerprints.bands(bits)
    FingerprintBand.objects.bulk_create(
        FingerprintBand(fingerprint_id=key, value=value) for key in alike for value in shared
    )
    crowded, _own, found = timed(seek)
    if found[1] is None:
        raise SystemExit("many look like it")
    print(
        f"nearest of {count:,} certificates: {1000 * alone:.0f} ms where none is alike, "
        f"{1000 * crowded:.0f} ms where {len(alike):,} are (at most {1000 * MOST_LOOK:.0f})"
    )
    return max(alone, crowded)


def peak_memory(count: int) -> float:
    """Tell the most memory, in MB, of a process of its own that reads `count` rows."""
    command = [sys.executable, "-m", "benchmarks.usage", "--only-read", str(count)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 -- our own command
    return float(found.stdout.split()[-1])


def only_read(count: int) -> None:
    run = Run.objects.get(course__code=CODE)
    clerk = User.objects.filter(groups__name=Role.DEALING_HAND.value).latest("pk")
    report = read(run.course.provider, report_of(run, count, f"m{count}"), clerk)
    forget(report)
    UsageReport.objects.filter(pk=report.pk).update(state="discarded")
    status = Path("/proc/self/status").read_text()  # of this program, not of whoever started it
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only-read", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only_read:
        only_read(options.only_read)
        return 0
    if connection.vendor != "postgresql":
        print("usage: needs PostgreSQL")
        return 0
    call_command("prepare", stdout=sys.stderr)
    run, clerk = fill(options.rows), make_user(Role.DEALING_HAND)
    measure_reading(run, clerk, options.rows, options.rounds)
    few, many = peak_memory(options.rows // 10), peak_memory(options.rows)
    print(
        f"peak memory: {few:.0f} MB at {options.rows // 10:,} rows, {many:.0f} MB at "
        f"{options.rows:,}: {many / few:.2f} times (at most {MOST_GROWTH})"
    )
    measure_applying(run, clerk, options.rows)
    longest = measure_looks(options.rows)
    return int(many > MOST_GROWTH * few or longest > MOST_LOOK)


if __name__ == "__main__":
    sys.exit(main())
