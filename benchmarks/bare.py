"""The least that Django does for a page of cards and for a POST, behind the same middleware."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from courses.models import Course, Provider
from courses.views.catalogue import CARDS_PER_PAGE
from enrollment.forms.coupons import RevealForm
from enrollment.models import Coupon, CouponIssue, Enrollment, ProviderAccount


@login_not_required
@require_safe
def card_list(request: HttpRequest) -> HttpResponse:
    """Show as many courses as a page of the catalogue, by one query and one plain template."""
    courses = Course.objects.filter(is_published=True).select_related("institute")
    shown = courses.order_by("code")[:CARDS_PER_PAGE]
    return render(request, "benchmarks/bare_list.html", {"courses": shown})


@require_POST
def post(request: HttpRequest) -> HttpResponse:
    """Answer a POST of somebody logged in, token checked, with a page of one sentence."""
    return render(request, "benchmarks/bare_post.html", {"name": request.user.get_username()})


@require_POST
def coupon(request: HttpRequest) -> HttpResponse:
    """Answer the same POST as the portal does with the same page, of things that are not stored."""
    form = RevealForm(request.POST)
    if not form.is_valid():
        raise ValueError("the form is not filled in")
    context = {"enrollment": ENROLLMENT, "issue": ISSUE, "form": form, "refusal": ""}
    return TemplateResponse(request, "enrollment/coupon.html", {**context, "code": "BENCH-0001"})


def _unstored() -> tuple[Enrollment, CouponIssue]:
    course: Any = Course(title="The Challenges of Global Poverty", code="bench", website="")
    course.provider = Provider(name="MITx", website="https://example.org/")
    enrollment = Enrollment(pk=1, number="IGOT/R/2026/00001", course=course)
    enrollment.provider_account = ProviderAccount(platform_username="asha")
    coupon = Coupon(ending="0001", valid_until=date(2028, 1, 1), price_usd=100)
    return enrollment, CouponIssue(coupon=coupon, enrollment=enrollment, course=course)


ENROLLMENT, ISSUE = _unstored()
