"""What registrations go by, on the desk: days of reminders and lapse, cities of examinations."""

from django.contrib import admin

from accounts.desk import DeskAdmin
from courses.admin.dated import DATED, DatedRowForm
from enrollment.models import ExamCity, RegistrationPolicy

DAYS = tuple(
    field.name for field in RegistrationPolicy._meta.fields if field.name.endswith("_days")
)


@admin.register(RegistrationPolicy)
class RegistrationPolicyAdmin(DeskAdmin):
    form = DatedRowForm
    list_display = ("__str__", "effective_from", "effective_to", "is_verified")
    search_fields = ("circular_reference",)
    ordering = ("-effective_from",)
    editable_fields = (*DATED, *DAYS, "is_verified")


@admin.register(ExamCity)
class ExamCityAdmin(DeskAdmin):
    list_display = ("name", "name_hi", "state", "is_active", "is_verified")
    list_filter = ("is_active", "is_verified")
    list_select_related = ("state",)
    search_fields = ("name", "name_hi", "code")
    ordering = ("state__name", "name")
    add_fields = ("code",)
    editable_fields = ("name", "name_hi", "state", "is_active", "is_verified")
