"""The page on which an officer who is confirmed corrects the user names at the provider."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest
from enrollment import facts, list_policies
from enrollment.actions import provider_answers
from enrollment.forms.registrations import AccountsForm
from enrollment.models import Enrollment, ProviderListLine
from igot.lib.errors import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def correct_accounts(request: UserRequest, enrollment_id: int) -> HttpResponse:
    own = Enrollment.objects.visible_to(request.user).of(request.user).with_course().with_answers()
    enrollment = get_object_or_404(own, pk=enrollment_id)
    provider = enrollment.course.provider
    initial = facts.accounts_of(enrollment.officer, provider)
    form = AccountsForm(request.POST or None, provider=provider, initial=initial)
    reason = list_policies.why_not_correct(enrollment, request.user)
    if not reason and form.is_valid():
        try:
            provider_answers.correct_accounts(
                enrollment_id=enrollment.pk,
                **form.cleaned_data,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("platform_username", str(refusal))
        else:
            messages.success(request, _("The next list to the provider carries these names."))
            return redirect(enrollment)
    context = {
        "enrollment": enrollment,
        "form": form,
        "reason": reason,
        "line": ProviderListLine.objects.standing().of(enrollment).first(),
    }
    page = "enrollment/correct_accounts.html"
    return TemplateResponse(request, page, context, status=409 if reason else 200)
