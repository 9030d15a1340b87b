"""Certificates on the desk: the document, what the portal found about it, and the decision."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskInline, DeskStep
from accounts.models import User
from enrollment import pool_policies, states
from enrollment.actions import certificates
from enrollment.forms.coupons import ReasonForm
from enrollment.models import CertificateCheck, CertificateSubmission


class CertificateCheckInline(DeskInline):
    model = CertificateCheck
    fields = ("passed", "detail")
    readonly_fields = fields
    ordering = ("pk",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return cast(User, request.user).has_perm("enrollment.view_certificatesubmission")


@admin.register(CertificateSubmission)
class CertificateSubmissionAdmin(DeskAdmin):
    list_display = ("certificate_number", "officer", "course", "state", "failed", "uploaded_at")
    list_filter = ("state", "course")
    list_select_related = ("officer__user", "course")
    search_fields = ("=certificate_number", "officer__name", "=enrollment__number")
    ordering = ("uploaded_at", "pk")
    fields = (
        "document",
        "officer",
        "name_on_certificate",
        "course",
        "certificate_number",
        "completed_on",
        "result",
        "points",
        "state",
        "enrollment",
        "uploaded_at",
        "sha256",
        "reviewed_by",
        "reviewed_at",
        "reason",
    )
    readonly_fields = ("document", "result", "points")
    summary_fields = (
        "document",
        "officer",
        "name_on_certificate",
        "course",
        "certificate_number",
        "completed_on",
        "result",
        "points",
    )
    inlines = (CertificateCheckInline,)
    why_not = staticmethod(pool_policies.why_not_review)
    event_labels = {
        "certificate.sent": _("Sent in"),
        "certificate.verified": _("Verified"),
        "certificate.returned": _("Returned"),
        "certificate.rejected": _("Rejected"),
        "certificate.superseded": _("Replaced"),
    }
    steps = (
        DeskStep(
            name="verify",
            label=_("Verify"),
            step=states.VERIFY,
            action=certificates.verify_certificate,
            id_name="submission_id",
            explain=_(
                "The course is completed and the points are credited at once. Whoever verifies "
                "does not sanction the claim."
            ),
        ),
        DeskStep(
            name="return",
            label=_("Return"),
            step=states.RETURN_CERTIFICATE,
            action=certificates.return_certificate,
            id_name="submission_id",
            form=ReasonForm,
            explain=_("The officer reads the reason and can send in another file."),
        ),
        DeskStep(
            name="reject",
            label=_("Reject"),
            step=states.REJECT_CERTIFICATE,
            action=certificates.reject_certificate,
            id_name="submission_id",
            form=ReasonForm,
            is_grave=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("checks", "course__credits")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("checks that failed"))
    def failed(self, submission: CertificateSubmission) -> str:
        failed = [str(c.get_check_code_display()) for c in submission.checks.all() if not c.passed]
        return "; ".join(failed) or "–"

    @admin.display(description=_("document"))
    def document(self, submission: CertificateSubmission) -> SafeString:
        url = reverse("enrollment:certificate_file", args=[submission.pk])
        link = format_html(
            '<a href="{}">{}</a> ({})', url, submission.file_name, filesizeformat(submission.size)
        )
        if submission.content_type == "application/pdf":
            return link
        return format_html(
            '{}<br><img class="desk-document" src="{}" alt="{}">', link, url, submission.file_name
        )

    @admin.display(description=_("provider's result"))
    def result(self, submission: CertificateSubmission) -> str:
        latest = submission.enrollment.results.order_by("attempt").last()
        if latest is None:
            return "–"
        words = _("passed") if latest.passed else _("not passed")
        return f"{latest.online_grade} %, {latest.get_exam_outcome_display()}: {words}"

    @admin.display(description=_("points to be credited"))
    def points(self, submission: CertificateSubmission) -> int:
        tariff = submission.course.credits.in_force(submission.completed_on).first()
        return tariff.points if tariff else 0
