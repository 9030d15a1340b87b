"""Completed programmes: recorded once from what is verified, told by letter, revoked on grounds."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Officer, User
from accounts.notifications import notify
from circulars.actions import documents as issued
from circulars.documents import KeptPdf
from circulars.particulars import Particular, frozen
from courses.models import Programme
from enrollment import completion_letter, completions, policies
from enrollment.models import CertificateSubmission, ProgrammeCompletion
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def record_completion(*, officer_id: int, programme_id: int, at: datetime) -> ProgrammeCompletion:
    """Record that an officer completed a programme, from the certificates verified so far.

    :raises Refused: a course or an examination is missing, or it is recorded already
    """
    officer = Officer.objects.select_for_update(no_key=True, of=("self",)).get(pk=officer_id)
    programme = Programme.objects.get(pk=programme_id)
    own = ProgrammeCompletion.objects.filter(officer=officer, programme=programme)
    if own.valid().exists():
        raise Refused(_("The completion of this programme is recorded already."))
    found = completions.facts_of(officer, programme)
    if found is None:
        raise Refused(_("Courses of the programme are still to be completed."))
    completion = ProgrammeCompletion.objects.create(
        officer=officer,
        programme=programme,
        number=f"new-{officer.pk}-{programme.pk}-{at.timestamp()}",
        completed_on=found.completed_on,
        found_at=at,
        courses=found.courses,
        benefits=found.benefits,
        has_dfft_priority=found.has_dfft_priority,
    )
    completion.number = f"IGOT/P/{civil_date(at).year}/{completion.pk:06d}"
    completion.save(update_fields=["number"])
    entry = audit.record(completion, "programme.completed", acting_user=None, at=at)
    notify(
        officer.user,
        of=entry,
        link=reverse("enrollment:programmes"),
        programme=programme.title,
        programme_hi=programme.title_hi or programme.title,
        number=completion.number,
    )
    return completion


@transaction.atomic(durable=True)
def file_completion_letter(
    *, completion_id: int, particulars: list[Particular], pdf: KeptPdf, at: datetime
) -> None:
    """Issue the rendered letter of a completion as a document of the portal, once.

    `particulars` are those of the moment at which it was rendered.
    :raises Refused: a letter was issued meanwhile, or the completion was revoked
    """
    completion = _locked(completion_id)
    if completion.document_id:
        raise Refused(_("The letter %(number)s is issued.") % {"number": completion.number})
    if completion.revoked_at:
        raise Refused(_("The completion was revoked."))
    completion.document = issued.issue_document(
        pdf=pdf,
        kind=completion_letter.KIND,
        number=completion.number,
        title=completion_letter.TITLE.en,
        title_hi=completion_letter.TITLE.hi,
        dated_on=civil_date(completion.found_at),
        particulars=frozen(particulars),
        acting_user=None,
        at=at,
    )
    completion.save(update_fields=["document"])


@transaction.atomic(durable=True)
def revoke_completion(*, completion_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Revoke a completion, its letter and its priority, because a certificate did not hold.

    It comes again only with a certificate verified later.
    :raises Refused: not open to `acting_user`, or revoked before
    """
    completion = _locked(completion_id)
    if declined := policies.why_not_revoke(None, completion, acting_user):
        raise Refused(declined)
    _revoke(completion, reason, acting_user, at)


@transaction.atomic
def revoke_resting_on(
    certificate: CertificateSubmission, *, reason: str, acting_user: User, at: datetime
) -> None:
    """Revoke the completions of an officer that a revoked certificate bears no longer.

    Plain atomic, for revoking the certificate calls it.
    """
    officer, course = certificate.officer, certificate.course_id
    valid = ProgrammeCompletion.objects.valid().filter(officer=officer, programme__courses=course)
    for completion_id in valid.order_by("pk").values_list("pk", flat=True):
        completion = _locked(completion_id)
        if completions.facts_of(officer, completion.programme) is None:
            _revoke(completion, reason, acting_user, at)


def _revoke(completion: ProgrammeCompletion, reason: str, acting_user: User, at: datetime) -> None:
    completion.revoked_at, completion.revoked_by = at, acting_user
    completion.revoked_reason = reason
    completion.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    if completion.document_id:
        issued.revoke_document(
            document_id=completion.document_id, reason=reason, acting_user=acting_user, at=at
        )
    entry = audit.record(
        completion, "programme.revoked", acting_user=acting_user, at=at, reason=reason
    )
    notify(
        completion.officer.user,
        of=entry,
        link=reverse("enrollment:programmes"),
        programme=completion.programme.title,
        programme_hi=completion.programme.title_hi or completion.programme.title,
        number=completion.number,
        reason=reason,
    )


def _locked(completion_id: int) -> ProgrammeCompletion:
    rows = ProgrammeCompletion.objects.select_related("officer", "programme")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=completion_id)
