"""Rolls sent to be screened: the list, a new one, its progress and its answer."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from eligibility import roll_answers, roll_files, trainings
from eligibility.actions import rolls as actions
from eligibility.forms.rolls import RollForm
from eligibility.models import RollScreening
from eligibility.models.rolls import KEPT_FOR, SENDERS
from igot.lib.dates import civil_today
from igot.lib.errors import Refused
from igot.lib.limits import limited
from igot.lib.paging import page_of
from igot.lib.uploads import shown_name


@require_safe
@role_required(*SENDERS, Role.AUDITOR)
def roll_list(request: UserRequest) -> HttpResponse:
    """List the rolls that were sent, the latest first."""
    rolls = RollScreening.objects.visible_to(request.user).with_all().latest_first()
    context = {
        "page_obj": page_of(request, rolls),
        "may_send": request.user.has_role(*SENDERS),
        "days": KEPT_FOR.days,
    }
    return render(request, "eligibility/roll_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*SENDERS)
@limited("roll", at_most=20, seconds=600)
def roll_new(request: UserRequest) -> HttpResponse:
    """Take in a roll."""
    today = civil_today()
    form = RollForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        trainings=trainings.datable(trainings.on_offer(today), today),
        rule_sets=roll_answers.rule_sets(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_sent(form, request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "eligibility/roll_new.html", {"form": form, "days": KEPT_FOR.days})


def _sent(form: RollForm, request: UserRequest) -> RollScreening:
    sent = form.cleaned_data["file"]
    with roll_files.kept(sent.file) as (stored, digest):
        return actions.send_roll(
            stored=stored,
            file={"name": shown_name(sent.name), "size": sent.size, "sha256": digest},
            version=form.version,
            run=form.run,
            commences_on=form.cleaned_data["commences_on"],
            acting_user=request.user,
            at=timezone.now(),
        )


@require_safe
@never_cache
@role_required(*SENDERS, Role.AUDITOR)
def roll(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show how far a roll is, or what came of it; the rows of the answer only to who sent it."""
    rolls = RollScreening.objects.visible_to(request.user).with_all()
    found = get_object_or_404(rolls, public_id=public_id)
    context = {
        "roll": found,
        "rows": roll_answers.facts_of(found),
        "is_own": found.uploaded_by_id == request.user.pk,
        "preview": roll_answers.preview_of(found),
        "has_sheet": found.rows_done <= roll_answers.MOST_SHEET_ROWS,
    }
    return render(request, "eligibility/roll.html", context)


@require_safe
@never_cache
@role_required(*SENDERS, Role.AUDITOR)
def roll_progress(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Tell the script of the page how far a roll is."""
    found = get_object_or_404(RollScreening.objects.visible_to(request.user), public_id=public_id)
    return JsonResponse({"state": found.state, "done": found.rows_done, "total": found.rows_total})


@require_POST
@role_required(*SENDERS)
def roll_cancel(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Stop the screening of one's own roll."""
    found = get_object_or_404(RollScreening.objects.sent_by(request.user), public_id=public_id)
    actions.cancel_roll(roll_id=found.pk, acting_user=request.user, at=timezone.now())
    return redirect("eligibility:roll", public_id)


@require_safe
@role_required(*SENDERS)
def roll_answer(request: UserRequest, public_id: UUID, kind: str) -> HttpResponseBase:
    """Give the answer to who sent the roll, as CSV or as a workbook."""
    found = get_object_or_404(RollScreening.objects.sent_by(request.user), public_id=public_id)
    if kind == "xlsx" and found.rows_done > roll_answers.MOST_SHEET_ROWS:
        raise Http404("too large for a workbook")
    if request.method == "HEAD":
        return HttpResponse(headers={"Location": reverse("eligibility:roll", args=[public_id])})
    taken = actions.record_download(
        roll_id=found.pk, kind=kind, acting_user=request.user, at=timezone.now()
    )
    return roll_answers.answer_of(taken, kind)
