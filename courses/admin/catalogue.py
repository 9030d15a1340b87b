"""The catalogue on the desk."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskInline, DeskStep
from accounts.models import User
from courses import catalogue_policies, forms, states
from courses.actions import catalogue as actions
from courses.actions import editions as edition_actions
from courses.admin.dated import DATED, DatedForm, DatedFormSet, DatedRowForm
from courses.admin.trees import RequirementForm, RequirementFormSet
from courses.models import (
    Course,
    CourseAlias,
    CourseCredit,
    CourseFee,
    CourseModule,
    CourseUnit,
    FormerTitle,
    GradeRule,
    Institute,
    Programme,
    ProgrammeCourse,
    Provider,
    Requirement,
)
from courses.models.institutes import RULE_FIELDS


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


class RequirementInline(DeskInline):
    """The tree: each row hangs under another; the root under none."""

    model = Requirement
    form = RequirementForm
    formset = RequirementFormSet
    editable_fields = ("parent", "position", "kind", "least", "course", "title", "title_hi")
    ordering = ("position", "pk")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **given: Any) -> Any:
        if db_field.name == "parent":
            match = request.resolver_match
            owner = match.kwargs.get("object_id") if match else None
            given["queryset"] = Requirement.objects.filter(programme=owner).exclude(kind="course")
        return super().formfield_for_foreignkey(db_field, request, **given)


class GradeRuleInline(DeskInline):
    model = GradeRule
    form = DatedRowForm
    formset = DatedFormSet
    editable_fields = (*RULE_FIELDS, *DATED)


@admin.register(Programme)
class ProgrammeAdmin(DeskAdmin):
    list_display = ("title", "institute", "provider")
    list_select_related = ("institute", "provider")
    search_fields = ("title", "code")
    ordering = ("title",)
    add_fields = ("code",)
    editable_fields = ("title", "title_hi", "summary", "summary_hi", "institute", "provider")
    inlines = (ProgrammeCourseInline, RequirementInline, GradeRuleInline)


class CourseFeeInline(DeskInline):
    model = CourseFee
    form = DatedRowForm
    formset = DatedFormSet
    editable_fields = ("fee_usd", "cap_usd", *DATED)


class CourseCreditInline(DeskInline):
    model = CourseCredit
    form = DatedRowForm
    formset = DatedFormSet
    editable_fields = ("points", *DATED)


class CourseModuleInline(DeskInline):
    model = CourseModule
    fields = ("position", "title", "title_hi", "summary", "summary_hi")
    readonly_fields = fields


class CourseAliasInline(DeskInline):
    model = CourseAlias
    editable_fields = ("provider", "key")


class FormerTitleInline(DeskInline):
    model = FormerTitle
    editable_fields = ("title", "title_hi", "until", "reference")
    ordering = ("-until",)


def edit_as_draft(*, course_id: int, acting_user: User, at: datetime) -> HttpResponseRedirect:
    """Open the draft of a course and lead to the page on which it is written."""
    edition = edition_actions.open_edition(course_id=course_id, acting_user=acting_user, at=at)
    address = "admin:courses_courseedition_change"
    if edition.state in states.BEING_WRITTEN:
        address = "admin:courses_courseedition_step"
        return HttpResponseRedirect(reverse(address, args=[edition.pk, "edit"]))
    return HttpResponseRedirect(reverse(address, args=[edition.pk]))


@admin.register(Course)
class CourseAdmin(DeskAdmin):
    """What is public stands here to be read; it changes by a draft that a second person publishes.

    A new course begins as a draft too (drafts of course pages, "Add").
    """

    list_display = ("title", "institute", "level", "mode", "rule_set_code", "is_published")
    list_filter = ("is_published", "level", "mode")
    list_select_related = ("institute",)
    search_fields = ("title", "title_hi", "code", "aliases__key", "former_titles__title")
    ordering = ("title",)
    inlines = (
        CourseFeeInline,
        CourseCreditInline,
        CourseAliasInline,
        FormerTitleInline,
        CourseModuleInline,
    )
    summary_fields = ("code", "title", "title_hi", "institute", "is_published", "withdrawn_on")
    why_not = staticmethod(catalogue_policies.why_not_course)
    steps = (
        DeskStep(
            name="edit",
            label=_("Edit as a draft"),
            step=states.EDIT_COURSE,
            action=edit_as_draft,
            explain=_("The public page stays as it is until a second person publishes the draft."),
        ),
        DeskStep(
            name="fee",
            label=_("New fee from a day"),
            step=states.EDIT_COURSE,
            action=actions.set_fee,
            form=forms.FeeForm,
            explain=_("The fee in force until then ends the day before; both are kept."),
        ),
        DeskStep(
            name="rename",
            label=_("Rename"),
            step=states.RENAME_COURSE,
            action=edition_actions.rename_course,
            form=forms.RenameForm,
            explain=_("A second person publishes the new title. The former one is kept and found."),
            done=_("The new title waits for a second person: %(thing)s."),
        ),
        DeskStep(
            name="withdraw",
            label=_("Withdraw or supersede"),
            step=states.WITHDRAW_COURSE,
            action=actions.withdraw_course,
            form=forms.CourseWithdrawForm,
            explain=_(
                "Nobody new can register. Officers who are registered continue, with their "
                "coupons, results, certificates and claims. The page stays and says why."
            ),
            is_grave=True,
        ),
    )
    event_labels = {
        "course.added": _("Added"),
        "course.changed": _("Changed"),
        "course.published": _("Page published"),
        "course.withdrawn": _("Withdrawn"),
        "course.superseded": _("Superseded"),
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class CourseUnitInline(DeskInline):
    model = CourseUnit
    fields = ("position", "title", "title_hi")
    readonly_fields = fields


@admin.register(CourseModule)
class CourseModuleAdmin(DeskAdmin):
    list_display = ("title", "course", "position")
    list_select_related = ("course",)
    search_fields = ("title", "course__title")
    ordering = ("course", "position")
    inlines = (CourseUnitInline,)


@admin.register(CourseFee)
class CourseFeeAdmin(DeskAdmin):
    form = DatedForm
    list_display = ("course", "fee_usd", "cap_usd", *DATED)
    list_select_related = ("course",)
    search_fields = ("course__title", "course__code")
    ordering = ("course", "-effective_from")
    add_fields = ("course",)
    editable_fields = ("fee_usd", "cap_usd", *DATED)


@admin.register(CourseCredit)
class CourseCreditAdmin(DeskAdmin):
    form = DatedForm
    list_display = ("course", "points", *DATED)
    list_select_related = ("course",)
    search_fields = ("course__title", "course__code")
    ordering = ("course", "-effective_from")
    add_fields = ("course",)
    editable_fields = ("points", *DATED)


@admin.register(GradeRule)
class GradeRuleAdmin(DeskAdmin):
    form = DatedForm
    list_display = ("programme", "least_grade", "needs_proctored_exam", *DATED)
    list_select_related = ("programme",)
    search_fields = ("programme__title",)
    ordering = ("programme", "-effective_from")
    add_fields = ("programme",)
    editable_fields = (*RULE_FIELDS, *DATED)
