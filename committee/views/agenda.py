"""Pages of the agenda and of one item: proposals listed, papers, experts, opinions."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from committee import meeting_page
from committee.actions import agenda as actions
from committee.actions import papers
from committee.forms.agenda import (
    InviteForm,
    ListForm,
    NoteForm,
    OpinionForm,
    PaperForm,
    RemoveForm,
    TransferForm,
)
from committee.models import AgendaItem, Invitation, ItemPaper, Meeting
from committee.policies import meetings as policies
from committee.views.meetings import READERS, SECRETARY, posted
from igot.lib.errors import Refused
from igot.lib.files import send_file
from igot.lib.paging import page_of, words_of


@role_required(SECRETARY)
@require_safe
def agenda(request: UserRequest, meeting_id: int) -> HttpResponse:
    """Show the agenda to be arranged, and the proposals that may be put on it."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=meeting_id)
    words = words_of(request)
    context = {
        "meeting": meeting,
        "why_not": policies.why_not_edit(meeting, request.user),
        "rows": meeting_page.agenda_rows(meeting, request.user),
        "page_obj": page_of(request, meeting_page.ready_proposals(request.user, words)),
        "words": words,
    }
    return TemplateResponse(request, "committee/agenda.html", context)


@role_required(SECRETARY)
@require_POST
def agenda_add(request: UserRequest, meeting_id: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=meeting_id)
    form = ListForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["proposals"])))
        return redirect("committee:agenda", meeting.pk)
    try:
        number = actions.list_proposals(
            meeting_id=meeting.pk,
            proposal_ids=[proposal.pk for proposal in form.cleaned_data["proposals"]],
            acting_user=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = ngettext(
            "%(n)s proposal is on the agenda.", "%(n)s proposals are on the agenda.", number
        )
        messages.success(request, said % {"n": number})
    return redirect("committee:agenda", meeting.pk)


@role_required(SECRETARY)
@require_POST
def item_move(request: UserRequest, item_id: int) -> HttpResponse:
    item = _visible(request, item_id)
    try:
        actions.move_item(
            item_id=item.pk,
            up=request.POST.get("to") == "up",
            acting_user=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("committee:agenda", item.meeting_id)


@role_required(SECRETARY)
@require_http_methods(["GET", "HEAD", "POST"])
def item_remove(request: UserRequest, item_id: int) -> HttpResponse:
    item = _visible(request, item_id)
    form = RemoveForm(posted(request))
    if form.is_valid() and _done(form, actions.remove_item, request, item):
        messages.success(request, _("The item is taken off the agenda."))
        return redirect("committee:agenda", item.meeting_id)
    context = {"item": item, "meeting": item.meeting, "form": form}
    return TemplateResponse(request, "committee/item_remove.html", context)


@role_required(SECRETARY)
@require_http_methods(["GET", "HEAD", "POST"])
def item_transfer(request: UserRequest, item_id: int) -> HttpResponse:
    """Carry an undecided item over."""
    item = _visible(request, item_id)
    form = TransferForm(posted(request), meeting=item.meeting)
    if form.is_valid():
        other = form.cleaned_data.pop("meeting")
        more = {"to_meeting_id": other.pk if other else None}
        if _done(form, actions.carry_item_over, request, item, **more):
            messages.success(request, _("The item is carried over."))
            return redirect(other or item.meeting)
    context = {"item": item, "meeting": item.meeting, "form": form}
    return TemplateResponse(request, "committee/item_transfer.html", context)


@role_required(*READERS)
@require_safe
def item_detail(request: UserRequest, item_id: int) -> HttpResponse:
    return _item_page(request, _visible(request, item_id))


@role_required(SECRETARY)
@require_POST
def item_note(request: UserRequest, item_id: int) -> HttpResponse:
    item = _visible(request, item_id)
    form = NoteForm(request.POST)
    if form.is_valid() and _done(form, actions.note_item, request, item):
        messages.success(request, _("The note is kept."))
        return redirect(item)
    return _item_page(request, item, form=form, note_form=form)


@role_required(SECRETARY)
@require_POST
def paper_add(request: UserRequest, item_id: int) -> HttpResponse:
    item = _visible(request, item_id)
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid() and _done(form, papers.add_paper, request, item):
        messages.success(request, _("The paper is added."))
        return redirect(item)
    return _item_page(request, item, form=form, paper_form=form)


@role_required(*READERS)
@require_safe
def paper_file(request: UserRequest, paper_id: int) -> HttpResponseBase:
    """Hand a paper to whoever may open it: not to a member who is recused, or has not declared."""
    paper = get_object_or_404(ItemPaper.objects.visible_to(request.user), pk=paper_id)
    return send_file(paper.file, name=f"{paper.title}.pdf")


@role_required(SECRETARY)
@require_POST
def paper_withdraw(request: UserRequest, paper_id: int) -> HttpResponse:
    rows = ItemPaper.objects.visible_to(request.user).select_related("item")
    paper = get_object_or_404(rows, pk=paper_id)
    try:
        papers.withdraw_paper(paper_id=paper.pk, acting_user=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The paper is withdrawn."))
    return redirect(paper.item)


@role_required(SECRETARY)
@require_http_methods(["GET", "HEAD", "POST"])
def item_experts(request: UserRequest, item_id: int) -> HttpResponse:
    """Find a nodal officer and invite him or her to the item."""
    item = _visible(request, item_id)
    form = InviteForm(posted(request))
    if form.is_valid():
        more = {"user_id": form.cleaned_data.pop("user")}
        if _done(form, papers.invite_expert, request, item, **more):
            messages.success(request, _("The expert is invited."))
            return redirect(item)
    words = words_of(request)
    context = {
        "item": item,
        "meeting": item.meeting,
        "form": form,
        "words": words,
        "found": meeting_page.found_experts(item, words),
    }
    return TemplateResponse(request, "committee/item_experts.html", context)


@role_required(SECRETARY)
@require_POST
def invitation_withdraw(request: UserRequest, invitation_id: int) -> HttpResponse:
    items = AgendaItem.objects.visible_to(request.user)
    invitation = get_object_or_404(Invitation.objects.of_items(items), pk=invitation_id)
    try:
        papers.withdraw_invitation(
            invitation_id=invitation.pk, acting_user=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation is withdrawn."))
    return redirect(invitation.item)


@role_required(Role.NODAL_OFFICER)
@require_POST
def item_opinion(request: UserRequest, item_id: int) -> HttpResponse:
    item = _visible(request, item_id)
    form = OpinionForm(request.POST)
    if form.is_valid() and _done(form, papers.give_opinion, request, item):
        messages.success(request, _("Thank you: your opinion is before the committee."))
        return redirect(item)
    return _item_page(request, item, form=form, opinion_form=form)


def _visible(request: UserRequest, item_id: int) -> AgendaItem:
    rows = AgendaItem.objects.visible_to(request.user).select_related(
        "meeting__committee", "proposal"
    )
    return get_object_or_404(rows, pk=item_id)


def _done(form: Any, action: Any, request: UserRequest, item: AgendaItem, **more: Any) -> bool:
    """Take an action with what the form has; where it is refused, the form says why."""
    try:
        action(
            item_id=item.pk,
            acting_user=request.user,
            at=timezone.now(),
            **form.cleaned_data,
            **more,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _item_page(request: UserRequest, item: AgendaItem, **forms: Any) -> HttpResponse:
    context = meeting_page.item_shown(item, request.user)
    if context["may_furnish"] and not context["is_recused"]:
        context["note_form"] = NoteForm(initial={"note": item.note})
        context["paper_form"] = PaperForm()
    if context["is_expert"] and not context.get("why_not_opinion", "x"):
        context["opinion_form"] = OpinionForm(initial={"opinion": context["mine"].opinion})
    return TemplateResponse(request, "committee/item.html", {**context, **forms})
