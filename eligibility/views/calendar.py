"""The eligibility calendar of the officer who is signed in."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, officer_of, role_required
from accounts.roles import Role
from eligibility import prospects
from eligibility.outlook import Answer
from eligibility.prospects import Order
from igot.lib.dates import civil_today
from igot.lib.paging import page_of

LINES_PER_PAGE = 30


@require_safe
@role_required(Role.OFFICER)
@never_cache
def calendar(request: UserRequest) -> HttpResponse:
    """Show what the officer may join, by course or by day; at most 12 queries."""
    officer = officer_of(request.user)
    order = Order.DATE if request.GET.get("order") == Order.DATE else Order.COURSE
    found = prospects.with_decisions(prospects.of_officer(officer, civil_today()), officer)
    lines = prospects.in_order(found, order)
    page = page_of(request, lines, per_page=LINES_PER_PAGE)
    context = {
        "officer": officer,
        "page_obj": page,
        "groups": prospects.groups(page, order),
        "orders": Order.choices,
        "order": order,
        "number": prospects.count_of(lines, Answer.YES),
        "total": len(lines),
    }
    return TemplateResponse(request, "eligibility/calendar.html", context)
