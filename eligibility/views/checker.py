"""The public checker, which stores nothing."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import Officer
from eligibility import facts, prospects, trainings
from eligibility.forms.checker import ALL, CheckForm, initial_of
from igot.lib.dates import civil_today
from igot.lib.limits import limited


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("eligibility-check", at_most=60, seconds=60)
@sensitive_post_parameters()
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """Answer whether somebody with these facts is eligible; the address names the course alone."""
    run_code, course_code = request.GET.get("run", ""), request.GET.get("course", "")
    today = civil_today()
    offers = trainings.on_offer(today, run_code=run_code)
    offered = trainings.datable(offers, today, run_code=run_code)
    chosen = trainings.chosen(offered, run_code=run_code, course_code=course_code)
    officer = _officer_behind(request)
    form = CheckForm(
        request.POST if request.method == "POST" else None,
        trainings=offered,
        initial={**initial_of(officer), "training": chosen or ALL},
    )
    context: dict[str, Any] = {"form": form, "has_trainings": bool(offers), "officer": officer}
    if request.method == "POST" and form.is_valid():
        context |= _answer(request, form, offers)
    return render(request, "eligibility/check.html", context)


def _answer(request: HttpRequest, form: CheckForm, offers: list[trainings.Offer]) -> dict[str, Any]:
    """Answer for the training that was chosen, if any, and for the others beside it."""
    chosen, known = form.chosen, form.facts
    context = facts.advice(known, chosen) if chosen else {}
    others = [offer for offer in offers if chosen is None or offer.key != chosen.key]
    lines = prospects.calendar(others, lambda day: known, civil_today())
    address = trainings.address_of(chosen)
    return {
        **context,
        **prospects.bounded(lines),
        "is_answered": True,
        "share_url": request.build_absolute_uri(address),
    }


def _officer_behind(request: HttpRequest) -> Officer | None:
    if not request.user.is_authenticated:
        return None
    return facts.officer_of(request.user)
