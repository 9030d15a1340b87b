"""The page of reconciliation: codes issued, redeemed and claimed, each number with its rows."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from courses.models import Course
from enrollment import three_way
from enrollment.actions.downloads import note_download
from enrollment.models import CouponBatch, UsageReport
from igot.lib.dates import civil_date, dmy
from igot.lib.files import send_bytes
from igot.lib.paging import page_of
from igot.lib.tables import Cell, csv_lines
from reimbursement.models import Claim

READERS: Final = (Role.DEALING_HAND, Role.AUDITOR)
PER_PAGE: Final = 50


@role_required(*READERS)
@require_safe
def reconciliation(request: UserRequest) -> HttpResponse:
    """Show the three accounts of a course or batch, and the rows behind the number asked for."""
    courses = _courses()
    course, batch = _asked(request, courses)
    context: dict[str, Any] = {"courses": courses, "course": course, "batch": batch}
    if course:
        context["batches"] = course.coupon_batches.order_by("-pk")
        context["table"] = three_way.table_of(course, batch, Claim.objects.made())
        context["columns"] = three_way.COLUMNS
        context["covered"] = UsageReport.objects.covered_until(course.provider)
        context.update(_rows(request, course, batch))
    return TemplateResponse(request, "reports/reconciliation.html", context)


@role_required(*READERS)
@require_safe
def reconciliation_csv(request: UserRequest) -> HttpResponseBase:
    """Hand out the rows behind one number; that they left the portal is recorded."""
    course, batch = _asked(request, _courses())
    line, column = _cell(request)
    if course is None or not line:
        raise Http404
    rows = three_way.rows_of(course, batch, Claim.objects.made(), line=line, column=column)
    lines = [_cells(three_way.told_of(row)) for row in rows.iterator(chunk_size=2000)]
    note_download(source=course, rows=len(lines), acting_user=request.user, at=timezone.now())
    content = "".join(csv_lines(_headings(), lines)).encode()
    return send_bytes(content, name=f"reconciliation-{course.code}-{line}.csv")


def _courses() -> list[Course]:
    having = Exists(CouponBatch.objects.filter(course=OuterRef("pk")))
    return list(Course.objects.filter(having).select_related("provider").order_by("title"))


def _asked(request: HttpRequest, courses: list[Course]) -> tuple[Course | None, CouponBatch | None]:
    """Return the course, and perhaps its batch, that the address names; else the first course."""
    code, key = request.GET.get("course", ""), request.GET.get("batch", "")
    course = next((c for c in courses if c.code == code), None)
    if code and course is None:
        raise Http404
    course = course or next(iter(courses), None)
    if course is None or not key:
        return course, None
    batch = course.coupon_batches.filter(pk=key).first() if key.isdecimal() else None
    if batch is None:
        raise Http404
    return course, batch


def _cell(request: HttpRequest) -> tuple[str, str]:
    line, column = request.GET.get("line", ""), request.GET.get("column", "")
    is_known = line in three_way.LINES and column in ("", *three_way.COLUMNS)
    return (line, column) if is_known else ("", "")


def _rows(request: HttpRequest, course: Course, batch: CouponBatch | None) -> dict[str, Any]:
    line, column = _cell(request)
    if not line:
        return {}
    rows = three_way.rows_of(course, batch, Claim.objects.made(), line=line, column=column)
    page = page_of(request, rows, per_page=PER_PAGE)
    return {
        "line": line,
        "column": column,
        "line_words": three_way.LINES[line],
        "column_words": three_way.COLUMNS.get(column, ""),
        "page_obj": page,
        "rows": [three_way.told_of(row) for row in page],
    }


def _headings() -> list[str]:
    return [
        _("code ends with"),
        _("letter of the provider"),
        _("officer"),
        _("registration"),
        _("issued at"),
        _("redeemed on"),
        _("redeemed by"),
        _("paid, as the officer declares"),
        _("claimed"),
    ]


def _cells(told: dict[str, Any]) -> list[Cell]:
    coupon, issue, redemption = told["coupon"], told["issue"], told["redemption"]
    return list(
        _blank_for_none(
            coupon and f"••••{coupon.ending}",
            coupon and coupon.batch.letter_reference,
            told["enrollment"] and str(told["enrollment"].officer),
            told["enrollment"] and told["enrollment"].number,
            issue and dmy(civil_date(issue.issued_at)),
            redemption and redemption.redeemed_on and dmy(redemption.redeemed_on),
            redemption and redemption.account,
            told["declaration"] and dmy(told["declaration"].redeemed_on),
            _("yes") if told["is_claimed"] else _("no"),
        )
    )


def _blank_for_none(*cells: Cell) -> Iterator[Cell]:
    yield from ("" if cell is None else cell for cell in cells)
