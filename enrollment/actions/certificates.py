"""What happens to certificates: sent in, then verified, returned or rejected by somebody else."""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from credits import actions as ledger
from credits.models import CreditEntry
from enrollment import certificate_checks, pool_policies, states
from enrollment.actions import completions, pieces, steps
from enrollment.models import CertificateCheck, CertificateSubmission, Enrollment
from igot.lib.errors import Refused
from igot.lib.files import stored_with
from igot.lib.uploads import CheckedFile

log = logging.getLogger("igot.uploads")


def send_certificate(
    *,
    enrollment_id: int,
    file: CheckedFile,
    certificate_number: str,
    name_on_certificate: str,
    completed_on: date,
    acting_user: User,
    at: datetime,
) -> CertificateSubmission:
    """Send in a certificate: the portal checks it, then a person reviews it.

    It takes the place of one that is under review or was returned. The very same with the very
    same particulars, as from a second click, is the one that stands. The file goes again if
    anything refuses it.
    :raises Refused: not open to `acting_user`, or the file or its number is known already
    """
    submission = CertificateSubmission(
        file_name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        certificate_number=certificate_number,
        certificate_number_folded=certificate_checks.fold_number(certificate_number),
        name_on_certificate=name_on_certificate,
        completed_on=completed_on,
        uploaded_at=at,
        check_at=at,
    )
    with stored_with(submission, submission.file, file), transaction.atomic(durable=True):
        enrollment = _lock(enrollment_id)
        submission.enrollment, submission.officer = enrollment, enrollment.officer
        submission.course = enrollment.course
        pieces.check_open(enrollment, acting_user)
        pieces.drop_uploads(enrollment)  # where it came in pieces, they are done with
        if standing := _standing_alike(submission):
            return standing
        _supersede(enrollment, acting_user, at)
        _check_new(submission)
        _keep(submission, file, acting_user, at)
    return submission


@transaction.atomic(durable=True)
def verify_certificate(*, submission_id: int, acting_user: User, at: datetime) -> None:
    """Verify a certificate; in the same transaction the course is completed and points posted.

    :raises Refused: not open to `acting_user`, or the provider's result does not agree
    """
    submission = _lock_for(states.VERIFY, submission_id, acting_user)
    enrollment = submission.enrollment
    result = certificate_checks.of_result(enrollment)
    if not result.passed:
        raise Refused(_("The provider's result does not agree: %(what)s") % {"what": result.detail})
    if CertificateSubmission.objects.filter(
        officer=submission.officer, course=submission.course, state=states.VERIFY.target
    ).exists():
        raise Refused(_("The officer has a verified certificate for this course already."))
    entry = _review(submission, states.VERIFY, acting_user, at)
    enrollment.completed_on = submission.completed_on
    if enrollment.state in states.COMPLETE.sources:
        steps.take(states.COMPLETE, enrollment, acting_user=acting_user, at=at)
    else:
        enrollment.save(update_fields=["completed_on"])
    points = _post_points(submission, acting_user, at)
    _tell(submission, entry, points=points)


@transaction.atomic(durable=True)
def return_certificate(
    *,
    submission_id: int,
    reason: str,
    acting_user: User,
    at: datetime,
    field_reasons: Mapping[str, str] | None = None,
) -> None:
    """Ask the officer for a better or another file, saying why; `field_reasons` stand at the form.

    :raises Refused: the step is not open to `acting_user`
    """
    submission = _lock_for(states.RETURN_CERTIFICATE, submission_id, acting_user)
    submission.field_reasons = dict(field_reasons or {})
    submission.reason = reason or "; ".join(submission.field_reasons.values())
    said = "; ".join(filter(None, [reason, *submission.field_reasons.values()]))
    entry = _review(submission, states.RETURN_CERTIFICATE, acting_user, at, reason=said)
    _tell(submission, entry, reason=said)


