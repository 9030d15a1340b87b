"""PostgreSQL is restarted while coupons are issued: no code is lost, none goes out twice."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from tests.conftest import IN_CI, ROOT, database_url_of_tests
from tests.faults.test_worker_and_broker import free_port

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
OFFICERS = 80
# What a worker does: it serves the queue, and comes again when the database was away.
WORKER = f"""
import json, sys, time
import django
django.setup()
from django.core import mail
from django.db import InterfaceError, OperationalError, close_old_connections
from django.test import Client
from accounts.models import AuditEntry, Notice
from enrollment import pool_sql, tasks
from enrollment.actions import coupon_queue
from enrollment.models import Coupon, CouponIssue
from tests.factories.accounts import sign_in
from tests.enrollment.test_coupon_races import make_waiting
waiting = make_waiting(officers={OFFICERS}, codes={OFFICERS})
client = Client()
sign_in(client, waiting[0].officer.log_in)
print("ready", flush=True)
coupon_queue.AT_ONCE = 4
give = pool_sql.give_each


def slowly(*enrollments, **rest):
    count = give(*enrollments, **rest)
    time.sleep(0.1)  # with the codes taken and nothing committed
    return count


pool_sql.give_each = slowly
broken = 0
while CouponIssue.objects.count() < {OFFICERS}:
    try:
        tasks.serve_coupon_queue()
    except (InterfaceError, OperationalError):
        broken += 1
        while True:
            try:
                close_old_connections()
                CouponIssue.objects.exists()
                break
            except (InterfaceError, OperationalError):
                time.sleep(0.1)
        page = client.get(f"/me/registrations/{{waiting[0].pk}}/coupon/").status_code
live = CouponIssue.objects.live()
print(json.dumps({{
    "broken": broken,
    "page": page if broken else 0,
    "issues": CouponIssue.objects.count(),
    "enrollments": live.values("enrollment").distinct().count(),
    "coupons": live.values("coupon").distinct().count(),
    "issued": Coupon.objects.filter(state="issued").count(),
    "recorded": AuditEntry.objects.filter(event="coupon.issued").count(),
    "told": Notice.objects.filter(entry__event="coupon.issued").count(),
}}), flush=True)
"""


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of this test alone."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/portal"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs, which refuse to work for root."""
        is_root = os.geteuid() == 0
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user="postgres" if is_root else None,
            group="postgres" if is_root else None,
        )

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-o", options, "start")

    def restart(self) -> None:
        """Break off all that is under way, as a failing machine does, and come back."""
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "restart")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "stop")


@pytest.fixture
def cluster(transactional_db: None) -> Iterator[Cluster]:
    """Start a PostgreSQL that holds what the test database holds."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        if IN_CI:
            pytest.fail("no PostgreSQL programs in /usr/lib/postgresql")
        pytest.skip("the programs of a PostgreSQL server are not installed")
    folder = Path(tempfile.mkdtemp(prefix="igot-cluster-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    own = Cluster(found[-1].parent, folder, free_port())
    own.run("initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-N")
    own.start()
    try:
        own.run("createdb", "-h", "127.0.0.1", "-p", str(own.port), "-U", "postgres", "portal")
        copy = "set -o pipefail; pg_dump --no-owner --no-acl $0 | psql -q -v ON_ERROR_STOP=1 $1"
        subprocess.run(
            ["bash", "-c", copy, database_url_of_tests(), own.url],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield own
    finally:
        own.stop()
        shutil.rmtree(folder)


def test_a_restart_in_the_middle_of_an_issue_run_loses_no_code(cluster: Cluster) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "igot.settings.test",
            "DATABASE_URL": cluster.url,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        wait_until_issued(cluster, OFFICERS // 4)
        cluster.restart()
        said, _error = worker.communicate(timeout=240)
    finally:
        worker.kill()

    found = json.loads(said.splitlines()[-1])
    assert found.pop("broken") >= 1, "the restart came too late to be noticed"
    assert found.pop("page") == 200
    assert set(found.values()) == {OFFICERS}, found


def wait_until_issued(cluster: Cluster, least: int, seconds: float = 60) -> None:
    """Look from outside how far the run is: only what is committed is seen."""
    ends = time.monotonic() + seconds
    with psycopg2.connect(cluster.url) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        while time.monotonic() < ends:
            cursor.execute("SELECT count(*) FROM enrollment_couponissue")
            if (cursor.fetchone() or (0,))[0] >= least:
                return
            time.sleep(0.01)
    pytest.fail("the run did not begin")
