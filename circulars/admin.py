"""The desk of circulars: drafts are written here and go their way to issue."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskInline, DeskStep, user_of
from accounts.models import User
from circulars import actions, documents, forms, policies, states, tasks
from circulars.models import (
    Addressee,
    AddressList,
    AddressListEntry,
    Circular,
    Delivery,
    IssuedDocument,
    OfficeFile,
    Paragraph,
)
from igot.lib.commits import after_commit
from igot.lib.files import send_bytes


def issue_and_render(
    *, circular_id: int, acting_user: User, at: datetime, hindi_override_reason: str
) -> None:
    """Issue, and have the PDF made at once rather than by the next sweep."""
    actions.issue_circular(
        circular_id=circular_id,
        acting_user=acting_user,
        at=at,
        hindi_override_reason=hindi_override_reason,
    )
    after_commit(tasks.render_unrendered.delay)


class DraftInline(DeskInline):
    """Parts of a circular: open while it is a draft of whoever looks at it."""

    form = forms.DraftForm
    can_delete = True

    def _is_open(self, request: HttpRequest, obj: Circular | None) -> bool:
        return obj is None or not policies.why_not_edit(obj, user_of(request))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A line may be struck out of a draft, by its author."""
        return obj is not None and self.has_change_permission(request, obj)


class ParagraphInline(DraftInline):
    model = Paragraph
    form = forms.ParagraphForm
    template = "admin/edit_inline/stacked.html"  # two texts side by side would not fit
    editable_fields = ("position", "label", "kind", "text", "text_hi", "table")
    readonly_fields = ("hindi_state",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        asked = ["hindi_fits"] if self.has_change_permission(request, obj) else []
        return [*self.editable_fields, *asked, "hindi_state"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Paragraph]:
        return super().get_queryset(request).order_by("position")

    @admin.display(description=_("Hindi"))
    def hindi_state(self, paragraph: Paragraph) -> Any:
        if paragraph.pk is None:
            return ""
        return _("current") if paragraph.is_hindi_current else _("missing or stale")


class AddresseeInline(DraftInline):
    model = Addressee
    editable_fields = ("place", "position", "text", "text_hi", "address_list")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Addressee]:
        rows = super().get_queryset(request).select_related("address_list")
        return rows.order_by("-place", "position")


class DeliveryInline(DeskInline):
    model = Delivery
    hidden_fields = ("leased_until",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Delivery]:
        return super().get_queryset(request).order_by("email")


