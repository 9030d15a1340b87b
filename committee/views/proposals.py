"""Pages of proposals: the list, a proposal, writing one, and its steps before the committee."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from committee import facts, proposal_pages, states
from committee.actions import proposals as actions
from committee.forms.proposals import ProposalPageForm, ScreeningForm, WhyForm
from committee.models import Proposal, ScreeningPoint
from committee.policies import proposals as policies
from committee.states import PROPOSERS, Step
from igot.lib.dates import civil_today
from igot.lib.errors import Refused
from igot.lib.paging import page_of, words_of

readers = role_required(*PROPOSERS, Role.COMMITTEE_MEMBER, Role.AUDITOR)
proposers = role_required(*PROPOSERS)
secretaries = role_required(Role.COMMITTEE_SECRETARY)
asked = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@readers
def proposal_list(request: UserRequest) -> HttpResponse:
    query = proposal_pages.ProposalQuery.of(request.GET, words_of(request))
    proposals = Proposal.objects.visible_to(request.user)
    page = page_of(request, query.of_all(proposals, request.user).latest_first())
    context = {
        "query": query,
        "page_obj": page,
        "rows": proposal_pages.rows_of(page, request.user),
        "states": proposal_pages.states_for(request.user),
        "sources": Proposal.Source.choices,
        "may_propose": not policies.why_not_propose(request.user),
    }
    return TemplateResponse(request, "committee/proposal_list.html", context)


@require_safe
@readers
def proposal_detail(request: UserRequest, proposal_id: int) -> HttpResponse:
    proposal = _visible(request, proposal_id)
    context = proposal_pages.page_of_proposal(proposal, request.user)
    return TemplateResponse(request, "committee/proposal_detail.html", context)


@asked
@proposers
def proposal_new(request: UserRequest) -> HttpResponse:
    form = ProposalPageForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        rule_sets=proposal_pages.rule_sets(),
        known=facts.known_courses() if request.method == "POST" else (),
        initial={"received_on": civil_today()},
    )
    if form.is_valid():
        try:
            proposal = actions.record_proposal(
                fields=form.said,
                submits="submits" in request.POST,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, proposal)
    return _form_page(request, form, None)


@asked
@proposers
def proposal_edit(request: UserRequest, proposal_id: int) -> HttpResponse:
    proposal = _visible(request, proposal_id)
    if reason := policies.why_not_edit(proposal, request.user):
        raise Refused(reason)
    form = ProposalPageForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        proposal=proposal,
        rule_sets=proposal_pages.rule_sets(),
        known=facts.known_courses(but=proposal.pk) if request.method == "POST" else (),
        initial={field: getattr(proposal, field) for field in ProposalPageForm.of_proposal()},
    )
    if form.is_valid():
        try:
            actions.edit_proposal(
                proposal_id=proposal.pk,
                fields=form.said,
                submits="submits" in request.POST,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, proposal)
    return _form_page(request, form, proposal)


@require_POST
@proposers
def proposal_submit(request: UserRequest, proposal_id: int) -> HttpResponse:
    proposal = _visible(request, proposal_id)
    actions.submit_proposal(proposal_id=proposal.pk, acting_user=request.user, at=timezone.now())
    return _done(request, proposal)


@asked
@secretaries
def proposal_screen(request: UserRequest, proposal_id: int) -> HttpResponse:
    proposal = _visible(request, proposal_id)
    if reason := policies.why_not(states.SCREEN_PROPOSAL, proposal, request.user):
        raise Refused(reason)
    form = ScreeningForm(
        request.POST if request.method == "POST" else None,
        points=list(ScreeningPoint.objects.in_use()),
        answers=proposal.screening.all(),
    )
    if form.is_valid():
        try:
            actions.screen_proposal(
                proposal_id=proposal.pk,
                answers=form.answers,
                passes="passes" in request.POST,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, proposal)
    context = {"proposal": proposal, "form": form, "alike": proposal_pages.alike_of(proposal)}
    return TemplateResponse(request, "committee/proposal_screen.html", context)


@asked
@secretaries
def proposal_return(request: UserRequest, proposal_id: int) -> HttpResponse:
    return _reasoned(
        request, proposal_id, "return", states.RETURN_PROPOSAL, actions.return_proposal
    )


@asked
@proposers
def proposal_withdraw(request: UserRequest, proposal_id: int) -> HttpResponse:
    return _reasoned(
        request, proposal_id, "withdraw", states.WITHDRAW_PROPOSAL, actions.withdraw_proposal
    )


@asked
@proposers
def proposal_resume(request: UserRequest, proposal_id: int) -> HttpResponse:
    return _reasoned(
        request, proposal_id, "resume", states.RESUME_PROPOSAL, actions.resume_proposal
    )


def _reasoned(
    request: UserRequest, proposal_id: int, name: str, step: Step, action: Callable[..., None]
) -> HttpResponse:
    """Take a step that asks for a reason, on a page of its own."""
    proposal = _visible(request, proposal_id)
    if reason := policies.why_not(step, proposal, request.user):
        raise Refused(reason)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            action(
                proposal_id=proposal.pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, proposal)
    context = {"proposal": proposal, "form": form, "step": name}
    return TemplateResponse(request, "committee/proposal_reason.html", context)


def _visible(request: UserRequest, proposal_id: int) -> Proposal:
    proposals = Proposal.objects.visible_to(request.user).with_people()
    return get_object_or_404(proposals, pk=proposal_id)


def _done(request: UserRequest, proposal: Proposal) -> HttpResponse:
    proposal.refresh_from_db(fields=["state"])
    words = {
        "number": proposal.number,
        "state": policies.shown_label(proposal, request.user),
    }
    messages.success(request, _("Proposal %(number)s: %(state)s.") % words)
    return redirect(proposal)


def _form_page(
    request: UserRequest, form: ProposalPageForm, proposal: Proposal | None
) -> HttpResponse:
    context = {
        "form": form,
        "proposal": proposal,
        "institutes": facts.institute_names(),
        "may_submit": proposal is None
        or not policies.why_not(states.SUBMIT_PROPOSAL, proposal, request.user),
    }
    return TemplateResponse(request, "committee/proposal_form.html", context)
