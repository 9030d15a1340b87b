"""The officer's certificate: sending it in, how its review stands, and the file itself."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from enrollment import certificate_checks, pool_policies, tasks
from enrollment.actions import certificates, pieces
from enrollment.forms.certificates import CertificateForm
from enrollment.models import CertificateSubmission, CertificateUpload, Enrollment
from igot.lib.commits import after_commit
from igot.lib.errors import Refused
from igot.lib.files import send_file
from igot.lib.pieces import NoRoom


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OFFICER)
def send_certificate(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Show how the review stands, and take a certificate."""
    own = Enrollment.objects.of(request.user).with_course()
    enrollment = get_object_or_404(own, pk=enrollment_id)
    latest = enrollment.certificates.order_by("pk").last()
    upload = CertificateUpload.objects.of(request.user).for_registration(enrollment)
    form = CertificateForm(
        request.POST or None,
        request.FILES or None,
        enrollment=enrollment,
        upload=upload,
        returned=latest if latest and latest.is_to_be_sent_again else None,
    )
    if request.method == "POST":
        if form.is_valid() and _send(request, enrollment, form):
            return redirect(enrollment)
        upload = _keep_or_drop(request, enrollment, form)
    context = {**_context(enrollment, form), "latest": latest, "upload": upload}
    return TemplateResponse(request, "enrollment/certificate.html", context)


def _send(request: UserRequest, enrollment: Enrollment, form: CertificateForm) -> bool:
    """Send the certificate of a valid form in; tell whether it was taken."""
    try:
        certificates.send_certificate(
            enrollment_id=enrollment.pk,
            acting_user=request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    after_commit(tasks.check_certificates.delay)
    messages.success(request, _("Your certificate has been sent in for review."))
    return True


def _keep_or_drop(
    request: UserRequest, enrollment: Enrollment, form: CertificateForm
) -> CertificateUpload | None:
    """Keep a sound file for the next try, so that it need not come again; drop a refused one."""
    this: dict[str, Any] = {"enrollment_id": enrollment.pk, "acting_user": request.user}
    sent = request.FILES.get("file")
    if sent is None and form.has_error("file", code="refused"):
        pieces.drop_upload(**this)
        return None
    if sent is None or "file" not in form.cleaned_data or form.is_valid():
        return form.upload
    sent.seek(0)
    name, data = str(sent.name), sent.read()
    with suppress(Refused, NoRoom):  # then it has to be chosen again
        return pieces.keep_whole(**this, file_name=name, data=data, at=timezone.now())
    return form.upload


@require_safe
def certificate_file(request: UserRequest, submission_id: int) -> HttpResponseBase:
    """Hand out the file to its officer and to those who decide on it."""
    visible = CertificateSubmission.objects.visible_to(request.user).handed_out()
    submission = get_object_or_404(visible, pk=submission_id)
    return send_file(submission.file, name=submission.file_name)


@require_safe
def certificate_page(request: UserRequest, submission_id: int, number: int) -> HttpResponseBase:
    """Hand out a page as it was drawn, to the same people."""
    visible = CertificateSubmission.objects.visible_to(request.user).handed_out()
    submission = get_object_or_404(visible, pk=submission_id)
    page = get_object_or_404(submission.pages, number=number)
    return send_file(page.image, name=f"page-{number}.jpg")


def _context(enrollment: Enrollment, form: CertificateForm) -> dict[str, object]:
    result = certificate_checks.latest_result(enrollment)
    return {
        "enrollment": enrollment,
        "form": form,
        "result": result,
        "refusal": pool_policies.why_not_upload(
            enrollment, enrollment.officer.log_in, has_passed=bool(result and result.passed)
        ),
    }
