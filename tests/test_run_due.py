"""Without a broker the schedule runs in one process: each task, and none because of another."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts import audit
from accounts.models import AuditSeal
from igot.celery import app
from igot.management.commands import run_due
from tests.factories.accounts import make_user


@pytest.mark.django_db
def test_every_task_of_the_schedule_runs_once(settings, monkeypatch):
    ran = []
    app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        task = app.tasks[entry["task"]]
        monkeypatch.setattr(task, "run", lambda name=entry["task"], **_ignored: ran.append(name))

    call_command("run_due", "--once")

    assert sorted(ran) == sorted(e["task"] for e in settings.CELERY_BEAT_SCHEDULE.values())


@pytest.mark.django_db
def test_the_trail_is_sealed_even_when_the_mail_fails(monkeypatch):
    user = make_user()
    audit.record(user, "user.logged_in", acting_user=user, at=timezone.now())

    def fail(**_ignored):
        raise ConnectionRefusedError("no relay")

    app.loader.import_default_modules()
    monkeypatch.setattr(app.tasks["accounts.tasks.deliver_unsent"], "run", fail)
    logged: list[str] = []
    monkeypatch.setattr(run_due.log, "error", lambda text, *words, **_: logged.append(text % words))

    call_command("run_due", "--once")

    assert AuditSeal.objects.count() == 1
    assert logged == ["deliver-unsent-notices failed: no relay"]
