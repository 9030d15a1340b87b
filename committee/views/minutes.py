"""Pages of minutes: made from the rows, edited as text, confirmed by the chair, corrected."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from committee import documents, minutes_page, minutes_text
from committee.actions import minutes as actions
from committee.forms import minutes as forms
from committee.models import Corrigendum, Meeting, Minutes
from committee.policies import minutes as policies
from igot.lib.errors import Refused
from igot.lib.files import send_file
from igot.lib.paging import page_of

WRITERS = (Role.COMMITTEE_SECRETARY,)
CHAIRS = (Role.COMMITTEE_MEMBER,)
READERS = (Role.COMMITTEE_SECRETARY, Role.COMMITTEE_MEMBER, Role.AUDITOR)


@role_required(*READERS)
@require_safe
def minutes_list(request: UserRequest) -> HttpResponse:
    """List the meetings that are over, with their minutes and what is still to be announced."""
    context = {
        "page_obj": page_of(request, minutes_page.meetings_over(request.user)),
        "may_announce": request.user.has_role(Role.COMMITTEE_SECRETARY),
        "sees_decisions": request.user.has_role(Role.COMMITTEE_SECRETARY, Role.AUDITOR),
    }
    return TemplateResponse(request, "committee/minutes_list.html", context)


@role_required(*READERS)
@require_safe
def minutes(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Show the minutes of a meeting, or that there are none yet."""
    if found := minutes_page.minutes_of(meeting_id, request.user):
        context = minutes_page.shown(found, request.user)
        return TemplateResponse(request, "committee/minutes.html", context)
    if not request.user.has_role(Role.COMMITTEE_SECRETARY, Role.AUDITOR):
        raise Http404("no minutes to be read yet")
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=meeting_id)
    context = minutes_page.not_yet(meeting, request.user)
    return TemplateResponse(request, "committee/minutes_none.html", context)