@admin.register(Circular)
class CircularAdmin(DeskAdmin):
    form = forms.DraftForm
    list_display = ("subject", "form", "number", "dated_on", "state")
    list_filter = ("state", "form")
    search_fields = ("number", "subject", "subject_hi", "code")
    ordering = ("-pk",)
    inlines = (ParagraphInline, AddresseeInline, DeliveryInline)
    records_saves = False
    editable_fields = (
        "form",
        "office_file",
        "number",
        "code",
        "subject",
        "subject_hi",
        "is_general_order",
        "salutation",
        "salutation_hi",
        "signatory_name",
        "signatory_name_hi",
        "signatory_designation",
        "signatory_designation_hi",
        "signatory_telephone",
        "signatory_email",
        "enclosed_in",
        "supersedes",
        "is_distributed",
    )
    readonly_fields = ("papers",)
    why_not = staticmethod(policies.why_not)
    steps = (
        DeskStep(
            name="submit",
            label=_("Submit for approval"),
            step=states.SUBMIT,
            action=actions.submit_circular,
            explain=_("The text is closed until it is approved or comes back."),
        ),
        DeskStep(
            name="return",
            label=_("Return to the author"),
            step=states.RETURN,
            action=actions.return_circular,
            form=forms.ReasonForm,
        ),
        DeskStep(
            name="approve",
            label=_("Approve"),
            step=states.APPROVE,
            action=actions.approve_circular,
        ),
        DeskStep(
            name="issue",
            label=_("Issue"),
            step=states.ISSUE,
            action=issue_and_render,
            form=forms.IssueForm,
            explain=_("It is dated today and public at once. Its text can never be changed."),
            is_grave=True,
        ),
        DeskStep(
            name="send-again",
            label=_("Free interrupted mails"),
            step=policies.SEND_AGAIN,
            action=actions.send_again,
            explain=_(
                "A mail was cut off while it was being sent. Look at the mail log first: "
                "whoever got it would get it twice."
            ),
        ),
        DeskStep(
            name="supersede",
            label=_("Mark as superseded"),
            step=states.SUPERSEDE,
            action=actions.supersede_circular,
            form=forms.SupersedeForm,
            is_grave=True,
        ),
        DeskStep(
            name="archive",
            label=_("Archive"),
            step=states.ARCHIVE,
            action=actions.archive_circular,
            is_grave=True,
        ),
    )
    event_labels = {
        "circular.drafted": _("Draft begun"),
        "circular.edited": _("Text changed"),
        "circular.submitted": _("Submitted for approval"),
        "circular.returned": _("Returned to the author"),
        "circular.approved": _("Approved"),
        "circular.issued": _("Issued"),
        "circular.superseded": _("Superseded"),
        "circular.archived": _("Archived"),
        "circular.loaded": _("Loaded from the records"),
        "circular.distributed": _("Mails to the addressees listed"),
        "circular.mails_freed": _("Interrupted mails freed to be sent again"),
    }

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = obj is None or not policies.why_not_edit(obj, user_of(request))
        return is_open and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Circular, form: Any, change: bool) -> None:
        user = user_of(request)
        if not change:
            actions.create_draft(circular=obj, acting_user=user, at=timezone.now())
            return
        names = {field.name for field in obj._meta.concrete_fields}
        changed = [name for name in form.changed_data if name in names]
        actions.edit_draft(circular=obj, changed=changed, acting_user=user, at=timezone.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for part in formset.forms:
            is_kept = part.instance.pk and part not in formset.deleted_forms
            if isinstance(part, forms.ParagraphForm) and is_kept and part.is_hindi_touched():
                actions.mark_hindi_current(paragraph=part.instance)

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "<int:circular_id>/preview.pdf",
            self.admin_site.admin_view(self.preview),
            name="circulars_circular_preview",
        )
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest, circular_id: int) -> HttpResponse:
        """Show the paper as it would be issued, with DRAFT across each page."""
        circular = self.get_object(request, str(circular_id))
        if circular is None:
            raise Http404
        if not self.has_view_permission(request, circular):
            raise PermissionDenied
        pdf = documents.render_paper(documents.paper_of(circular))
        return send_bytes(pdf, name=f"{circular.code}-draft.pdf")

    @admin.display(description=_("papers"))
    def papers(self, circular: Circular) -> Any:
        if circular.document:
            return format_html(
                '<a href="{}">{}</a>', circular.get_absolute_url(), _("Public page with its PDF")
            )
        url = reverse("admin:circulars_circular_preview", args=[circular.pk])
        return format_html('<a href="{}">{}</a>', url, _("Preview as PDF (draft)"))


class AddressListEntryInline(DeskInline):
    model = AddressListEntry
    editable_fields = ("position", "name", "name_hi", "email")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AddressListEntry]:
        return super().get_queryset(request).order_by("position")


@admin.register(AddressList)
class AddressListAdmin(DeskAdmin):
    list_display = ("name", "code")
    search_fields = ("name", "name_hi", "code")
    ordering = ("name",)
    add_fields = ("code",)
    editable_fields = ("name", "name_hi")
    inlines = (AddressListEntryInline,)


@admin.register(OfficeFile)
class OfficeFileAdmin(DeskAdmin):
    form = forms.FileForm
    list_display = ("number", "subject")
    search_fields = ("number", "subject")
    ordering = ("-pk",)
    add_fields = ("number",)
    editable_fields = ("subject",)
    hidden_fields = ("parts",)


@admin.register(IssuedDocument)
class IssuedDocumentAdmin(DeskAdmin):
    list_display = ("number", "kind", "title", "dated_on", "standing")
    list_filter = ("standing", "kind")
    search_fields = ("=number", "=sha256", "title")
    ordering = ("-pk",)
    list_select_related = ()
    readonly_fields = ("verification",)

    @admin.display(description=_("verification"))
    def verification(self, document: IssuedDocument) -> Any:
        url = document.get_verify_url()
        return format_html('<a href="{}">{}</a>', url, _("What anybody can verify"))
