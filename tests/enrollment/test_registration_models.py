"""What the database itself keeps of registrations."""

import pytest
from django.db import IntegrityError, transaction

from enrollment.states import EnrollmentState
from tests.factories.enrollment import make_enrollment, make_intimation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", list(EnrollmentState))
def test_a_registration_can_be_made_in_every_state(state):
    assert make_enrollment(state=state).state == state


def test_an_officer_has_one_live_registration_for_a_run():
    first = make_enrollment(state=EnrollmentState.DRAFT)

    with pytest.raises(IntegrityError, match="UNIQUE|one_live_a_run"), transaction.atomic():
        make_enrollment(officer=first.officer, run=first.run)


def test_a_withdrawn_registration_makes_room_for_another():
    first = make_enrollment(state=EnrollmentState.WITHDRAWN)

    assert make_enrollment(officer=first.officer, run=first.run).pk != first.pk


def test_the_authority_is_told_once_of_a_registration():
    intimation = make_intimation()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_intimation(enrollment=intimation.enrollment)
