"""The secretary's side of the committee room: presence, items, votes, decisions."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from committee import control_page, room_page
from committee.actions import agenda, presence, resolutions
from committee.actions import room as actions
from committee.forms import room as forms
from committee.models import AgendaItem, Meeting, Resolution
from committee.policies import resolutions as resolution_policies
from igot.lib.errors import Refused

WATCHERS = (Role.COMMITTEE_SECRETARY, Role.AUDITOR)


@require_safe
@role_required(*WATCHERS)
def control(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Show how the meeting stands, with the next step; the auditor sees it without buttons."""
    meetings = Meeting.objects.visible_to(request.user).select_related("committee", "current_item")
    meeting = get_object_or_404(meetings, pk=meeting_id)
    context = control_page.context_of(meeting, request.user)
    return TemplateResponse(request, "committee/control.html", context)


@require_safe
@role_required(*WATCHERS)
def control_status(request: UserRequest, item_id: int) -> HttpResponse:
    """Answer how an item stands, for the secretary's page; 304 while nothing changed."""
    item = _visible(request, item_id)
    standing = room_page.desk_standing(item, request.user)
    etag = quote_etag(standing.etag)
    if answer := get_conditional_response(request, etag=etag):
        return answer
    context = {"item": item, "standing": standing, "meeting": item.meeting}
    return TemplateResponse(request, "committee/_room_status.html", context, headers={"ETag": etag})


@require_POST
@role_required(Role.COMMITTEE_SECRETARY)
def record_presence(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Note how one member attends from now on."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=meeting_id)
    form = forms.PresenceForm(request.POST)
    if not form.is_valid() or not control_page.sits(meeting, form.cleaned_data["seat"]):
        raise Http404
    try:
        presence.record_presence(
            meeting_id=meeting.pk,
            seat_id=form.cleaned_data["seat"],
            mode=form.cleaned_data["mode"],
            acting_user=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{meeting.control_url}#presence")


@require_POST
@role_required(Role.COMMITTEE_SECRETARY)
def item_open(request: UserRequest, item_id: int) -> HttpResponse:
    return _step(request, item_id, actions.open_item, _("Item %(number)s is open for votes."))


@require_POST
@role_required(Role.COMMITTEE_SECRETARY)
def item_close(request: UserRequest, item_id: int) -> HttpResponse:
    said = _("The votes on item %(number)s are closed.")
    return _step(request, item_id, actions.close_item, said)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.COMMITTEE_SECRETARY)
def item_reopen(request: UserRequest, item_id: int) -> HttpResponse:
    """Open the votes again, with a reason."""
    said = _("Item %(number)s is open for votes again.")
    return _reasoned(request, item_id, "reopen", actions.reopen_item, said)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.COMMITTEE_SECRETARY)
def item_carry_over(request: UserRequest, item_id: int) -> HttpResponse:
    """Carry the item over to another meeting, with a reason."""
    said = _("Item %(number)s is carried over.")
    return _reasoned(request, item_id, "carry_over", agenda.carry_item_over, said)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.COMMITTEE_SECRETARY)
def item_resolve(request: UserRequest, item_id: int) -> HttpResponse:
    """Record what the committee resolved on a closed item."""
    item = _visible(request, item_id)
    standing = room_page.desk_standing(item, request.user)
    carries = resolution_policies.carries(standing.members)
    initial = forms.proposed_terms(item.proposal, carries=carries and standing.sees_votes)
    form = forms.DecisionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            resolution = resolutions.record_resolution(
                item_id=item.pk, terms=form.terms, acting_user=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("Resolution %(number)s is recorded. It is announced later.")
            messages.success(request, said % {"number": resolution})
            return redirect(item.meeting.control_url)
    why_not = resolution_policies.why_not_decide(item, standing.members, request.user)
    context = {"item": item, "meeting": item.meeting, "form": form, "standing": standing}
    return TemplateResponse(request, "committee/resolve.html", {**context, "why_not": why_not})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.COMMITTEE_SECRETARY)
def resolution_correct(request: UserRequest, resolution_id: int) -> HttpResponse:
    """Put a resolution right before the minutes are confirmed."""
    found = Resolution.objects.visible_to(request.user).with_meeting()
    resolution = get_object_or_404(found, pk=resolution_id)
    item = resolution.item
    form = forms.CorrectionForm(request.POST or None, initial=control_page.terms_now(resolution))
    if request.method == "POST" and form.is_valid():
        try:
            resolutions.correct_resolution(
                resolution_id=resolution.pk,
                terms=form.terms,
                why=form.cleaned_data["why"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Resolution %(number)s is put right.") % {"number": item})
            return redirect(item.meeting.control_url)
    why_not = resolution_policies.why_not_correct(resolution, request.user)
    context = {"item": item, "meeting": item.meeting, "form": form, "resolution": resolution}
    context["standing"] = room_page.desk_standing(item, request.user)
    return TemplateResponse(request, "committee/resolve.html", {**context, "why_not": why_not})


def _step(request: UserRequest, item_id: int, act: Callable[..., Any], said: str) -> HttpResponse:
    item = _visible(request, item_id)
    try:
        act(item_id=item.pk, acting_user=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said % {"number": item.position})
    return redirect(item.meeting.control_url)


def _reasoned(
    request: UserRequest, item_id: int, step: str, act: Callable[..., Any], said: str
) -> HttpResponse:
    item = _visible(request, item_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(
                item_id=item.pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said % {"number": item.position})
            return redirect(item.meeting.control_url)
    context = {"item": item, "meeting": item.meeting, "form": form, "step": step}
    return TemplateResponse(request, "committee/item_step.html", context)


def _visible(request: UserRequest, item_id: int) -> AgendaItem:
    items = AgendaItem.objects.visible_to(request.user).with_all()
    return get_object_or_404(items, pk=item_id)
