"""The desk of people: records to verify, reference data to edit, the audit trail to read."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import delegation_policies, forms, policies, states
from accounts.actions import access, births, delegations, records
from accounts.desk import DeskAdmin, DeskInline, DeskStep
from accounts.models import (
    AuditEntry,
    BirthDateCorrection,
    CadreAuthority,
    NodalAppointment,
    Officer,
    OfficialEmailDomain,
    Posting,
    Rank,
    Service,
    ServiceAlias,
    ServiceRecordEntry,
    State,
    User,
)


@admin.register(User)
class UserAdmin(DeskAdmin):
    """Only a superuser changes users: roles, the desk, and whether they may sign in at all."""

    list_display = ("email", "name", "designation", "is_staff", "is_active", "joined_at")
    list_filter = ("is_active", "is_staff", "groups")
    search_fields = ("=email", "name__istartswith")
    ordering = ("email",)
    editable_fields = ("name", "designation", "language", "is_active", "is_staff", "groups")
    add_fields = ("email",)
    hidden_fields = ("user_permissions",)
    filter_horizontal = ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Record which roles a user had and has; whoever loses the account loses the sessions."""
        user: User = form.instance
        before = sorted(user.groups.values_list("name", flat=True))
        super().save_related(request, form, formsets, change)
        access.record_access_change(
            user=user, roles_before=before, acting_user=cast(User, request.user)
        )


class PostingInline(DeskInline):
    model = Posting
    fields = ("starts_on", "group", "rank", "designation", "order_reference", "recorded_by")
    readonly_fields = fields
    ordering = ("-starts_on",)


class ServiceRecordEntryInline(DeskInline):
    model = ServiceRecordEntry
    fields = ("at", "record_state", "acting_user", "note")
    readonly_fields = fields
    ordering = ("-pk",)


@admin.register(Officer)
class OfficerAdmin(DeskAdmin):
    list_display = ("name", "employee_code", "service", "group", "record_state", "declared_at")
    list_filter = ("record_state", "group", "service__family")
    list_select_related = ("service",)
    search_fields = ("name__istartswith", "=employee_code", "=user__email")
    ordering = ("-declared_at", "-pk")
    inlines = (PostingInline, ServiceRecordEntryInline)
    why_not = staticmethod(policies.why_not_at_desk)
    steps = (
        DeskStep(
            name="verify",
            label=_("Verify"),
            step=states.VERIFY,
            action=records.verify_record,
            explain=_("You certify that these facts agree with the service book."),
            in_bulk=True,
        ),
        DeskStep(
            name="return",
            label=_("Return"),
            step=states.RETURN,
            action=records.return_record,
            form=forms.ReasonForm,
            explain=_("The officer is told the reason and declares the record anew."),
        ),
        DeskStep(
            name="birth-date",
            label=_("Propose a date of birth"),
            step=None,
            action=births.propose_birth_date,
            form=forms.BirthDateForm,
            explain=_(
                "For a verified date of birth that an order corrects. A second person decides; the "
                "earlier date and the decisions made on it are kept."
            ),
        ),
    )


@admin.register(BirthDateCorrection)
class BirthDateCorrectionAdmin(DeskAdmin):
    list_display = ("officer", "order_reference", "state", "proposed_by", "proposed_at")
    list_filter = ("state",)
    list_select_related = ("officer__user", "proposed_by")
    search_fields = ("officer__name__istartswith", "=officer__employee_code", "=order_reference")
    ordering = ("-pk",)
    summary_fields = ("officer", "born_from", "born_to", "order_reference", "reason", "proposed_by")
    why_not = staticmethod(policies.why_not_correction)
    event_labels = {
        "birthdatecorrection.proposed": _("Proposed"),
        "birthdatecorrection.approved": _("Approved"),
        "birthdatecorrection.declined": _("Declined"),
    }
    steps = (
        DeskStep(
            name="approve",
            label=_("Approve"),
            step=states.APPROVE_CORRECTION,
            action=births.approve_birth_date,
            explain=_(
                "You certify that the order gives this date. Eligibility is decided anew for every "
                "registration under way."
            ),
        ),
        DeskStep(
            name="decline",
            label=_("Decline"),
            step=states.DECLINE_CORRECTION,
            action=births.decline_birth_date,
            form=forms.ReasonForm,
            explain=_("The date of birth stays as it is."),
        ),
    )


class ServiceAliasInline(DeskInline):
    model = ServiceAlias
    editable_fields = ("alias", "used_until")


