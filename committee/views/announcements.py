"""Pages of the announcement: what is told to whom, and the circular drafted from it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from committee import announcement_page, circular_text
from committee.actions import announcements as actions
from committee.actions import circulars
from committee.forms.announcements import CircularForm
from committee.models import Meeting
from igot.lib.errors import Refused
from igot.lib.paging import page_of


@role_required(Role.COMMITTEE_SECRETARY, Role.AUDITOR)
@require_safe
def announcement(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Show what will be announced, or what was."""
    rows = Meeting.objects.visible_to(request.user).select_related("committee", "circular")
    meeting = get_object_or_404(rows, pk=meeting_id)
    context = announcement_page.shown(meeting, request.user)
    return TemplateResponse(request, "committee/announcement.html", context)


@role_required(Role.COMMITTEE_SECRETARY)
@require_POST
def announce(request: UserRequest, meeting_id: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=meeting_id)
    try:
        number = actions.announce_decisions(
            meeting_id=meeting.pk, acting_user=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext("%(n)s decision is announced.", "%(n)s decisions are announced.", number)
        messages.success(request, text % {"n": number})
    return redirect("committee:announcement", meeting.pk)


@role_required(Role.CIRCULAR_AUTHOR)
@require_safe
def circular_list(request: UserRequest) -> HttpResponse:
    """Show the meetings whose announced decisions have no circular yet."""
    waiting = Meeting.objects.without_circular().select_related("committee").latest_first()
    context = {"page_obj": page_of(request, waiting)}
    return TemplateResponse(request, "committee/circular_list.html", context)


@role_required(Role.CIRCULAR_AUTHOR)
@require_http_methods(["GET", "HEAD", "POST"])
def circular_draft(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Draft the circular of a meeting; its author goes on with it at the desk."""
    meeting = get_object_or_404(Meeting.objects.without_circular(), pk=meeting_id)
    form = CircularForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            circular = circulars.draft_circular(
                meeting_id=meeting.pk,
                acting_user=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft is yours: read it, and submit it."))
            return redirect("admin:circulars_circular_change", circular.pk)
    context = {
        "meeting": meeting,
        "form": form,
        "resolutions": circular_text.shortlisted(meeting),
    }
    return TemplateResponse(request, "committee/circular_draft.html", context)
