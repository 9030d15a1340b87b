"""Deferral: the old registration ends and its successor opens, with the coupon and the history."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Service
from accounts.roles import Role
from accounts.tasks import text_of
from courses.states import RunState
from enrollment.actions.confirmations import confirm_enrollment, reject_enrollment
from enrollment.actions.coupons import give_again, issue_coupon, reveal_coupon
from enrollment.actions.deferrals import defer_registration
from enrollment.models import Coupon, CouponIssue, Enrollment
from enrollment.models.coupons import waiting_for_coupon
from enrollment.states import CertificateState, CouponState
from enrollment.states import EnrollmentState as E
from igot.lib.errors import Refused
from tests.factories.accounts import (
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
    sign_in,
)
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment, make_intimation, make_rule_version
from tests.factories.pool import (
    make_certificate,
    make_coupon,
    make_coupon_batch,
    make_coupon_issue,
    make_result,
)

pytestmark = pytest.mark.django_db
AT = timezone.now()
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def rules_in_force():
    make_rule_version()


def days(number):
    return TODAY + timedelta(days=number)


def later_run(course, **fields):
    fields.setdefault("commences_on", days(60))
    fields.setdefault("ends_on", days(150))
    return make_run(course=course, **fields)


def first_run(**fields):
    fields.setdefault("commences_on", days(10))
    fields.setdefault("ends_on", days(100))
    return make_run(**fields)


def defer(old, run, reason="Election duty."):
    return defer_registration(
        enrollment_id=old.pk,
        run_id=run.pk,
        reason=reason,
        acting_user=old.officer.user,
        at=AT,
    )


@pytest.mark.parametrize("state", [E.SUBMITTED, E.AWAITING_AUTHORITY, E.CONFIRMED, E.IN_PROGRESS])
def test_a_registration_is_deferred_in_one_step_and_keeps_its_history(state):
    old = make_enrollment(state=state, run=first_run())
    run = later_run(old.course)

    new = defer(old, run)

    old.refresh_from_db()
    assert (old.state, old.reason) == (E.DEFERRED, "Election duty.")
    assert (new.state, new.run, new.predecessor) == (E.SUBMITTED, run, old)
    assert new.number != old.number
    assert new.decision.commences_on == run.commences_on
    assert new.provider_account == old.provider_account
    assert new.intimations.get().run == run
    events = AuditEntry.objects.about(new).values_list("event", flat=True)
    assert {"enrollment.submitted", "enrollment.declared"} <= set(events)


def test_where_the_authority_must_approve_it_approves_anew():
    service = make_service(cca_mode=Service.Mode.PRIOR_APPROVAL)
    officer = make_officer(service=service)
    old = make_enrollment(run=first_run(), officer=officer)
    nodal = make_nodal_officer(authority=service.authority)
    make_intimation(enrollment=old)

    new = defer(old, later_run(old.course))

    assert new.state == E.AWAITING_AUTHORITY
    told = Notice.objects.filter(user=nodal).values_list("template", flat=True)
    assert {"enrollment.deferred", "enrollment.approval_asked"} <= set(told)
    subject, text = text_of(Notice.objects.get(user=nodal, template="enrollment.deferred"))
    assert "is deferred" in subject and "Election duty." in text


def test_the_age_is_that_of_1_july_of_the_new_year():
    """Born on a day that was young enough for this year's run and is not for the next one's."""
    run = first_run(commences_on=date(TODAY.year, 12, 30), ends_on=None)
    old = make_enrollment(run=run, officer=make_officer(born_on=date(TODAY.year - 54, 7, 2)))
    far = later_run(old.course, commences_on=date(TODAY.year + 3, 1, 4), ends_on=None)

    with pytest.raises(Refused, match="not eligible"):
        defer(old, far)

    old.refresh_from_db()
    assert old.state == E.CONFIRMED
    assert Enrollment.objects.count() == 1


def test_only_open_runs_are_later_runs_unless_it_was_confirmed():
    old = make_enrollment(state=E.SUBMITTED, run=first_run())
    closed = later_run(old.course, opens_on=days(30), closes_on=days(40))
    with pytest.raises(Refused, match="may still join"):
        defer(old, closed)

    confirmed = make_enrollment(run=old.run)
    assert defer(confirmed, closed).state == E.SUBMITTED


@pytest.mark.parametrize(
    "fields",
    [
        {"commences_on": days(5), "ends_on": None},  # an earlier one
        {"state": RunState.WITHDRAWN},
    ],
)
def test_a_run_that_is_no_later_run_is_refused(fields):
    old = make_enrollment(run=first_run())

    with pytest.raises(Refused, match="may still join"):
        defer(old, later_run(old.course, **fields))


def test_a_run_of_another_course_is_refused():
    old = make_enrollment(run=first_run())

    with pytest.raises(Refused, match="may still join"):
        defer(old, later_run(make_course()))


def test_a_batch_that_the_officer_is_registered_for_already_is_refused():
    old = make_enrollment(run=first_run())
    run = later_run(old.course)
    make_enrollment(run=run, officer=old.officer, state=E.SUBMITTED)

    with pytest.raises(Refused, match="already"):
        defer(old, run)


def test_what_is_passed_or_certified_is_not_deferred():
    passed = make_enrollment(run=first_run(), state=E.IN_PROGRESS)
    make_result(enrollment=passed, passed=True)
    with pytest.raises(Refused, match="passed"):
        defer(passed, later_run(passed.course))

    for state in (CertificateState.UNDER_REVIEW, CertificateState.VERIFIED):
        sent = make_enrollment(run=first_run(), state=E.IN_PROGRESS)
        make_certificate(enrollment=sent, state=state)
        with pytest.raises(Refused, match="certificate"):
            defer(sent, later_run(sent.course))


@pytest.mark.parametrize("state", [E.DRAFT, E.RETURNED, E.COMPLETED, E.WITHDRAWN, E.DEFERRED])
def test_only_what_stands_is_deferred(state):
    old = make_enrollment(state=state, run=first_run(), reason="x")

    with pytest.raises(Refused, match="The registration is"):
        defer(old, later_run(old.course))


def test_nobody_defers_for_another():
    old = make_enrollment(run=first_run())
    with pytest.raises(Refused, match="officer concerned"):
        defer_registration(
            enrollment_id=old.pk,
            run_id=later_run(old.course).pk,
            reason="x",
            acting_user=make_officer().user,
            at=AT,
        )


# --- the coupon -----------------------------------------------------------------------------
def coupon_of(enrollment, **fields):
    return make_coupon(batch=make_coupon_batch(course=enrollment.course), **fields)


def with_coupon(*, valid_until, shown=True):
    old = make_enrollment(run=first_run(), state=E.IN_PROGRESS)
    coupon = coupon_of(old, valid_until=valid_until, state="issued")
    issue = make_coupon_issue(
        enrollment=old, coupon=coupon, first_revealed_at=AT if shown else None
    )
    return old, issue


def test_a_coupon_nobody_has_seen_goes_back_to_the_pool():
    old, issue = with_coupon(valid_until=days(200), shown=False)

    new = defer(old, later_run(old.course))

    assert Coupon.objects.get(pk=issue.coupon_id).state == CouponState.AVAILABLE
    assert not new.coupon_issues.exists()


def test_a_coupon_that_was_shown_and_lasts_is_carried_and_never_shown_again(client):
    old, issue = with_coupon(valid_until=days(150))

    new = defer(old, later_run(old.course))

    carried = new.coupon_issues.get()
    assert (carried.coupon, carried.replaces, carried.ended_at) == (issue.coupon, issue, None)
    assert Coupon.objects.get(pk=issue.coupon_id).state == CouponState.ISSUED
    assert carried.first_revealed_at == issue.first_revealed_at
    coupon_of(old, valid_until=days(400))
    confirm_enrollment(enrollment_id=new.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)
    assert CouponIssue.objects.live().get() == carried
    sign_in(client, old.officer.user)
    page = client.post(reverse("enrollment:reveal_coupon", args=[new.pk]))
    assert "not shown a second time" in page.content.decode()


def test_a_coupon_that_was_shown_and_runs_out_too_early_is_dead_and_the_desk_gives_another():
    old, issue = with_coupon(valid_until=days(149))
    new = defer(old, later_run(old.course))
    assert Coupon.objects.get(pk=issue.coupon_id).state == CouponState.DEAD
    coupon_of(old, valid_until=days(400))
    hand = make_user(Role.DEALING_HAND)

    confirm_enrollment(enrollment_id=new.pk, acting_user=hand, at=AT)

    assert not new.coupon_issues.exists()
    assert not waiting_for_coupon().filter(pk=new.pk).exists()
    ask = {"enrollment_id": new.pk, "acting_user": new.officer.user, "at": AT}
    for by_click in (reveal_coupon, issue_coupon):
        with pytest.raises(Refused, match="Write to the Training Division"):
            by_click(**ask)
    given = give_again(issue_id=issue.pk, acting_user=hand, at=AT)
    assert (given.enrollment, given.replaces) == (new, issue)


def test_a_redeemed_coupon_stays_redeemed_and_follows():
    old, issue = with_coupon(valid_until=days(1))
    Coupon.objects.filter(pk=issue.coupon_id).update(state=CouponState.REDEEMED)

    new = defer(old, later_run(old.course))

    assert Coupon.objects.get(pk=issue.coupon_id).state == CouponState.REDEEMED
    assert new.coupon_issues.get().coupon == issue.coupon


def test_a_carried_coupon_ends_with_the_successor():
    old, issue = with_coupon(valid_until=days(150))
    new = defer(old, later_run(old.course))

    reject_enrollment(
        enrollment_id=new.pk, reason="No.", acting_user=make_user(Role.DEALING_HAND), at=AT
    )

    assert Coupon.objects.get(pk=issue.coupon_id).state == CouponState.DEAD
    assert not CouponIssue.objects.live().exists()


# --- the page -------------------------------------------------------------------------------
def test_the_page_shows_each_later_batch_with_its_answer_and_defers(client):
    old, _issue = with_coupon(valid_until=days(150))
    run = later_run(old.course, name="Spring", seats=1)
    sign_in(client, old.officer.user)
    url = reverse("enrollment:defer", args=[old.pk])

    page = client.get(url).content.decode()
    bad = client.post(url, {"run": run.pk, "reason": "  Posted abroad. "})
    done = client.post(url, {"run": run.pk, "reason": "Posted abroad.", "agree": "on"})

    assert "Spring" in page and "1 seat left" in page and "It stays yours" in page
    assert "Tick the box" in bad.content.decode() and "Posted abroad." in bad.content.decode()
    new = Enrollment.objects.get(predecessor=old)
    assert done["Location"] == reverse("enrollment:done", args=[new.pk])
    assert "Deferred" in client.get(old.get_absolute_url()).content.decode()


def test_the_page_says_why_the_rules_bar_a_batch_and_changes_nothing(client):
    run = first_run(commences_on=date(TODAY.year, 12, 30), ends_on=None)
    old = make_enrollment(run=run, officer=make_officer(born_on=date(TODAY.year - 54, 7, 2)))
    far = later_run(old.course, commences_on=date(TODAY.year + 3, 1, 4), ends_on=None)
    sign_in(client, old.officer.user)

    page = client.post(
        reverse("enrollment:defer", args=[old.pk]),
        {"run": far.pk, "reason": "Leave.", "agree": "on"},
    ).content.decode()

    assert "not eligible for this batch" in page
    assert "What the rules found" in page and "Leave." in page


def test_another_officer_finds_no_such_page(client):
    old = make_enrollment(run=first_run())
    sign_in(client, make_officer().user)

    assert client.get(reverse("enrollment:defer", args=[old.pk])).status_code == 404
