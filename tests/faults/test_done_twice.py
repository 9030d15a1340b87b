"""Everything that runs by itself, run again at once: the second time finds nothing to do."""

from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.core.management import call_command

from accounts.models import Notice
from igot.settings.schedule import SCHEDULE
from tests.faults.due import DUE, ELSEWHERE
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


def test_every_task_is_tried_here_or_where_its_things_are_made() -> None:
    assert set(DUE) | ELSEWHERE == set(TASKS)
    assert not set(DUE) & ELSEWHERE


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(DUE))
def test_a_task_that_comes_twice_does_what_is_due_once(name: str) -> None:
    DUE[name]()

    with writes_of() as first:
        run(name)
    sent, told = len(mail.outbox), Notice.objects.count()
    with writes_of() as second:
        run(name)

    assert first, "nothing was due: this test proves nothing"
    assert sorted(second) == []
    assert (len(mail.outbox), Notice.objects.count()) == (sent, told)


def run(name: str) -> Any:
    return current_app.tasks[name].apply(kwargs={"unknown": "of a later version"}).get()
