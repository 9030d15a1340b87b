"""What of the confirmation desk is shown: by queue, batch, service, authority, record, boundary."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.models import Officer, Service
from courses.models import Run
from enrollment import seats
from enrollment.models import Enrollment, Intimation
from enrollment.states import EnrollmentState

YES_NO = [("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]


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

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        return _by_key(rows, "run", self.value())


class ServiceFilter(admin.SimpleListFilter):
    """The services of which an officer has registered."""

    title = gettext_lazy("service")
    parameter_name = "service"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        own = Enrollment.objects.filter(officer__service=OuterRef("pk"), number__isnull=False)
        services = Service.objects.filter(Exists(own)).order_by("acronym", "name")
        return [(str(service.pk), service.acronym or str(service)) for service in services]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        return _by_key(rows, "officer__service", self.value())


class AuthorityFilter(admin.SimpleListFilter):
    """Whether the authority of the officer has answered the latest intimation."""

    title = gettext_lazy("authority")
    parameter_name = "authority"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("answered", gettext_lazy("has answered")),
            ("silent", gettext_lazy("has not answered")),
        ]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        answers = Intimation.objects.filter(enrollment=OuterRef("pk"))
        answered = Exists(answers.exclude(answer=Intimation.Answer.NONE))
        if self.value() == "answered":
            return rows.filter(answered)
        return rows.filter(~answered) if self.value() == "silent" else rows


class RecordFilter(admin.SimpleListFilter):
    """Whether the service record of the officer is verified."""

    title = gettext_lazy("record verified")
    parameter_name = "record"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return YES_NO

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        verified = Officer.RecordState.VERIFIED
        if self.value() == "yes":
            return rows.filter(officer__record_state=verified)
        return rows.exclude(officer__record_state=verified) if self.value() == "no" else rows


class BoundaryFilter(admin.SimpleListFilter):
    """Whether the officer was born on the very day of the age limit, and two readings exist."""

    title = gettext_lazy("on the boundary of the age rule")
    parameter_name = "boundary"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return YES_NO

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        if self.value() == "yes":
            return rows.filter(decision__is_boundary=True)
        return rows.exclude(decision__is_boundary=True) if self.value() == "no" else rows


class SeatsFilter(admin.SimpleListFilter):
    """Registrations that wait for the desk or an authority: with a seat for them, or beyond."""

    title = gettext_lazy("seats of the batch")
    parameter_name = "seats"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("full", gettext_lazy("on the waiting list")),
            ("free", gettext_lazy("a seat is free")),
        ]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        beyond = seats.beyond().values("pk")
        if self.value() == "full":
            return rows.filter(pk__in=beyond)
        return rows.awaiting_seat().exclude(pk__in=beyond) if self.value() == "free" else rows


def _by_key(rows: Any, column: str, value: str | None) -> Any:
    """Return the rows of a key that an address names; all where it names none."""
    is_key = value is not None and value.isascii() and value.isdecimal() and len(value) < 18
    return rows.filter(**{column: int(value or 0)}) if is_key else rows
