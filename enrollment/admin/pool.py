"""What the pool of codes goes by, and the letters that ask for codes, on the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from courses.admin.dated import DATED, DatedForm
from enrollment import reconciliation_policies as policies
from enrollment.actions import requests
from enrollment.forms.coupons import ReasonForm
from enrollment.models import CouponRequest, PoolPolicy

FIGURES = (
    "least_codes",
    "least_weeks",
    "days_before_expiry",
    "notice_weeks",
    "history_months",
    "unclaimed_after_days",
    "unused_after_days",
)


class PoolPolicyForm(DatedForm):
    """A policy of one provider: no day is covered twice."""

    owner_names = ("provider",)


@admin.register(PoolPolicy)
class PoolPolicyAdmin(DeskAdmin):
    form = PoolPolicyForm
    list_display = ("provider", "effective_from", "effective_to", *FIGURES[:4])
    list_filter = ("provider",)
    list_select_related = ("provider",)
    search_fields = ("circular_reference",)
    ordering = ("provider", "-effective_from")
    add_fields = ("provider",)
    editable_fields = (*DATED, *FIGURES)


@admin.register(CouponRequest)
class CouponRequestAdmin(DeskAdmin):
    list_display = ("course", "circular", "codes", "received", "needed_by", "ended_at")
    list_filter = ("course", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("circular__number", "=circular__code")
    ordering = ("-pk",)
    readonly_fields = ("received",)
    why_not = staticmethod(policies.why_not_give_up)
    event_labels = {
        "couponrequest.drafted": _("Drafted"),
        "couponrequest.given_up": _("Given up"),
    }
    steps = (
        DeskStep(
            name="give-up",
            label=_("Count on it no longer"),
            step=None,
            action=requests.give_up_request,
            id_name="request_id",
            form=ReasonForm,
            explain=_("The forecast asks for these codes anew."),
            is_grave=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_received().select_related("drafted_by")

    @admin.display(description=_("codes received"))
    def received(self, request: Any) -> int:
        return request.received
