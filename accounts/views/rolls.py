"""Pages of bringing in a roll: upload, columns, what each row comes to, approval."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import roll_facts, roll_forms, roll_policies
from accounts.access import UserRequest, role_required
from accounts.actions import roll_changes, rolls
from accounts.forms import ReasonForm
from accounts.models import ProposedChange, RollImport
from accounts.roles import Role
from accounts.roll_files import look_into
from accounts.roll_states import ACCEPT, APPROVE, CHECK, DECLINE, DISCARD, RowOutcome
from igot.lib.errors import Refused
from igot.lib.files import safe_name
from igot.lib.paging import page_of
from igot.lib.tables import TableError, csv_lines

ROWS_A_PAGE = 50
importers = role_required(Role.NODAL_OFFICER, Role.DEALING_HAND)
readers = role_required(Role.NODAL_OFFICER, Role.DEALING_HAND, Role.AUDITOR)


@require_safe
@readers
def roll_list(request: UserRequest) -> HttpResponse:
    rows = RollImport.objects.visible_to(request.user).with_people().order_by("-pk")
    context = {"page_obj": page_of(request, rows)}
    return TemplateResponse(request, "accounts/roll_list.html", context)


@importers
def roll_upload(request: UserRequest) -> HttpResponse:
    form = roll_forms.RollUploadForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            roll = rolls.upload_roll(
                file=data["file"],
                file_name=data["file"].name,
                source=data["source"],
                new_source=data["new_source"],
                authority=data["authority"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("accounts:roll_columns", roll.pk)
    return TemplateResponse(request, "accounts/roll_upload.html", {"form": form})


@importers
def roll_columns(request: UserRequest, roll_id: int) -> HttpResponse:
    roll = get_object_or_404(RollImport.objects.visible_to(request.user).with_people(), pk=roll_id)
    if reason := roll_policies.why_not_roll(CHECK, roll, request.user):
        raise Refused(reason)
    try:
        preview = look_into(roll)
    except TableError as error:
        return TemplateResponse(
            request, "accounts/roll_columns.html", {"roll": roll, "problem": str(error)}
        )
    form = roll_forms.RollColumnsForm(request.POST or None, roll=roll, preview=preview)
    if form.is_valid():
        rolls.map_roll(
            roll_id=roll.pk,
            mapping=form.mapping,
            date_order=form.cleaned_data["date_order"],
            acting_user=request.user,
            at=timezone.now(),
        )
        return redirect(roll)
    context = {"roll": roll, "form": form, **roll_facts.columns_context(roll, preview)}
    return TemplateResponse(request, "accounts/roll_columns.html", context)


@require_safe
@readers
def roll_detail(request: UserRequest, roll_id: int) -> HttpResponse:
    roll = get_object_or_404(RollImport.objects.visible_to(request.user).with_people(), pk=roll_id)
    chosen = request.GET.get("outcome", "")
    rows = roll.rows.of_outcome(chosen).with_names().order_by("number")
    page = page_of(request, rows, per_page=ROWS_A_PAGE)
    context = {
        "roll": roll,
        "page_obj": page,
        "rows": roll_facts.rows_shown(page),
        "chosen": chosen if chosen in RowOutcome.values else "",
        "may_map": not roll_policies.why_not_roll(CHECK, roll, request.user),
        "may_approve": not roll_policies.why_not_roll(APPROVE, roll, request.user),
        "may_discard": not roll_policies.why_not_roll(DISCARD, roll, request.user),
        **roll_facts.roll_context(roll),
    }
    return TemplateResponse(request, "accounts/roll_detail.html", context)


@require_safe
@readers
def roll_rows(request: UserRequest, roll_id: int) -> StreamingHttpResponse:
    """Hand over the outcome of each row as a CSV file that no spreadsheet runs."""
    roll = get_object_or_404(RollImport.objects.visible_to(request.user), pk=roll_id)
    rolls.note_download(roll_id=roll.pk, acting_user=request.user, at=timezone.now())
    rows = roll.rows.of_outcome(request.GET.get("outcome", "")).with_names().order_by("number")
    lines = csv_lines(roll_facts.row_headings(), roll_facts.row_cells(rows))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = safe_name(f"roll-{roll.pk}-rows.csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@importers
def roll_approve(request: UserRequest, roll_id: int) -> HttpResponse:
    roll = get_object_or_404(RollImport.objects.visible_to(request.user), pk=roll_id)
    rolls.approve_roll(roll_id=roll.pk, acting_user=request.user, at=timezone.now())
    messages.success(request, _("The roll is approved."))
    return redirect(roll)


@require_POST
@importers
def roll_discard(request: UserRequest, roll_id: int) -> HttpResponse:
    roll = get_object_or_404(RollImport.objects.visible_to(request.user), pk=roll_id)
    rolls.discard_roll(roll_id=roll.pk, acting_user=request.user, at=timezone.now())
    messages.success(request, _("The roll is discarded; its file and its rows are deleted."))
    return redirect("accounts:roll_list")


# --- changes that rolls propose ------------------------------------------------------------------


@require_safe
@readers
def change_list(request: UserRequest) -> HttpResponse:
    rows = ProposedChange.objects.visible_to(request.user).open().with_people()
    page = page_of(request, rows.order_by("proposed_at", "pk"))
    context = {"page_obj": page, "changes": roll_facts.changes_shown(page)}
    return TemplateResponse(request, "accounts/change_list.html", context)


@require_safe
@readers
def change_detail(request: UserRequest, change_id: int) -> HttpResponse:
    change = get_object_or_404(
        ProposedChange.objects.visible_to(request.user).with_people(), pk=change_id
    )
    return _change_page(request, change, roll_forms.AcceptChangeForm(thing=change), ReasonForm())


@require_POST
@importers
def change_accept(request: UserRequest, change_id: int) -> HttpResponse:
    change = get_object_or_404(
        ProposedChange.objects.visible_to(request.user).with_people(), pk=change_id
    )
    if reason := roll_policies.why_not_change(ACCEPT, change, request.user):
        raise Refused(reason)
    form = roll_forms.AcceptChangeForm(request.POST, thing=change)
    if form.is_valid():
        try:
            roll_changes.accept_change(
                change_id=change.pk,
                **form.cleaned_data,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The record of %(name)s is changed.") % {"name": change})
            return redirect("accounts:change_list")
    return _change_page(request, change, form, ReasonForm())


@require_POST
@importers
def change_decline(request: UserRequest, change_id: int) -> HttpResponse:
    change = get_object_or_404(
        ProposedChange.objects.visible_to(request.user).with_people(), pk=change_id
    )
    if reason := roll_policies.why_not_change(DECLINE, change, request.user):
        raise Refused(reason)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            roll_changes.decline_change(
                change_id=change.pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("The record of %(name)s stays as it is.") % {"name": change}
            )
            return redirect("accounts:change_list")
    return _change_page(request, change, roll_forms.AcceptChangeForm(thing=change), form)


def _change_page(
    request: UserRequest,
    change: ProposedChange,
    accept: roll_forms.AcceptChangeForm,
    decline: ReasonForm,
) -> HttpResponse:
    context = {
        "change": change,
        "facts": roll_facts.facts_of_change(change),
        "reason_against": roll_policies.why_not_change(ACCEPT, change, request.user),
        "form": decline if decline.errors else accept,
        "accept": accept,
        "decline": decline,
    }
    return TemplateResponse(request, "accounts/change_detail.html", context)
