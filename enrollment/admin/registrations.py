"""The confirmation desk: registrations to confirm, intimations to read, lists for providers."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.desk import DeskAdmin, DeskInline, DeskStep
from enrollment import holds, policies, seats, states
from enrollment.actions import confirmations, recomputing
from enrollment.admin.desk_filters import (
    AuthorityFilter,
    BoundaryFilter,
    QueueFilter,
    RecordFilter,
    RunFilter,
    SeatsFilter,
    ServiceFilter,
)
from enrollment.forms.registrations import ConfirmForm, ReasonForm
from enrollment.models import Enrollment, Intimation


class IntimationInline(DeskInline):
    model = Intimation
    fields = ("number", "authority", "dated_on", "mode", "answer", "answered_by", "answered_at")
    readonly_fields = fields


@admin.register(Enrollment)
class EnrollmentAdmin(DeskAdmin):
    list_display = ("number", "name", "batch", "state", "waiting_list", "record", "advice", "age")
    list_display_links = ("number",)
    list_filter = (
        QueueFilter,
        RunFilter,
        ServiceFilter,
        AuthorityFilter,
        RecordFilter,
        BoundaryFilter,
        SeatsFilter,
        "state",
        "cca_mode",
    )
    list_select_related = ("officer__user", "course", "run", "decision")
    search_fields = (
        "=number",
        "officer__name",
        "=officer__employee_code",
        "=officer__user__email",
        "course__title",
    )
    search_help_text = gettext_lazy("Number, name, employee code, e-mail address or course")
    ordering = ("submitted_at", "pk")
    fields = (
        "number",
        "state",
        "officer_link",
        "record",
        "course",
        "run",
        "commences_on",
        "provider_account",
        "cca_mode",
        "decision_link",
        "submitted_at",
        "age",
        "declared_at",
        "confirmed_at",
        "confirmed_by",
        "reason",
        "held_at",
        "hold",
        "completed_on",
        "predecessor",
    )
    readonly_fields = ("officer_link", "record", "decision_link", "age", "hold")
    summary_fields = ("number", "name", "batch", "record", "advice", "age", "hold")
    inlines = (IntimationInline,)
    why_not = staticmethod(policies.why_not_at_desk)
    event_labels = {
        "enrollment.started": gettext_lazy("Draft started"),
        "enrollment.run_chosen": gettext_lazy("Batch chosen"),
        "enrollment.details_confirmed": gettext_lazy("Details confirmed"),
        "enrollment.accounts_given": gettext_lazy("User names given"),
        "enrollment.declared": gettext_lazy("Declaration made"),
        "enrollment.submitted": gettext_lazy("Submitted"),
        "enrollment.awaiting_authority": gettext_lazy("Sent to the authority for approval"),
        "enrollment.authority_approved": gettext_lazy("Approved by the authority"),
        "enrollment.authority_withheld": gettext_lazy("Approval withheld by the authority"),
        "enrollment.returned": gettext_lazy("Returned for correction"),
        "enrollment.confirmed": gettext_lazy("Confirmed"),
        "enrollment.rejected": gettext_lazy("Not confirmed"),
        "enrollment.withdrawn": gettext_lazy("Withdrawn"),
        "enrollment.decided_anew": gettext_lazy("Decided anew, with the same answer"),
        "enrollment.held": gettext_lazy("Held: the answer has changed"),
        "enrollment.released": gettext_lazy("Hold released"),
        "enrollment.in_progress": gettext_lazy("Begun"),
        "enrollment.completed": gettext_lazy("Completed"),
        "enrollment.not_completed": gettext_lazy("Not completed"),
    }
    steps = (
        DeskStep(
            name="confirm",
            label=gettext_lazy("Confirm"),
            step=states.CONFIRM,
            action=confirmations.confirm_enrollment,
            form=ConfirmForm,
            explain=gettext_lazy(
                "A binding decision is made now on the verified service record. The officer is "
                "told; where the course needs one, a coupon is issued or waited for."
            ),
            in_bulk=True,
        ),
        DeskStep(
            name="return",
            label=gettext_lazy("Return"),
            step=states.RETURN,
            action=confirmations.return_enrollment,
            form=ReasonForm,
            explain=gettext_lazy("The officer reads the reason, corrects it and submits again."),
        ),
        DeskStep(
            name="reject",
            label=gettext_lazy("Do not confirm"),
            step=states.REJECT,
            action=confirmations.reject_enrollment,
            form=ReasonForm,
            explain=gettext_lazy("The registration ends. The officer reads the reason."),
            is_grave=True,
        ),
        DeskStep(
            name="release",
            label=gettext_lazy("Release the hold"),
            step=None,
            action=recomputing.release_hold,
            form=ReasonForm,
            explain=gettext_lazy(
                "The rules say “eligible” for the present day and record. The registration goes on "
                "from where it was held; the officer reads the reason."
            ),
        ),
    )

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Give the rows of the page their places on waiting lists."""
        listed = super().get_changelist_instance(request)
        places = seats.places_of(listed.result_list)
        for row in listed.result_list:
            row.waiting_place = places.get(row.pk, 0)
        return listed

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find a whole number by its index; only other words are looked for in every column."""
        numbered = queryset.filter(number=search_term.strip().upper())
        if search_term and numbered.exists():
            return numbered, False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=gettext_lazy("officer"), ordering="officer__name")
    def name(self, enrollment: Enrollment) -> str:
        return str(enrollment.officer)

    @admin.display(description=gettext_lazy("course and batch"), ordering="run")
    def batch(self, enrollment: Enrollment) -> str:
        return ", ".join(str(part) for part in (enrollment.course, enrollment.run) if part)

    @admin.display(description=gettext_lazy("waiting list"), empty_value="–")
    def waiting_list(self, enrollment: Enrollment) -> int | None:
        return getattr(enrollment, "waiting_place", 0) or None

    @admin.display(description=gettext_lazy("record verified"), boolean=True)
    def record(self, enrollment: Enrollment) -> bool:
        return enrollment.officer.is_verified

    @admin.display(description=gettext_lazy("rules say"))
    def advice(self, enrollment: Enrollment) -> str:
        decision = enrollment.decision
        return str(decision.get_outcome_display()) if decision else "–"

    @admin.display(description=gettext_lazy("age in days"), ordering="submitted_at")
    def age(self, enrollment: Enrollment) -> str:
        since: datetime | None = enrollment.submitted_at
        return str((timezone.now() - since).days) if since else "–"

    @admin.display(description=gettext_lazy("hold"))
    def hold(self, enrollment: Enrollment) -> str:
        return holds.why_held(enrollment) or "–"

    @admin.display(description=gettext_lazy("officer"))
    def officer_link(self, enrollment: Enrollment) -> SafeString:
        url = reverse("admin:accounts_officer_change", args=[enrollment.officer_id])
        return format_html('<a href="{}">{}</a>', url, enrollment.officer)

    @admin.display(description=gettext_lazy("eligibility decision"))
    def decision_link(self, enrollment: Enrollment) -> SafeString | str:
        decision = enrollment.decision
        if decision is None:
            return "–"
        url = reverse("admin:eligibility_decision_change", args=[decision.pk])
        words = f"{decision.number}: {decision.get_outcome_display()}"
        return format_html('<a href="{}">{}</a>', url, words)


class AnswerFilter(admin.SimpleListFilter):
    """Approvals that are asked for, and those that an authority leaves to the desk."""

    title = gettext_lazy("waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("authority", gettext_lazy("approval by the authority")),
            ("desk", gettext_lazy("the Training Division, unanswered")),
        ]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        queues = {"authority": rows.awaiting_approval, "desk": rows.escalated}
        queue = queues.get(self.value() or "")
        return queue() if queue else rows


@admin.register(Intimation)
class IntimationAdmin(DeskAdmin):
    list_display = (
        "number",
        "enrollment",
        "authority",
        "dated_on",
        "mode",
        "answer",
        "reminders",
        "escalated_at",
    )
    list_filter = (AnswerFilter, "mode", "answer")
    event_labels = {
        "intimation.reminded": gettext_lazy("Authority reminded"),
        "intimation.escalated": gettext_lazy("Unanswered: with the Training Division"),
    }
    list_select_related = ("enrollment__course", "authority")
    search_fields = ("=number", "=enrollment__number", "authority__name")
    ordering = ("-pk",)
