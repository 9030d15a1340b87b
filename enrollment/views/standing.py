"""What an officer does with a registration that stands: defer, declare completion, name cities."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from enrollment import deferral, exam_cities, policies, states
from enrollment.actions import deferrals, examinations, self_paced
from enrollment.forms.standing import CitiesForm, CompletionForm, DeferralForm
from enrollment.models import Enrollment
from igot.lib.errors import Refused

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@role_required(Role.OFFICER)
def registration_defer(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Show the later runs with what the rules say of each; defer to one of them."""
    enrollment, today = _own(request, enrollment_id), timezone.localdate()
    runs = deferral.runs_for(enrollment, today)
    form = DeferralForm(request.POST if request.method == "POST" else None, runs=runs)
    if form.is_valid():
        try:
            successor = deferrals.defer_registration(
                enrollment_id=enrollment.pk,
                run_id=form.cleaned_data["run"].pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as declined:
            form.add_error(None, str(declined))
        else:
            return redirect("enrollment:done", successor.pk)
    refusal = policies.why_not(states.DEFER, enrollment, request.user)
    context = {
        "enrollment": enrollment,
        "form": form,
        "refusal": refusal or deferral.why_not_settled(enrollment),
        **deferral.particulars_of(enrollment, runs, today),
    }
    return TemplateResponse(request, "enrollment/registration_defer.html", context)


@form_page
@role_required(Role.OFFICER)
def registration_complete(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Take the declaration that a self-paced course is completed."""
    enrollment = _own(request, enrollment_id)
    form = CompletionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            self_paced.declare_completion(
                enrollment_id=enrollment.pk,
                completed_on=form.cleaned_data["completed_on"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as declined:
            form.add_error("completed_on", str(declined))
        else:
            messages.success(request, _("The course is recorded as completed."))
            return redirect(enrollment)
    refusal = policies.why_not(states.DECLARE_COMPLETE, enrollment, request.user)
    context = {
        "enrollment": enrollment,
        "form": form,
        "refusal": refusal or policies.why_not_declare_complete(enrollment),
    }
    return TemplateResponse(request, "enrollment/registration_complete.html", context)


@form_page
@role_required(Role.OFFICER)
def registration_cities(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Take up to three cities in which the officer would sit the examination."""
    enrollment, today = _own(request, enrollment_id), timezone.localdate()
    named = enrollment.exam_preferences.in_order()
    form = CitiesForm(
        request.POST if request.method == "POST" else None,
        initial=dict(zip(("first", "second", "third"), (p.city_id for p in named), strict=False)),
    )
    if form.is_valid():
        try:
            examinations.choose_cities(
                enrollment_id=enrollment.pk,
                city_ids=form.chosen,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as declined:
            form.add_error(None, str(declined))
        else:
            messages.success(request, _("Your cities are taken down."))
            return redirect(enrollment)
    context = {
        "enrollment": enrollment,
        "form": form,
        "named": named,
        "closes_on": exam_cities.closes_on(enrollment, today),
        "refusal": exam_cities.why_not_choose(enrollment, request.user, today),
    }
    return TemplateResponse(request, "enrollment/registration_cities.html", context)


def _own(request: UserRequest, enrollment_id: int) -> Enrollment:
    rows = Enrollment.objects.of(request.user).with_course().with_answers()
    return get_object_or_404(rows, pk=enrollment_id)
