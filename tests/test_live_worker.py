"""A real worker on Redis and PostgreSQL does what this process sends it."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from accounts import audit
from accounts.tasks import seal_audit
from igot.tasks import answer_ping
from tests.factories.accounts import make_user


@pytest.mark.django_db
def test_without_a_broker_a_task_runs_in_process() -> None:
    answer_ping.delay(key="in-process")

    assert cache.get("in-process") is not None


def test_a_worker_answers_through_broker_and_cache(
    celery_worker_process: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("ping_worker")

    assert "answered by celery@" in capsys.readouterr().out
    assert "answer_ping" in celery_worker_process.log.read_text()


def test_a_worker_works_on_the_rows_of_this_test(celery_worker_process: Any) -> None:
    officer = make_user()
    audit.record(officer, "account.tried", acting_user=officer, at=timezone.now())

    seal_audit.delay()

    wait_for(lambda: audit.AuditSeal.objects.count() == 1)


def test_no_worker_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_ping, "delay", lambda **kwargs: None)

    with pytest.raises(CommandError, match="No worker answered within 0.1 s"):
        call_command("ping_worker", seconds=0.1)


def wait_for(holds: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until `holds`, which another process brings about."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "the worker did not do it in time"
        time.sleep(0.1)