@transaction.atomic(durable=True)
def reject_certificate(*, submission_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Reject a certificate, saying why.

    :raises Refused: the step is not open to `acting_user`
    """
    submission = _lock_for(states.REJECT_CERTIFICATE, submission_id, acting_user)
    submission.reason = reason
    entry = _review(submission, states.REJECT_CERTIFICATE, acting_user, at, reason=reason)
    _tell(submission, entry, reason=reason)


@transaction.atomic
def revoke_certificate(*, submission_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Revoke a verified certificate whose result was reversed, with the points it brought.

    Plain atomic, for reversing the result calls it; the officer hears of it there. A programme
    that it completed is revoked too. Claims are left alone: their guards read again.
    :raises Refused: the step is not open to `acting_user`, or points that were used would be
        missing
    """
    submission = _lock_for(states.REVOKE_CERTIFICATE, submission_id, acting_user)
    submission.reason = reason
    _advance(submission, states.REVOKE_CERTIFICATE)
    event = "certificate.revoked"
    audit.record(submission, event, acting_user=acting_user, at=at, reason=reason)
    Enrollment.objects.filter(pk=submission.enrollment_id).update(completed_on=None)
    award = CreditEntry.objects.filter(key=f"award:{submission.pk}").first()
    if award is not None and not CreditEntry.objects.filter(reverses=award).exists():
        ledger.reverse_entry(entry_id=award.pk, reason=reason, acting_user=acting_user, at=at)
    completions.revoke_resting_on(submission, reason=reason, acting_user=acting_user, at=at)


def _lock(enrollment_id: int) -> Enrollment:
    locked = Enrollment.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("officer__user", "course", "run").get(pk=enrollment_id)


def _lock_for(
    step: states.Step[states.CertificateState], submission_id: int, acting_user: User
) -> CertificateSubmission:
    """Lock the registration, then its certificate, and read both again."""
    rows = CertificateSubmission.objects
    enrollment = _lock(rows.values_list("enrollment", flat=True).get(pk=submission_id))
    submission = rows.select_for_update(no_key=True).get(pk=submission_id)
    submission.enrollment, submission.officer = enrollment, enrollment.officer
    submission.course = enrollment.course
    if reason := pool_policies.why_not_review(step, submission, acting_user):
        raise Refused(reason)
    return submission


def _standing_alike(submission: CertificateSubmission) -> CertificateSubmission | None:
    """Return what is with the office already and says the same, as after a second click."""
    alike = ("enrollment", "sha256", "certificate_number", "name_on_certificate", "completed_on")
    wanted = {name: getattr(submission, name) for name in alike}
    rows = CertificateSubmission.objects.filter(state__in=states.WITH_THE_OFFICE, **wanted)
    return rows.first()


def _supersede(enrollment: Enrollment, acting_user: User, at: datetime) -> None:
    open_states = states.SUPERSEDE.sources
    earlier = CertificateSubmission.objects.filter(enrollment=enrollment, state__in=open_states)
    for submission in earlier.select_for_update(no_key=True):
        _advance(submission, states.SUPERSEDE)
        event = "certificate.superseded"
        audit.record(submission, event, acting_user=acting_user, at=at)


def _check_new(submission: CertificateSubmission) -> None:
    """Refuse a file or a number that stands for somebody else; the database would, too."""
    live = CertificateSubmission.objects.live()
    if live.filter(sha256=submission.sha256).exists():
        log.warning("refused a certificate known already, sha256 %s", submission.sha256)
        raise Refused(_("This very file has been sent in before, for another registration."))
    folded = submission.certificate_number_folded
    if live.filter(course=submission.course, certificate_number_folded=folded).exists():
        raise Refused(
            _("A certificate with the number %(number)s has been sent in before.")
            % {"number": submission.certificate_number}
        )


def _keep(
    submission: CertificateSubmission, file: CheckedFile, acting_user: User, at: datetime
) -> None:
    submission.save()
    found = certificate_checks.of_file(file)
    CertificateCheck.objects.bulk_create(check.as_row(submission, at) for check in found)
    audit.record(submission, "certificate.sent", acting_user=acting_user, at=at, sha256=file.sha256)


def _review(
    submission: CertificateSubmission,
    step: states.Step[states.CertificateState],
    acting_user: User,
    at: datetime,
    **details: Any,
) -> AuditEntry:
    submission.reviewed_by, submission.reviewed_at = acting_user, at
    _advance(submission, step)
    event = f"certificate.{submission.state}"
    return audit.record(submission, event, acting_user=acting_user, at=at, **details)


def _advance(submission: CertificateSubmission, step: states.Step[states.CertificateState]) -> None:
    submission.state = step.target
    submission.save()


def _post_points(submission: CertificateSubmission, acting_user: User, at: datetime) -> int:
    """Post the points in force for the course on the day of completion; return how many."""
    tariff = submission.course.credits.in_force(submission.completed_on).first()
    if tariff is None or not tariff.points:
        return 0
    ledger.post_credits(
        officer=submission.officer,
        points=tariff.points,
        key=f"award:{submission.pk}",
        description=submission.course.title,
        description_hi=submission.course.title_hi,
        authority=tariff.circular_reference[:150],
        acting_user=acting_user,
        at=at,
    )
    return tariff.points


def _tell(submission: CertificateSubmission, entry: AuditEntry, **params: Any) -> None:
    notify(
        submission.officer.user,
        of=entry,
        link=submission.get_absolute_url(),
        **steps.particulars(submission.enrollment),
        **params,
    )
