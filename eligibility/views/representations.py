"""The officer's pages of representations: to send one, to read its answer, to withdraw it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from eligibility import representation_page
from eligibility import representation_policies as policies
from eligibility.actions import representations
from eligibility.forms.representations import RepresentationForm
from eligibility.models import Decision, Representation
from igot.lib.errors import Refused
from igot.lib.files import send_file
from igot.lib.languages import language_of
from igot.lib.limits import limited
from igot.lib.paging import page_of


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OFFICER)
@limited("representation", at_most=20, seconds=3600)
def represent(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Take a representation against one's own decision."""
    decisions = Decision.objects.visible_to(request.user).with_all()
    decision = get_object_or_404(decisions, public_id=public_id)
    form = RepresentationForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent = representations.send_representation(
                decision_id=decision.pk,
                acting_user=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("Your representation is received. Its number is %(number)s.")
            messages.success(request, text % {"number": sent.number})
            return redirect(sent)
    closed = policies.why_not_send(decision, request.user)
    context = {"decision": decision, "form": form, "refusal": closed}
    return TemplateResponse(request, "eligibility/represent.html", context)


@require_safe
@role_required(Role.OFFICER)
def representation_list(request: UserRequest) -> HttpResponse:
    own = Representation.objects.of(request.user).latest_first().with_all()
    page = page_of(request, own)
    return TemplateResponse(request, "eligibility/representation_list.html", {"page_obj": page})


@require_safe
def representation(request: UserRequest, representation_id: int) -> HttpResponse:
    """Show a case: what was written, how it stands, and the answer."""
    sent = _visible(request, representation_id)
    context: dict[str, Any] = {
        "sent": sent,
        "answer_language": language_of(sent.answer),
        "marks": representation_page.marks_of(sent),
        "is_own": sent.officer.user_id == request.user.pk,
        "may_withdraw": representation_page.may_withdraw(sent, request.user),
        "works_at_desk": request.user.has_perm("eligibility.view_representation"),
    }
    return TemplateResponse(request, "eligibility/representation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OFFICER)
def representation_withdraw(request: UserRequest, representation_id: int) -> HttpResponse:
    own = Representation.objects.of(request.user).with_all()
    sent = get_object_or_404(own, pk=representation_id)
    if request.method == "POST":
        representations.withdraw_representation(
            representation_id=sent.pk, acting_user=request.user, at=timezone.now()
        )
        messages.success(request, _("Your representation is withdrawn."))
        return redirect(sent)
    context = {
        "sent": sent,
        "may_withdraw": representation_page.may_withdraw(sent, request.user),
    }
    return TemplateResponse(request, "eligibility/representation_withdraw.html", context)


@require_safe
def representation_attachment(request: UserRequest, representation_id: int) -> HttpResponseBase:
    """Hand out the attached paper to its officer and to those who answer."""
    sent = _visible(request, representation_id)
    if not sent.attachment:
        raise Http404
    return send_file(sent.attachment, name=sent.attachment_name)


def _visible(request: UserRequest, representation_id: int) -> Representation:
    visible = Representation.objects.visible_to(request.user).with_all()
    return get_object_or_404(visible, pk=representation_id)
