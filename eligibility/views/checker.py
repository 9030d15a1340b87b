"""The public checker, which stores nothing."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Officer, Service
from eligibility import facts, trainings
from eligibility.forms.checker import CheckForm, initial_of
from igot.lib.dates import civil_today
from igot.lib.limits import limited


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("eligibility-check", at_most=60, seconds=60)
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """Answer whether somebody with these facts is eligible; the address names the course alone."""
    run_code, course_code = request.GET.get("run", ""), request.GET.get("course", "")
    today = civil_today()
    offers = trainings.on_offer(today, run_code=run_code)
    offered = trainings.datable(offers, today, run_code=run_code)
    form = CheckForm(
        request.POST if request.method == "POST" else None,
        trainings=offered,
        services=Service.objects.active(),
        initial={
            **initial_of(_officer_behind(request)),
            "training": trainings.chosen(offered, run_code=run_code, course_code=course_code),
        },
    )
    context: dict[str, Any] = {"form": form, "has_trainings": bool(offered)}
    if request.method == "POST" and form.is_valid():
        context |= facts.advice(form.facts, form.chosen)
    return render(request, "eligibility/check.html", context)


def _officer_behind(request: HttpRequest) -> Officer | None:
    if not request.user.is_authenticated:
        return None
    return facts.officer_of(request.user)
