"""Any number of officers confirmed for one run, the pool that they use up, and a storm on it."""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.models import Notice, Officer, User
from courses.models import Run
from enrollment import pool_audit
from enrollment.actions import coupon_queue, coupons
from enrollment.models import Coupon, CouponBatch, CouponImportRow, CouponIssue, Enrollment
from igot.lib.copying import copy_in
from igot.lib.crypto import blind_index
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon_batch

FORK: Final = multiprocessing.get_context("fork")


def confirmed_crowd(*, run: Run, number: int) -> range:
    """Make `number` confirmed registrations for `run`, each of an officer who can log in."""
    one = make_enrollment(run=run)
    officer = one.officer
    after = max(model.objects.latest("pk").pk for model in (User, Officer, Enrollment))
    key = f"{after} + n"
    copies(User, officer.log_in.pk, number, id=key, email=f"'crowd' || {key} || '@example.gov.in'")
    code = f"'CROWD' || {key}"
    copies(Officer, officer.pk, number, id=key, user_id=key, employee_code=code)
    given = {"number": f"'CROWD/' || {key}", "provider_account_id": "NULL"}
    copies(Enrollment, one.pk, number, id=key, officer_id=key, **given)
    for model in (User, Officer, Enrollment):
        follow(model)
    return range(after + 1, after + 1 + number)


def copies(model: type[Model], key: int, number: int, /, **given: str) -> None:
    """Copy a row, `given` being SQL of the number `n` of the copy, 1 first."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    quote = connection.ops.quote_name
    values = [given.get(name, quote(name)) for name in columns]
    table, names = quote(model._meta.db_table), ", ".join(quote(name) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table}, "  # noqa: S608 – our own columns
            "generate_series(1, %s) n WHERE id = %s",
            [number, key],
        )


def follow(model: type[Model]) -> None:
    """Let the keys of new rows come after those that were copied."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {table}))",  # noqa: S608 – our own tables
            [table],
        )


def stock(*, run: Run, codes: int) -> CouponBatch:
    """Make a released batch of so many codes for the course of `run`, as an import leaves it."""
    batch = make_coupon_batch(course=run.course)
    until = timezone.localdate() + timedelta(days=900)
    own = (batch.pk, batch.provider_id, batch.course_id)
    names = ("batch", "provider", "course", "code", "code_digest", "ending", "valid_until")

    def coupon(number: int) -> tuple[Any, ...]:
        code = f"BENCH-{batch.pk}-{number:08d}"
        return (*own, code, blind_index(code), code[-4:], until, 100, "available")

    copy_in(Coupon, (*names, "price_usd", "state"), (coupon(n) for n in range(codes)))
    rows = ((batch.pk, n + 2, "", "accepted", "") for n in range(codes))
    copy_in(CouponImportRow, ("batch", "row", "ending", "outcome", "reason"), rows)
    return batch


def issue_all(ids: Iterable[int]) -> None:
    """Issue a coupon to each of some registrations, as the portal itself; in a process forked."""
    connection.close()
    for enrollment_id in ids:
        coupons.issue_coupon(enrollment_id=enrollment_id, acting_user=None, at=timezone.now())
    connection.close()


def serve_all(ids: Sequence[int]) -> None:
    """Give coupons to some registrations as the queue is served; in a process forked."""
    connection.close()
    coupon_queue.serve_these(ids, at=timezone.now())
    connection.close()


def storm(*, run: Run, codes: int, clients: int) -> None:
    """Give out a pool by many processes, kill (-9) one midway, and put another in its place."""
    everybody = confirmed_crowd(run=run, number=codes)
    stock(run=run, codes=codes)
    issued = CouponIssue.objects.filter(course=run.course)
    connection.close()
    shares = [everybody[number::clients] for number in range(clients)]
    workers = [FORK.Process(target=issue_all, args=(share,)) for share in shares]
    for worker in workers:
        worker.start()
    while issued.count() < codes // 2:
        time.sleep(0.02)
    victim = next(number for number, worker in enumerate(workers) if worker.is_alive())
    os.kill(workers[victim].pid or 0, signal.SIGKILL)
    connection.close()
    another = FORK.Process(target=issue_all, args=(shares[victim],))
    another.start()
    for worker in [*workers, another]:
        worker.join()


def faults(*, issued: int) -> list[str]:
    """Name what does not hold after so many issues: each one's code, officer and notice."""
    live = CouponIssue.objects.live()
    told = Notice.objects.filter(template="coupon.issued")
    counts = {
        "issues": live.count(),
        "codes that are issued": live.values("coupon").distinct().count(),
        "officers who have one": live.values("officer").distinct().count(),
        "officers who were told": told.values("user").distinct().count(),
        "notices": told.count(),
    }
    wrong = [f"{count} {name}, not {issued}" for name, count in counts.items() if count != issued]
    return [*wrong, *map(str, pool_audit.faults())]
