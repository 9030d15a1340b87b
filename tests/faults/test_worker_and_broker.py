"""The worker dies and the broker goes: what was decided stands, and its mail comes once."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.actions import records
from accounts.models import AuditEntry, Notice, Officer
from accounts.roles import Role
from accounts.tasks import deliver, deliver_unsent
from igot.celery import app as celery_app
from tests.conftest import (
    Worker,
    broker_of_tests,
    running_worker,
    send_tasks_to,
)
from tests.enrollment.test_registration_races import at_once
from tests.factories.accounts import make_officer, make_user, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def verify(officer: Officer) -> None:
    """Verify a record at the office's own page, which tells the officer."""
    client = Client()
    sign_in(client, make_user(Role.DEALING_HAND))
    answer = client.post(f"/officers/{officer.pk}/verify/")
    assert answer.status_code == 302


def assert_verified_and_told(officer: Officer) -> Notice:
    """Check that the officer stands verified and finds the notice in the in-box, mail or not."""
    officer.refresh_from_db()
    assert officer.is_verified
    assert AuditEntry.objects.filter(event="record.verified").count() == 1
    client = Client()
    sign_in(client, officer.log_in)
    assert "Your service record is verified" in client.get("/me/notices/").content.decode()
    return Notice.objects.get(user=officer.log_in)


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.1)


# --- the worker -------------------------------------------------------------------------------


@contextmanager
def mail_server_that_hangs() -> Iterator[tuple[str, threading.Event]]:
    """Take the connection of a mail server and say nothing; tell when somebody has come."""
    came, held = threading.Event(), []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            try:
                while True:
                    held.append(server.accept())
                    came.set()
            except OSError:
                return  # the test is over

        threading.Thread(target=accept, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.getsockname()[1]}", came
        server.shutdown(socket.SHUT_RDWR)
    for connection, _address in held:
        connection.close()


@pytest.mark.postgres
@pytest.mark.live_worker
@pytest.mark.xdist_group("one Redis")
def test_a_worker_killed_between_commit_and_mail_loses_no_mail_and_sends_none_twice(
    media_of_this_test: Path, tmp_path: Path
) -> None:
    officer = make_officer(is_verified=False)
    media_of_this_test.mkdir()
    with broker_of_tests() as url, mail_server_that_hangs() as (server, came):
        with running_worker(tmp_path / "dies", url, media_of_this_test, email_url=server) as first:
            verify(officer)
            assert came.wait(60), "the worker never began to mail"
            first.kill()
        notice = assert_verified_and_told(officer)
        assert notice.mailed_at is None

        # the lease of the dead runs out; what it held is found by the sweep, sent twice over
        Notice.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        with running_worker(tmp_path / "lives", url, media_of_this_test) as second:
            for _time in range(2):
                deliver_unsent.delay()
                deliver.delay(notice_id=notice.pk)
            wait_for(lambda: Notice.objects.filter(mailed_at__isnull=False).exists())
            wait_for(lambda: second.log.read_text().count("deliver_unsent[") >= 4)
            assert len(second.mails()) == 1


@pytest.mark.postgres
@pytest.mark.live_worker
def test_a_task_that_comes_twice_mails_once(celery_worker_process: Worker) -> None:
    officer = make_officer(is_verified=False)
    records.verify_record(
        officer_id=officer.pk, acting_user=make_user(Role.DEALING_HAND), at=timezone.now()
    )
    notice = Notice.objects.get(user=officer.log_in)

    for _time in range(3):
        deliver.delay(notice_id=notice.pk)
    wait_for(lambda: celery_worker_process.log.read_text().count("succeeded in") >= 3)

    assert len(celery_worker_process.mails()) == 1


@pytest.mark.postgres
def test_a_task_that_is_given_to_four_workers_at_the_same_moment_mails_once() -> None:
    for number in range(1, 11):
        officer = make_officer(is_verified=False)
        verify_unsent(officer)
        notice = Notice.objects.get(user=officer.log_in)

        at_once(*[lambda key=notice.pk: deliver(notice_id=key)] * 2, *[deliver_unsent] * 2)

        assert [message.to for message in mail.outbox[number - 1 :]] == [[officer.log_in.email]]


def verify_unsent(officer: Officer) -> None:
    """Verify a record of which the word to the worker is lost."""
    with tasks_go_to("redis://127.0.0.1:1/0"):  # nobody listens there
        verify(officer)


# --- the broker -------------------------------------------------------------------------------


@contextmanager
def tasks_go_to(broker: str) -> Iterator[None]:
    """Send tasks to `broker` with the patience of production."""
    before = (celery_app.conf.broker_url, celery_app.conf.task_always_eager)
    options = celery_app.conf.broker_transport_options
    celery_app.conf.broker_transport_options = {
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "max_retries": 1,
        "interval_start": 0,
        "interval_max": 0.2,
    }
    send_tasks_to(broker, in_process=False)
    try:
        yield
    finally:
        celery_app.conf.broker_transport_options = options
        send_tasks_to(before[0], in_process=before[1])


def test_without_a_broker_the_request_succeeds_and_the_sweep_mails() -> None:
    officer = make_officer(is_verified=False)
    with tasks_go_to("redis://127.0.0.1:1/0"):  # nobody listens there
        began = time.monotonic()
        verify(officer)
        assert time.monotonic() - began < 15
    assert_verified_and_told(officer)
    assert mail.outbox == []

    assert deliver_unsent() == 1
    assert deliver_unsent() == 0

    assert [message.to for message in mail.outbox] == [[officer.log_in.email]]


def test_a_broker_that_answers_nothing_holds_a_request_for_seconds_only() -> None:
    officer = make_officer(is_verified=False)
    with mail_server_that_hangs() as (server, came):
        with tasks_go_to(server.replace("smtp", "redis") + "/0"):
            began = time.monotonic()
            verify(officer)
            assert time.monotonic() - began < 25
        assert came.is_set()

    assert_verified_and_told(officer)


@contextmanager
def own_redis(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Redis of this test, which nobody else misses when it is stopped."""
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        + ["--save", "", "--daemonize", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        yield process
    finally:
        process.kill()
        process.wait(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.postgres
@pytest.mark.live_worker
@pytest.mark.xdist_group("one Redis")
def test_a_broker_that_comes_back_finds_its_worker_and_the_mail_goes_out(
    media_of_this_test: Path, tmp_path: Path
) -> None:
    officers = [make_officer(name=name, is_verified=False) for name in ("Asha Rao", "Ravi Iyer")]
    media_of_this_test.mkdir()
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with (
        tasks_go_to(url),
        own_redis(tmp_path, port) as server,
        running_worker(tmp_path / "worker", url, media_of_this_test) as worker,
    ):
        verify(officers[0])
        wait_for(lambda: len(worker.mails()) == 1)

        server.kill()
        server.wait(20)
        verify(officers[1])
        assert Notice.objects.filter(mailed_at__isnull=True).count() == 1

        with own_redis(tmp_path, port):
            wait_for(lambda: sent(deliver_unsent))
            wait_for(lambda: not Notice.objects.filter(mailed_at__isnull=True).exists())
            assert len(worker.mails()) == 2


def sent(task: Any) -> bool:
    try:
        task.delay()
    except OSError:  # as the broker's own errors are
        return False
    return True
