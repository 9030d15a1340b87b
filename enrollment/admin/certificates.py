"""Certificates on the desk: the document, what the portal found about it, and the decision."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from enrollment import certificate_checks, certificate_review, pool_policies, states
from enrollment.actions import certificates
from enrollment.forms.certificates import ReturnForm
from enrollment.forms.coupons import ReasonForm
from enrollment.models import CertificateRule, CertificateSubmission

BESIDE = (
    "officer__user",
    "officer__service",
    "officer__rank",
    "course",
    "enrollment__run",
    "enrollment__officer",
    "reviewed_by",
)


@admin.register(CertificateRule)
class CertificateRuleAdmin(DeskAdmin):
    list_display = (
        "effective_from",
        "effective_to",
        "least_name_score",
        "most_apart",
        "circular_reference",
    )
    ordering = ("-effective_from",)
    editable_fields = (
        "least_name_score",
        "most_apart",
        "effective_from",
        "effective_to",
        "circular_reference",
    )


@admin.register(CertificateSubmission)
class CertificateSubmissionAdmin(DeskAdmin):
    list_display = (
        "certificate_number",
        "of_officer",
        "of_course",
        "state",
        "failed",
        "uploaded_at",
    )
    list_filter = ("state", "course")
    list_select_related = ("officer__user", "course")
    search_fields = ("=certificate_number", "officer__name", "=enrollment__number")
    ordering = ("uploaded_at", "pk")
    fields = (
        "document",
        "of_officer",
        "name_on_certificate",
        "of_course",
        "certificate_number",
        "completed_on",
        "state",
        "enrollment",
        "uploaded_at",
        "sha256",
        "reviewed_by",
        "reviewed_at",
        "reason",
    )
    readonly_fields = ("document", "of_officer", "of_course", "result", "points")
    summary_fields = (
        "document",
        "of_officer",
        "name_on_certificate",
        "of_course",
        "certificate_number",
        "completed_on",
        "result",
        "points",
    )
    change_form_template = "admin/enrollment/certificate_change_form.html"
    why_not = staticmethod(pool_policies.why_not_review)
    event_labels = {
        "certificate.sent": _("Sent in"),
        "certificate.put_off": _("Could not be checked"),
        "certificate.under_review": _("Checked by the portal"),
        "certificate.refused": _("Refused by a check"),
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
            form=ReturnForm,
            explain=_(
                "The officer reads the reason, and what you write about a field stands at that "
                "field of the form; what was typed is kept."
            ),
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
        rows = super().get_queryset(request).select_related(*BESIDE)
        return rows.prefetch_related("checks", "course__credits")

    @admin.display(description=_("officer"), ordering="officer__name")
    def of_officer(self, submission: CertificateSubmission) -> str:
        return str(submission.officer)

    @admin.display(description=_("course"), ordering="course__title")
    def of_course(self, submission: CertificateSubmission) -> str:
        return str(submission.course)

    @admin.display(description=_("checks that failed"))
    def failed(self, submission: CertificateSubmission) -> str:
        failed = [
            str(check.get_check_code_display())
            for check in submission.checks.all()
            if check.passed is False
        ]
        return "; ".join(failed) or "–"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (submission := context.get("original")) is not None:
            context["review"] = certificate_review.review_of(submission)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("document"))
    def document(self, submission: CertificateSubmission) -> str | SafeString:
        if not submission.is_handed_out:
            return submission.file_name
        url = reverse("enrollment:certificate_file", args=[submission.pk])
        size = filesizeformat(submission.size).strip()
        return format_html('<a href="{}">{}</a> ({})', url, submission.file_name, size)

    @admin.display(description=_("provider's result"))
    def result(self, submission: CertificateSubmission) -> str:
        latest = certificate_checks.latest_result(submission.enrollment)
        if latest is None:
            return "–"
        words = _("passed") if latest.passed else _("not passed")
        return f"{latest.online_grade} %, {latest.get_exam_outcome_display()}: {words}"

    @admin.display(description=_("points to be credited"))
    def points(self, submission: CertificateSubmission) -> int:
        tariff = submission.course.credits.in_force(submission.completed_on).first()
        return tariff.points if tariff else 0
