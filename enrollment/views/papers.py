"""The officer's papers from the portal: receipts, statements and letters, and their standing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import UserRequest, officer_of, role_required
from accounts.roles import Role
from credits.actions import draw_statement
from credits.forms import StatementForm
from credits.models import CreditStatement
from enrollment import papers, tasks
from igot.lib.commits import after_commit
from igot.lib.dates import civil_today
from igot.lib.errors import Refused
from igot.lib.files import send_file
from igot.lib.limits import limited
from igot.lib.paging import page_of


@require_safe
@role_required(Role.OFFICER)
def paper_list(request: UserRequest) -> HttpResponse:
    """Show what the portal has issued to the officer, the latest first, and what is on its way."""
    waiting = CreditStatement.objects.of(request.user).without_paper()
    context = {
        "page_obj": page_of(request, papers.own_papers(request.user)),
        "waiting": list(waiting),
    }
    return TemplateResponse(request, "enrollment/paper_list.html", context)


@require_POST
@role_required(Role.OFFICER)
@limited("statements", at_most=20, seconds=3600)
def statement_draw(request: UserRequest) -> HttpResponse:
    """Draw a statement of the officer's points as of a day, today unless one is given."""
    officer, form = officer_of(request.user), StatementForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["on"])))
        return redirect("credits:statement")
    day = form.cleaned_data["on"] or civil_today()
    try:
        draw_statement(
            officer_id=officer.pk, as_of=day, acting_user=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("credits:statement")
    after_commit(tasks.issue_statements.delay)
    messages.success(request, _("Your statement is drawn. You find it here within a minute."))
    return redirect("enrollment:papers")


@require_safe
def paper_pdf(request: UserRequest, public_id: UUID) -> HttpResponseBase:
    """Hand out a paper to whoever may see what it is about."""
    document = get_object_or_404(papers.visible_papers(request.user), public_id=public_id)
    return send_file(document.pdf, name=f"{document.number.replace('/', '-')}.pdf")
