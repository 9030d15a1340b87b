"""The officer's pages: one for each step of a registration, the list, and the way of each."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import UserRequest, officer_of, role_required
from accounts.roles import Role
from courses.models import Course
from enrollment import (
    declaration,
    facts,
    next_action,
    pages,
    policies,
    seats,
    states,
    tasks,
    timeline,
)
from enrollment.actions import registrations
from enrollment.forms.registrations import (
    AccountsForm,
    DeclarationForm,
    RunForm,
    WithdrawalForm,
)
from enrollment.models import Enrollment, Intimation, Receipt
from igot.lib.commits import after_commit
from igot.lib.errors import Refused
from igot.lib.files import send_file
from igot.lib.paging import page_of

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@role_required(Role.OFFICER)
def registration_start(request: UserRequest, code: str) -> HttpResponse:
    """Show what a course asks and gives and its open batches; start or take up the draft."""
    course = get_object_or_404(Course.objects.visible_to(request.user), code=code)
    officer, today = officer_of(request.user), timezone.localdate()
    runs = course.runs.open_on(today).in_order()
    form = RunForm(_posted(request), runs=runs)
    if request.method == "POST" and (course.is_self_paced or form.is_valid()):
        try:
            enrollment = registrations.start_registration(
                officer_id=officer.pk,
                course_id=course.pk,
                run_id=None if course.is_self_paced else form.cleaned_data["run"].pk,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form = _refused(form, refusal)
        else:
            return _go_on(enrollment)
    own = Enrollment.objects.of(request.user).with_course()
    context = {
        "course": course,
        "form": form,
        "runs": runs,
        **facts.terms_by_batch(course, runs, today),
        "standing": own.under_way().of_course(course).latest_first(),
        "seats_of_batches": seats.lines_of(runs),
        "steps_total": pages.count_of_pages(course),
    }
    return TemplateResponse(request, "enrollment/registration_start.html", context)


@form_page
def registration_run(request: UserRequest, enrollment_id: int) -> HttpResponse:
    enrollment = _own(request, enrollment_id)
    if not _is_open(enrollment, "run") or enrollment.course.is_self_paced:
        return _go_on(enrollment)
    runs = enrollment.course.runs.open_on(timezone.localdate()).in_order()
    form = RunForm(_posted(request), runs=runs, initial={"run": enrollment.run_id})
    if form.is_valid():
        try:
            registrations.choose_run(
                enrollment_id=enrollment.pk,
                run_id=form.cleaned_data["run"].pk,
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _go_on(_own(request, enrollment_id))
    return _page(request, enrollment, "run", {"form": form, "runs": runs})


@form_page
def registration_details(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Show the service record with what the rules say of it now; storing comes with the POST."""
    enrollment = _own(request, enrollment_id)
    if not _is_open(enrollment, "details"):
        return _go_on(enrollment)
    if request.method == "POST":
        made = registrations.confirm_details(
            enrollment_id=enrollment.pk, acting_user=request.user, at=timezone.now()
        )
        if not policies.why_not_on(made):
            enrollment.decision, enrollment.details_confirmed_at = made, made.at
            return _go_on(enrollment)
        return redirect("enrollment:details", enrollment.pk)
    officer, course, run = enrollment.officer, enrollment.course, enrollment.run
    answer = facts.answer_for(officer, course, run, timezone.localdate())
    decision = enrollment.decision
    context = {
        "rows": facts.details_of(officer),
        "answer": answer,
        "is_barred": answer is not None and answer.outcome not in policies.SUBMITTABLE,
        "refusal": policies.why_not_on(decision) if decision else "",
        **facts.others_beside(enrollment),
    }
    return _page(request, enrollment, "details", context)


