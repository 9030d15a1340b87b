"""Reports on the use of codes and their cases, by several at once on PostgreSQL with threads."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Notice, User
from accounts.roles import Role
from enrollment import pool_audit
from enrollment.actions import usage
from enrollment.actions.cases import close_case
from enrollment.actions.coupons import issue_coupon, revoke_coupon
from enrollment.actions.reconciling import reconcile
from enrollment.models import (
    Coupon,
    CouponIssue,
    ReconciliationCase,
    Redemption,
    UsageReport,
)
from enrollment.states import CaseState, CouponState, UsageState
from igot.lib.dates import dmy
from reimbursement.models import Claim
from tests.enrollment.test_registration_races import at_once
from tests.factories.accounts import make_user
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue
from tests.factories.usage import (
    bring_in,
    make_case,
    make_pool_policy,
    make_usage_report,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = range(20)
AT = timezone.now()
TODAY = dmy(timezone.localdate())
Kind, Reason = ReconciliationCase.Kind, ReconciliationCase.Reason


@pytest.fixture
def run():
    made = make_run(course=make_course())
    make_pool_policy(provider=made.course.provider)
    return made


@pytest.fixture
def batch(run):
    return make_coupon_batch(course=run.course)


def issued(run, batch, code: str, **fields) -> CouponIssue:
    fields.setdefault("first_revealed_at", AT - timedelta(days=3))
    coupon = make_coupon(batch=batch, code=code, state=CouponState.ISSUED)
    enrollment = make_enrollment(run=run, username=f"user-{code}")
    return make_coupon_issue(enrollment=enrollment, coupon=coupon, **fields)


def approved(run, *rows: str) -> UsageReport:
    report = bring_in(run.course.provider, *rows)
    usage.approve_usage(report_id=report.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)
    return report


def applying(report: UsageReport) -> Callable[[], object]:
    return lambda: usage.apply_usage(report_id=report.pk, at=AT)


def reconciling() -> object:
    return reconcile(claimed=Claim.objects.made(), at=AT)


def closing(case: ReconciliationCase, user: User) -> Callable[[], object]:
    return lambda: close_case(case_id=case.pk, reason=Reason.EXPLAINED, acting_user=user, at=AT)


def test_a_report_applied_by_three_while_two_reconcile_is_applied_once(run, batch, monkeypatch):
    monkeypatch.setattr(usage, "ROWS_AT_ONCE", 1)  # each row is a transaction of its own
    long_ago = AT - timedelta(days=200)
    make_usage_report(provider=run.course.provider, state=UsageState.APPLIED)  # covers until today
    idle = issued(run, batch, "IDLE-CODE-0001", issued_at=long_ago)

    for number in ROUNDS:
        mine = issued(run, batch, f"MINE-CODE-{number:04d}", issued_at=long_ago)
        stolen = issued(run, batch, f"GONE-CODE-{number:04d}")
        leaked = make_coupon(batch=batch, code=f"LEAK-CODE-{number:04d}")
        report = approved(
            run,
            f"MINE-CODE-{number:04d},redeemed,{TODAY},user-MINE-CODE-{number:04d}",
            f"GONE-CODE-{number:04d},redeemed,{TODAY},thief-{number}",
            f"LEAK-CODE-{number:04d},redeemed,{TODAY},thief-{number}",
        )

        outcomes = at_once(*[applying(report)] * 3, reconciling, reconciling)
        reconciling()  # what the two found before the report was applied is over now

        assert outcomes == ["done"] * 5
        report.refresh_from_db()
        assert report.state == UsageState.APPLIED
        assert AuditEntry.objects.about(report).filter(event="usagereport.applied").count() == 1
        for issue, by_holder in ((mine, True), (stolen, False)):
            assert issue.coupon.redemption.is_by_holder is by_holder
            told = AuditEntry.objects.about(issue).filter(event="coupon.redeemed")
            assert told.count() == 1
        assert leaked.redemption.issue is None
        standing = ReconciliationCase.objects.open().filter(coupon__in=[stolen.coupon, leaked])
        assert sorted(standing.values_list("kind", flat=True)) == [Kind.LEAKED, Kind.OTHER_ACCOUNT]
        assert Notice.objects.filter(user=stolen.officer.user).count() == 1

    unused = ReconciliationCase.objects.open().filter(kind=Kind.UNUSED)
    assert [case.issue for case in unused] == [idle]
    assert Redemption.objects.count() == 3 * len(ROUNDS)
    assert list(pool_audit.faults()) == []


def test_a_case_closed_by_three_at_once_is_closed_once():
    hands = [make_user(Role.DEALING_HAND) for _number in range(3)]

    for _number in ROUNDS:
        case = make_case(kind=Kind.OTHER_ACCOUNT)

        outcomes = at_once(*[closing(case, hand) for hand in hands])

        assert outcomes.count("done") == 1
        entry = AuditEntry.objects.about(case).get(event="reconciliationcase.closed")
        case.refresh_from_db()
        assert (case.state, case.reason, case.closed_by) == (
            CaseState.CLOSED,
            Reason.EXPLAINED,
            entry.acting_user,
        )


def test_a_case_is_closed_by_a_person_or_settled_by_the_portal_never_both(run, batch):
    hand = make_user(Role.DEALING_HAND)
    make_usage_report(provider=run.course.provider, state=UsageState.APPLIED)

    ends = Counter()
    for number in ROUNDS:
        issue = issued(run, batch, f"CODE-{number:06d}", issued_at=AT)  # nothing is overdue
        case = make_case(issue=issue, kind=Kind.UNUSED)

        outcomes = at_once(closing(case, hand), reconciling, reconciling)

        case.refresh_from_db()
        events = AuditEntry.objects.about(case).values_list("event", flat=True)
        by_hand = "reconciliationcase.closed" in events
        assert len(events) == 1
        assert (case.reason == Reason.EXPLAINED, case.closed_by == hand) == (by_hand, by_hand)
        assert outcomes.count("done") == (3 if by_hand else 2)  # who came too late is told so
        ends[case.reason] += 1
    assert sum(ends.values()) == len(ROUNDS)


def test_a_code_taken_back_while_its_redemption_is_applied_stays_redeemed(run, batch):
    hand = make_user(Role.DEALING_HAND)

    for number in ROUNDS:
        code = f"CODE-{number:06d}"
        issue = issued(run, batch, code)
        report = approved(run, f"{code},redeemed,{TODAY},user-{code}")

        def revoke(issue_id: int = issue.pk) -> None:
            revoke_coupon(issue_id=issue_id, reason="Lost.", acting_user=hand, at=AT)

        at_once(applying(report), revoke, applying(report))

        coupon = Coupon.objects.get(pk=issue.coupon_id)
        issue.refresh_from_db()
        outcome = report.rows.get().outcome
        cases = ReconciliationCase.objects.filter(coupon=coupon)
        assert coupon.state == CouponState.REDEEMED
        assert coupon.redemption.issue == issue
        assert [case.kind for case in cases] == ([outcome] if outcome == Kind.TAKEN_BACK else [])
        assert issue.ended_at is not None or outcome == "redeemed"
    assert list(pool_audit.faults()) == []


def test_a_leaked_code_is_not_given_out_unseen_while_its_redemption_is_applied(run, batch):
    for number in ROUNDS:
        leaked = make_coupon(batch=batch, code=f"LEAK-{number:06d}")
        enrollment = make_enrollment(run=run, username=f"user-{number}")
        report = approved(run, f"LEAK-{number:06d},redeemed,{TODAY},thief-{number}")

        def click(enrollment=enrollment) -> None:
            issue_coupon(enrollment_id=enrollment.pk, acting_user=enrollment.officer.user, at=AT)

        at_once(applying(report), click)

        held = CouponIssue.objects.live().filter(coupon=leaked).first()
        case = ReconciliationCase.objects.get(coupon=leaked)
        leaked.refresh_from_db()
        assert leaked.state == CouponState.REDEEMED
        assert leaked.redemption.issue == held
        assert case.kind == (Kind.OTHER_ACCOUNT if held else Kind.LEAKED)
        assert not Coupon.objects.filter(state=CouponState.AVAILABLE).exists()
    assert list(pool_audit.faults()) == []


def test_two_reports_that_tell_of_the_same_codes_at_once_open_each_case_once(run, batch):
    codes = [f"CODE-{number:06d}" for number in ROUNDS]
    issues = [issued(run, batch, code) for code in codes]
    reports = [
        approved(run, *[f"{code},redeemed,{TODAY},thief-{code}" for code in order])
        for order in (codes, codes[::-1])
    ]

    outcomes = at_once(*[applying(report) for report in reports])

    assert outcomes == ["done", "done"]
    assert Redemption.objects.count() == len(issues)
    cases = ReconciliationCase.objects.filter(kind=Kind.OTHER_ACCOUNT)
    assert cases.count() == cases.values("coupon").distinct().count() == len(issues)
    assert Notice.objects.filter(template="coupon.disputed").count() == len(issues)


def test_codes_that_are_not_ours_in_two_reports_at_once_are_one_case_each(run):
    for number in ROUNDS:
        codes = [f"NOT-OURS-{number}-{row}" for row in range(5)]
        reports = [
            approved(run, *[f"{code},redeemed,{TODAY},{who}" for code in codes])
            for who in ("somebody", "Somebody")
        ]

        outcomes = at_once(*[applying(report) for report in reports])

        assert outcomes == ["done", "done"]
        cases = ReconciliationCase.objects.filter(kind=Kind.UNKNOWN_CODE)
        assert cases.count() == cases.values("subject").distinct().count() == 5 * (number + 1)
