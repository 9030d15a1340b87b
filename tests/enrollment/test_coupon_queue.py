"""The queue for coupons, served many at a time: by the same rules as one alone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from accounts.tasks import deliver_unsent
from enrollment import pool_sql
from enrollment.actions import coupon_queue, coupons
from enrollment.actions.coupon_queue import serve_coupon_queue, serve_these
from enrollment.models import Coupon, CouponIssue, Enrollment
from enrollment.models.coupons import waiting_for_coupon
from enrollment.states import CouponState, EnrollmentState
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue

pytestmark = pytest.mark.django_db
AT = timezone.now()
on_postgresql = pytest.mark.postgres


def in_queue(run, number):
    """Make registrations for `run`, the first confirmed first."""
    return [make_enrollment(run=run, at=AT - timedelta(hours=number - n)) for n in range(number)]


def holders():
    return list(CouponIssue.objects.live().order_by("pk").values_list("enrollment", flat=True))


def test_the_first_confirmed_get_the_codes_that_expire_first_and_the_rest_wait():
    run = make_run()
    waiting = in_queue(run, 4)
    batch = make_coupon_batch(course=run.course)
    late, early, later = (
        make_coupon(batch=batch, valid_until=run.ends_on + timedelta(days=days))
        for days in (60, 1, 90)
    )

    assert serve_coupon_queue(at=AT) == 3

    given = dict(CouponIssue.objects.values_list("enrollment", "coupon"))
    assert given == dict(zip([e.pk for e in waiting], [early.pk, late.pk, later.pk], strict=False))
    assert list(waiting_for_coupon()) == waiting[3:]


def test_each_gets_a_code_that_lasts_through_its_own_run():
    course = make_course()
    today = timezone.localdate()
    short = make_run(course=course, ends_on=today + timedelta(days=100))
    long = make_run(course=course, ends_on=today + timedelta(days=300))
    ((needs_long,), (needs_short,)) = in_queue(long, 1), in_queue(short, 1)
    batch = make_coupon_batch(course=course)
    brief = make_coupon(batch=batch, valid_until=today + timedelta(days=150))

    assert serve_coupon_queue(at=AT) == 1
    lasting = make_coupon(batch=batch, valid_until=today + timedelta(days=310))
    assert serve_coupon_queue(at=AT) == 1

    given = dict(CouponIssue.objects.values_list("enrollment", "coupon"))
    assert given == {needs_short.pk: brief.pk, needs_long.pk: lasting.pk}


def test_what_is_written_is_what_one_alone_writes():
    run = make_run()
    together, alone = in_queue(run, 2)
    make_coupon_batch(course=run.course, codes=2)

    serve_these([together.pk], at=AT)
    coupons.issue_coupon(enrollment_id=alone.pk, acting_user=None, at=AT)

    first, second = CouponIssue.objects.order_by("pk").select_related("coupon", "enrollment")
    own = {"id", "coupon_id", "enrollment_id", "officer_id"}
    assert plain(first, besides=own) == plain(second, besides=own)
    entries = [AuditEntry.objects.about(issue).get() for issue in (first, second)]
    assert [entry.subject_name for entry in entries] == [str(first), str(second)]
    own = {"id", "subject_id", "subject_name"}
    assert plain(entries[0], besides=own) == plain(entries[1], besides=own)
    notices = [Notice.objects.get(entry=entry) for entry in entries]
    own = {"id", "user_id", "entry_id", "link", "params"}
    assert plain(notices[0], besides=own) == plain(notices[1], besides=own)
    for notice, issue in zip(notices, (first, second), strict=True):
        assert notice.user == issue.officer.user
        assert notice.link == f"/me/registrations/{issue.enrollment_id}/coupon/"
        assert notice.params["number"] == issue.enrollment.number
    assert set(notices[0].params) == set(notices[1].params)


def plain(thing, *, besides):
    values = {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields}
    return {name: value for name, value in values.items() if name not in besides}


def test_an_officer_without_log_in_gets_a_code_and_nobody_is_told():
    run = make_run()
    enrollment = make_enrollment(run=run)
    type(enrollment.officer).objects.filter(pk=enrollment.officer_id).update(user=None)
    make_coupon_batch(course=run.course, codes=1)

    assert serve_coupon_queue(at=AT) == 1
    assert not Notice.objects.filter(template="coupon.issued").exists()
    assert AuditEntry.objects.filter(event="coupon.issued").count() == 1


def test_two_registrations_of_one_officer_share_one_code():
    course, officer = make_course(), make_officer()
    both = [make_enrollment(officer=officer, run=make_run(course=course)) for _ in "ab"]
    make_coupon_batch(course=course, codes=2)

    assert serve_these([e.pk for e in both], at=AT) == 1
    assert serve_these([e.pk for e in both], at=AT + timedelta(hours=1)) == 0
    assert CouponIssue.objects.live().count() == 1


@pytest.mark.parametrize("state", sorted(set(EnrollmentState) - {"confirmed", "in_progress"}))
def test_who_may_hold_none_gets_none(state):
    enrollment = make_enrollment(state=state)
    make_coupon_batch(course=enrollment.course, codes=1)

    assert serve_these([enrollment.pk], at=AT) == 0
    assert not CouponIssue.objects.exists()


def test_whose_code_was_taken_back_waits_for_the_desk():
    issue = make_coupon_issue()
    clerk = make_user(Role.DEALING_HAND)
    make_coupon(batch=issue.coupon.batch)
    coupons.revoke_coupon(issue_id=issue.pk, reason="Lost", acting_user=clerk, at=AT)

    assert serve_these([issue.enrollment_id], at=AT) == 0


def test_what_went_out_is_mailed_by_the_sweep(mailoutbox, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    run = make_run()
    in_queue(run, 3)
    make_coupon_batch(course=run.course, codes=3)

    serve_coupon_queue(at=AT)
    assert not mailoutbox
    deliver_unsent()
    assert len(mailoutbox) == 3


@on_postgresql
def test_a_hundred_take_a_handful_of_queries(django_assert_max_num_queries):
    run = make_run()
    ids = [e.pk for e in in_queue(run, 12)]
    make_coupon_batch(course=run.course, codes=12)

    with django_assert_max_num_queries(8):  # two of them are savepoints
        assert serve_these(ids, at=AT) == 12
    assert holders() == ids


@on_postgresql
def test_one_that_fails_does_not_hold_up_the_others(monkeypatch, caplog):
    run = make_run()
    ids = [e.pk for e in in_queue(run, 3)]
    make_coupon_batch(course=run.course, codes=3)
    real = pool_sql.give_each

    def fail(enrollments, **rest):
        real(enrollments, **rest)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(pool_sql, "give_each", fail)

    assert serve_these(ids, at=AT) == 3
    assert sorted(holders()) == ids
    assert AuditEntry.objects.filter(event="coupon.issued").count() == 3
    assert "one by one" in caplog.text


def test_one_whose_rows_are_faulty_is_named_in_the_log_and_the_others_go_on(monkeypatch, caplog):
    run = make_run()
    ids = [e.pk for e in in_queue(run, 3)]
    make_coupon_batch(course=run.course, codes=3)
    real = coupons.issue_if_any

    def fail_for_one(*, enrollment_id, **rest):
        if enrollment_id == ids[1]:
            raise IntegrityError("a second live issue")
        return real(enrollment_id=enrollment_id, **rest)

    def fail(*enrollments, **rest):
        raise IntegrityError("a second live issue")

    monkeypatch.setattr(coupons, "issue_if_any", fail_for_one)
    monkeypatch.setattr(pool_sql, "give_each", fail)

    assert serve_these(ids, at=AT) == 2
    assert sorted(holders()) == [ids[0], ids[2]]
    assert f"registration {ids[1]} gets no coupon" in caplog.text


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_who_is_in_hand_elsewhere_is_passed_over():
    run = make_run()
    ids = [e.pk for e in in_queue(run, 3)]
    make_coupon_batch(course=run.course, codes=3)

    with elsewhere() as cursor:
        cursor.execute(
            "SELECT 1 FROM enrollment_enrollment WHERE id = %s FOR NO KEY UPDATE", [ids[1]]
        )
        assert serve_these(ids, at=AT) == 2
    assert set(holders()) == {ids[0], ids[2]}
    assert serve_these(ids, at=AT) == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_being_moved_lets_no_code_out():
    run = make_run()
    ids = [e.pk for e in in_queue(run, 2)]
    make_coupon_batch(course=run.course, codes=2)

    with elsewhere() as cursor:
        cursor.execute("SELECT 1 FROM courses_run WHERE id = %s FOR NO KEY UPDATE", [run.pk])
        assert serve_these(ids, at=AT) == 0
    assert Coupon.objects.filter(state=CouponState.AVAILABLE).count() == 2


class elsewhere:
    """A transaction on a connection of its own, undone at the end."""

    def __enter__(self):
        self.other = connection.copy()
        self.other.set_autocommit(False)
        return self.other.cursor()

    def __exit__(self, *failure):
        self.other.rollback()
        self.other.close()


def test_more_than_one_transaction_takes_are_served_in_turn(monkeypatch):
    monkeypatch.setattr(coupon_queue, "AT_ONCE", 2)
    run = make_run()
    ids = [e.pk for e in in_queue(run, 5)]
    make_coupon_batch(course=run.course, codes=5)

    assert serve_these(ids, at=AT) == 5
    assert holders() == ids
    assert Enrollment.objects.filter(pk__in=ids).count() == 5
