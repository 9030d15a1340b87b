"""Public pages: the archive of circulars, each with its PDF, and whether a document is genuine."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from circulars import facts, forms
from circulars.models import Circular, IssuedDocument
from igot.lib.files import send_file
from igot.lib.limits import limited
from igot.lib.paging import page_of

SAFE = frozenset({"GET", "HEAD"})


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
@never_cache
@limited("verify_number", at_most=60, seconds=60, methods=SAFE)
def verify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say whether the document of this number is genuine and in force, with what it certifies."""
    return _verified(request, facts.document_numbered(public_id))


@login_not_required
@require_safe
def verify_malformed(request: HttpRequest, text: str) -> HttpResponse:
    """Say of an address that was copied wrongly what one says of a number nobody issued."""
    return _verified(request, None)


@login_not_required
@require_safe
@limited("verify_number", at_most=60, seconds=60, methods=SAFE)
def verify_number(request: HttpRequest) -> HttpResponse:
    """Lead to the document of the two numbers that were typed from a paper."""
    form = forms.NumberForm(request.GET or None)
    if form.is_valid():
        if document := facts.document_named(
            form.cleaned_data["number"], form.cleaned_data["public"]
        ):
            return redirect(document.get_verify_url())
        return _verified(request, None, number_form=form)
    return _verify_page(request, {"number_form": form})


@login_not_required
@limited("verify", at_most=30, seconds=60)
def verify_upload(request: HttpRequest) -> HttpResponse:
    """Compare the digest of a PDF with those of all documents issued; the file is not kept."""
    is_asked = request.method == "POST"
    form = forms.VerifyForm(request.POST, request.FILES) if is_asked else forms.VerifyForm()
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        found = facts.document_digested(form.cleaned_data["sha256"])
        context |= facts.verification_of(found)
    return _verify_page(request, context)


def _verified(request: HttpRequest, document: IssuedDocument | None, **typed: Any) -> HttpResponse:
    context = {**facts.verification_of(document), **typed}
    return _verify_page(request, context, status=200 if document else 404)


def _verify_page(
    request: HttpRequest, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Show the page of verification, which no search engine lists."""
    blank = {"form": forms.VerifyForm(), "number_form": forms.NumberForm()}
    page = TemplateResponse(request, "circulars/verify.html", {**blank, **context}, status=status)
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page
