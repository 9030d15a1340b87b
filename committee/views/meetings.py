"""Pages of meetings: the committee's home, the list, one meeting, and what is done with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from committee import meeting_page
from committee.actions import interests, presence
from committee.actions import meetings as actions
from committee.calendar_file import calendar_text, file_name
from committee.forms.meetings import CancelForm, InterestsForm, MeetingForm, ReplyForm
from committee.models import Meeting
from igot.lib.errors import Refused
from igot.lib.files import send_bytes
from igot.lib.paging import page_of, words_of

SECRETARY = Role.COMMITTEE_SECRETARY
READERS = (SECRETARY, Role.COMMITTEE_MEMBER, Role.AUDITOR, Role.NODAL_OFFICER)
ATTENDING = (Role.COMMITTEE_MEMBER, Role.NODAL_OFFICER)


@role_required(*READERS)
@require_safe
def home(request: UserRequest) -> HttpResponse:
    context = meeting_page.home(request.user)
    return TemplateResponse(request, "committee/home.html", context)


@role_required(*READERS)
@require_safe
def meeting_list(request: UserRequest) -> HttpResponse:
    words = words_of(request)
    rows = Meeting.objects.visible_to(request.user).with_counts().matching(words).latest_first()
    context = {
        "page_obj": page_of(request, rows),
        "words": words,
        "is_secretary": request.user.has_role(SECRETARY),
    }
    return TemplateResponse(request, "committee/meeting_list.html", context)


@role_required(*READERS)
@require_safe
def meeting_detail(request: UserRequest, meeting_id: int) -> HttpResponse:
    return _meeting_page(request, _visible(request, meeting_id))


@role_required(SECRETARY)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_new(request: UserRequest) -> HttpResponse:
    form = MeetingForm(posted(request))
    if form.is_valid():
        try:
            meeting = actions.create_meeting(
                acting_user=request.user, at=timezone.now(), **form.particulars
            )
        except Refused as refusal:
            form.add_error("day", str(refusal))
        else:
            messages.success(request, _("Meeting %(number)s is set up.") % {"number": meeting})
            return redirect("committee:agenda", meeting.pk)
    return TemplateResponse(request, "committee/meeting_form.html", {"form": form})


@role_required(SECRETARY)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: UserRequest, meeting_id: int) -> HttpResponse:
    meeting = _visible(request, meeting_id)
    form = MeetingForm(posted(request), meeting=meeting)
    if form.is_valid():
        try:
            is_changed = actions.change_meeting(
                meeting_id=meeting.pk,
                acting_user=request.user,
                at=timezone.now(),
                **form.particulars,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if is_changed:
                messages.success(request, _("Meeting %(number)s is changed.") % {"number": meeting})
            return redirect(meeting)
    context = {"form": form, "meeting": meeting}
    return TemplateResponse(request, "committee/meeting_form.html", context)


@role_required(SECRETARY)
@require_POST
def meeting_call(request: UserRequest, meeting_id: int) -> HttpResponse:
    said = _("The notice of meeting %(number)s is on its way to everybody called.")
    return _step(request, meeting_id, actions.call_meeting, said)


@role_required(SECRETARY)
@require_POST
def meeting_open(request: UserRequest, meeting_id: int) -> HttpResponse:
    said = _("Meeting %(number)s is in session.")
    return _step(request, meeting_id, actions.open_meeting, said)


@role_required(SECRETARY)
@require_POST
def meeting_close(request: UserRequest, meeting_id: int) -> HttpResponse:
    said = _("Meeting %(number)s is closed.")
    return _step(request, meeting_id, actions.close_meeting, said)


@role_required(SECRETARY)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_cancel(request: UserRequest, meeting_id: int) -> HttpResponse:
    meeting = _visible(request, meeting_id)
    form = CancelForm(posted(request))
    if form.is_valid():
        try:
            actions.cancel_meeting(
                meeting_id=meeting.pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Meeting %(number)s is cancelled.") % {"number": meeting})
            return redirect(meeting)
    context = {"form": form, "meeting": meeting}
    return TemplateResponse(request, "committee/meeting_cancel.html", context)


@role_required(Role.COMMITTEE_MEMBER)
@require_POST
def meeting_reply(request: UserRequest, meeting_id: int) -> HttpResponse:
    meeting = _visible(request, meeting_id)
    form = ReplyForm(request.POST, meeting=meeting)
    if form.is_valid():
        try:
            presence.reply_to_call(
                meeting_id=meeting.pk,
                mode=form.cleaned_data["mode"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your answer is noted."))
            return redirect(meeting)
    return _meeting_page(request, meeting, form)


@role_required(*READERS)
@require_safe
def meeting_calendar(request: UserRequest, meeting_id: int) -> HttpResponse:
    meeting = _visible(request, meeting_id)
    text = calendar_text(meeting, method="PUBLISH", made_at=timezone.now())
    response = send_bytes(text.encode(), name=file_name(meeting))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    return response


@role_required(*ATTENDING)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_interests(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Ask for interests in all items at once."""
    meeting = _visible(request, meeting_id)
    items, answers = meeting_page.asked(meeting, request.user)
    form = InterestsForm(posted(request), items=items, answers=answers)
    if form.is_valid():
        try:
            number = interests.declare_interests(
                meeting_id=meeting.pk,
                answers=form.cleaned_data["answers"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = ngettext("%(n)s answer is noted.", "%(n)s answers are noted.", number)
            messages.success(request, said % {"n": number})
            return redirect(meeting)
    context = {"form": form, "meeting": meeting}
    return TemplateResponse(request, "committee/interests.html", context)


def posted(request: UserRequest) -> QueryDict | None:
    """Return what was sent, be it empty, or None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def _visible(request: UserRequest, meeting_id: int) -> Meeting:
    rows = Meeting.objects.visible_to(request.user).select_related(
        "committee", "rubric", "convened_by"
    )
    return get_object_or_404(rows, pk=meeting_id)


def _meeting_page(
    request: UserRequest, meeting: Meeting, form: ReplyForm | None = None
) -> HttpResponse:
    context = meeting_page.shown(meeting, request.user, timezone.now())
    if context["may_reply"] or form:
        reply = context["own"].reply if context["own"] else ""
        context["form"] = form or ReplyForm(meeting=meeting, initial={"mode": reply})
    return TemplateResponse(request, "committee/meeting.html", context)


def _step(
    request: UserRequest, meeting_id: int, action: Callable[..., None], said: str
) -> HttpResponse:
    meeting = _visible(request, meeting_id)
    now: datetime = timezone.now()
    arguments: dict[str, Any] = {"acting_user": request.user, "at": now}
    try:
        action(meeting_id=meeting.pk, **arguments)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said % {"number": meeting})
    return redirect(meeting)
