"""Certificates in pieces, for the script of the form: begin, ask how far, send the next piece."""

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from enrollment.actions import pieces
from enrollment.forms.certificates import AnnouncedForm
from enrollment.models import CertificateUpload, Enrollment
from igot.lib.errors import Refused
from igot.lib.pieces import NoRoom


@never_cache
@require_POST
@role_required(Role.OFFICER)
def start_upload(request: UserRequest, enrollment_id: int) -> JsonResponse:
    """Begin a file, or say how much of the same one has arrived before."""
    enrollment = get_object_or_404(Enrollment.objects.of(request.user), pk=enrollment_id)
    form = AnnouncedForm(request.POST)
    if not form.is_valid():
        return _refused(_("Choose a file."), 400)
    try:
        upload = pieces.start_upload(
            enrollment_id=enrollment.pk,
            acting_user=request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
    except Refused as refusal:
        return _refused(str(refusal), 422)
    return _standing(upload)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OFFICER)
def upload_piece(request: UserRequest, upload_id: str) -> JsonResponse:
    """Say how much has arrived, or take the next piece: bytes, beginning at Upload-Offset."""
    upload = get_object_or_404(CertificateUpload.objects.of(request.user), pk=upload_id)
    if request.method != "POST":
        return _standing(upload)
    offset = request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdecimal() and len(offset) < 12):
        return _refused(_("The piece does not say where it begins."), 400)
    if _announced(request) > pieces.MOST_A_PIECE:
        return _refused(_("The piece is too large."), 413)
    try:
        upload = pieces.take_piece(
            upload=upload,
            offset=int(offset),
            data=request.body,
            acting_user=request.user,
            at=timezone.now(),
        )
    except pieces.OutOfStep as step:
        upload.received = step.received
        return _standing(upload, status=409)
    except Refused as refusal:
        return _refused(str(refusal), 422)
    except NoRoom:
        return _refused(no_room(), 507)
    return _standing(upload)


def no_room() -> str:
    """Say that the disk is full."""
    return _(
        "The portal has no room for files just now. What has arrived is kept: try again in a "
        "few minutes."
    )


def _announced(request: HttpRequest) -> int:
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isdecimal() else pieces.MOST_A_PIECE + 1


def _standing(upload: CertificateUpload, *, status: int = 200) -> JsonResponse:
    url = reverse("enrollment:upload_piece", args=[upload.pk])
    return JsonResponse(
        {"url": url, "received": upload.received, "size": upload.size}, status=status
    )


def _refused(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)
