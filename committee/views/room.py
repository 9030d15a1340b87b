"""The committee room of a member: the item, the own declaration, score sheet and vote."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from committee import room_page
from committee.actions import interests, votes
from committee.forms import room as forms
from committee.models import AgendaItem, Meeting
from igot.lib.errors import Refused


@require_safe
@role_required(Role.COMMITTEE_MEMBER)
def room(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Show the item that is before the committee, or that nothing is yet."""
    meetings = Meeting.objects.visible_to(request.user).select_related("committee", "rubric")
    meeting = get_object_or_404(meetings, pk=meeting_id)
    item = room_page.item_before(meeting, request.user)
    if item:
        return _room(request, item, follows=True)
    context = {"meeting": meeting, "agenda": room_page.agenda_of(meeting, request.user)}
    return TemplateResponse(request, "committee/room.html", context)


@require_safe
@role_required(Role.COMMITTEE_MEMBER)
def item_room(request: UserRequest, item_id: int) -> HttpResponse:
    """Show one item, whether it is before the committee or not."""
    return _room(request, _visible(request, item_id))


@require_safe
@role_required(Role.COMMITTEE_MEMBER)
def item_status(request: UserRequest, item_id: int) -> HttpResponse:
    """Answer how the item stands, for the page that asks again; 304 while nothing changed."""
    item = _visible(request, item_id)
    standing, own = room_page.member_standing(item, request.user)
    etag = quote_etag(standing.etag)
    if answer := get_conditional_response(request, etag=etag):
        return answer
    context = {"item": item, "standing": standing, "own": own, "meeting": item.meeting}
    return TemplateResponse(request, "committee/_room_status.html", context, headers={"ETag": etag})


@require_POST
@role_required(Role.COMMITTEE_MEMBER)
def item_interest(request: UserRequest, item_id: int) -> HttpResponse:
    item = _visible(request, item_id)
    form = forms.InterestForm(request.POST)
    if form.is_valid():
        try:
            interests.declare_interest(
                item_id=item.pk, acting_user=request.user, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your declaration is recorded."))
            return _back(item)
    return _room(request, _visible(request, item_id), interest_form=form, failed=form)


@require_POST
@role_required(Role.COMMITTEE_MEMBER)
def item_sheet(request: UserRequest, item_id: int) -> HttpResponse:
    """Keep the own score sheet as a draft, or hand it in."""
    item = _visible(request, item_id)
    form = forms.SheetForm(request.POST, criteria=item.meeting.rubric.criteria.in_order())
    if form.is_valid():
        act = votes.hand_in_sheet if form.is_handed_in else votes.keep_sheet
        try:
            act(
                item_id=item.pk,
                points=form.points,
                remark=form.cleaned_data["remark"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("Your score sheet is in.") if form.is_handed_in else _("Your draft is kept.")
            messages.success(request, said)
            return _back(item)
    return _room(request, _visible(request, item_id), sheet_form=form, failed=form)


@require_POST
@role_required(Role.COMMITTEE_MEMBER)
def item_vote(request: UserRequest, item_id: int) -> HttpResponse:
    item = _visible(request, item_id)
    form = forms.VoteForm(request.POST)
    if form.is_valid():
        try:
            cast = votes.cast_vote(
                item_id=item.pk,
                vote=form.cleaned_data["vote"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("Your vote “%(vote)s” is cast.") % {"vote": cast.get_vote_display()}
            messages.success(request, said)
            return _back(item)
    return _room(request, _visible(request, item_id), vote_form=form, failed=form)


@require_POST
@role_required(Role.COMMITTEE_MEMBER)
def item_tie(request: UserRequest, item_id: int) -> HttpResponse:
    """Take the chair's casting vote."""
    item = _visible(request, item_id)
    form = forms.TieForm(request.POST)
    if form.is_valid():
        try:
            votes.break_tie(
                item_id=item.pk,
                vote=form.cleaned_data["vote"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your casting vote is recorded."))
            return _back(item)
    return _room(request, _visible(request, item_id), tie_form=form, failed=form)


def _room(request: UserRequest, item: AgendaItem, **given: Any) -> HttpResponse:
    """Show the room with `item`; `given` may hold a form that failed, so that nothing is lost."""
    standing, own = room_page.member_standing(item, request.user)
    context: dict[str, Any] = {
        "meeting": item.meeting,
        "item": item,
        "own": own,
        "standing": standing,
        "agenda": room_page.agenda_of(item.meeting, request.user),
        "failed": None,
        "follows": item.pk == item.meeting.current_item_id,
    }
    if own:
        context |= room_page.own_part(standing, own, sheet_form=given.get("sheet_form"))
    return TemplateResponse(request, "committee/room.html", context | given)


def _visible(request: UserRequest, item_id: int) -> AgendaItem:
    items = AgendaItem.objects.visible_to(request.user).with_all()
    return get_object_or_404(items, pk=item_id)


def _back(item: AgendaItem) -> HttpResponse:
    if item.pk == item.meeting.current_item_id:
        return redirect("committee:room", item.meeting_id)
    return redirect("committee:item_room", item.pk)
