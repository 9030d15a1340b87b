"""Results of a large batch, measured: read against COPY of the same rows, applied, and in memory.

    python -m benchmarks.results [--rows 50000] [--rounds 3]

A file of results is taken in and read as the task reads it: parsed, matched with the registrations
of its run, judged by the grade rule, kept row by row with what would come of it. Beside it COPY
writes the very rows into the same table. Both in one process, turn about; the best round of each
counts, by the clock; processor time is told beside it. Memory is the peak of a process of its own
that reads the file, and of another that reads a tenth of it. How long it takes to apply the file
whole (results, registrations, audit entries, notices) is told without a limit. Needs PostgreSQL and
an empty database: run by `make bench`.
"""

import argparse
import io
import os
import sys
from datetime import timedelta
from typing import Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
os.environ.setdefault("EMAIL_URL", "dummymail://")

import django  # noqa: E402

django.setup()

from django.core.files.base import ContentFile, File  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Notice, Officer, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from benchmarks.cost import Cost, load, peak_memory, peak_of  # noqa: E402
from courses.models import Run  # noqa: E402
from enrollment.actions import results  # noqa: E402
from enrollment.models import (  # noqa: E402
    Enrollment,
    ProviderAccount,
    Result,
    ResultImport,
    ResultImportRow,
)
from tests.factories.accounts import make_user  # noqa: E402
from tests.factories.courses import make_course, make_programme, make_run  # noqa: E402
from tests.factories.enrollment import make_enrollment  # noqa: E402

MOST: Final = 4.0  # times COPY of the same rows
MOST_GROWTH: Final = 1.25  # of the peak memory from a tenth of the rows to all of them
ROWS_TABLE: Final = ResultImportRow._meta.db_table


