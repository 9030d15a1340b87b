"""Screenings for tests, made at once for the few officers that a test has."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from courses.models import Run
from eligibility.actions import screenings
from eligibility.actions.screenings import Wanted
from eligibility.models import Screening
from eligibility.trainings import Training
from tests.factories.accounts import make_user
from tests.factories.courses import make_run
from tests.factories.eligibility import load_rule_sets


def training_for(run: Run) -> Training:
    assert run.commences_on
    return Training(
        key=f"run:{run.code}", course=run.course, run=run, commences_on=run.commences_on
    )


def make_screening(*runs: Run, acting_user: User | None = None, **wanted: Any) -> Screening:
    """Screen all officers that fit `wanted` for `runs`, or for one made for the purpose."""
    load_rule_sets()
    return screenings.request_screening(
        wanted=Wanted(**wanted),
        trainings=[training_for(run) for run in runs or (make_run(),)],
        acting_user=acting_user or make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )
