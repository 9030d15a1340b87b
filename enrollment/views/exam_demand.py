"""Demand for examinations by city: as a page, as a file, and as the draft of a letter."""

from io import BytesIO

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from circulars.documents import render_paper
from enrollment import exam_demand, exam_letter
from enrollment.forms.examinations import DemandForm
from igot.lib.dates import civil_today
from igot.lib.errors import Refused
from igot.lib.files import send_bytes
from igot.lib.limits import limited
from igot.lib.tables import csv_lines, write_xlsx

FILE_NAME = "demand-by-city"
SAFE = frozenset({"GET", "HEAD"})


@require_safe
@role_required(*exam_demand.DEMAND_READERS)
@never_cache
def demand(request: UserRequest) -> HttpResponse:
    """Show which cities are asked for, of all batches or of some."""
    form = _form(request)
    found = exam_demand.demand_of(form.scope, request.user)
    context = {
        "form": form,
        "scope": form.scope,
        "demand": found,
        "taken": exam_demand.taken_of(form.scope, request.user),
        "bars": exam_demand.bars_of(found),
        "width": exam_demand.WIDTH,
        "may_write": request.user.has_role(Role.DEALING_HAND),
    }
    return TemplateResponse(request, "enrollment/exam_demand.html", context)


@require_safe
@role_required(*exam_demand.DEMAND_READERS)
@never_cache
def demand_csv(request: UserRequest) -> HttpResponse:
    head, rows = exam_demand.table_of(exam_demand.demand_of(_form(request).scope, request.user))
    return send_bytes("".join(csv_lines(head, rows)).encode(), name=f"{FILE_NAME}.csv")


@require_safe
@role_required(*exam_demand.DEMAND_READERS)
@never_cache
def demand_xlsx(request: UserRequest) -> HttpResponse:
    head, rows = exam_demand.table_of(exam_demand.demand_of(_form(request).scope, request.user))
    book = BytesIO()
    write_xlsx(book, head, rows)
    return send_bytes(book.getvalue(), name=f"{FILE_NAME}.xlsx")


@require_safe
@role_required(Role.DEALING_HAND)
@limited("exam_letter", at_most=20, seconds=300, methods=SAFE)
@never_cache
def demand_letter(request: UserRequest) -> HttpResponse:
    """Hand out the draft of the letter to the provider, with the table annexed.

    :raises Refused: batches of several providers, or no city is named yet
    """
    scope = _form(request).scope
    found = exam_demand.demand_of(scope, request.user)
    if scope.provider is None:
        raise Refused(_("The letter goes to one provider: choose one, or a course or batch."))
    if not found.cities:
        raise Refused(_("No officer has named a city yet: there is nothing to write of."))
    pdf = render_paper(exam_letter.letter_of(scope, scope.provider, found))
    return send_bytes(pdf, name="letter-on-examination-centres.pdf")


def _form(request: UserRequest) -> DemandForm:
    today = civil_today()
    runs, over = exam_demand.runs_with_exams(today), exam_demand.runs_examined(today)
    return DemandForm(request.GET, scopes=exam_demand.scopes_of(list(runs), list(over)))
