"""Pages on claims: each loads what the user may see, asks one action, and says what came of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, officer_of, role_required
from accounts.roles import Role
from enrollment.models import Enrollment
from igot.lib.errors import Refused
from igot.lib.files import send_file
from igot.lib.paging import page_of
from reimbursement import actions, facts, forms, policies, progress, rules, states
from reimbursement.models import Claim, ClaimDocument

STEPS_TOTAL = 4


@require_safe
@role_required(Role.OFFICER)
def claim_list(request: UserRequest) -> HttpResponse:
    officer = officer_of(request.user)
    rows = Claim.objects.of(request.user).with_course().latest_first()
    context = {"page_obj": page_of(request, rows), "claimable": facts.claimable(officer)}
    return TemplateResponse(request, "reimbursement/claim_list.html", context)


@role_required(Role.OFFICER)
def claim_start(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Say what a claim needs; a POST opens it. Who has claimed already is led to the claim."""
    own = Enrollment.objects.of(request.user).with_course()
    enrollment = get_object_or_404(own, pk=enrollment_id)
    if claim := Claim.objects.of(request.user).live().for_registration(enrollment).first():
        return redirect(claim)
    refusal = ""
    if request.method == "POST":
        try:
            claim = actions.open_claim(
                enrollment_id=enrollment.pk, acting_user=request.user, at=timezone.now()
            )
        except Refused as declined:
            refusal = str(declined)
        else:
            return redirect(claim)
    context = {
        "enrollment": enrollment,
        "certificate": facts.certificate_of(enrollment),
        "refusal": refusal,
    }
    return TemplateResponse(request, "reimbursement/claim_start.html", context)


@require_safe
def claim_detail(request: UserRequest, claim_id: int) -> HttpResponse:
    claim = get_object_or_404(Claim.objects.visible_to(request.user).with_everything(), pk=claim_id)
    context = {
        "claim": claim,
        "is_own": claim.claimant_user == request.user,
        "stages": progress.timeline_of(claim),
        "following": progress.next_of(claim),
        "tasks": progress.tasks_of(claim) if claim.is_open_to_claimant else [],
        "queries": list(claim.queries.order_by("pk")),
        "papers": list(claim.documents.current()),
        "payment": claim.payment_lines.paid().first(),
        "appeal": progress.appeal_of(claim),
        "can_withdraw": not policies.why_not(states.WITHDRAW, claim, request.user),
        "can_correct": not policies.why_not(states.PAY_AGAIN, claim, request.user),
    }
    return TemplateResponse(request, "reimbursement/claim_detail.html", context)


@require_safe
def claim_amount(request: UserRequest, claim_id: int) -> HttpResponse:
    """Show why this amount: the same page for the officer, the desk and the auditor."""
    claim = get_object_or_404(Claim.objects.visible_to(request.user).with_everything(), pk=claim_id)
    derivation, refusal = _derived(claim)
    context = {
        "claim": claim,
        "derivation": derivation,
        "refusal": refusal,
        "lines": list(claim.lines.order_by("pk")),
    }
    return TemplateResponse(request, "reimbursement/claim_amount.html", context)


@role_required(Role.OFFICER)
def claim_payment(request: UserRequest, claim_id: int) -> HttpResponse:
    claim = _own_open(request, claim_id)
    form = forms.PaymentForm(request.POST or None, initial=forms.PaymentForm.initial_of(claim))
    if form.is_valid():
        taken = _taken(
            form,
            actions.record_payment,
            claim_id=claim.pk,
            **form.cleaned_data,
            acting_user=request.user,
        )
        if taken:
            following = "payment" if "work_out" in request.POST else "papers"
            return redirect(f"reimbursement:{following}", claim.pk)
    return _step_page(request, claim, form, step=1, page="claim_payment")


@role_required(Role.OFFICER)
def claim_papers(request: UserRequest, claim_id: int) -> HttpResponse:
    """Take the papers one at a time; each is looked into before it is kept."""
    claim = _own_open(request, claim_id)
    kinds = [str(kind) for kind in ClaimDocument.Kind]
    sent = request.POST.get("kind", "")
    form = forms.PaperForm(request.POST or None, request.FILES or None, kind=sent)
    if form.is_valid():
        taken = _taken(
            form,
            actions.attach_paper,
            claim_id=claim.pk,
            **form.cleaned_data,
            acting_user=request.user,
        )
        if taken:
            messages.success(request, _("The paper is attached."))
            return redirect("reimbursement:papers", claim.pk)
    papers = {paper.kind: paper for paper in claim.documents.current()}
    slots = [
        {
            "kind": kind,
            "label": ClaimDocument.Kind(kind).label,
            "paper": papers.get(kind),
            "form": form if kind == sent else forms.PaperForm(kind=kind),
        }
        for kind in kinds
    ]
    return _step_page(request, claim, form, step=2, page="claim_papers", slots=slots)


@sensitive_post_parameters("account_number", "account_again")
@sensitive_variables("form")
@role_required(Role.OFFICER)
def claim_bank(request: UserRequest, claim_id: int) -> HttpResponse:
    claim = _own_open(request, claim_id)
    form = forms.BankForm(request.POST or None, initial=forms.BankForm.initial_of(claim))
    if form.is_valid():
        taken = _taken(
            form,
            actions.record_bank,
            claim_id=claim.pk,
            **form.cleaned_data,
            acting_user=request.user,
        )
        if taken:
            has_queries = claim.queries.open().exists()
            return redirect(
                "reimbursement:queries" if has_queries else "reimbursement:review", claim.pk
            )
    return _step_page(request, claim, form, step=3, page="claim_bank")


