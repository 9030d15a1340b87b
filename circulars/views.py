"""Public pages: the archive of circulars, each with its PDF, and whether a document is genuine."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from circulars import facts, forms
from circulars.models import Circular
from igot.lib.files import send_file
from igot.lib.limits import limited
from igot.lib.paging import page_of


@login_not_required
@require_safe
def circular_list(request: HttpRequest) -> HttpResponse:
    """Show the archive: what was issued, the latest first."""
    public = Circular.objects.public()
    form = forms.ArchiveForm(request.GET, years=public.years())
    wishes = form.wishes()
    rows = public.matching(**wishes).with_document().latest_first()
    context = {
        "page_obj": page_of(request, rows),
        "form": form,
        "is_filtered": any(wishes.values()),
    }
    return TemplateResponse(request, "circulars/circular_list.html", context)


@login_not_required
@require_safe
def circular_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show a circular as text in both languages, with its PDF and its neighbours."""
    rows = Circular.objects.visible_to(request.user).with_document()
    circular = get_object_or_404(rows, code=code)
    context = facts.paper_shown(circular, request.user)
    return TemplateResponse(request, "circulars/circular_detail.html", context)


@login_not_required
@require_safe
def circular_pdf(request: HttpRequest, code: str) -> HttpResponseBase:
    """Hand out the PDF of an issued circular."""
    rows = Circular.objects.public().rendered().with_document()
    circular = get_object_or_404(rows, code=code)
    return send_file(circular.rendered_document.pdf, name=f"{circular.code}.pdf", is_public=True)


@login_not_required
@require_safe
def verify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say whether the document of this number is genuine and in force, with what it certifies."""
    context = {
        **facts.verification_of(facts.document_numbered(public_id)),
        "form": forms.VerifyForm(),
    }
    status = 200 if context["document"] else 404
    return TemplateResponse(request, "circulars/verify.html", context, status=status)


@login_not_required
@limited("verify", at_most=30, seconds=60)
def verify_upload(request: HttpRequest) -> HttpResponse:
    """Compare the digest of a PDF with those of all documents issued; the file is not kept."""
    is_asked = request.method == "POST"
    form = forms.VerifyForm(request.POST, request.FILES) if is_asked else forms.VerifyForm()
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        found = facts.document_digested(form.cleaned_data["pdf"])
        context |= facts.verification_of(found)
    return TemplateResponse(request, "circulars/verify.html", context)
