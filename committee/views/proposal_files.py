"""Pages of lists of proposals: bringing one in, what its rows come to, applying it."""

from io import BytesIO

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from committee import proposal_columns, proposal_file_pages, proposal_files
from committee.actions import proposal_files as actions
from committee.forms.proposal_files import ProposalFileForm
from committee.models import ProposalImport
from committee.policies import proposals as policies
from committee.states import PROPOSERS
from igot.lib.errors import Refused
from igot.lib.limits import limited
from igot.lib.paging import page_of
from igot.lib.tables import TableError, csv_lines, write_xlsx
from igot.lib.uploads import sha256_of

ROWS_A_PAGE = 50
readers = role_required(*PROPOSERS, Role.AUDITOR)
proposers = role_required(*PROPOSERS)


@require_safe
@readers
def file_list(request: UserRequest) -> HttpResponse:
    files = ProposalImport.objects.visible_to(request.user).latest_first()
    context = {
        "page_obj": page_of(request, files),
        "may_propose": not policies.why_not_propose(request.user),
    }
    return TemplateResponse(request, "committee/proposal_files.html", context)


@proposers
@limited("proposal file", at_most=20, seconds=600)
def file_new(request: UserRequest) -> HttpResponse:
    form = ProposalFileForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            imported = actions.stage_file(
                file_name=file.name,
                sha256=sha256_of(file),
                letter_reference=form.cleaned_data["letter_reference"],
                rows=proposal_files.check_file(file, usual=form.usual, user=request.user),
                acting_user=request.user,
                at=timezone.now(),
            )
        except (Refused, TableError) as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect(imported)
    context = {"form": form, "columns": proposal_file_pages.columns()}
    return TemplateResponse(request, "committee/proposal_file_new.html", context)


@require_safe
@readers
def file_detail(request: UserRequest, file_id: int) -> HttpResponse:
    imported = _visible(request, file_id)
    chosen = request.GET.get("outcome", "")
    rows = imported.rows.of_outcome(chosen).select_related("proposal").order_by("line")
    context = {
        "imported": imported,
        "page_obj": page_of(request, rows, per_page=ROWS_A_PAGE),
        "chosen": chosen,
        "counts": proposal_file_pages.counts_of(imported),
        "may_settle": not policies.why_not_settle(imported, request.user),
    }
    return TemplateResponse(request, "committee/proposal_file.html", context)


@require_POST
@proposers
def file_apply(request: UserRequest, file_id: int) -> HttpResponse:
    imported = _visible(request, file_id)
    if reason := policies.why_not_settle(imported, request.user):
        raise Refused(reason)
    made = actions.apply_file(
        import_id=imported.pk,
        rows=proposal_files.check_again(imported, imported.rows.accepted()),
        submits="submits" in request.POST,
        acting_user=request.user,
        at=timezone.now(),
    )
    words = ngettext("%(n)s proposal is taken down.", "%(n)s proposals are taken down.", made)
    messages.success(request, words % {"n": made})
    return redirect(imported)


@require_POST
@proposers
def file_discard(request: UserRequest, file_id: int) -> HttpResponse:
    imported = _visible(request, file_id)
    actions.discard_file(import_id=imported.pk, acting_user=request.user, at=timezone.now())
    return redirect("committee:proposal_files")


@require_safe
@readers
def file_rows(request: UserRequest, file_id: int) -> StreamingHttpResponse:
    """Hand over each row with what came of it, as a CSV file that no spreadsheet runs."""
    imported = _visible(request, file_id)
    rows = imported.rows.select_related("proposal").order_by("line")
    lines = csv_lines(proposal_file_pages.row_headings(), proposal_file_pages.row_cells(rows))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="proposals-{imported.pk}.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@require_safe
@readers
def template(request: UserRequest, kind: str) -> HttpResponse:
    """Hand over an empty list with its headings and one example."""
    headings, rows = proposal_columns.headings(), [proposal_file_pages.example()]
    if kind == "csv":
        answer = HttpResponse(csv_lines(headings, rows), content_type="text/csv; charset=utf-8")
    elif kind == "xlsx":
        book = BytesIO()
        write_xlsx(book, headings, rows)
        answer = HttpResponse(book.getvalue(), content_type=proposal_file_pages.WORKBOOK)
    else:
        raise Http404("a template is a CSV file or a workbook")
    answer.headers["Content-Disposition"] = f'attachment; filename="proposals.{kind}"'
    return answer


def _visible(request: UserRequest, file_id: int) -> ProposalImport:
    files = ProposalImport.objects.visible_to(request.user).latest_first()
    return get_object_or_404(files, pk=file_id)
