"""Pages on which a verifier notes a posting or the breaks in an officer's service."""

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import forms, policies
from accounts.access import UserRequest, role_required
from accounts.actions import postings
from accounts.models import Officer
from accounts.roles import Role
from igot.lib.errors import Refused

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@role_required(Role.NODAL_OFFICER, Role.DEALING_HAND)
def officer_posting(request: UserRequest, officer_id: int) -> HttpResponse:
    officer = _visible(request, officer_id)
    form = forms.PostingForm(request.POST or None, officer=officer)
    if form.is_valid() and _done(request, officer, form, postings.record_posting):
        messages.success(request, _("The posting of %(name)s is noted.") % {"name": officer})
        return redirect(officer)
    return _page(request, officer, form, _("Note a posting"))


@form_page
@role_required(Role.NODAL_OFFICER, Role.DEALING_HAND)
def officer_breaks(request: UserRequest, officer_id: int) -> HttpResponse:
    officer = _visible(request, officer_id)
    form = forms.BreaksForm(request.POST or None, initial={"break_days": officer.break_days})
    if form.is_valid() and _done(request, officer, form, postings.record_breaks):
        messages.success(
            request, _("The breaks in the service of %(name)s are noted.") % {"name": officer}
        )
        return redirect(officer)
    return _page(request, officer, form, _("Note breaks in service"))


def _visible(request: UserRequest, officer_id: int) -> Officer:
    officers = Officer.objects.visible_to(request.user).with_service()
    return get_object_or_404(officers, pk=officer_id)


def _done(
    request: UserRequest, officer: Officer, form: django_forms.Form, act: Callable[..., Any]
) -> bool:
    """Return whether `act` was done with what the form holds; a refusal stands on the form."""
    try:
        act(
            officer_id=officer.pk,
            **form.cleaned_data,
            acting_user=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _page(
    request: UserRequest, officer: Officer, form: django_forms.Form, heading: str
) -> HttpResponse:
    reason = policies.why_not_note(officer, request.user)
    context = {"officer": officer, "form": form, "heading": heading, "reason": reason}
    status = 409 if reason else 200
    return TemplateResponse(request, "accounts/officer_note.html", context, status=status)
