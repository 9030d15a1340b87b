"""The catalogue on the desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskInline, DeskStep
from courses import forms, policies, states
from courses.actions.runs import reschedule_run
from courses.models import (
    Course,
    CourseCredit,
    CourseFee,
    CourseModule,
    CourseUnit,
    GradeRule,
    Institute,
    Programme,
    ProgrammeCourse,
    Provider,
    Run,
    RunReschedule,
)

RUN_DAYS = ("registration_opens_on", "registration_closes_on", "commences_on", "ends_on")
DATED = ("effective_from", "effective_to", "circular_reference")


@admin.register(Provider)
class ProviderAdmin(DeskAdmin):
    list_display = ("name", "issues_coupons", "platform_account", "programme_account")
    search_fields = ("name", "code")
    ordering = ("name",)
    add_fields = ("code",)
    editable_fields = (
        "name",
        "name_hi",
        "platform_account",
        "programme_account",
        "website",
        "issues_coupons",
    )


@admin.register(Institute)
class InstituteAdmin(DeskAdmin):
    list_display = ("title", "short_name", "country")
    search_fields = ("title", "short_name", "code")
    ordering = ("title",)
    add_fields = ("code",)
    editable_fields = (
        "title",
        "title_hi",
        "short_name",
        "short_name_hi",
        "about",
        "about_hi",
        "country",
        "website",
    )


class ProgrammeCourseInline(DeskInline):
    model = ProgrammeCourse
    editable_fields = ("course", "position", "is_required")


class GradeRuleInline(DeskInline):
    model = GradeRule
    editable_fields = ("least_grade", "needs_proctored_exam", *DATED)


@admin.register(Programme)
class ProgrammeAdmin(DeskAdmin):
    list_display = ("title", "institute", "provider")
    list_select_related = ("institute", "provider")
    search_fields = ("title", "code")
    ordering = ("title",)
    add_fields = ("code",)
    editable_fields = ("title", "title_hi", "summary", "summary_hi", "institute", "provider")
    inlines = (ProgrammeCourseInline, GradeRuleInline)


class CourseFeeInline(DeskInline):
    model = CourseFee
    editable_fields = ("fee_usd", "cap_usd", *DATED)


class CourseCreditInline(DeskInline):
    model = CourseCredit
    editable_fields = ("points", *DATED)


class CourseModuleInline(DeskInline):
    model = CourseModule
    editable_fields = ("position", "title", "title_hi", "summary", "summary_hi")
    show_change_link = True


@admin.register(Course)
class CourseAdmin(DeskAdmin):
    list_display = ("title", "institute", "level", "mode", "rule_set_code", "is_published")
    list_filter = ("is_published", "level", "mode")
    list_select_related = ("institute",)
    search_fields = ("title", "title_hi", "code")
    ordering = ("title",)
    add_fields = ("code",)
    editable_fields = (
        "title",
        "title_hi",
        "level",
        "mode",
        "certification",
        "language",
        "objective",
        "objective_hi",
        "prerequisites",
        "prerequisites_hi",
        "weekly_lectures",
        "least_weekly_hours",
        "most_weekly_hours",
        "weeks",
        "institute",
        "partners",
        "provider",
        "rule_set_code",
        "website",
        "is_published",
    )
    inlines = (CourseFeeInline, CourseCreditInline, CourseModuleInline)


class CourseUnitInline(DeskInline):
    model = CourseUnit
    editable_fields = ("position", "title", "title_hi")


@admin.register(CourseModule)
class CourseModuleAdmin(DeskAdmin):
    list_display = ("title", "course", "position")
    list_select_related = ("course",)
    search_fields = ("title", "course__title")
    ordering = ("course", "position")
    add_fields = ("course",)
    editable_fields = ("position", "title", "title_hi", "summary", "summary_hi")
    inlines = (CourseUnitInline,)


@admin.register(CourseFee)
class CourseFeeAdmin(DeskAdmin):
    list_display = ("course", "fee_usd", "cap_usd", *DATED)
    list_select_related = ("course",)
    search_fields = ("course__title", "course__code")
    ordering = ("course", "-effective_from")
    add_fields = ("course",)
    editable_fields = ("fee_usd", "cap_usd", *DATED)


@admin.register(CourseCredit)
class CourseCreditAdmin(DeskAdmin):
    list_display = ("course", "points", *DATED)
    list_select_related = ("course",)
    search_fields = ("course__title", "course__code")
    ordering = ("course", "-effective_from")
    add_fields = ("course",)
    editable_fields = ("points", *DATED)


@admin.register(GradeRule)
class GradeRuleAdmin(DeskAdmin):
    list_display = ("programme", "least_grade", "needs_proctored_exam", *DATED)
    list_select_related = ("programme",)
    search_fields = ("programme__title",)
    ordering = ("programme", "-effective_from")
    add_fields = ("programme",)
    editable_fields = ("least_grade", "needs_proctored_exam", *DATED)


class RunRescheduleInline(DeskInline):
    model = RunReschedule
    fields = ("at", "commences_from", "commences_to", "reference", "reason", "rescheduled_by")
    readonly_fields = fields
    ordering = ("-pk",)


@admin.register(Run)
class RunAdmin(DeskAdmin):
    list_display = (
        "code",
        "course",
        "state",
        "registration_opens_on",
        "registration_closes_on",
        "commences_on",
    )
    list_filter = ("state",)
    list_select_related = ("course",)
    search_fields = ("code", "name", "course__title")
    ordering = ("-commences_on", "code")
    add_fields = ("course", "code")
    editable_fields = ("name", "name_hi", *RUN_DAYS, "note", "note_hi", "circular")
    inlines = (RunRescheduleInline,)
    summary_fields = ("code", "course", *RUN_DAYS)
    why_not = staticmethod(policies.why_not_reschedule)
    steps = (
        DeskStep(
            name="reschedule",
            label=_("Move the days"),
            step=None,
            action=reschedule_run,
            form=forms.RescheduleForm,
            explain=_(
                "The course page announces the move. Eligibility is decided anew for every "
                "registration under way, within minutes: where the answer changes, the "
                "registration is held, and the officer and this desk are told. Nothing is "
                "cancelled."
            ),
        ),
    )
    event_labels = {
        "run.added": _("Added"),
        "run.changed": _("Changed"),
        "run.rescheduled": _("Days moved"),
        "run.registrations_held": _("Registrations held"),
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave the days of a scheduled run to the step, which keeps what they were."""
        closed = super().get_readonly_fields(request, obj)
        return [*closed, *RUN_DAYS] if obj and obj.state in states.MOVABLE else closed

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return list(dict.fromkeys(super().get_fields(request, obj)))
