"""What a report of the provider changes: codes redeemed, and cases where our records disagree."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts import audit
from accounts.notifications import notify
from courses.models import Provider
from enrollment import states, usage_matching
from enrollment.actions import steps
from enrollment.actions.cases import open_cases
from enrollment.models import Coupon, CouponIssue, ReconciliationCase, Redemption, UsageReportRow
from enrollment.usage_matching import Holding, fold, judge
from igot.lib.crypto import blind_index
from igot.lib.dates import dmy

Outcome = UsageReportRow.Outcome
Kind = ReconciliationCase.Kind
KIND_OF: Final = {
    Outcome.NEVER_ISSUED: Kind.LEAKED,
    Outcome.OTHER_ACCOUNT: Kind.OTHER_ACCOUNT,
    Outcome.CONFLICT: Kind.OTHER_ACCOUNT,
    Outcome.TAKEN_BACK: Kind.TAKEN_BACK,
    Outcome.UNKNOWN_CODE: Kind.UNKNOWN_CODE,
}


@transaction.atomic
def redeem(provider: Provider, rows: Sequence[UsageReportRow], *, at: datetime) -> None:
    """Apply rows that tell of redemptions: each is judged anew on the codes as they are now.

    For the action that applies a report, which holds the provider's row. The codes are locked in
    the order of their keys.
    """
    locked = Coupon.objects.filter(pk__in=[row.coupon_id for row in rows]).defer("code")
    locked = locked.order_by("pk").select_for_update(no_key=True, of=("self",))
    by_coupon = {h.coupon.pk: h for h in usage_matching.holdings_among(list(locked)).values()}
    new, cases = [], []
    for row in rows:
        holding = by_coupon.get(row.coupon_id or 0)
        _judge_again(row, holding)
        if holding and holding.redemption is None:
            new.append(redemption := _redemption(row, holding, at))
            by_coupon[holding.coupon.pk] = replace(holding, redemption=redemption)
        if kind := KIND_OF.get(Outcome(row.outcome)):
            cases.append(_case(kind, row, holding, provider))
    UsageReportRow.objects.bulk_update(rows, ["outcome"], batch_size=500)
    _record(new, at)
    for case in open_cases(cases, at=at):
        if case.kind == Kind.OTHER_ACCOUNT:
            _tell(case, at)


def _judge_again(row: UsageReportRow, holding: Holding | None) -> None:
    if row.outcome != Outcome.CONFLICT:
        known = holding.known if holding else None
        row.outcome = judge(known, is_redeemed=row.is_redeemed, account=row.account)


def _redemption(row: UsageReportRow, holding: Holding, at: datetime) -> Redemption:
    is_seen = holding.state not in usage_matching.NEVER_SEEN
    issue = holding.issue if is_seen else None
    is_holder = not row.account or fold(row.account) in holding.names
    return Redemption(
        coupon=holding.coupon,
        issue=issue,
        is_by_holder=issue is not None and is_holder,
        redeemed_on=row.redeemed_on,
        account=row.account,
        row=row,
        recorded_at=at,
    )


def _record(redemptions: list[Redemption], at: datetime) -> None:
    """Store redemptions, mark their codes, and take it down on each issue."""
    Redemption.objects.bulk_create(redemptions, batch_size=500)
    step = states.REDEEM_COUPON
    coupons = Coupon.objects.filter(pk__in=[r.coupon_id for r in redemptions])
    coupons.filter(state__in=step.sources).update(state=step.target)
    issues: list[CouponIssue] = [r.issue for r in redemptions if r.issue]
    audit.record_each(issues, "coupon.redeemed", acting_user=None, at=at)


def _case(
    kind: ReconciliationCase.Kind,
    row: UsageReportRow,
    holding: Holding | None,
    provider: Provider,
) -> ReconciliationCase:
    issue = holding.issue if holding and kind != Kind.LEAKED else None
    return ReconciliationCase(
        kind=kind,
        subject=f"coupon {holding.coupon.pk}" if holding else f"code {row.digest}",
        facts=blind_index(fold(row.account)) if row.account else "",
        provider=provider,
        course_id=holding.coupon.course_id if holding else None,
        coupon=holding.coupon if holding else None,
        issue=issue,
        enrollment=issue.enrollment if issue else None,
        row=row,
    )


def _tell(case: ReconciliationCase, at: datetime) -> None:
    """Tell the officer whose code somebody else seems to have used; nothing is laid to anybody."""
    if case.issue is None or case.issue.ended_at is not None:
        return
    entry = audit.record(case.issue, "coupon.disputed", acting_user=None, at=at)
    day = case.row.redeemed_on if case.row else None
    notify(
        case.issue.officer.user,
        of=entry,
        link=case.issue.enrollment.get_absolute_url(),
        ending=case.row.ending if case.row else "",
        day=dmy(day) if day else "",
        **steps.particulars(case.issue.enrollment),
    )
