"""How a certificate is checked by the portal: taken up, put off, refused, or handed to a person."""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import AuditEntry
from accounts.notifications import notify
from enrollment import certificate_checks, states
from enrollment.actions import steps
from enrollment.certificate_checks import Code, Found
from enrollment.certificate_looks import Look
from enrollment.models import (
    CertificateCheck,
    CertificateFingerprint,
    CertificatePage,
    CertificateSubmission,
    Enrollment,
    FingerprintBand,
)
from enrollment.states import CertificateState, Step
from igot.lib import fingerprints
from igot.lib.commits import after_commit
from igot.lib.errors import Refused

log = logging.getLogger("igot.uploads")
LEASE: Final = timedelta(minutes=5)  # without a word from a worker, another takes it up
PUT_OFF: Final = timedelta(minutes=1)


@transaction.atomic(durable=True)
def begin_checks(*, submission_id: int, at: datetime) -> tuple[CertificateSubmission, datetime]:
    """Take up a certificate that is to be checked; return it and the end of the lease on it.

    :raises Refused: another worker was first, or it was replaced
    """
    submission = _lock(submission_id)
    if submission.check_at is None or submission.check_at > at:
        raise _not_now(submission)
    submission.attempts += 1
    submission.check_at = lease = at + LEASE
    _advance(submission, states.BEGIN_CHECKS)
    return submission, lease


@transaction.atomic(durable=True)
def put_off_checks(*, submission_id: int, lease: datetime, problem: str, at: datetime) -> None:
    """Let a certificate wait, unchecked and unopened, because of `problem`.

    :raises Refused: another worker has taken it over, or it was replaced
    """
    submission = _lock_leased(submission_id, lease)
    if submission.problem != problem:
        audit.record(submission, "certificate.put_off", acting_user=None, at=at, reason=problem)
    submission.problem, submission.attempts = problem[:200], 0
    submission.check_at = at + PUT_OFF
    submission.save(update_fields=["problem", "attempts", "check_at"])


@transaction.atomic(durable=True)
def refuse_by_check(*, submission_id: int, lease: datetime, found: str, at: datetime) -> None:
    """Refuse a certificate in which the scanner `found` something ("" is: too large for it).

    The file is deleted, the officer is told.
    :raises Refused: another worker has taken it over, or it was replaced
    """
    submission = _lock_leased(submission_id, lease)
    log.warning("refused a certificate, sha256 %s: %s", submission.sha256, found or "too large")
    after_commit(default_storage.delete, str(submission.file.name))
    submission.file, submission.problem, submission.check_at = "", "", None
    user = submission.officer.user
    with override(user.language if user else certificate_checks.LANGUAGE_OF_RECORDS):
        submission.reason = _why(found)
    detail = found or "size limit exceeded"
    _keep_found(submission, [Found(code=Code.VIRUS, passed=False, detail=detail)], at)
    _advance(submission, states.REFUSE_CERTIFICATE)
    entry = audit.record(
        submission, "certificate.refused", acting_user=None, at=at, sha256=submission.sha256
    )
    _tell(submission, entry, reason=submission.reason)


@transaction.atomic(durable=True)
def finish_checks(
    *,
    submission_id: int,
    lease: datetime,
    look: Look,
    pages: list[CertificatePage],
    at: datetime,
) -> None:
    """Write down what was found, and hand the certificate to a person.

    :raises Refused: another worker has taken it over, or it was replaced
    """
    submission = _lock_leased(submission_id, lease)
    found = [*look.found, *certificate_checks.of_particulars(submission)]
    _keep_found(submission, found, at)
    _keep_look(submission, look, pages)
    submission.problem, submission.check_at = "", None
    _advance(submission, states.PASS_CHECKS)
    failed = [str(check.code) for check in found if check.passed is False]
    entry = audit.record(
        submission, "certificate.under_review", acting_user=None, at=at, failed=failed
    )
    _tell(submission, entry)


def _lock(submission_id: int) -> CertificateSubmission:
    """Lock the registration, then its certificate, and read both again."""
    rows = CertificateSubmission.objects
    enrollments = Enrollment.objects.select_for_update(no_key=True, of=("self",))
    enrollment = enrollments.select_related("officer__user", "course", "run").get(
        pk=rows.values_list("enrollment", flat=True).get(pk=submission_id)
    )
    submission = rows.select_for_update(no_key=True).get(pk=submission_id)
    submission.enrollment, submission.officer = enrollment, enrollment.officer
    submission.course = enrollment.course
    return submission


def _lock_leased(submission_id: int, lease: datetime) -> CertificateSubmission:
    submission = _lock(submission_id)
    if submission.state != CertificateState.CHECKING or submission.check_at != lease:
        raise _not_now(submission)
    return submission


def _not_now(submission: CertificateSubmission) -> Refused:
    return Refused(_("The certificate is “%(state)s”.") % {"state": submission.get_state_display()})


def _keep_found(submission: CertificateSubmission, found: list[Found], at: datetime) -> None:
    CertificateCheck.objects.bulk_create(check.as_row(submission, at) for check in found)


def _keep_look(submission: CertificateSubmission, look: Look, pages: list[CertificatePage]) -> None:
    for page in pages:
        page.submission = submission
    CertificatePage.objects.bulk_create(pages)
    if look.fingerprint is not None:
        kept = CertificateFingerprint.objects.create(submission=submission, bits=look.fingerprint)
        FingerprintBand.objects.bulk_create(
            FingerprintBand(fingerprint=kept, value=value)
            for value in fingerprints.bands(look.fingerprint)
        )


def _why(found: str) -> str:
    if not found:
        return _("The file is too large for the virus scanner. Send a smaller one.")
    return _(
        "The virus scanner found “%(name)s” in the file, and it was deleted. Download the "
        "certificate again from the provider's site and send that."
    ) % {"name": found[:60]}


def _advance(submission: CertificateSubmission, step: Step[CertificateState]) -> None:
    if submission.state not in step.sources:
        raise _not_now(submission)
    submission.state = step.target
    submission.save()


def _tell(submission: CertificateSubmission, entry: AuditEntry, **params: Any) -> None:
    notify(
        submission.officer.user,
        of=entry,
        link=submission.get_absolute_url(),
        **steps.particulars(submission.enrollment),
        **params,
    )
