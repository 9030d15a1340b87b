"""Pages of the catalogue, and of the committee on whose decisions it rests."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from courses import actions, course_page, facts, forms, policies, states
from courses.models import CommitteeDecision, Institute, Programme
from igot.lib.errors import Refused
from igot.lib.paging import page_of

CARDS_PER_PAGE = 12


@login_not_required
@require_safe
def course_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    query = facts.CatalogueQuery.of(request.GET)
    found = facts.search(query, today=today)
    page = page_of(request, found.entries, per_page=CARDS_PER_PAGE)
    context = {
        "query": query,
        "found": found,
        "page_obj": page,
        "cards": [entry.card for entry in page],
        "sorts": facts.Sort.choices,
    }
    return TemplateResponse(request, "courses/course_list.html", context)


@login_not_required
@require_safe
def course_detail(request: HttpRequest, code: str) -> HttpResponse:
    page = course_page.page_of(code, request.user, today=timezone.localdate())
    if page is None:
        raise Http404
    context = {
        "page": page,
        "course": page.course,
        "updated_on": timezone.localdate(page.course.updated_at),
    }
    return TemplateResponse(request, "courses/course_detail.html", context)


@login_not_required
@require_safe
def institute_detail(request: HttpRequest, code: str) -> HttpResponse:
    institute = get_object_or_404(Institute.objects.visible_to(request.user), code=code)
    cards = facts.cards_of_institute(institute, today=timezone.localdate())
    context = {"institute": institute, "cards": cards}
    return TemplateResponse(request, "courses/institute_detail.html", context)


@login_not_required
@require_safe
def programme_detail(request: HttpRequest, code: str) -> HttpResponse:
    programmes = Programme.objects.visible_to(request.user).select_related("institute", "provider")
    programme = get_object_or_404(programmes, code=code)
    today = timezone.localdate()
    required, further = facts.cards_of_programme(programme, today=today)
    context = {
        "programme": programme,
        "required": required,
        "further": further,
        "rule": programme.grade_rules.in_force(today).first(),
    }
    return TemplateResponse(request, "courses/programme_detail.html", context)


@login_not_required
@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    decisions = CommitteeDecision.objects.in_force().with_course().latest_first()
    return TemplateResponse(
        request, "courses/decision_list.html", {"page_obj": page_of(request, decisions)}
    )


@role_required(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY)
@require_safe
def committee(request: UserRequest) -> HttpResponse:
    """Show the decisions that await confirmation, and those in force."""
    decisions = CommitteeDecision.objects.visible_to(request.user).with_course()
    awaiting = list(decisions.awaiting_confirmation().latest_first()[:50])
    context = {
        "awaiting": [
            {
                "decision": decision,
                "why_not": policies.why_not(states.CONFIRM, decision, request.user),
            }
            for decision in awaiting
        ],
        "page_obj": page_of(request, decisions.in_force().latest_first()),
        "is_member": request.user.has_role(Role.COMMITTEE_MEMBER),
    }
    return TemplateResponse(request, "courses/committee.html", context)


@role_required(Role.COMMITTEE_MEMBER)
@require_POST
def decision_confirm(request: UserRequest, decision_id: int) -> HttpResponse:
    decision = get_object_or_404(CommitteeDecision.objects.visible_to(request.user), pk=decision_id)
    try:
        actions.confirm_decision(
            decision_id=decision.pk, acting_user=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Decision %(number)s is in force.") % {"number": decision})
    return redirect("courses:committee")


@role_required(Role.COMMITTEE_MEMBER)
def decision_withdraw(request: UserRequest, decision_id: int) -> HttpResponse:
    decisions = CommitteeDecision.objects.visible_to(request.user).with_course()
    decision = get_object_or_404(decisions, pk=decision_id)
    form = forms.WithdrawForm(request.POST or None)
    if form.is_valid():
        try:
            actions.withdraw_decision(
                decision_id=decision.pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Decision %(number)s is withdrawn.") % {"number": decision})
            return redirect("courses:committee")
    context = {"decision": decision, "form": form}
    return TemplateResponse(request, "courses/decision_withdraw.html", context)


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the public pages of the catalogue for search engines."""
    pages = facts.public_pages()
    context = {
        "pages": [(request.build_absolute_uri(path), changed_on) for path, changed_on in pages]
    }
    return TemplateResponse(request, "courses/sitemap.xml", context, content_type="application/xml")
