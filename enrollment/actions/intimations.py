"""Telling the cadre controlling authority of a registration, and taking down what it answers."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, Service, User
from accounts.notifications import notify, notify_in_digest
from accounts.policies import on_behalf_of
from circulars import actions as circulars_actions
from circulars.documents import KeptPdf
from enrollment import documents, policies, states
from enrollment.actions import coupons, steps
from enrollment.models import Enrollment, Intimation
from igot.lib.dates import civil_date
from igot.lib.errors import Refused

Answer = Intimation.Answer


@transaction.atomic
def tell_authority(
    enrollment: Enrollment, *, of: AuditEntry, acting_user: User, at: datetime
) -> Intimation:
    """Make the intimation of a registration that was just submitted, once per run and authority.

    `of` is the entry of the submission: the notice to the nodal officers hangs on it. The letter
    is issued after the commit (`tasks.issue_missing_letters`).
    """
    service = enrollment.officer.service
    if service is None:  # a decision was made, so the service is known
        raise ValueError(f"officer {enrollment.officer_id} has no service")
    today = civil_date(at)
    intimation, is_new = Intimation.objects.get_or_create(
        enrollment=enrollment,
        authority=service.authority,
        run=enrollment.run,
        defaults={
            "number": f"new-{enrollment.pk}-{at.timestamp()}",
            "dated_on": today,
            "mode": service.cca_mode,
        },
    )
    if is_new:
        intimation.number = f"IGOT/I/{today.year}/{intimation.pk:06d}"
        intimation.save(update_fields=["number"])
    if intimation.answer == Answer.NONE:
        needs_approval = intimation.mode == Service.Mode.PRIOR_APPROVAL
        _ask_anew(intimation, today)
        template = "enrollment.approval_asked" if needs_approval else "enrollment.intimated"
        for user in steps.nodal_officers(service.authority, at, besides=acting_user):
            notify_in_digest(
                user,
                of=of,
                template=template,
                link=intimation.get_absolute_url(),
                **steps.particulars(enrollment),
            )
    return intimation


def _ask_anew(intimation: Intimation, today: date) -> None:
    """Count the days of an approval, and its reminders, from `today`."""
    intimation.asked_on, intimation.reminders = today, 0
    intimation.reminded_at = intimation.escalated_at = None
    intimation.save(update_fields=["asked_on", "reminders", "reminded_at", "escalated_at"])


@transaction.atomic(durable=True)
def note_intimation(*, intimation_id: int, acting_user: User, at: datetime) -> None:
    """Take down that the authority has seen the intimation.

    :raises Refused: not open to `acting_user`, answered already, or approval is asked for
    """
    intimation = _lock_for(Answer.NOTED, intimation_id, acting_user)
    entry = _answer(intimation, Answer.NOTED, acting_user=acting_user, at=at)
    _tell_officer(intimation.enrollment, entry)


def note_each(
    rows: Iterable[Intimation], *, acting_user: User, at: datetime
) -> list[tuple[Intimation, str]]:
    """Note many intimations, each in its own transaction; return each with why not, or ""."""
    results = []
    for intimation in rows:
        refusal = ""
        try:
            note_intimation(intimation_id=intimation.pk, acting_user=acting_user, at=at)
        except Refused as declined:
            refusal = str(declined)
        results.append((intimation, refusal))
    return results


@transaction.atomic(durable=True)
def record_download(*, rows: int, acting_user: User, at: datetime) -> None:
    """Record that a nodal officer took the list of what waits out of the portal."""
    audit.record(acting_user, "intimations.downloaded", acting_user=acting_user, at=at, rows=rows)


@transaction.atomic(durable=True)
def approve_intimation(*, intimation_id: int, acting_user: User, at: datetime) -> None:
    """Approve a registration on behalf of the authority; it goes on to the Training Division.

    :raises Refused: not open to `acting_user`, answered already, or no approval is asked for
    """
    intimation = _lock_for(Answer.APPROVED, intimation_id, acting_user)
    _answer(intimation, Answer.APPROVED, acting_user=acting_user, at=at)
    entry = steps.take(
        states.AUTHORITY_APPROVE,
        intimation.enrollment,
        acting_user=acting_user,
        at=at,
        event="enrollment.authority_approved",
        intimation=intimation.number,
    )
    _tell_officer(intimation.enrollment, entry)


@transaction.atomic(durable=True)
def withhold_approval(*, intimation_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Withhold the authority's approval with the `reason`: the registration ends.

    :raises Refused: not open to `acting_user`, answered already, or no approval is asked for
    """
    intimation = _lock_for(Answer.WITHHELD, intimation_id, acting_user)
    _answer(intimation, Answer.WITHHELD, acting_user=acting_user, at=at, reason=reason)
    intimation.enrollment.reason = reason
    entry = steps.take(
        states.AUTHORITY_WITHHOLD,
        intimation.enrollment,
        acting_user=acting_user,
        at=at,
        event="enrollment.authority_withheld",
        intimation=intimation.number,
        reason=reason,
    )
    coupons.end_issue_of(
        enrollment=intimation.enrollment, reason=reason, acting_user=acting_user, at=at
    )
    _tell_officer(intimation.enrollment, entry, reason=reason)


@transaction.atomic(durable=True)
def file_letter(*, intimation_id: int, pdf: KeptPdf, at: datetime) -> None:
    """Issue the rendered letter of an intimation as a document of the portal, once.

    :raises Refused: a letter was issued meanwhile
    """
    intimation = Intimation.objects.select_for_update(no_key=True).get(pk=intimation_id)
    if intimation.document_id:
        raise Refused(_("The letter %(number)s is issued.") % {"number": intimation.number})
    intimation.document = circulars_actions.issue_document(
        pdf=pdf,
        kind=documents.KIND,
        number=intimation.number,
        title=documents.TITLE.en,
        title_hi=documents.TITLE.hi,
        dated_on=intimation.dated_on,
        particulars=documents.particulars_of(intimation),
        acting_user=None,
        at=at,
    )
    intimation.save(update_fields=["document"])


def _lock_for(answer: str, intimation_id: int, acting_user: User) -> Intimation:
    """Lock the registration, then its intimation, and ask whether `answer` is open."""
    enrollment_id = Intimation.objects.values_list("enrollment_id", flat=True).get(pk=intimation_id)
    enrollment = steps.lock(enrollment_id)
    intimation = Intimation.objects.select_for_update(no_key=True).get(pk=intimation_id)
    intimation.enrollment = enrollment
    if reason := policies.why_not_answer(answer, intimation, acting_user):
        raise Refused(reason)
    return intimation


def _answer(
    intimation: Intimation, answer: str, *, acting_user: User, at: datetime, reason: str = ""
) -> AuditEntry:
    intimation.answer, intimation.answer_reason = answer, reason
    intimation.answered_by, intimation.answered_at = acting_user, at
    intimation.save()
    return audit.record(
        intimation,
        f"intimation.{answer}",
        acting_user=acting_user,
        on_behalf_of=on_behalf_of(acting_user, intimation.authority),
        at=at,
    )


def _tell_officer(enrollment: Enrollment, entry: AuditEntry, **params: Any) -> None:
    notify(
        enrollment.officer.user,
        of=entry,
        link=enrollment.get_absolute_url(),
        **steps.particulars(enrollment),
        **params,
    )
