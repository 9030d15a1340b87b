"""What people do to minutes and corrigenda: lock, check, change, record, notify."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from circulars import actions as papers
from circulars.documents import KeptPdf
from committee import documents, minutes_text, states
from committee.actions.locks import lock_meeting
from committee.models import Corrigendum, Meeting, Minutes, Resolution
from committee.policies import minutes as policies
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def draft_minutes(*, meeting_id: int, acting_user: User, at: datetime) -> Minutes:
    """Make the minutes of a closed meeting from its rows, as a draft.

    :raises Refused: not closed, not the secretary, or there are minutes already
    """
    meeting = lock_meeting(meeting_id)
    if reason := policies.why_not_draft(meeting, acting_user):
        raise Refused(reason)
    made = minutes_text.made_from_rows(meeting)
    minutes = Minutes.objects.create(
        meeting=meeting, text=made.en, text_hi=made.hi, drafted_by=acting_user, drafted_at=at
    )
    audit.record(minutes, "minutes.drafted", acting_user=acting_user, at=at)
    return minutes


@transaction.atomic(durable=True)
def edit_minutes(
    *, minutes_id: int, version: int, text: str, text_hi: str, acting_user: User, at: datetime
) -> Minutes:
    """Store the text as edited from `version`; nobody's later text is written over.

    :raises Refused: no draft, not the secretary, or another version stands
    """
    minutes = _locked(minutes_id)
    if reason := policies.why_not_edit(minutes, acting_user):
        raise Refused(reason)
    if minutes.version != version:
        raise Refused(
            _("%(name)s has stored another text meanwhile. Nothing of yours is stored yet.")
            % {"name": minutes.drafted_by}
        )
    minutes.text, minutes.text_hi = minutes_text.canonical(text), minutes_text.canonical(text_hi)
    minutes.version += 1
    minutes.drafted_by, minutes.drafted_at = acting_user, at
    minutes.save()
    audit.record(minutes, "minutes.edited", acting_user=acting_user, at=at, version=minutes.version)
    return minutes


@transaction.atomic(durable=True)
def submit_minutes(*, minutes_id: int, acting_user: User, at: datetime) -> None:
    """Put the minutes before the chair of the meeting.

    :raises Refused: the step is not open, or the text leaves a resolution out
    """
    minutes = _locked_for(states.SUBMIT_MINUTES, minutes_id, acting_user)
    _check_complete(minutes)
    entry = _advance(minutes, states.SUBMIT_MINUTES, acting_user, at)
    chairs = policies.chairs_of(minutes.meeting, civil_date(at))
    for chair in User.objects.filter(pk__in=chairs):
        _tell(chair, entry, minutes.meeting)


@transaction.atomic(durable=True)
def return_minutes(*, minutes_id: int, remark: str, acting_user: User, at: datetime) -> None:
    """Give the minutes back to the secretary with a `remark`.

    :raises Refused: the step is not open to `acting_user`
    """
    minutes = _locked_for(states.RETURN_MINUTES, minutes_id, acting_user)
    entry = _advance(minutes, states.RETURN_MINUTES, acting_user, at, remark=remark)
    _tell(minutes.drafted_by, entry, minutes.meeting, remark=remark)


@transaction.atomic(durable=True)
def confirm_minutes(*, minutes_id: int, version: int, acting_user: User, at: datetime) -> Minutes:
    """Confirm the text of `version`, which is frozen with its digest, and with it the meeting.

    From here on the resolutions stand as recorded too; the PDF is made afterwards.
    :raises Refused: the step is not open, another text stands, or it leaves a resolution out
    """
    minutes = _locked_for(states.CONFIRM_MINUTES, minutes_id, acting_user)
    if minutes.version != version:
        raise Refused(_("The text has changed since you opened it: read it again."))
    _check_complete(minutes)
    meeting = minutes.meeting
    if meeting.state not in states.CONFIRM_MEETING.sources:
        raise Refused(_("The meeting is “%(state)s”.") % {"state": meeting.get_state_display()})
    minutes.confirmed_by, minutes.confirmed_at = acting_user, at
    minutes.sha256 = minutes_text.digest_of(meeting.number, minutes.text, minutes.text_hi)
    entry = _advance(minutes, states.CONFIRM_MINUTES, acting_user, at, sha256=minutes.sha256)
    _advance(meeting, states.CONFIRM_MEETING, acting_user, at)
    _tell(minutes.drafted_by, entry, meeting)
    return minutes


@transaction.atomic(durable=True)
def file_minutes(*, minutes_id: int, pdf: KeptPdf, at: datetime) -> None:
    """Issue the PDF of confirmed minutes.

    :raises Refused: another worker was first
    """
    minutes = _locked(minutes_id)
    if not Minutes.objects.unrendered().filter(pk=minutes_id).exists():
        raise Refused(_("The minutes have their document already."))
    minutes.document = papers.issue_document(
        pdf=pdf,
        kind=documents.MINUTES,
        number=minutes.meeting.number,
        title=documents.MINUTES_TITLE.en,
        title_hi=documents.MINUTES_TITLE.hi,
        dated_on=civil_date(minutes.confirmed_at or at),
        particulars=documents.minutes_particulars(minutes),
        acting_user=None,
        at=at,
    )
    minutes.save(update_fields=["document"])


@transaction.atomic(durable=True)
def draft_corrigendum(
    *, minutes_id: int, text: str, text_hi: str, reason: str, acting_user: User, at: datetime
) -> Corrigendum:
    """Write a corrigendum to confirmed minutes: what is to be read in place of what.

    :raises Refused: the minutes are not confirmed, or another one is being written
    """
    minutes = _locked(minutes_id)
    if declined := policies.why_not_draft_corrigendum(minutes, acting_user):
        raise Refused(declined)
    latest = minutes.corrigenda.aggregate(latest=Max("number"))["latest"] or 0
    corrigendum = Corrigendum.objects.create(
        minutes=minutes,
        number=latest + 1,
        text=minutes_text.canonical(text),
        text_hi=minutes_text.canonical(text_hi),
        reason=reason,
        drafted_by=acting_user,
        drafted_at=at,
    )
    entry = audit.record(corrigendum, "corrigendum.drafted", acting_user=acting_user, at=at)
    _tell_chairs(corrigendum, entry, at)
    return corrigendum


@transaction.atomic(durable=True)
def edit_corrigendum(
    *, corrigendum_id: int, text: str, text_hi: str, reason: str, acting_user: User, at: datetime
) -> None:
    """Change a corrigendum that is not confirmed yet.

    :raises Refused: it is confirmed, or `acting_user` is not the secretary
    """
    corrigendum = _locked_corrigendum(corrigendum_id)
    if declined := policies.why_not_edit_corrigendum(corrigendum, acting_user):
        raise Refused(declined)
    corrigendum.text = minutes_text.canonical(text)
    corrigendum.text_hi = minutes_text.canonical(text_hi)
    corrigendum.reason = reason
    corrigendum.drafted_by, corrigendum.drafted_at = acting_user, at
    corrigendum.save()
    entry = audit.record(corrigendum, "corrigendum.edited", acting_user=acting_user, at=at)
    _tell_chairs(corrigendum, entry, at)


@transaction.atomic(durable=True)
def confirm_corrigendum(
    *, corrigendum_id: int, sha256: str, acting_user: User, at: datetime
) -> None:
    """Confirm the corrigendum whose text has the digest `sha256`: it stands with the minutes.

    :raises Refused: it is confirmed, not by the chair, or its text has changed
    """
    corrigendum = _locked_corrigendum(corrigendum_id)
    if declined := policies.why_not_confirm_corrigendum(corrigendum, acting_user):
        raise Refused(declined)
    digest = digest_of_corrigendum(corrigendum)
    if digest != sha256:
        raise Refused(_("The text has changed since you opened it: read it again."))
    corrigendum.confirmed_by, corrigendum.confirmed_at = acting_user, at
    corrigendum.sha256 = digest
    corrigendum.save()
    entry = audit.record(
        corrigendum, "corrigendum.confirmed", acting_user=acting_user, at=at, sha256=digest
    )
    _tell(corrigendum.drafted_by, entry, corrigendum.minutes.meeting, number=corrigendum.number)


@transaction.atomic(durable=True)
def file_corrigendum(*, corrigendum_id: int, pdf: KeptPdf, at: datetime) -> None:
    """Issue the PDF of a confirmed corrigendum.

    :raises Refused: another worker was first
    """
    corrigendum = _locked_corrigendum(corrigendum_id)
    if not Corrigendum.objects.unrendered().filter(pk=corrigendum_id).exists():
        raise Refused(_("The corrigendum has its document already."))
    corrigendum.document = papers.issue_document(
        pdf=pdf,
        kind=documents.CORRIGENDUM,
        number=documents.number_of(corrigendum),
        title=documents.CORRIGENDUM_TITLE.en,
        title_hi=documents.CORRIGENDUM_TITLE.hi,
        dated_on=civil_date(corrigendum.confirmed_at or at),
        particulars=documents.corrigendum_particulars(corrigendum),
        acting_user=None,
        at=at,
    )
    corrigendum.save(update_fields=["document"])


def digest_of_corrigendum(corrigendum: Corrigendum) -> str:
    """Return the digest of the text of a corrigendum as it stands."""
    return minutes_text.digest_of(
        documents.number_of(corrigendum), corrigendum.text, corrigendum.text_hi
    )


def _locked(minutes_id: int) -> Minutes:
    """Lock the meeting, then its minutes: every change of either does so in this order."""
    meeting_id = Minutes.objects.values_list("meeting_id", flat=True).get(pk=minutes_id)
    meeting = lock_meeting(meeting_id)
    minutes = Minutes.objects.select_for_update(no_key=True).get(pk=minutes_id)
    minutes.meeting = meeting
    return minutes


def _locked_for(step: states.Step, minutes_id: int, acting_user: User) -> Minutes:
    minutes = _locked(minutes_id)
    if reason := policies.why_not(step, minutes, acting_user):
        raise Refused(reason)
    return minutes


def _locked_corrigendum(corrigendum_id: int) -> Corrigendum:
    minutes_id = Corrigendum.objects.values_list("minutes_id", flat=True).get(pk=corrigendum_id)
    minutes = _locked(minutes_id)
    corrigendum = Corrigendum.objects.select_for_update(no_key=True).get(pk=corrigendum_id)
    corrigendum.minutes = minutes
    return corrigendum


def _check_complete(minutes: Minutes) -> None:
    """Refuse a text that leaves out a resolution of the meeting, in either language."""
    resolved = Resolution.objects.filter(item__meeting=minutes.meeting_id)
    for number in resolved.order_by("item__position").values_list("number", flat=True):
        if number not in minutes.text or (minutes.text_hi and number not in minutes.text_hi):
            raise Refused(
                _("The text does not name resolution %(number)s: each resolution stands in it.")
                % {"number": number}
            )


EVENTS = {
    states.SUBMIT_MINUTES: "minutes.submitted",
    states.RETURN_MINUTES: "minutes.returned",
    states.CONFIRM_MINUTES: "minutes.confirmed",
    states.CONFIRM_MEETING: "meeting.confirmed",
}


def _advance(
    thing: Minutes | Meeting, step: states.Step, acting_user: User, at: datetime, **details: Any
) -> AuditEntry:
    was, thing.state = thing.state, step.target
    thing.save()
    return audit.record(thing, EVENTS[step], acting_user=acting_user, at=at, was=was, **details)


def _tell(user: User, entry: AuditEntry, meeting: Meeting, **params: Any) -> None:
    link = reverse("committee:minutes", args=[meeting.pk])
    notify(user, of=entry, link=link, meeting=meeting.number, **params)


def _tell_chairs(corrigendum: Corrigendum, entry: AuditEntry, at: datetime) -> None:
    meeting = corrigendum.minutes.meeting
    for chair in User.objects.filter(pk__in=policies.chairs_of(meeting, civil_date(at))):
        _tell(chair, entry, meeting, number=corrigendum.number, template="corrigendum.drafted")
