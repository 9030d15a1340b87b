"""Many clicks at once on PostgreSQL: nobody gets two codes, and no code goes out twice."""

import re
from collections import Counter
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from benchmarks import crowd
from enrollment import pool_audit
from enrollment.actions.coupon_queue import serve_coupon_queue
from enrollment.actions.coupons import issue_coupon, reveal_coupon
from enrollment.models import Coupon, CouponIssue, Enrollment
from enrollment.states import CouponState, EnrollmentState
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_service, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon_batch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TOKEN = "t" * 32


def in_threads(work, things, *, threads):
    """Call `work` on each of `things`, dealt out to threads that start together; tell all answers.

    A `Refused` is an answer too; any other exception fails the test.
    """
    gate, answers, faults = Barrier(threads), [], []

    def run(part):
        gate.wait(timeout=30)
        try:
            for thing in part:
                try:
                    answers.append(work(thing))
                except Refused as refusal:
                    answers.append(refusal)
        except Exception as fault:  # noqa: BLE001 – kept for the main thread, which fails on it
            faults.append(fault)
        finally:
            connection.close()

    runners = [Thread(target=run, args=(things[start::threads],)) for start in range(threads)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(timeout=120)
    assert faults == []
    assert len(answers) == len(things)
    return answers


def make_waiting(*, officers, codes):
    """Make confirmed registrations of one run, and a released pool."""
    service, run = make_service(), make_run(course=make_course())
    make_coupon_batch(course=run.course, codes=codes)
    return [
        make_enrollment(run=run, officer=make_officer(name=f"Officer {number}", service=service))
        for number in range(officers)
    ]


def assert_each_has_one(enrollments, *, issued):
    issues = CouponIssue.objects.live()
    assert issues.count() == issued
    assert max(Counter(issues.values_list("officer", flat=True)).values()) == 1
    assert max(Counter(issues.values_list("coupon", flat=True)).values()) == 1
    assert set(issues.values_list("enrollment", flat=True)) <= {e.pk for e in enrollments}
    assert Coupon.objects.filter(state=CouponState.ISSUED).count() == issued


def test_300_officers_who_click_twice_get_300_codes():
    enrollments = make_waiting(officers=300, codes=300)
    clicks = sorted(enrollments * 2, key=lambda e: e.pk)  # the two clicks fall to two threads
    at = timezone.now()

    answers = in_threads(
        lambda e: issue_coupon(enrollment_id=e.pk, acting_user=e.officer.user, at=at).pk,
        clicks,
        threads=16,
    )

    assert set(Counter(answers).values()) == {2}  # both clicks of an officer name the same issue
    assert_each_has_one(enrollments, issued=300)
    assert not Coupon.objects.filter(state=CouponState.AVAILABLE).exists()


def test_codes_that_are_clicked_for_twice_are_shown_once():
    enrollments = make_waiting(officers=60, codes=60)
    at = timezone.now()

    answers = in_threads(
        lambda e: reveal_coupon(enrollment_id=e.pk, acting_user=e.officer.user, at=at),
        sorted(enrollments * 2, key=lambda e: e.pk),
        threads=16,
    )

    codes = [answer.coupon.code for answer in answers if isinstance(answer, CouponIssue)]
    assert len(codes) == len(set(codes)) == 60
    assert set(codes) == {coupon.code for coupon in Coupon.objects.all()}
    assert_each_has_one(enrollments, issued=60)
    assert {e.state for e in reread(enrollments)} == {EnrollmentState.IN_PROGRESS}


def test_600_clicks_of_300_officers_over_http_show_each_of_300_codes_once():
    run = make_run(course=make_course())
    ids = crowd.confirmed_crowd(run=run, number=300)
    Enrollment.objects.exclude(pk__in=ids).delete()  # the one that the others were copied from
    crowd.stock(run=run, codes=300)
    serve_coupon_queue(at=timezone.now(), limit=100)  # the others are served by their click
    enrollments = list(Enrollment.objects.select_related("officer__user").order_by("pk"))
    clicks = []
    for enrollment in enrollments:
        window = Client(enforce_csrf_checks=True)
        sign_in(window, enrollment.officer.user)
        window.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
        other = Client(enforce_csrf_checks=True)
        other.cookies.update(window.cookies)  # the same session: a double click
        clicks += [(window, enrollment), (other, enrollment)]

    def click(pair):
        window, enrollment = pair
        url = f"/me/registrations/{enrollment.pk}/coupon/"
        answer = window.post(url, {"ready": "on", "csrfmiddlewaretoken": TOKEN})
        assert answer.status_code == 200
        return enrollment.pk, re.findall("<output>(.+?)</output>", answer.content.decode())

    answers = in_threads(click, clicks, threads=16)

    shown = [(pk, code) for pk, codes in answers for code in codes]
    assert {pk for pk, _code in shown} == {e.pk for e in enrollments}
    assert len(shown) == len({code for _pk, code in shown}) == 300
    for issue in CouponIssue.objects.select_related("coupon"):
        assert (issue.enrollment_id, issue.coupon.code) in shown
        assert issue.first_revealed_at is not None
    assert_each_has_one(enrollments, issued=300)
    assert AuditEntry.objects.filter(event="coupon.revealed").count() == 300
    assert AuditEntry.objects.filter(event="coupon.issued").count() == 300
    assert list(pool_audit.faults()) == []


def test_the_last_coupon_goes_to_one_of_twenty():
    enrollments = make_waiting(officers=20, codes=1)
    at = timezone.now()

    answers = in_threads(
        lambda e: issue_coupon(enrollment_id=e.pk, acting_user=e.officer.user, at=at),
        enrollments,
        threads=20,
    )

    assert sum(isinstance(answer, CouponIssue) for answer in answers) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 19
    assert_each_has_one(enrollments, issued=1)


def test_the_queue_served_by_four_workers_and_clicked_for_meanwhile_gives_each_one():
    enrollments = make_waiting(officers=60, codes=50)
    at = timezone.now()

    def serve_or_click(thing):
        if thing is None:
            return serve_coupon_queue(at=at)
        return issue_coupon(enrollment_id=thing.pk, acting_user=thing.officer.user, at=at)

    in_threads(serve_or_click, [None] * 4 + enrollments, threads=8)

    assert_each_has_one(enrollments, issued=50)


def test_two_registrations_of_one_officer_for_one_course_share_the_issue_that_stands():
    officer, course = make_officer(), make_course()
    make_coupon_batch(course=course, codes=5)
    enrollments = [make_enrollment(officer=officer, run=make_run(course=course)) for _ in "ab"]
    at = timezone.now()

    answers = in_threads(
        lambda e: issue_coupon(enrollment_id=e.pk, acting_user=None, at=at).pk,
        enrollments * 5,
        threads=10,
    )

    assert len(set(answers)) == 1
    assert_each_has_one(enrollments, issued=1)


def reread(enrollments):
    return type(enrollments[0]).objects.filter(pk__in=[e.pk for e in enrollments])
