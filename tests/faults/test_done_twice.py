"""Everything that runs by itself, run again at once: the second time finds nothing to do."""

from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.core.management import call_command

from igot.settings.schedule import SCHEDULE
from tests.security.probe import writes_of
from tests.security.world import make_world

current_app.loader.import_default_modules()
TASKS = sorted({entry["task"] for entry in SCHEDULE.values()})
EACH_TIME: set[str] = set()  # tables that a task may write to though nothing is to be done


@pytest.fixture
def portal(db: None) -> None:
    call_command("sync_roles", stdout=StringIO())
    make_world()


@pytest.mark.usefixtures("portal")
def test_what_is_due_is_done_once_though_each_task_comes_twice() -> None:
    unexpected = {}
    for name in TASKS * 2:  # what one task leaves to another is done too
        run(name)
    sent = len(mail.outbox)

    for name in TASKS:
        with writes_of() as wrote:
            run(name)
        if wrote - EACH_TIME:
            unexpected[name] = sorted(wrote)

    assert unexpected == {}
    assert len(mail.outbox) == sent


def run(name: str) -> Any:
    return current_app.tasks[name].apply(kwargs={"unknown": "of a later version"}).get()
