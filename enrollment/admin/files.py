"""A record of the desk that begins with a provider's file, and what the file's rows became."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.desk import DeskAdmin
from accounts.models import User
from enrollment import pool_policies
from enrollment.actions.downloads import note_download
from igot.lib.errors import Refused
from igot.lib.files import send_bytes
from igot.lib.tables import Cell, csv_lines

ROWS_A_PAGE = 100


class FileAdmin(DeskAdmin):
    """Adding is bringing in a file; each row's outcome can be read and downloaded."""

    file_form: ClassVar[type[forms.Form]]
    file_explain: ClassVar[Any] = ""
    row_columns: ClassVar[Sequence[tuple[str, Any]]] = ()  # name of the attribute, heading

    def bring_in(self, *, form: forms.Form, acting_user: User) -> Any:
        """Do what the app does with the file of a valid form, and return the new record."""
        raise NotImplementedError

    def rows_of(self, thing: Any) -> QuerySet[Any]:
        return thing.rows.order_by("row")

    def row_cells(self, row: Any) -> list[Cell]:
        """Return what is shown and downloaded of a row, in the order of `row_columns`."""
        return [str(getattr(row, name)) for name, _heading in self.row_columns]

    # --- the pages ----------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not pool_policies.why_not_import(cast(User, request.user))

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/rows/", wrap(self.rows_view), name=f"{name}_rows"),
            path("<int:object_id>/rows.csv", wrap(self.download_view), name=f"{name}_rows_csv"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Take the file outside the transaction of Django's own add page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.file_form(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                thing = self.bring_in(form=form, acting_user=cast(User, request.user))
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The file is in. Look at what its rows became."))
                return HttpResponseRedirect(self._url("rows", thing.pk))
        context = {"title": _("Bring in a file"), "form": form, "explain": self.file_explain}
        return self._page(request, "admin/enrollment/bring_in.html", context)

    def rows_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        thing = self._found(request, object_id)
        page = Paginator(self.rows_of(thing), ROWS_A_PAGE).get_page(request.GET.get("page"))
        context = {
            "title": _("Rows of the file"),
            "thing": thing,
            "headings": [heading for _name, heading in self.row_columns],
            "rows": [self.row_cells(row) for row in page],
            "page_obj": page,
            "counts": self._counts(thing),
            "download_url": self._url("rows_csv", thing.pk),
            "back_url": self.change_url(thing),
        }
        return self._page(request, "admin/enrollment/rows.html", context)

    def download_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        thing = self._found(request, object_id)
        rows = [self.row_cells(row) for row in self.rows_of(thing)]
        note_download(
            source=thing, rows=len(rows), acting_user=cast(User, request.user), at=timezone.now()
        )
        header = [str(heading) for _name, heading in self.row_columns]
        content = "".join(csv_lines(header, rows)).encode()
        return send_bytes(content, name=f"{self.opts.model_name}-{thing.pk}-rows.csv")

    def rows_link(self, thing: Any) -> SafeString:
        """Show how many rows came to which outcome, with the way to each of them."""
        words = ", ".join(f"{name}: {count}" for name, count in self._counts(thing))
        url = self._url("rows", thing.pk)
        return format_html('{} <a href="{}">{}</a>', words, url, _("Show the rows"))

    rows_link.short_description = _("rows")  # type: ignore[attr-defined]

    def _counts(self, thing: Any) -> list[tuple[str, int]]:
        labels = dict(self.rows_of(thing).model.Outcome.choices)
        found = self.rows_of(thing).order_by().values_list("outcome").annotate(Count("pk"))
        return [(str(labels[outcome]), count) for outcome, count in sorted(found)]

    def _found(self, request: HttpRequest, object_id: int) -> Any:
        thing = self.get_object(request, str(object_id))
        if thing is None:
            raise Http404
        if not self.has_view_permission(request, thing):
            raise PermissionDenied
        return thing

    def _url(self, page: str, key: int) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[key])

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, name, {**frame, **context})
