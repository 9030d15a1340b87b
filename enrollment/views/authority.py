"""The nodal officer's pages: the in-box of an authority, and one intimation with its answer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from enrollment import facts, policies
from enrollment.actions import intimations
from enrollment.forms.registrations import NotingForm, WithholdingForm
from enrollment.models import Intimation
from igot.lib.errors import Refused
from igot.lib.paging import page_of

Answer = Intimation.Answer
SHOWN = ("waiting", "approval", "all")


@require_safe
@role_required(Role.NODAL_OFFICER)
def authority_list(request: UserRequest) -> HttpResponse:
    """List the intimations to the authorities that one acts for, those that wait first of all."""
    rows = Intimation.objects.visible_to(request.user).at_authorities_of(request.user)
    counts = {
        "waiting": rows.awaiting_answer().count(),
        "approval": rows.awaiting_approval().count(),
    }
    shown = request.GET.get("show", "waiting")
    if shown == "approval":
        rows = rows.awaiting_approval()
    elif shown != "all":
        shown, rows = "waiting", rows.awaiting_answer()
    context = {
        "page_obj": page_of(request, rows.with_all().latest_first()),
        "shown": shown,
        "counts": counts,
    }
    return TemplateResponse(request, "enrollment/authority_list.html", context)


@require_POST
@role_required(Role.NODAL_OFFICER)
def authority_note(request: UserRequest) -> HttpResponse:
    """Note the intimations that are ticked, each in its own transaction."""
    rows = Intimation.objects.visible_to(request.user).at_authorities_of(request.user)
    form = NotingForm(request.POST, intimations=rows.with_all())
    if not form.is_valid():
        messages.error(request, _("Tick the registrations to note."))
        return redirect("enrollment:authority")
    noted, refusals = intimations.note_each(
        form.cleaned_data["intimation"], acting_user=request.user, at=timezone.now()
    )
    for intimation, refusal in refusals:
        messages.warning(request, f"{intimation}: {refusal}")
    if noted:
        said = ngettext("%(count)s intimation is noted.", "%(count)s intimations are noted.", noted)
        messages.success(request, said % {"count": noted})
    return redirect("enrollment:authority")


@require_safe
def intimation_detail(request: UserRequest, intimation_id: int) -> HttpResponse:
    return _intimation_page(request, _intimation(request, intimation_id), WithholdingForm())


@require_POST
@role_required(Role.NODAL_OFFICER)
def intimation_note(request: UserRequest, intimation_id: int) -> HttpResponse:
    intimation = _intimation(request, intimation_id)
    intimations.note_intimation(
        intimation_id=intimation.pk, acting_user=request.user, at=timezone.now()
    )
    messages.success(request, _("%(number)s is noted.") % {"number": intimation})
    return redirect("enrollment:authority")


@require_POST
@role_required(Role.NODAL_OFFICER)
def intimation_approve(request: UserRequest, intimation_id: int) -> HttpResponse:
    intimation = _intimation(request, intimation_id)
    intimations.approve_intimation(
        intimation_id=intimation.pk, acting_user=request.user, at=timezone.now()
    )
    messages.success(request, _("%(number)s is approved.") % {"number": intimation})
    return redirect("enrollment:authority")


@require_POST
@role_required(Role.NODAL_OFFICER)
def intimation_withhold(request: UserRequest, intimation_id: int) -> HttpResponse:
    intimation = _intimation(request, intimation_id)
    form = WithholdingForm(request.POST)
    if form.is_valid():
        try:
            intimations.withhold_approval(
                intimation_id=intimation.pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The approval is withheld."))
            return redirect("enrollment:authority")
    return _intimation_page(request, intimation, form)


def _intimation(request: UserRequest, intimation_id: int) -> Intimation:
    rows = Intimation.objects.visible_to(request.user).with_all()
    return get_object_or_404(rows, pk=intimation_id)


def _intimation_page(
    request: UserRequest, intimation: Intimation, form: WithholdingForm
) -> HttpResponse:
    user = request.user
    context = {
        "intimation": intimation,
        "enrollment": intimation.enrollment,
        "form": form,
        "rows": facts.particulars_of(intimation),
        "may_note": not policies.why_not_answer(Answer.NOTED, intimation, user),
        "may_approve": not policies.why_not_answer(Answer.APPROVED, intimation, user),
    }
    return TemplateResponse(request, "enrollment/authority_intimation.html", context)
