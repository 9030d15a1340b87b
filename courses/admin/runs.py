"""Batches on the desk: announced without days, scheduled, moved; their own terms."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskForm, DeskInline, DeskStep
from courses import catalogue_policies, forms, policies, states
from courses.actions.catalogue import schedule_run
from courses.actions.runs import reschedule_run
from courses.models import Run, RunReschedule
from courses.states import RunState
from courses.terms import OWN

RUN_DAYS = ("registration_opens_on", "registration_closes_on", "commences_on", "ends_on")
TERMS = (*OWN, "terms_reference")


class RunForm(DeskForm):
    """A batch is scheduled if it is added with its days, and announced if it has none yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("instance") is None:
            data = args[0] if args else kwargs.get("data") or {}
            has_days = any((data or {}).get(name) for name in RUN_DAYS)
            kwargs["instance"] = Run(state=RunState.SCHEDULED if has_days else RunState.ANNOUNCED)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_days(data)
        self._check_terms(data)
        if (month := data.get("expected_month")) and month.day != 1:
            self.add_error("expected_month", gettext("Give the first day of the month."))
        return data

    def _check_days(self, data: dict[str, Any]) -> None:
        if not set(RUN_DAYS) <= set(self.fields):
            return
        needed = RUN_DAYS[:3]
        given = [name for name in needed if data.get(name)]
        for name in needed:
            if given and name not in given and name not in self.errors:
                self.add_error(name, gettext("A batch has all of these days, or none of them yet."))
        if len(given) == len(needed) and "ends_on" in data:
            self._check_order(data)
        elif not (given or data.get("expected_month") or self.instance.pk):
            self.add_error(
                "expected_month",
                gettext("Give the days, or the month in which the batch is expected."),
            )

    def _check_order(self, data: dict[str, Any]) -> None:
        opens, closes, begins, ends = (data[name] for name in RUN_DAYS)
        reason = policies.why_not_days(begins, ends, opens, closes)
        if reason:
            is_end = bool(ends and ends < begins)
            self.add_error("ends_on" if is_end else "registration_closes_on", reason)

    def _check_terms(self, data: dict[str, Any]) -> None:
        own = [name for name in OWN if data.get(name) is not None]
        if own and not data.get("terms_reference") and "terms_reference" in self.fields:
            self.add_error(
                "terms_reference",
                gettext("Terms of its own rest on a letter or circular: name it."),
            )


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
    form = RunForm
    editable_fields = (
        "name",
        "name_hi",
        *RUN_DAYS,
        "expected_month",
        "seats",
        "cities_close_on",
        "note",
        "note_hi",
        "circular",
        *TERMS,
    )
    inlines = (RunRescheduleInline,)
    summary_fields = ("code", "course", *RUN_DAYS)
    why_not = staticmethod(catalogue_policies.why_not_run)
    steps = (
        DeskStep(
            name="schedule",
            label=_("Set the days"),
            step=states.SCHEDULE_RUN,
            action=schedule_run,
            form=forms.DaysForm,
            explain=_(
                "The batch was announced without days. From now on officers register in its "
                "window; its note and its terms stay."
            ),
        ),
        DeskStep(
            name="reschedule",
            label=_("Move the days"),
            step=states.MOVE_RUN,
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
        "run.scheduled": _("Days set"),
        "run.changed": _("Changed"),
        "run.rescheduled": _("Days moved"),
        "run.registrations_held": _("Registrations held"),
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave the days of a scheduled run to the step, which keeps what they were."""
        closed = super().get_readonly_fields(request, obj)
        return [*closed, *RUN_DAYS] if obj and obj.state in states.MOVABLE else closed
