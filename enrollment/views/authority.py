"""The nodal officer's pages: the in-box of an authority, and one intimation with its answer."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from enrollment import exports, facts, policies
from enrollment.actions import intimations
from enrollment.forms.authority import AuthorityFilterForm, NotingForm, WithholdingForm
from enrollment.models import Intimation
from enrollment.models.intimations import IntimationQuerySet
from igot.lib.errors import Refused
from igot.lib.paging import page_of, words_of

Answer = Intimation.Answer
SHOWN = ("waiting", "approval", "all")


@require_safe
@role_required(Role.NODAL_OFFICER)
def authority_list(request: UserRequest) -> HttpResponse:
    """List the intimations to the authorities that one acts for, those that wait first of all."""
    rows = _own(request)
    form = AuthorityFilterForm(request.GET, user=request.user, rows=rows)
    shown, words = _shown(request), words_of(request)
    page = page_of(request, _chosen(rows, form, shown, words).with_all())
    context = {
        "page_obj": page,
        "rows": facts.in_days(page, timezone.localdate()),
        "shown": shown,
        "words": words,
        "form": form,
        "counts": rows.counts(),
        "has_notes": any(row.awaits_note for row in page),
        "kept": _kept(request),
        "is_narrowed": bool(words or any(form.cleaned_data.values())),
    }
    return TemplateResponse(request, "enrollment/authority_list.html", context)


@require_safe
@role_required(Role.NODAL_OFFICER)
def authority_waiting(request: UserRequest) -> HttpResponseBase:
    """Send what waits, narrowed down as on the page, as a file for a spreadsheet."""
    rows = _own(request)
    form = AuthorityFilterForm(request.GET, user=request.user, rows=rows)
    shown = "approval" if _shown(request) == "approval" else "waiting"
    waiting = _chosen(rows, form, shown, words_of(request))
    at = timezone.now()
    intimations.record_download(rows=waiting.count(), acting_user=request.user, at=at)
    lines = exports.waiting_csv(waiting.with_all(), timezone.localdate(at))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"intimations-{timezone.localdate(at):%Y-%m-%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@role_required(Role.NODAL_OFFICER)
def authority_note(request: UserRequest) -> HttpResponse:
    """Note the intimations that are ticked, each by itself, and say what came of it."""
    form = NotingForm(request.POST, intimations=_own(request).with_all())
    if not form.is_valid():
        for sentence in form.errors["intimation"]:
            messages.error(request, str(sentence))
        return redirect("enrollment:authority")
    results = intimations.note_each(
        form.cleaned_data["intimation"], acting_user=request.user, at=timezone.now()
    )
    noted = sum(1 for _intimation, refusal in results if not refusal)
    context = {"results": results, "noted": noted, "total": len(results)}
    return TemplateResponse(request, "enrollment/authority_noted.html", context)


def _own(request: UserRequest) -> IntimationQuerySet:
    return Intimation.objects.visible_to(request.user).at_authorities_of(request.user)


def _shown(request: UserRequest) -> str:
    shown = request.GET.get("show", "")
    return shown if shown in SHOWN else "waiting"


def _chosen(
    rows: IntimationQuerySet, form: AuthorityFilterForm, shown: str, words: str
) -> IntimationQuerySet:
    """Narrow `rows` down; what waits is in the order in which it came."""
    rows = form.rows_of(rows).search(words)
    if shown == "all":
        return rows.latest_first()
    waiting = rows.awaiting_approval() if shown == "approval" else rows.awaiting_answer()
    return waiting.longest_first()


def _kept(request: UserRequest) -> str:
    """Return the filters of the address, for links to other parts of the in-box."""
    kept = {name: request.GET[name] for name in ("q", "service", "course") if name in request.GET}
    return f"&{urlencode(kept)}" if kept else ""


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
