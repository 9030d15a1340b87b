"""Screening stored officers: asking, the counts, the officers, files, and lists for letters."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import UserRequest, role_required
from accounts.models import CadreAuthority, Service
from accounts.roles import Role
from eligibility import screening_files, screening_lists, screening_pages
from eligibility.actions import screenings
from eligibility.forms.screenings import ListForm, ScreeningForm
from eligibility.models import ScreenedTraining, Screening
from eligibility.policies import SCREENERS, SCREENING_READERS
from eligibility.trainings import datable, on_offer
from igot.lib.dates import civil_today
from igot.lib.errors import Refused
from igot.lib.paging import page_of

ASKERS = (*SCREENERS, Role.NODAL_OFFICER)
LISTED = 500  # officers on a printed page of a letter; the files have all


@require_safe
@role_required(*SCREENING_READERS)
def screening_list(request: UserRequest) -> HttpResponse:
    rows = Screening.objects.visible_to(request.user).with_filters().latest_first()
    context = {"page_obj": page_of(request, rows), "may_ask": request.user.has_role(*ASKERS)}
    return render(request, "eligibility/screening_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*ASKERS)
def screening_new(request: UserRequest) -> HttpResponse:
    """Ask for a screening; few officers are screened at once, many in the background."""
    today = civil_today()
    trainings = datable(on_offer(today), today)
    given = request.POST if request.method == "POST" else None
    form = ScreeningForm(given, trainings=trainings, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = screenings.request_screening(
                wanted=form.wanted,
                trainings=form.chosen,
                acting_user=request.user,
                at=timezone.now(),
            )
            return redirect(made)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "has_trainings": bool(trainings)}
    return render(request, "eligibility/screening_new.html", context)


@require_safe
@never_cache
@role_required(*SCREENING_READERS)
def screening(request: UserRequest, screening_id: int) -> HttpResponse:
    """Show how far it is, then the counts for each training, and for one of them in detail."""
    made, trainings = _made(request, screening_id)
    context: dict[str, Any] = {"screening": made, "rows": screening_pages.summary_rows(made)}
    if made.is_done:
        services = _services()
        chosen = ListForm(request.GET, trainings=trainings, screened=set()).asked.training
        context |= {
            "trainings": [screening_pages.of_training(training) for training in trainings],
            "chosen": chosen,
            "services": screening_pages.by_service(chosen, services),
            "authorities": screening_pages.by_authority(chosen, services),
            "groups": screening_pages.by_group(chosen),
            "findings": screening_pages.findings(chosen),
        }
    return render(request, "eligibility/screening_detail.html", context)


@require_safe
@never_cache
@role_required(*SCREENING_READERS)
def screening_officers(request: UserRequest, screening_id: int) -> HttpResponse:
    """List the officers with an answer or a finding, in the order of their records."""
    made, trainings = _listed(request, screening_id)
    form = _list_form(request, trainings)
    found = screening_lists.results(made, form.asked, request.user)
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
    lines, following = screening_lists.page_after(found, form.asked, start)
    context = {
        "screening": made,
        "form": form,
        "asked": form.asked,
        "lines": lines,
        "following": following,
        "query": screening_files.query_of(form.asked),
        "is_first": not start,
    }
    return render(request, "eligibility/screening_officers.html", context)


@require_safe
@never_cache
@role_required(*SCREENING_READERS)
def screening_export(request: UserRequest, screening_id: int, kind: str) -> HttpResponseBase:
    """Hand out the officers asked for as a CSV or XLSX file; the audit trail says to whom."""
    if kind not in screening_files.KINDS:
        raise Http404
    made, trainings = _listed(request, screening_id)
    asked = _list_form(request, trainings).asked
    if request.GET.get("authority", "").isdigit():
        asked = screening_files.of_authority(asked, request.GET["authority"])
    found = screening_lists.results(made, asked, request.user)
    screening_files.refuse_too_many(kind, found)
    screenings.record_export(
        screening=made,
        kind=kind,
        acting_user=request.user,
        at=timezone.now(),
        rows=found.count(),
        **asked.plain(),
    )
    return screening_files.answer(kind, made, found, asked, trainings)


@require_safe
@never_cache
@role_required(*SCREENING_READERS)
def screening_letters(request: UserRequest, screening_id: int) -> HttpResponse:
    """List the authorities with eligible officers, each leading to its list for a letter."""
    made, trainings = _listed(request, screening_id)
    form = _list_form(request, trainings)
    chosen = form.asked.training
    counted = screening_pages.by_authority(chosen, _services())
    authorities = [one for one in counted if one.key and (one.eligible or one.doubtful)]
    context = {"screening": made, "form": form, "chosen": chosen, "authorities": authorities}
    return render(request, "eligibility/screening_letters.html", context)


@require_safe
@never_cache
@role_required(*SCREENING_READERS)
def screening_letter(request: UserRequest, screening_id: int, authority_id: int) -> HttpResponse:
    """Show what goes with a letter to one authority: the address, a paragraph, two lists."""
    made, trainings = _listed(request, screening_id)
    authority = get_object_or_404(CadreAuthority, pk=authority_id)
    training = _list_form(request, trainings).asked.training
    lists = screening_files.letter_lists(made, training, authority, request.user, LISTED)
    has_doubtful = any(one.lines for one in lists[1:])
    context = {
        "screening": made,
        "authority": authority,
        "address": screening_pages.address_of(authority),
        "training": training,
        "paragraphs": screening_pages.paragraphs(training, made, has_doubtful=has_doubtful),
        "lists": lists,
        "listed": LISTED,
    }
    return render(request, "eligibility/screening_letter.html", context)


def _made(request: UserRequest, screening_id: int) -> tuple[Screening, list[ScreenedTraining]]:
    visible = Screening.objects.visible_to(request.user).with_filters()
    made = get_object_or_404(visible, pk=screening_id)
    return made, list(made.trainings.in_order())


def _listed(request: UserRequest, screening_id: int) -> tuple[Screening, list[ScreenedTraining]]:
    made, trainings = _made(request, screening_id)
    if not made.is_listed:
        raise Http404
    return made, trainings


def _list_form(request: UserRequest, trainings: list[ScreenedTraining]) -> ListForm:
    screened = {row[0] for training in trainings[:1] for row in training.outcomes if row[0]}
    return ListForm(request.GET, trainings=trainings, screened=screened)


def _services() -> dict[int, Service]:
    return {service.pk: service for service in Service.objects.select_related("authority")}
