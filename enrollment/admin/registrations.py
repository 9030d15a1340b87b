"""The confirmation desk: registrations to confirm, intimations to read, lists for providers."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.desk import DeskAdmin, DeskInline, DeskStep
from accounts.models import User
from courses.models import Run
from enrollment import holds, policies, states
from enrollment.actions import confirmations, recomputing
from enrollment.forms.registrations import ConfirmForm, ProviderListForm, ReasonForm
from enrollment.models import Enrollment, Intimation, ProviderList
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused
from igot.lib.files import send_bytes


class QueueFilter(admin.SimpleListFilter):
    """What waits, and for whom."""

    title = gettext_lazy("waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("confirmation", gettext_lazy("confirmation")),
            ("authority", gettext_lazy("the authority")),
            ("officer", gettext_lazy("the officer")),
            ("coupon", gettext_lazy("a coupon")),
            ("hold", gettext_lazy("the settling of a hold")),
        ]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        queues = {
            "confirmation": rows.awaiting_confirmation,
            "authority": rows.awaiting_authority,
            "officer": rows.awaiting_officer,
            "coupon": rows.without_coupon,
            "hold": rows.held,
        }
        queue = queues.get(self.value() or "")
        return queue() if queue else rows


class RunFilter(admin.SimpleListFilter):
    """The batches that have registrations to confirm, with how many."""

    title = gettext_lazy("batch to confirm")
    parameter_name = "batch"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        waiting = Run.objects.filter(enrollments__state=EnrollmentState.SUBMITTED)
        runs = waiting.annotate(waiting=Count("enrollments")).select_related("course").in_order()
        return [
            (str(run.pk), f"{run.course}, {run} ({getattr(run, 'waiting', 0)})")
            for run in runs[:50]
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return rows.filter(run=int(value)) if value.isdecimal() else rows


class IntimationInline(DeskInline):
    model = Intimation
    fields = ("number", "authority", "dated_on", "mode", "answer", "answered_by", "answered_at")
    readonly_fields = fields


@admin.register(Enrollment)
class EnrollmentAdmin(DeskAdmin):
    list_display = ("number", "name", "batch", "state", "record", "advice", "age")
    list_display_links = ("number",)
    list_filter = (QueueFilter, RunFilter, "state", "cca_mode")
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=gettext_lazy("officer"), ordering="officer__name")
    def name(self, enrollment: Enrollment) -> str:
        return str(enrollment.officer)

    @admin.display(description=gettext_lazy("course and batch"), ordering="run")
    def batch(self, enrollment: Enrollment) -> str:
        return ", ".join(str(part) for part in (enrollment.course, enrollment.run) if part)

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


@admin.register(Intimation)
class IntimationAdmin(DeskAdmin):
    list_display = ("number", "enrollment", "authority", "dated_on", "mode", "answer")
    list_filter = ("mode", "answer")
    list_select_related = ("enrollment__course", "authority")
    search_fields = ("=number", "=enrollment__number", "authority__name")
    ordering = ("-pk",)


@admin.register(ProviderList)
class ProviderListAdmin(DeskAdmin):
    list_display = ("number", "provider", "run", "dated_on", "rows", "made_by")
    list_filter = ("provider",)
    list_select_related = ("provider", "run", "made_by")
    search_fields = ("=number",)
    ordering = ("-pk",)
    fields = ("number", "provider", "run", "dated_on", "rows", "sha256", "made_by", "made_at")
    change_list_template = "admin/enrollment/providerlist/change_list.html"
    why_not = staticmethod(policies.why_not_list)
    event_labels = {
        "providerlist.made": gettext_lazy("Made"),
        "providerlist.handed_out": gettext_lazy("Downloaded"),
    }
    steps = (
        DeskStep(
            name="download",
            label=gettext_lazy("Download"),
            step=None,
            action=lambda **given: _download(**given),
            explain=gettext_lazy("The download is recorded. Send the file to the provider only."),
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        make = path(
            "make/", self.admin_site.admin_view(self.make_view), name="enrollment_providerlist_make"
        )
        return [make, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_make = not policies.why_not_list(None, None, cast(User, request.user))
        return super().changelist_view(request, {**(extra_context or {}), "may_make": may_make})

    def make_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for which provider, and make the next list."""
        reason = policies.why_not_list(None, None, cast(User, request.user))
        form = ProviderListForm(request.POST or None)
        if not reason and form.is_valid():
            run = form.cleaned_data["run"]
            try:
                made = confirmations.make_provider_list(
                    provider_id=form.cleaned_data["provider"].pk,
                    run_id=run.pk if run else None,
                    acting_user=cast(User, request.user),
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                said = ngettext("%(rows)s officer listed.", "%(rows)s officers listed.", made.rows)
                messages.success(request, said % {"rows": made.rows})
                return HttpResponseRedirect(self.change_url(made))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Make a list for a provider"),
            "form": form,
            "reason": reason,
        }
        page = "admin/enrollment/providerlist/make.html"
        return TemplateResponse(request, page, context, status=403 if reason else 200)


def _download(*, providerlist_id: int, acting_user: User, at: datetime) -> HttpResponse:
    handed = confirmations.hand_out_list(
        providerlist_id=providerlist_id, acting_user=acting_user, at=at
    )
    name = f"{handed.number.replace('/', '-')}-{handed.dated_on:%Y-%m-%d}.csv"
    return send_bytes(bytes(handed.content), name=name)
