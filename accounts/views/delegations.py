"""Pages of delegations: those that one gave and was given, and how mail of intimations comes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import delegation_policies, facts
from accounts.access import UserRequest, role_required
from accounts.actions import delegations, digests
from accounts.delegation_forms import DelegationForm, MailForm
from accounts.models import NodalAppointment
from accounts.roles import Role
from igot.lib.errors import Refused
from igot.lib.paging import page_of


@require_safe
def delegation_list(request: UserRequest) -> HttpResponse:
    """List the delegations that one gave and those that one was given."""
    user, today = request.user, timezone.localdate()
    rows = NodalAppointment.objects.visible_to(user).with_both()
    given = page_of(request, rows.given_by(user))
    context = {
        "page_obj": given,
        "given": facts.delegation_rows(given, today),
        "received": facts.delegation_rows(rows.given_to(user)[:50], today),
        "may_delegate": NodalAppointment.objects.to_delegate(user).exists(),
        "endings": [
            row.pk
            for row in [*given, *rows.given_to(user)[:50]]
            if not row.is_over(today) and not delegation_policies.why_not_end(None, row, user)
        ],
    }
    return TemplateResponse(request, "accounts/delegation_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.NODAL_OFFICER)
def delegation_new(request: UserRequest) -> HttpResponse:
    form = DelegationForm(request.POST or None, user=request.user)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            delegations.delegate(
                appointment_id=asked["appointment"].pk,
                delegate_id=asked["email"].pk,
                starts_on=asked["starts_on"],
                until=asked["until"],
                reason=asked["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is told.") % {"name": asked["email"]})
            return redirect("accounts:delegations")
    holds = NodalAppointment.objects.to_delegate(request.user).exists()
    context = {"form": form, "holds": holds}
    return TemplateResponse(request, "accounts/delegation_new.html", context)


@require_POST
def delegation_end(request: UserRequest, delegation_id: int) -> HttpResponse:
    rows = NodalAppointment.objects.visible_to(request.user).delegations()
    delegation = get_object_or_404(rows, pk=delegation_id)
    delegations.end_delegation(
        delegation_id=delegation.pk, acting_user=request.user, at=timezone.now()
    )
    messages.success(request, _("The delegation has ended."))
    return redirect("accounts:delegations")


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.NODAL_OFFICER)
def account_mail(request: UserRequest) -> HttpResponse:
    chosen = "daily" if request.user.wants_digest else "once"
    form = MailForm(request.POST or None, initial={"wants_digest": chosen})
    if form.is_valid():
        digests.choose_mail(
            wants_digest=form.cleaned_data["wants_digest"],
            acting_user=request.user,
            at=timezone.now(),
        )
        messages.success(request, _("Your choice is kept."))
        return redirect("accounts:account")
    return TemplateResponse(request, "accounts/account_mail.html", {"form": form})