@role_required(*WRITERS)
@require_POST
def minutes_draft(request: UserRequest, meeting_id: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=meeting_id)
    try:
        actions.draft_minutes(meeting_id=meeting.pk, acting_user=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The minutes are made from the records. Read and edit them."))
    return redirect("committee:minutes", meeting.pk)


@role_required(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def minutes_edit(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Edit the text; where somebody stored another one meanwhile, show what differs."""
    found = _visible(request, meeting_id)
    form = forms.MinutesForm(request.POST) if request.POST else forms.MinutesForm.of(found)
    conflict: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_minutes(
                minutes_id=found.pk,
                acting_user=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            typed = form.cleaned_data
            conflict = minutes_page.conflict(found, typed["text"], typed["text_hi"])
            form = form.moved_to(found.version)
        else:
            messages.success(request, _("The text is stored."))
            return redirect("committee:minutes", meeting_id)
    closed = policies.why_not_edit(found, request.user)
    context = {"minutes": found, "form": form, "conflict": conflict, "refusal": closed}
    return TemplateResponse(request, "committee/minutes_edit.html", context)


@role_required(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def minutes_anew(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Show where text and records differ, and put the text from the records in its place."""
    found = _visible(request, meeting_id)
    form = forms.VersionForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        made = minutes_text.made_from_rows(found.meeting)
        try:
            actions.edit_minutes(
                minutes_id=found.pk,
                version=form.cleaned_data["version"],
                text=made.en,
                text_hi=made.hi,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The minutes are made anew from the records."))
        return redirect("committee:minutes", meeting_id)
    context = {
        "minutes": found,
        "form": form,
        "changes": minutes_page.differences_of(found),
        "refusal": policies.why_not_edit(found, request.user),
    }
    return TemplateResponse(request, "committee/minutes_anew.html", context)


@role_required(*WRITERS)
@require_POST
def minutes_submit(request: UserRequest, meeting_id: int) -> HttpResponse:
    found = _visible(request, meeting_id)
    try:
        actions.submit_minutes(minutes_id=found.pk, acting_user=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The minutes are before the chair."))
    return redirect("committee:minutes", meeting_id)


@role_required(*CHAIRS)
@require_http_methods(["GET", "HEAD", "POST"])
def minutes_return(request: UserRequest, meeting_id: int) -> HttpResponse:
    found = _visible(request, meeting_id)
    form = forms.RemarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.return_minutes(
                minutes_id=found.pk,
                remark=form.cleaned_data["remark"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The minutes are returned to the secretary."))
            return redirect("reports:dashboard")
    return TemplateResponse(
        request, "committee/minutes_return.html", {"minutes": found, "form": form}
    )


@role_required(*CHAIRS)
@require_POST
def minutes_confirm(request: UserRequest, meeting_id: int) -> HttpResponse:
    found = _visible(request, meeting_id)
    form = forms.VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        actions.confirm_minutes(
            minutes_id=found.pk, version=version, acting_user=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The minutes are confirmed. Their PDF follows in a minute."))
    return redirect("committee:minutes", meeting_id)


@role_required(*READERS)
@require_safe
def minutes_pdf(request: UserRequest, meeting_id: int) -> HttpResponseBase:
    """Hand out the PDF of confirmed minutes to those who may read them."""
    found = _visible(request, meeting_id)
    if found.document is None:
        raise Http404("the PDF is still to be made")
    name = found.meeting.number.replace("/", "-")
    return send_file(found.document.pdf, name=f"minutes-{name}.pdf")


@role_required(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def corrigendum_new(request: UserRequest, meeting_id: int) -> HttpResponse:
    found = _visible(request, meeting_id)
    form = forms.CorrigendumForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.draft_corrigendum(
                minutes_id=found.pk,
                acting_user=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The corrigendum is before the chair."))
            return redirect("committee:minutes", meeting_id)
    closed = policies.why_not_draft_corrigendum(found, request.user)
    context = {"minutes": found, "form": form, "refusal": closed}
    return TemplateResponse(request, "committee/corrigendum.html", context)


@role_required(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def corrigendum_edit(request: UserRequest, corrigendum_id: int) -> HttpResponse:
    row = _visible_corrigendum(request, corrigendum_id)
    form = forms.CorrigendumForm.of(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_corrigendum(
                corrigendum_id=row.pk,
                acting_user=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The corrigendum is before the chair."))
            return redirect("committee:minutes", row.minutes.meeting_id)
    closed = policies.why_not_edit_corrigendum(row, request.user)
    context = {"minutes": row.minutes, "form": form, "refusal": closed}
    return TemplateResponse(request, "committee/corrigendum.html", context)


@role_required(*CHAIRS)
@require_POST
def corrigendum_confirm(request: UserRequest, corrigendum_id: int) -> HttpResponse:
    row = _visible_corrigendum(request, corrigendum_id)
    form = forms.DigestForm(request.POST)
    try:
        actions.confirm_corrigendum(
            corrigendum_id=row.pk,
            sha256=form.cleaned_data["sha256"] if form.is_valid() else "",
            acting_user=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The corrigendum is confirmed and stands with the minutes."))
    return redirect("committee:minutes", row.minutes.meeting_id)


@role_required(*READERS)
@require_safe
def corrigendum_pdf(request: UserRequest, corrigendum_id: int) -> HttpResponseBase:
    """Hand out the PDF of a confirmed corrigendum to those who may read it."""
    row = _visible_corrigendum(request, corrigendum_id)
    if row.document is None:
        raise Http404("the PDF is still to be made")
    name = documents.number_of(row).replace("/", "-")
    return send_file(row.document.pdf, name=f"corrigendum-{name}.pdf")


def _visible(request: UserRequest, meeting_id: int) -> Minutes:
    rows = Minutes.objects.visible_to(request.user).with_meeting()
    return get_object_or_404(rows, meeting=meeting_id)


def _visible_corrigendum(request: UserRequest, corrigendum_id: int) -> Corrigendum:
    rows = Corrigendum.objects.visible_to(request.user).with_meeting()
    return get_object_or_404(rows, pk=corrigendum_id)