def cloned(one: models.Model, count: int, **others: str) -> None:
    """Add `count` rows like `one`; `others` says in SQL, of the number n, what differs."""
    fields = [field for field in type(one)._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(others.get(field.column, f't."{field.column}"') for field in fields)
    table = one._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # seats are counted row by row
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} "  # noqa: S608 -- our own tables
            f"FROM {table} t, generate_series(1, %s) AS n WHERE t.id = %s ORDER BY n",
            [count, one.pk],
        )
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def fill(count: int) -> Run:
    """Make a run with `count` registrations in progress, each with an account and an address."""
    course = make_course(programme=make_programme(), code="benchmark-results")
    run = make_run(course=course, commences_on=timezone.localdate() - timedelta(days=60))
    one = make_enrollment(run=run, username="model", state="in_progress")
    officer, account = one.officer, one.provider_account
    assert officer.user is not None and account is not None  # noqa: S101 -- the factory gives both
    first = {
        model: (model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)
        for model in (User, Officer, ProviderAccount)
    }
    cloned(officer.user, count, email="'bench' || n || '@gov.in'")
    keys = {model: ids_after(model, last) for model, last in first.items()}
    cloned(officer, count, user_id=f"({keys[User]} + n)", employee_code="'BR' || n")
    keys[Officer] = ids_after(Officer, first[Officer])
    username = "'bench-' || n"
    cloned(
        account,
        count,
        officer_id=f"({keys[Officer]} + n)",
        platform_username=username,
        programme_username="''",
    )
    keys[ProviderAccount] = ids_after(ProviderAccount, first[ProviderAccount])
    cloned(
        one,
        count,
        officer_id=f"({keys[Officer]} + n)",
        provider_account_id=f"({keys[ProviderAccount]} + n)",
        number="'BENCH/' || n",
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return run


def ids_after(model: type[models.Model], last: int) -> int:
    """Return the key before the first of `model` above `last`: the clones follow each other."""
    first = model._base_manager.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
    return (first.first() or 1) - 1


def file_of(count: int, mark: str = "") -> bytes:
    lines = ["username,email,grade,exam,exam date,exam city"]
    lines += [
        f"bench-{n},bench{n}@gov.in,{40 + n % 60}.{n % 100:02},"
        f"{('passed', 'failed', 'absent')[n % 3]},12.03.2026,Pune {mark}"
        for n in range(1, count + 1)
    ]
    return "\n".join([*lines, ""]).encode()


def read(run: Run, file: File, rows: int, clerk: User) -> ResultImport:
    staged = results.stage_results(
        run=run,
        file=file,
        file_name="bench.csv",
        acting_user=clerk,
        at=timezone.now(),
    )
    results.RESULT_FILES.read(staged.pk)
    staged.refresh_from_db()
    if staged.state != "staged" or staged.rows.count() != rows:
        raise SystemExit(f"{staged.state}: {staged.rows_done} rows, {staged.problem}")
    return staged


def copied_out(staged: ResultImport) -> tuple[str, str]:
    """Return the columns of the rows of a file and the rows as COPY reads them."""
    names = [f'"{f.column}"' for f in ResultImportRow._meta.concrete_fields if not f.primary_key]
    columns, target = ", ".join(names), io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY (SELECT {columns} FROM {ROWS_TABLE} WHERE result_import_id = "  # noqa: S608 -- as above
            f"{staged.pk} ORDER BY id) TO STDOUT",
            target,
        )
    return columns, target.getvalue()


def copy_in(columns: str, text: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {ROWS_TABLE} ({columns}) FROM STDIN", io.StringIO(text))


def forget(staged: ResultImport) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {ROWS_TABLE} WHERE result_import_id = %s", [staged.pk])  # noqa: S608
        cursor.execute(f"VACUUM {ROWS_TABLE}")


def measure_reading(run: Run, clerk: User, count: int, rounds: int) -> float:
    """Print what reading and COPY took, and return the ratio by the clock."""
    costs: dict[str, list[Cost]] = {"read": [], "COPY": []}
    for number in range(rounds):
        file = ContentFile(file_of(count, f"r{number}"))
        with Cost() as reading:
            staged = read(run, file, count, clerk)
        columns, text = copied_out(staged)
        forget(staged)
        with Cost() as copying:
            copy_in(columns, text)
        forget(staged)
        costs["read"].append(reading)
        costs["COPY"].append(copying)
        ResultImport.objects.filter(pk=staged.pk).update(state="discarded")
    best = {name: min(cost.seconds for cost in found) for name, found in costs.items()}
    least = {name: min(cost.processor for cost in found) for name, found in costs.items()}
    for name, seconds in best.items():
        print(
            f"{name:5} {count:>7,} rows of results  {seconds:6.2f} s  {count / seconds:>8,.0f} a s"
            f"  {least[name]:.2f} s of processors"
        )
    ratio = best["read"] / best["COPY"]
    print(
        f"results read, against COPY of the same rows: {ratio:.2f} times (at most {MOST}), "
        f"{least['read'] / least['COPY']:.2f} times in processor time; {load()}"
    )
    return ratio


def measure_applying(run: Run, clerk: User, count: int) -> None:
    """Print how long the approval and the applying of the whole file took."""
    staged = read(run, ContentFile(file_of(count)), count, clerk)
    second = make_user(Role.DEALING_HAND)
    passes = staged.rows.filter(would_pass=True).count()

    with Cost() as applying:
        results.apply_results(
            import_id=staged.pk,
            rows=count,
            passes=passes,
            acting_user=second,
            at=timezone.now(),
        )
        results.carry_out(import_id=staged.pk, at=timezone.now())
    moved = Enrollment.objects.filter(run=run).exclude(state="in_progress").count()
    print(
        f"applied in one transaction: {applying.seconds:.1f} s; "
        f"{Result.objects.count():,} results, {moved:,} registrations moved, "
        f"{Notice.objects.count():,} notices"
    )


def only_read(path: str) -> None:
    """Read the file at `path` and print the most memory that this process held, in MB."""
    run = Run.objects.get(course__code="benchmark-results")
    clerk = User.objects.filter(groups__name=Role.DEALING_HAND.value).latest("pk")
    with open(path, "rb") as file:
        rows = sum(1 for _line in file) - 1
        staged = read(run, File(file), rows, clerk)
    peak = peak_memory()
    forget(staged)
    ResultImport.objects.filter(pk=staged.pk).update(state="discarded")
    print(peak)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only-read", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only_read:
        only_read(options.only_read)
        return 0
    if connection.vendor != "postgresql":
        print("results: needs PostgreSQL")
        return 0
    call_command("prepare", stdout=sys.stderr)
    run, clerk = fill(options.rows), make_user(Role.DEALING_HAND)
    ratio = measure_reading(run, clerk, options.rows, options.rounds)
    few, many = (
        peak_of("benchmarks.results", file_of(rows, f"m{rows}"))
        for rows in (options.rows // 10, options.rows)
    )
    print(
        f"peak memory: {few:.0f} MB at {options.rows // 10:,} rows, {many:.0f} MB at "
        f"{options.rows:,}: {many / few:.2f} times (at most {MOST_GROWTH})"
    )
    measure_applying(run, clerk, options.rows)
    return int(ratio > MOST or many > MOST_GROWTH * few)


if __name__ == "__main__":
    sys.exit(main())
