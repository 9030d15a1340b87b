"""The pool of codes as the office sees it: courses, the forecast of one, the letter, and the
officer's word that the code was paid with."""

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from courses.models import Course
from enrollment import forecasting
from enrollment import reconciliation_policies as policies
from enrollment.actions import declarations, requests
from enrollment.forms.reconciliation import DeclarationForm, RequestForm
from enrollment.models import CouponIssue
from igot.lib.dates import civil_today
from igot.lib.errors import Refused
from igot.lib.paging import page_of

READERS: Final = (Role.DEALING_HAND, Role.CIRCULAR_AUTHOR, Role.AUDITOR)


@role_required(*READERS)
@require_safe
def pool_list(request: UserRequest) -> HttpResponse:
    """List the courses that have codes, with what is in stock and what the desk was told."""
    rows = forecasting.courses_with_codes(civil_today()).visible_to(request.user)
    return TemplateResponse(request, "enrollment/pool.html", {"page_obj": page_of(request, rows)})


@role_required(*READERS)
@require_safe
def pool_course(request: UserRequest, code: str) -> HttpResponse:
    """Show how many codes of a course will be needed by when, and what that rests on."""
    course = _course(request, code)
    outlook = forecasting.outlook(course, civil_today())
    context = {
        "course": course,
        "outlook": outlook,
        "chart": forecasting.chart_of(outlook.forecast) if outlook else {},
        "kinds": forecasting.KINDS,
        "rates": forecasting.rates_of(outlook) if outlook else {},
        "may_ask": not policies.why_not_ask(request.user),
    }
    return TemplateResponse(request, "enrollment/pool_course.html", context)


@role_required(Role.CIRCULAR_AUTHOR)
@require_http_methods(["GET", "HEAD", "POST"])
def pool_request(request: UserRequest, code: str) -> HttpResponse:
    """Draft the letter that asks for codes, filled in by the forecast."""
    course = _course(request, code)
    found = forecasting.outlook(course, civil_today())
    form = RequestForm(request.POST or None, initial=forecasting.wishes_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            asked = requests.draft_request(
                course_id=course.pk,
                acting_user=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft is yours: read it, and submit it."))
            return redirect("admin:circulars_circular_change", asked.circular_id)
    context = {"course": course, "form": form}
    return TemplateResponse(request, "enrollment/pool_request.html", context)


@require_POST
def declare_payment(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Take down that the officer has paid with the code, and on which day."""
    issue = get_object_or_404(
        CouponIssue.objects.own_live(request.user).without_code(), enrollment=enrollment_id
    )
    form = DeclarationForm(request.POST)
    if form.is_valid():
        try:
            declarations.declare_payment(
                issue_id=issue.pk,
                redeemed_on=form.cleaned_data["redeemed_on"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted. The provider’s report is compared with it later."))
            return redirect("enrollment:reveal_coupon", enrollment_id)
    context = {"enrollment": issue.enrollment, "issue": issue, "form": form}
    return TemplateResponse(request, "enrollment/coupon_declare.html", context)


def _course(request: UserRequest, code: str) -> Course:
    rows = forecasting.courses_with_codes(civil_today()).visible_to(request.user)
    return get_object_or_404(rows, code=code)
