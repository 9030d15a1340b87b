"""The three accounts of a course side by side: codes issued, redeemed at the provider, claimed.

`claimed` is always a queryset of the app above, with the columns `enrollment` and `paid_on`: the
claims that were made. What is asked here goes down into the query; no list of ids is carried.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from enrollment.models import Coupon, CouponBatch, CouponIssue, Enrollment, Redemption
from enrollment.states import BatchState, CouponState

Claimed = QuerySet[Any]
LINES: Final = {
    "holder": _("Issued, and redeemed by its officer"),
    "other": _("Issued, and redeemed by another account"),
    "unredeemed": _("Issued, not redeemed"),
    "ended": _("Redeemed, its issue taken back"),
    "leaked": _("Redeemed, never issued"),
    "no_code": _("No code issued"),
}
ISSUED: Final = ("holder", "other", "unredeemed")
COLUMNS: Final = {"claimed": _("Claimed"), "unclaimed": _("Not claimed")}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A number of the table, and by what its rows are asked for."""

    line: str
    column: str  # "" is both
    count: int


def table_of(course: Course, batch: CouponBatch | None, claimed: Claimed) -> dict[str, Any]:
    """Count the three accounts of `course`, or of one batch of codes: four queries.

    The numbers add up: what is issued is redeemed by its officer, by another, or not at all, and
    each of these is claimed or not.
    """
    counts = _counts(course, batch, claimed)
    lines = [_line(name, counts) for name in LINES if name != "no_code" or batch is None]
    issued = [counts.get((line, column), 0) for line in ISSUED for column in COLUMNS]
    return {
        "lines": lines,
        "issued": sum(issued),
        "redeemed": sum(n for (line, _c), n in counts.items() if line in _REDEEMED),
        "claimed": sum(n for (_l, column), n in counts.items() if column == "claimed"),
        "codes": _codes(course, batch),
    }


def rows_of(
    course: Course, batch: CouponBatch | None, claimed: Claimed, *, line: str, column: str
) -> QuerySet[Any]:
    """Return the issues, redemptions or registrations behind one number, in a settled order."""
    rows = _sources(course, batch, claimed)[_SOURCE[line]]
    rows = rows.filter(line=line)
    if column:
        rows = rows.filter(is_claimed=column == "claimed")
    return rows.select_related(*_RELATED[_SOURCE[line]]).order_by("pk")


def told_of(row: Any) -> dict[str, Any]:
    """Return what is shown of one row, whatever it is: code, officer, days, account."""
    issue = row if isinstance(row, CouponIssue) else getattr(row, "issue", None)
    coupon = issue.coupon if issue else getattr(row, "coupon", None)
    redemption = row if isinstance(row, Redemption) else getattr(coupon, "redemption", None)
    enrollment = row if isinstance(row, Enrollment) else (issue.enrollment if issue else None)
    return {
        "coupon": coupon,
        "issue": issue,
        "enrollment": enrollment,
        "redemption": redemption,
        "declaration": getattr(issue, "declaration", None),
        "is_claimed": row.is_claimed,
    }


_REDEEMED: Final = ("holder", "other", "ended", "leaked")
_SOURCE: Final = {
    "holder": "issues",
    "other": "issues",
    "unredeemed": "issues",
    "ended": "redemptions",
    "leaked": "redemptions",
    "no_code": "registrations",
}
_RELATED: Final = {
    "issues": (
        "coupon__redemption", "coupon__batch", "enrollment__course", "officer__user", "declaration"
    ),
    "redemptions": (
        "coupon__batch",
        "issue__enrollment__course",
        "issue__officer__user",
        "issue__declaration",
    ),
    "registrations": ("officer__user", "course"),
}  # fmt: skip


def _sources(
    course: Course, batch: CouponBatch | None, claimed: Claimed
) -> dict[str, QuerySet[Any]]:
    issues = CouponIssue.objects.live().filter(course=course).defer("coupon__code")
    beside = Redemption.objects.filter(coupon__course=course).defer("coupon__code")
    beside = beside.filter(Q(issue__isnull=True) | Q(issue__ended_at__isnull=False))
    if batch:
        issues, beside = issues.filter(coupon__batch=batch), beside.filter(coupon__batch=batch)
    held = CouponIssue.objects.live().filter(enrollment=OuterRef("pk"))
    without = Enrollment.objects.of_course(course).exclude(Exists(held))
    by_holder = When(coupon__redemption__is_by_holder=True, then=Value("holder"))
    by_other = When(coupon__redemption__isnull=False, then=Value("other"))
    leaked = When(issue__isnull=True, then=Value("leaked"))
    return {
        "issues": issues.annotate(
            line=_text(by_holder, by_other, default="unredeemed"),
            is_claimed=_is_claimed(claimed, "enrollment"),
        ),
        "redemptions": beside.annotate(
            line=_text(leaked, default="ended"),
            is_claimed=_is_claimed(claimed, "issue__enrollment"),
        ),
        "registrations": without.annotate(
            line=Value("no_code", output_field=CharField()), is_claimed=_is_claimed(claimed, "pk")
        ).filter(is_claimed=True),
    }


def _text(*cases: When, default: str) -> Case:
    return Case(*cases, default=Value(default), output_field=CharField())


def _is_claimed(claimed: Claimed, registration: str) -> Exists:
    return Exists(claimed.filter(enrollment=OuterRef(registration)).order_by())


def _counts(
    course: Course, batch: CouponBatch | None, claimed: Claimed
) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for name, rows in _sources(course, batch, claimed).items():
        if name == "registrations" and batch:
            continue
        found = rows.order_by().values_list("line", "is_claimed").annotate(n=Count("pk"))
        for line, is_claimed, number in found:
            counts[line, "claimed" if is_claimed else "unclaimed"] = number
    return counts


def _line(name: str, counts: dict[tuple[str, str], int]) -> dict[str, Any]:
    cells = [
        Cell(line=name, column=column, count=counts.get((name, column), 0)) for column in COLUMNS
    ]
    total = Cell(line=name, column="", count=sum(cell.count for cell in cells))
    return {"name": name, "words": LINES[name], "cells": [*cells, total]}


def _codes(course: Course, batch: CouponBatch | None) -> dict[str, Any]:
    """Count the codes by their state: what was imported is the sum of them."""
    coupons = Coupon.objects.filter(course=course).exclude(
        batch__state__in=[BatchState.READING, BatchState.REFUSED, BatchState.STOPPED]
    )
    if batch:
        coupons = coupons.filter(batch=batch)
    found = dict(coupons.values_list("state").annotate(n=Count("pk")))
    states = [(state.label, found.get(state.value, 0)) for state in CouponState]
    return {"states": states, "imported": sum(found.values())}
