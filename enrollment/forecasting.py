"""What the forecast of a course rests on: registrations, history, stock and letters, each read."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Run
from courses.states import RunState
from enrollment import pool_forecast
from enrollment.models import (
    Coupon,
    CouponBatch,
    CouponIssue,
    CouponRequest,
    Enrollment,
    PoolAlert,
    PoolPolicy,
)
from enrollment.models.coupons import waiting_for_coupon
from enrollment.models.pool import policy_of
from enrollment.pool_forecast import Demand, Forecast, Stock
from enrollment.states import ONCE_CONFIRMED, BatchState, CouponState, EnrollmentState

PENDING: Final = (EnrollmentState.SUBMITTED, EnrollmentState.AWAITING_AUTHORITY)
DECIDED: Final = (*ONCE_CONFIRMED, EnrollmentState.REJECTED)
DAYS_A_MONTH: Final = 30.4375
KINDS: Final = {
    "waiting": _("Confirmed, waiting for a code"),
    "pending": _("Submitted, at the historic rate of confirmation"),
    "coming": _("Further registrations, as batches of the season had"),
}


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The forecast of one course, with each number that it rests on."""

    course: Course
    policy: PoolPolicy
    forecast: Forecast
    stock: list[Stock]
    asked: int
    requests: list[Any]  # with `received`
    waiting: int
    pending: int
    confirm_rate: Fraction
    redemption_rate: Fraction
    expiring: int  # codes in stock that expire within the policy's days
    lacking: bool  # fewer codes than the policy keeps, with something to come

    @property
    def in_stock(self) -> int:
        return sum(part.codes for part in self.stock)


def outlook(course: Course, today: date) -> Outlook | None:
    """Reckon the forecast of `course`; None where no policy of its provider is in force."""
    policy = policy_of(course.provider, today)
    if policy is None:
        return None
    since = today - timedelta(days=round(policy.history_months * DAYS_A_MONTH))
    confirm_rate, redemption_rate = _rates(course, since)
    demands = _demands(course, today, confirm_rate)
    stock = _stock(course, today)
    requests: list[Any] = list(CouponRequest.objects.outstanding_for(course))
    asked = sum(request.codes - request.received for request in requests)
    found = pool_forecast.forecast(demands, stock, asked=asked, notice_weeks=policy.notice_weeks)
    soon = today + timedelta(days=policy.days_before_expiry)
    return Outlook(
        course=course,
        policy=policy,
        forecast=found,
        stock=stock,
        asked=asked,
        requests=requests,
        waiting=sum(one.codes for one in demands if one.kind == "waiting"),
        pending=sum(one.codes for one in demands if one.kind == "pending"),
        confirm_rate=confirm_rate,
        redemption_rate=redemption_rate,
        expiring=sum(part.codes for part in stock if part.valid_until < soon),
        lacking=_is_lacking(policy, demands, stock, today),
    )


def _is_lacking(policy: PoolPolicy, demands: list[Demand], stock: list[Stock], today: date) -> bool:
    """Tell whether fewer codes are in stock than the policy keeps, where anything is to come."""
    until = today + timedelta(weeks=policy.least_weeks)
    soon = sum(one.codes for one in demands if one.on <= until)
    in_stock = sum(part.codes for part in stock)
    return bool(demands) and in_stock < max(policy.least_codes, soon)


def _rates(course: Course, since: date) -> tuple[Fraction, Fraction]:
    """Return the share of decided registrations that were confirmed, and of issued codes used."""
    decided = Enrollment.objects.of_course(course).filter(
        state__in=DECIDED, submitted_at__date__gte=since
    )
    told = decided.aggregate(all=Count("pk"), yes=Count("pk", filter=Q(state__in=ONCE_CONFIRMED)))
    issues = CouponIssue.objects.filter(course=course, issued_at__date__gte=since)
    used = issues.aggregate(
        all=Count("pk"), yes=Count("pk", filter=Q(coupon__redemption__isnull=False))
    )
    return (
        pool_forecast.share(told["yes"], told["all"]),
        pool_forecast.share(used["yes"], used["all"]),
    )


