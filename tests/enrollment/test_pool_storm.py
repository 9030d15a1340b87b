"""Many processes on one pool, one of them killed: no code is lost and none goes out twice."""

import pytest

from benchmarks import crowd
from enrollment.models import Coupon
from enrollment.states import CouponState
from tests.factories.courses import make_course, make_run

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_sixteen_processes_of_which_one_is_killed_give_two_thousand_codes_out_once():
    run = make_run(course=make_course())

    crowd.storm(run=run, codes=2_000, clients=16)

    assert crowd.faults(issued=2_000) == []
    assert not Coupon.objects.filter(state=CouponState.AVAILABLE).exists()
