"""The desk's view of meetings: everything to be read; the work is done on the committee's pages."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk import DeskAdmin, DeskInline
from committee.models import AgendaItem, Attendance, Invitation, ItemPaper, Meeting


class AttendanceInline(DeskInline):
    model = Attendance
    verbose_name_plural = gettext_lazy("attendance")

    def get_queryset(self, request):  # type: ignore[no-untyped-def]
        return super().get_queryset(request).select_related("seat__user")


@admin.register(Meeting)
class MeetingAdmin(DeskAdmin):
    list_display = ("number", "begins_at", "mode", "state", "on_page")
    list_filter = ("state", "mode")
    search_fields = ("number", "place")
    ordering = ("-begins_at", "-pk")
    hidden_fields = ("video_link",)
    readonly_fields = ("on_page",)
    inlines = (AttendanceInline,)

    @admin.display(description=gettext_lazy("page"))
    def on_page(self, meeting: Meeting) -> str:
        return format_html('<a href="{}">{}</a>', meeting.get_absolute_url(), _("Open the page"))


@admin.register(AgendaItem)
class AgendaItemAdmin(DeskAdmin):
    list_display = ("position", "meeting", "proposal", "state", "on_page")
    list_display_links = ("proposal",)
    list_filter = ("state",)
    list_select_related = ("meeting", "proposal")
    search_fields = ("meeting__number", "proposal__number", "proposal__title")
    ordering = ("-meeting__begins_at", "position")
    readonly_fields = ("on_page",)

    @admin.display(description=gettext_lazy("page"))
    def on_page(self, item: AgendaItem) -> str:
        return format_html('<a href="{}">{}</a>', item.get_absolute_url(), _("Open the page"))


@admin.register(ItemPaper)
class ItemPaperAdmin(DeskAdmin):
    list_display = ("title", "item", "added_by", "added_at", "withdrawn_at")
    list_select_related = ("item__proposal", "added_by")
    search_fields = ("title", "item__proposal__title", "item__meeting__number")
    ordering = ("-added_at", "-pk")


@admin.register(Invitation)
class InvitationAdmin(DeskAdmin):
    list_display = ("user", "field", "item", "interest", "given_at")
    list_select_related = ("item__proposal", "user")
    search_fields = ("user__name", "field", "item__meeting__number")
    ordering = ("-invited_at", "-pk")