@role_required(Role.OFFICER)
def claim_review(request: UserRequest, claim_id: int) -> HttpResponse:
    """Show all that is claimed; with the declaration it is submitted."""
    claim = _own_open(request, claim_id)
    lane, refusal = _lane(claim)
    form = forms.SubmitForm(request.POST or None, lane=lane)
    if form.is_valid():
        taken = _taken(
            form,
            actions.submit_claim,
            claim_id=claim.pk,
            **form.cleaned_data,
            acting_user=request.user,
        )
        if taken:
            messages.success(request, _("Your claim is submitted. We write to you at each step."))
            return redirect(claim)
    return _step_page(
        request,
        claim,
        form,
        step=4,
        page="claim_review",
        gaps=facts.gaps_of(claim),
        lane_refusal=refusal,
        papers=list(claim.documents.current()),
    )


@role_required(Role.OFFICER)
def claim_queries(request: UserRequest, claim_id: int) -> HttpResponse:
    claim = _own_open(request, claim_id)
    queries = list(claim.queries.open())
    form = forms.AnswerForm(request.POST or None, queries=queries)
    if form.is_valid():
        taken = _taken(
            form,
            actions.answer_queries,
            claim_id=claim.pk,
            answers=form.answers,
            acting_user=request.user,
        )
        if taken:
            return redirect("reimbursement:review", claim.pk)
    context = {"claim": claim, "form": form, "queries": queries}
    return TemplateResponse(request, "reimbursement/claim_queries.html", context)


@role_required(Role.OFFICER)
def claim_withdraw(request: UserRequest, claim_id: int) -> HttpResponse:
    claim = get_object_or_404(Claim.objects.of(request.user).with_course(), pk=claim_id)
    reason = policies.why_not(states.WITHDRAW, claim, request.user)
    if request.method == "POST" and not reason:
        actions.withdraw_claim(claim_id=claim.pk, acting_user=request.user, at=timezone.now())
        messages.success(request, _("The claim is withdrawn."))
        return redirect("reimbursement:list")
    context = {"claim": claim, "reason": reason}
    return TemplateResponse(request, "reimbursement/claim_withdraw.html", context)


@sensitive_post_parameters("account_number", "account_again")
@sensitive_variables("form")
@role_required(Role.OFFICER)
def claim_account(request: UserRequest, claim_id: int) -> HttpResponse:
    """Name another account after a payment failed."""
    claim = get_object_or_404(Claim.objects.of(request.user).with_course(), pk=claim_id)
    if policies.why_not(states.PAY_AGAIN, claim, request.user):
        raise Http404
    form = forms.BankForm(request.POST or None, initial=forms.BankForm.initial_of(claim))
    if form.is_valid():
        taken = _taken(
            form,
            actions.correct_bank,
            claim_id=claim.pk,
            **form.cleaned_data,
            acting_user=request.user,
        )
        if taken:
            messages.success(request, _("Your account is changed. The payment is made again."))
            return redirect(claim)
    context = {"claim": claim, "form": form}
    return TemplateResponse(request, "reimbursement/claim_account.html", context)


@require_safe
def paper_file(request: UserRequest, paper_id: int) -> HttpResponseBase:
    """Hand a current paper to those who may see its claim."""
    papers = ClaimDocument.objects.visible_to(request.user).current()
    paper = get_object_or_404(papers, pk=paper_id)
    return send_file(paper.file, name=paper.file_name)


@require_safe
def order_file(request: UserRequest, claim_id: int) -> HttpResponseBase:
    """Hand the sanction order to the claimant and the desk."""
    claims = Claim.objects.visible_to(request.user).with_everything()
    claim = get_object_or_404(claims, pk=claim_id)
    order = claim.sanction_order
    if order is None or order.document is None:
        raise Http404
    return send_file(order.document.pdf, name=f"sanction-order-{order.serial}.pdf")


def _own_open(request: UserRequest, claim_id: int) -> Claim:
    """Return the user's own claim, sure that it may still be changed by its claimant.

    :raises PermissionDenied: it was submitted and not returned
    """
    claim = get_object_or_404(Claim.objects.of(request.user).with_everything(), pk=claim_id)
    if policies.why_not(states.SUBMIT, claim, request.user):
        raise PermissionDenied
    return claim


def _taken(form: Form, action: Any, **arguments: Any) -> bool:
    """Call `action`; if the office declines, put the sentence on the form."""
    try:
        action(**arguments, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _derived(claim: Claim) -> tuple[rules.Derivation | None, str]:
    try:
        return facts.derivation_of(claim), ""
    except Refused as refusal:
        return None, str(refusal)


def _lane(claim: Claim) -> tuple[str, str]:
    try:
        return facts.lane_of(claim, preferred_on=timezone.localdate())[1], ""
    except Refused as refusal:
        return states.Lane.NORMAL, str(refusal)


def _step_page(
    request: UserRequest, claim: Claim, form: Form, *, step: int, page: str, **more: Any
) -> HttpResponse:
    """Show a page of the claim form, beside it what comes back as far as that is known."""
    derivation, refusal = _derived(claim)
    context = {
        "claim": claim,
        "form": form,
        "step": step,
        "steps_total": STEPS_TOTAL,
        "derivation": derivation,
        "refusal": refusal,
        **more,
    }
    return TemplateResponse(request, f"reimbursement/{page}.html", context)