@form_page
def registration_accounts(request: UserRequest, enrollment_id: int) -> HttpResponse:
    enrollment = _own(request, enrollment_id)
    if not _is_open(enrollment, "accounts"):
        return _go_on(enrollment)
    provider = enrollment.course.provider
    form = AccountsForm(
        _posted(request),
        provider=provider,
        initial=facts.accounts_of(enrollment.officer, provider),
    )
    if form.is_valid():
        try:
            registrations.give_accounts(
                enrollment_id=enrollment.pk,
                platform_username=form.cleaned_data["platform_username"],
                programme_username=form.cleaned_data["programme_username"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("platform_username", str(refusal))
        else:
            return _go_on(_own(request, enrollment_id))
    return _page(request, enrollment, "accounts", {"form": form, "provider": provider})


@form_page
def registration_declaration(request: UserRequest, enrollment_id: int) -> HttpResponse:
    enrollment = _own(request, enrollment_id)
    if not _is_open(enrollment, "declaration"):
        return _go_on(enrollment)
    form = DeclarationForm(_posted(request))
    if form.is_valid():
        try:
            registrations.declare(
                enrollment_id=enrollment.pk, acting_user=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _go_on(_own(request, enrollment_id))
    context = {"form": form, "points": declaration.POINTS}
    return _page(request, enrollment, "declaration", context)


@form_page
def registration_review(request: UserRequest, enrollment_id: int) -> HttpResponse:
    enrollment = _own(request, enrollment_id)
    if not _is_open(enrollment, "review"):
        return _go_on(enrollment)
    refusal = policies.why_not_open(enrollment, timezone.localdate())
    if request.method == "POST":
        try:
            registrations.submit_registration(
                enrollment_id=enrollment.pk, acting_user=request.user, at=timezone.now()
            )
        except Refused as declined:
            refusal = str(declined)
        else:
            after_commit(tasks.issue_missing_letters.delay)
            return redirect("enrollment:done", enrollment.pk)
    context = {"rows": facts.summary_of(enrollment), "refusal": refusal}
    return _page(request, enrollment, "review", context)


@require_safe
def registration_done(request: UserRequest, enrollment_id: int) -> HttpResponse:
    enrollment = _own(request, enrollment_id)
    if enrollment.number is None:
        return _go_on(enrollment)
    way = timeline.way_of(enrollment, is_own=True)
    context = {
        "enrollment": enrollment,
        "intimation": way.intimation,
        "next": next_action.next_action(way),
        "marks": timeline.marks_of(way),
    }
    return TemplateResponse(request, "enrollment/registration_done.html", context)


@require_safe
def registration_list(request: UserRequest) -> HttpResponse:
    rows = Enrollment.objects.of(request.user).with_course().latest_first()
    context = {"page_obj": page_of(request, rows)}
    return TemplateResponse(request, "enrollment/registration_list.html", context)


@require_safe
def registration_detail(request: UserRequest, enrollment_id: int) -> HttpResponse:
    rows = Enrollment.objects.visible_to(request.user).with_course().with_answers()
    enrollment = get_object_or_404(rows, pk=enrollment_id)
    is_own = enrollment.officer.user_id == request.user.pk
    way = timeline.way_of(enrollment, is_own=is_own)
    context = {
        "enrollment": enrollment,
        "way": way,
        "is_own": is_own,
        "intimation": way.intimation,
        "receipt": Receipt.objects.latest_of(enrollment),
        "next": next_action.next_action(way) if is_own else None,
        "marks": timeline.marks_of(way),
        "may_withdraw": not policies.why_not(states.WITHDRAW, enrollment, request.user),
        "may_defer": bool(enrollment.run)
        and not policies.why_not(states.DEFER, enrollment, request.user),
    }
    return TemplateResponse(request, "enrollment/registration_detail.html", context)


@form_page
def registration_withdraw(request: UserRequest, enrollment_id: int) -> HttpResponse:
    enrollment = _own(request, enrollment_id)
    refusal = policies.why_not(states.WITHDRAW, enrollment, request.user)
    form = WithdrawalForm(_posted(request), is_draft=enrollment.number is None)
    if request.method == "POST" and form.is_valid():
        try:
            registrations.withdraw_registration(
                enrollment_id=enrollment.pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as declined:
            form.add_error(None, str(declined))
        else:
            messages.success(request, _("The registration is withdrawn."))
            return redirect("enrollment:list")
    context = {"enrollment": enrollment, "form": form, "refusal": refusal}
    return TemplateResponse(request, "enrollment/registration_withdraw.html", context)


@require_safe
def intimation_letter(request: UserRequest, intimation_id: int) -> HttpResponseBase:
    """Hand out the letter to whoever may see the intimation."""
    rows = Intimation.objects.visible_to(request.user)
    intimation = get_object_or_404(rows.select_related("document"), pk=intimation_id)
    if intimation.document is None:
        raise Http404
    return send_file(intimation.document.pdf, name=f"{intimation.number.replace('/', '-')}.pdf")


def _posted(request: UserRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _own(request: UserRequest, enrollment_id: int) -> Enrollment:
    rows = Enrollment.objects.of(request.user).with_course().with_answers()
    return get_object_or_404(rows, pk=enrollment_id)


def _is_open(enrollment: Enrollment, page: str) -> bool:
    """Return whether `page` can be filled in now."""
    return enrollment.state in states.OPEN_FOR_CHANGES and pages.is_open_page(enrollment, page)


def _go_on(enrollment: Enrollment) -> HttpResponse:
    """Lead to the first page that is not filled in, or to the registration itself."""
    if enrollment.state not in states.OPEN_FOR_CHANGES:
        return redirect(enrollment)
    return redirect(f"enrollment:{pages.next_page(enrollment)}", enrollment.pk)


def _refused(form: RunForm, refusal: Refused) -> RunForm:
    """Put a refusal on a form, which a self-paced course has left empty."""
    form.is_valid()
    form.errors.clear()
    form.add_error(None, str(refusal))
    return form


def _page(
    request: UserRequest, enrollment: Enrollment, name: str, context: dict[str, Any]
) -> HttpResponse:
    context = {"enrollment": enrollment, **pages.place_of(enrollment, name), **context}
    return TemplateResponse(request, f"enrollment/registration_{name}.html", context)