def _demands(course: Course, today: date, confirm_rate: Fraction) -> list[Demand]:
    waiting = _by_run(waiting_for_coupon().filter(course=course))
    pending = _by_run(Enrollment.objects.of_course(course).filter(state__in=PENDING))
    confirmed = _by_run(Enrollment.objects.of_course(course).filter(state__in=ONCE_CONFIRMED))
    runs = list(Run.objects.filter(course=course).exclude(commences_on=None).in_order())
    history = [
        (run.commences_on, confirmed.get(run.pk, 0))
        for run in runs
        if run.commences_on and run.commences_on < today
    ]
    demands: list[Demand] = []
    for run in runs:
        expected = pool_forecast.rounded_up(pending.get(run.pk, 0), confirm_rate)
        further = 0
        if run.state == RunState.SCHEDULED and run.commences_on and run.commences_on >= today:
            told = confirmed.get(run.pk, 0) + expected
            further = max(0, pool_forecast.coming(history, run.commences_on) - told)
        counts = {"waiting": waiting.get(run.pk, 0), "pending": expected, "coming": further}
        demands += [_demand(run, kind, n, today) for kind, n in counts.items() if n]
    return demands


def _demand(run: Run, kind: str, codes: int, today: date) -> Demand:
    closes = run.registration_closes_on or run.commences_on or today
    last = run.ends_on or run.commences_on or today
    return Demand(
        name=str(run),
        kind=kind,
        on=max(today, closes) if kind == "coming" else today,
        last_day=max(today, last),
        codes=codes,
    )


def _by_run(rows: Any) -> dict[int, int]:
    found = rows.filter(run__isnull=False).order_by().values_list("run").annotate(n=Count("pk"))
    return dict(found)


def _stock(course: Course, today: date) -> list[Stock]:
    """Return what can be issued on `today`, by the day on which it expires."""
    ready = Coupon.objects.issuable(course, today).order_by("valid_until")
    rows = ready.values_list("valid_until").annotate(n=Count("pk"))
    return [Stock(valid_until=day, codes=number) for day, number in rows]


def chart_of(found: Forecast) -> dict[str, Any]:
    """Lay out a column for each demand: how much of it the pool, letters and nothing meet.

    In whole units of a drawing, its base at 100; the table beneath says the same in figures.
    """
    most = max((line.demand.codes for line in found.lines), default=0)
    columns = []
    for place, line in enumerate(found.lines):
        top, parts = 100, []
        for name, codes in (
            ("stock", line.from_stock),
            ("asked", line.from_asked),
            ("short", line.short),
        ):
            height = round(codes * 90 / most)
            top -= height
            parts.append({"name": name, "y": top, "height": height})
        left = 12 + place * 48
        columns.append({"x": left, "middle": left + 16, "parts": parts, "day": line.demand.on})
    return {"columns": columns, "width": 24 + 48 * len(columns)}


def rates_of(found: Outlook) -> dict[str, int]:
    """Return the historic rates in whole per cent, and how many of the codes that suggests used."""
    used = pool_forecast.rounded_up(found.forecast.to_ask, found.redemption_rate)
    return {
        "confirmed": pool_forecast.per_cent(found.confirm_rate),
        "redeemed": pool_forecast.per_cent(found.redemption_rate),
        "likely_used": used,
    }


def wishes_of(found: Outlook | None) -> dict[str, Any]:
    """Return what a letter would ask for by the forecast: codes, by when, valid until when."""
    if found is None or not found.forecast.to_ask:
        return {}
    short = [line.demand for line in found.forecast.lines if line.short]
    return {
        "codes": found.forecast.to_ask,
        "needed_by": found.forecast.needed_by,
        "valid_until": max(demand.last_day for demand in short),
    }


def courses_with_codes(on: date) -> Any:
    """Return the courses for which codes came, with the stock on a day and the alerts open."""
    ready = Q(coupons__state=CouponState.AVAILABLE, coupons__batch__state=BatchState.RELEASED)
    ready &= Q(coupons__valid_until__gte=on)
    having = Exists(CouponBatch.objects.filter(course=OuterRef("pk")))
    rows = Course.objects.filter(having).select_related("provider")
    alerts = Prefetch("pool_alerts", queryset=PoolAlert.objects.open(), to_attr="alerts")
    return (
        rows.annotate(
            in_stock=Count("coupons", filter=ready),
            first_expiry=Min("coupons__valid_until", filter=ready),
        )
        .prefetch_related(alerts)
        .order_by("title")
    )
