"""A record of the desk that begins with a provider's file, and what the file's rows became."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk import DeskAdmin, DeskStep
from accounts.models import User
from enrollment import pool_policies, states
from enrollment.actions.downloads import note_download
from enrollment.actions.provider_files import FileReader
from igot.lib.errors import Refused
from igot.lib.files import send_lines
from igot.lib.tables import Cell, csv_lines

ROWS_A_PAGE = 100
ROWS_AT_ONCE = 2_000  # of a download


def stop_step(reader: FileReader[Any, Any]) -> DeskStep:
    """Return the button that stops the reading of a file of the kind of `reader`."""
    return DeskStep(
        name="stop",
        label=gettext_lazy("Stop the reading"),
        step=states.STOP_READING,
        action=reader.stop,
        id_name="thing_id",
        explain=gettext_lazy("Nothing of the file is kept; the same file can be brought in again."),
        done=gettext_lazy("The reading of %(thing)s stops within seconds."),
        is_grave=True,
    )


class FileAdmin(DeskAdmin):
    """Adding is bringing in a file; each row's outcome can be read and downloaded.

    A large file is read by a task: with `reader` its pages show how far that is, and a step of the
    desk stops it.
    """

    reader: ClassVar[FileReader[Any, Any] | None] = None
    change_form_template = "admin/enrollment/file_change_form.html"
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

    # --- the reading ---------------------------------------------------------------------------

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        if self.reader is not None:
            self.steps = (stop_step(self.reader), *self.steps)

    def reason_against(self, step: DeskStep, thing: Any, request: HttpRequest) -> str:
        if step.step is states.STOP_READING:
            return pool_policies.why_not_stop(thing, cast(User, request.user))
        return super().reason_against(step, thing, request)

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
                if not (problem := getattr(thing, "problem", "")):
                    messages.success(request, self._said_of(thing))
                    return HttpResponseRedirect(self._url("rows", thing.pk))
                form.add_error(None, problem)
        context = {"title": _("Bring in a file"), "form": form, "explain": self.file_explain}
        return self._page(request, "admin/enrollment/bring_in.html", context)

    def _said_of(self, thing: Any) -> str:
        if thing.is_at_work:
            return _("The file is in. Its rows are being read; this page shows how far that is.")
        return _("The file is in. Look at what its rows became.")

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
            "stop_url": self._stop_url(request, thing),
        }
        return self._page(request, "admin/enrollment/rows.html", context)

    def download_view(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        thing = self._found(request, object_id)
        rows = self.rows_of(thing)
        note_download(
            source=thing, rows=rows.count(), acting_user=cast(User, request.user), at=timezone.now()
        )
        header = [str(heading) for _name, heading in self.row_columns]
        cells = (self.row_cells(row) for row in rows.iterator(chunk_size=ROWS_AT_ONCE))
        return send_lines(
            csv_lines(header, cells), name=f"{self.opts.model_name}-{thing.pk}-rows.csv"
        )

    @admin.display(description=gettext_lazy("rows"))
    def rows_link(self, thing: Any) -> SafeString:
        """Show how many rows came to which outcome, with the way to each of them."""
        words = ", ".join(f"{name}: {count}" for name, count in self._counts(thing))
        url = self._url("rows", thing.pk)
        return format_html('{} <a href="{}">{}</a>', words, url, _("Show the rows"))

    def _counts(self, thing: Any) -> list[tuple[str, int]]:
        labels = dict(self.rows_of(thing).model.Outcome.choices)
        found = self.rows_of(thing).order_by().values_list("outcome").annotate(Count("pk"))
        return [(str(labels[outcome]), count) for outcome, count in sorted(found)]

    def _stop_url(self, request: HttpRequest, thing: Any) -> str:
        step = next((step for step in self.steps if step.step is states.STOP_READING), None)
        if step is None or self.reason_against(step, thing, request):
            return ""
        return self.step_url(thing, step)

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
