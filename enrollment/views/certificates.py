"""The officer's certificate: sending it in, how its review stands, and the file itself."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from enrollment import certificate_checks, pool_policies
from enrollment.actions import certificates
from enrollment.forms.certificates import CertificateForm
from enrollment.models import CertificateSubmission, Enrollment
from igot.lib.errors import Refused
from igot.lib.files import send_file


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OFFICER)
def send_certificate(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Show how the review stands, and take a certificate."""
    own = Enrollment.objects.of(request.user).with_course()
    enrollment = get_object_or_404(own, pk=enrollment_id)
    form = CertificateForm(request.POST or None, request.FILES or None, enrollment=enrollment)
    if request.method == "POST" and form.is_valid():
        try:
            certificates.send_certificate(
                enrollment_id=enrollment.pk,
                acting_user=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your certificate has been sent in for review."))
            return redirect(enrollment)
    return TemplateResponse(request, "enrollment/certificate.html", _context(enrollment, form))


@require_safe
def certificate_file(request: UserRequest, submission_id: int) -> HttpResponseBase:
    """Hand out the file to its officer and to those who decide on it."""
    visible = CertificateSubmission.objects.visible_to(request.user)
    submission = get_object_or_404(visible, pk=submission_id)
    return send_file(submission.file, name=submission.file_name)


def _context(enrollment: Enrollment, form: CertificateForm) -> dict[str, object]:
    result = certificate_checks.latest_result(enrollment)
    latest = enrollment.certificates.order_by("pk").last()
    return {
        "enrollment": enrollment,
        "form": form,
        "result": result,
        "latest": latest,
        "refusal": pool_policies.why_not_upload(
            enrollment, enrollment.officer.log_in, has_passed=bool(result and result.passed)
        ),
    }