@admin.register(Service)
class ServiceAdmin(DeskAdmin):
    list_display = ("code", "name", "family", "groups", "authority", "cca_mode", "is_verified")
    list_filter = ("family", "cca_mode", "is_verified", "is_active")
    list_select_related = ("authority",)
    search_fields = ("=code", "name", "acronym", "aliases__alias")
    ordering = ("family", "code")
    inlines = (ServiceAliasInline,)
    add_fields = ("code",)
    editable_fields = (
        "name",
        "name_hi",
        "acronym",
        "family",
        "category",
        "groups",
        "authority",
        "cca_mode",
        "basis",
        "state",
        "source",
        "is_verified",
        "is_active",
    )


@admin.register(Rank)
class RankAdmin(DeskAdmin):
    list_display = ("service_key", "code", "name", "group", "pay_level", "is_verified")
    list_filter = ("group", "is_verified")
    search_fields = ("=code", "name")
    ordering = ("service_key", "-group", "code")
    add_fields = ("service_key", "code")
    editable_fields = (
        "name",
        "name_hi",
        "group",
        "gazetted",
        "pay_level",
        "pre_2016_grade_pay",
        "source",
        "is_verified",
    )


@admin.register(State)
class StateAdmin(DeskAdmin):
    list_display = ("code", "name", "name_hi", "region", "is_union_territory", "is_verified")
    search_fields = ("=code", "name")
    ordering = ("name",)
    add_fields = ("code",)
    editable_fields = ("name", "name_hi", "region", "is_union_territory", "is_verified")


class NodalAppointmentInline(DeskInline):
    model = NodalAppointment
    fields = ("user", "starts_on", "until", "order_reference", "delegated_from", "ended_at")
    readonly_fields = fields


@admin.register(CadreAuthority)
class CadreAuthorityAdmin(DeskAdmin):
    list_display = ("name", "email", "state", "is_verified")
    list_filter = ("is_verified",)
    list_select_related = ("state",)
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (NodalAppointmentInline,)
    editable_fields = ("name", "name_hi", "address", "email", "state", "is_verified")


@admin.register(NodalAppointment)
class NodalAppointmentAdmin(DeskAdmin):
    """An appointment gives its user the role of a nodal officer; delegations are ended only."""

    list_display = (
        "user",
        "authority",
        "starts_on",
        "until",
        "order_reference",
        "delegated",
        "ended_at",
    )
    list_filter = (("delegated_from", admin.EmptyFieldListFilter),)
    list_select_related = ("user", "authority", "delegated_from__user")
    search_fields = ("=user__email", "=delegated_from__user__email", "authority__name")
    ordering = ("-starts_on", "-pk")
    add_fields = ("user", "authority", "starts_on")
    editable_fields = ("until", "order_reference")
    readonly_fields = ("delegated",)
    hidden_fields = ("gave_role", "delegated_from")
    why_not = staticmethod(delegation_policies.why_not_end)
    event_labels = {
        "nodalappointment.delegated": _("Delegated"),
        "nodalappointment.delegation_ended": _("Delegation ended early"),
    }
    steps = (
        DeskStep(
            name="end",
            label=_("End the delegation"),
            step=None,
            action=delegations.end_delegation,
            id_name="delegation_id",
            explain=_("The delegate acts for the authority no longer. Both are told."),
            is_grave=True,
        ),
    )

    @admin.display(description=_("on behalf of"), ordering="delegated_from__user__name")
    def delegated(self, appointment: NodalAppointment) -> str:
        return str(appointment.delegated_by or "–")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_delegation = obj is not None and obj.delegated_from_id is not None
        return not is_delegation and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        access.give_nodal_role(user=obj.user, acting_user=cast(User, request.user))


@admin.register(OfficialEmailDomain)
class OfficialEmailDomainAdmin(DeskAdmin):
    list_display = ("domain", "note", "is_active")
    search_fields = ("domain",)
    ordering = ("domain",)
    add_fields = ("domain",)
    editable_fields = ("note", "is_active")


@admin.register(AuditEntry)
class AuditEntryAdmin(DeskAdmin):
    """The trail, to be read and never written here."""

    list_display = ("at", "event", "subject_name", "acting_user", "address")
    list_filter = ("event",)
    list_select_related = ("acting_user",)
    search_fields = ("=event", "subject_name__istartswith", "=acting_user__email")
    ordering = ("-pk",)
