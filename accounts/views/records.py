"""Pages on one's service record, the queue of verification, notices and the account."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import facts, forms, policies, states
from accounts.access import UserRequest, officer_of, role_required
from accounts.actions import notices, records
from accounts.models import Notice, Officer
from accounts.roles import Role
from accounts.states import RecordState
from igot.lib.errors import Refused
from igot.lib.paging import page_of, words_of


@require_safe
@role_required(Role.OFFICER)
def profile(request: UserRequest) -> HttpResponse:
    officer = officer_of(request.user)
    context = {
        "officer": officer,
        "rows": facts.record_rows(officer),
        "postings": facts.posting_rows(officer),
        "following": _next(request),
    }
    return TemplateResponse(request, "accounts/profile.html", context)


@sensitive_post_parameters("born_on", "mobile")
@role_required(Role.OFFICER)
def profile_edit(request: UserRequest) -> HttpResponse:
    officer = officer_of(request.user)
    form = forms.ServiceRecordForm(request.POST or None, officer=officer)
    if form.is_valid():
        try:
            records.declare_record(
                officer_id=officer.pk,
                facts=form.cleaned_data,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your service record is declared."))
            return HttpResponseRedirect(_next(request) or reverse("accounts:profile"))
    context = {"officer": officer, "form": form, "following": _next(request)}
    return TemplateResponse(request, "accounts/profile_edit.html", context)


@require_safe
@role_required(Role.NODAL_OFFICER, Role.DEALING_HAND)
def officer_list(request: UserRequest) -> HttpResponse:
    words, form = words_of(request), forms.QueueForm(request.GET, user=request.user)
    rows = Officer.objects.visible_to(request.user).with_service()
    rows = rows.search(words).order_by("name", "pk") if words else form.rows_of(rows)
    page = page_of(request, rows)
    context = {
        "page_obj": page,
        "rows": facts.queue_rows(page, timezone.now()),
        "words": words,
        "form": form,
        "is_narrowed": any(form.cleaned_data.values()) if not words else False,
    }
    return TemplateResponse(request, "accounts/officer_list.html", context)


@require_safe
def officer_detail(request: UserRequest, officer_id: int) -> HttpResponse:
    officer = get_object_or_404(
        Officer.objects.visible_to(request.user).with_service(), pk=officer_id
    )
    return _officer_page(request, officer, forms.ReasonForm())


@require_POST
@role_required(Role.NODAL_OFFICER, Role.DEALING_HAND)
def officer_verify(request: UserRequest, officer_id: int) -> HttpResponse:
    officer = get_object_or_404(Officer.objects.visible_to(request.user), pk=officer_id)
    records.verify_record(officer_id=officer.pk, acting_user=request.user, at=timezone.now())
    messages.success(request, _("The service record of %(name)s is verified.") % {"name": officer})
    return redirect("accounts:officer_list")


@require_POST
@role_required(Role.NODAL_OFFICER, Role.DEALING_HAND)
def officer_return(request: UserRequest, officer_id: int) -> HttpResponse:
    officer = get_object_or_404(
        Officer.objects.visible_to(request.user).with_service(), pk=officer_id
    )
    form = forms.ReasonForm(request.POST)
    if form.is_valid():
        try:
            records.return_record(
                officer_id=officer.pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The record went back to %(name)s.") % {"name": officer})
            return redirect("accounts:officer_list")
    return _officer_page(request, officer, form)


def _officer_page(request: UserRequest, officer: Officer, form: forms.ReasonForm) -> HttpResponse:
    context = {
        "officer": officer,
        "rows": facts.record_rows(officer),
        "changes": facts.changes_since_verified(officer),
        "postings": facts.posting_rows(officer),
        "history": facts.record_history(officer),
        "beside": _beside(request, officer),
        "may_note": not policies.why_not_note(officer, request.user),
        "may_verify": not policies.why_not(states.VERIFY, officer, request.user),
        "form": form,
    }
    return TemplateResponse(request, "accounts/officer_detail.html", context)


def _beside(request: UserRequest, officer: Officer) -> tuple[Officer | None, Officer | None]:
    """Return the neighbours in the queue, for whoever works through it."""
    works = request.user.has_role(Role.NODAL_OFFICER, Role.DEALING_HAND)
    if not works or officer.record_state != RecordState.DECLARED:
        return None, None
    return Officer.objects.visible_to(request.user).beside(officer)


@require_safe
def inbox(request: UserRequest) -> HttpResponse:
    rows = Notice.objects.visible_to(request.user).select_related("entry").order_by("-pk")
    page = page_of(request, rows)
    context = {"page_obj": page, "notices": [facts.notice_row(notice) for notice in page]}
    return TemplateResponse(request, "accounts/inbox.html", context)


@require_POST
def notice_open(request: UserRequest, notice_id: int) -> HttpResponse:
    get_object_or_404(Notice.objects.visible_to(request.user), pk=notice_id)
    notice = notices.read_notice(notice_id=notice_id, acting_user=request.user, at=timezone.now())
    return HttpResponseRedirect(notice.link) if notice.link else redirect("accounts:inbox")


@require_POST
def inbox_read(request: UserRequest) -> HttpResponse:
    notices.read_all_notices(acting_user=request.user, at=timezone.now())
    return redirect("accounts:inbox")


@require_safe
def account(request: UserRequest) -> HttpResponse:
    context = {
        "has_second_factor": facts.has_second_factor(request.user),
        "acts_for_authority": request.user.has_role(Role.NODAL_OFFICER),
    }
    return TemplateResponse(request, "accounts/account.html", context)


def _next(request: UserRequest) -> str:
    """Return the page to go on to, if `?next=` names one of ours."""
    following = request.GET.get("next", "")
    is_ours = following.startswith("/") and url_has_allowed_host_and_scheme(
        following, allowed_hosts=None
    )
    return following if is_ours else ""
