"""Officers who each wait for one coupon, and their sessions: what the measured POSTs need."""

from dataclasses import dataclass

from django.conf import settings
from django.test import Client

from courses.models import Course, Run
from enrollment.states import EnrollmentState
from tests.factories.accounts import make_officer, sign_in
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon_batch

TOKEN = "b" * 32  # the same in cookie and header, as a browser would have it


@dataclass(frozen=True)
class Waiting:
    """One officer's confirmed registration and the cookies of his session."""

    enrollment_id: int
    cookie: str


def stock_pool(*, codes: int) -> Run:
    """Make a course with a run and `codes` coupons, and return the run."""
    course: Course = make_course(programme=make_programme(), code="benchmark")
    make_coupon_batch(course=course, codes=codes)
    return make_run(course=course)


def waiting_officers(*, run: Run, number: int) -> list[Waiting]:
    """Make officers who are confirmed for `run`, without a coupon yet, and sign each in."""
    waiting = []
    for _ in range(number):
        officer = make_officer()
        enrollment = make_enrollment(state=EnrollmentState.CONFIRMED, officer=officer, run=run)
        client = Client()
        sign_in(client, officer.log_in)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        waiting.append(Waiting(enrollment.pk, cookie))
    return waiting
