"""The task of rolls: it finds its work from the rows, and may run twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tasks
from accounts.actions import rolls
from accounts.models import Officer, RollImport
from accounts.roles import Role
from accounts.roll_states import RollState
from tests.factories.accounts import make_user
from tests.factories.rolls import make_applied, make_checked

pytestmark = pytest.mark.django_db


def test_large_rolls_are_checked_and_after_the_approval_applied(monkeypatch):
    monkeypatch.setattr(rolls, "SMALL", 1)
    roll = make_checked()

    assert tasks.work_on_rolls() == 1
    assert tasks.work_on_rolls() == 0  # it waits for a second person

    rolls.approve_roll(roll_id=roll.pk, acting_user=make_user(Role.DEALING_HAND), at=timezone.now())
    assert not Officer.objects.exists()
    assert tasks.work_on_rolls() == 1
    assert tasks.work_on_rolls() == 0
    assert Officer.objects.count() == 1
    roll.refresh_from_db()
    assert roll.state == RollState.APPLIED


def test_a_roll_that_cannot_be_applied_now_is_found_again(monkeypatch, caplog):
    monkeypatch.setattr(rolls, "SMALL", 1)
    roll = make_checked()
    tasks.work_on_rolls()
    rolls.approve_roll(roll_id=roll.pk, acting_user=make_user(Role.DEALING_HAND), at=timezone.now())
    with monkeypatch.context() as busy:
        busy.setattr("accounts.roll_sql.insert_officers", lambda *args, **given: 0)
        assert tasks.work_on_rolls() == 0
        assert not Officer.objects.exists()

    assert tasks.work_on_rolls() == 1
    assert Officer.objects.count() == 1


def test_rows_of_long_ago_are_forgotten():
    roll = make_applied()
    RollImport.objects.filter(pk=roll.pk).update(applied_at=timezone.now() - timedelta(days=200))

    assert tasks.forget_rolls() == 1
    assert not roll.rows.exists()
