"""The steps of a circular, each a transaction; enclosures go the way of the paper they lie in."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from accounts.roles import Role
from circulars import policies, states
from circulars.actions.documents import issue_document, replace_document
from circulars.documents import FORM_NAMES, KeptPdf
from circulars.models import Circular, IssuedDocument
from circulars.states import CircularState
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def submit_circular(*, circular_id: int, acting_user: User, at: datetime) -> None:
    """Put a draft before the approvers, who are told.

    :raises Refused: the step is not open to `acting_user`, or text or addressees are missing
    """
    bundle = _lock_for(states.SUBMIT, circular_id, acting_user)
    for paper in bundle:
        if missing := policies.what_is_missing(paper):
            raise Refused(missing)
    entry = _advance_all(bundle, states.SUBMIT, acting_user, at)
    for approver in User.objects.holding(Role.CIRCULAR_APPROVER).exclude(pk=acting_user.pk):
        _tell(approver, entry, bundle[0])


@transaction.atomic(durable=True)
def return_circular(*, circular_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Give a paper back to its author with a `reason`; an approval that it had is void.

    :raises Refused: the step is not open to `acting_user`
    """
    bundle = _lock_for(states.RETURN, circular_id, acting_user)
    for paper in bundle:
        paper.approver = None
    entry = _advance_all(bundle, states.RETURN, acting_user, at, reason=reason)
    if bundle[0].author:
        _tell(bundle[0].author, entry, bundle[0], reason=reason, template="circular.returned")


@transaction.atomic(durable=True)
def approve_circular(*, circular_id: int, acting_user: User, at: datetime) -> None:
    """Approve the text as it stands.

    :raises Refused: the step is not open to `acting_user`
    """
    bundle = _lock_for(states.APPROVE, circular_id, acting_user)
    for paper in bundle:
        paper.approver = acting_user
    entry = _advance_all(bundle, states.APPROVE, acting_user, at)
    if bundle[0].author:
        _tell(bundle[0].author, entry, bundle[0])


@transaction.atomic(durable=True)
def issue_circular(
    *, circular_id: int, acting_user: User, at: datetime, hindi_override_reason: str = ""
) -> None:
    """Issue an approved paper and its enclosures, dated the day of `at` in India.

    From here on text, number, date and addressees stand; the PDF is made from them afterwards. A
    paper that it supersedes is superseded now.
    :raises Refused: the step is not open, or the Hindi text of a general order is missing or
        stale and no `hindi_override_reason` was given
    """
    bundle = _lock_for(states.ISSUE, circular_id, acting_user)
    for paper in bundle:
        if lacking := policies.what_hindi_lacks(paper):
            if not hindi_override_reason:
                raise Refused(lacking)
            paper.hindi_override_reason = hindi_override_reason
            paper.hindi_override_by = acting_user
        paper.dated_on = civil_date(at)
        paper.issued_at = at
    overridden = {"reason": hindi_override_reason} if bundle[0].hindi_override_reason else {}
    entry = _advance_all(bundle, states.ISSUE, acting_user, at, **overridden)
    if bundle[0].supersedes_id:
        _supersede(bundle[0].supersedes_id, bundle[0], acting_user, at)
    if bundle[0].author:
        _tell(bundle[0].author, entry, bundle[0])


@transaction.atomic(durable=True)
def supersede_circular(
    *, circular_id: int, successor_id: int, acting_user: User, at: datetime
) -> None:
    """Say that the issued circular `successor_id` stands in the place of this one.

    :raises Refused: the step is not open, or the successor is not an issued, other circular
    """
    successor = Circular.objects.select_for_update(no_key=True).get(pk=successor_id)
    if successor.state != CircularState.ISSUED or successor.pk == circular_id:
        raise Refused(_("Only another circular that is issued and in force can supersede it."))
    _supersede(circular_id, successor, acting_user, at)


@transaction.atomic(durable=True)
def archive_circular(*, circular_id: int, acting_user: User, at: datetime) -> None:
    """Take a circular whose matter is closed out of what is current; it stays readable.

    :raises Refused: the step is not open to `acting_user`
    """
    bundle = _lock_for(states.ARCHIVE, circular_id, acting_user)
    _advance_all(bundle, states.ARCHIVE, acting_user, at)


@transaction.atomic(durable=True)
def attach_document(*, circular_id: int, pdf: KeptPdf, at: datetime) -> IssuedDocument:
    """Make the rendered `pdf` the document of an issued circular, once: a second comer gets the
    one that stands.
    """
    circular = Circular.objects.select_for_update(no_key=True).get(pk=circular_id)
    if circular.document:
        return circular.document
    if circular.state not in states.PUBLIC or circular.dated_on is None:
        raise ValueError(f"circular {circular_id} is not issued")
    circular.document = issue_document(
        pdf=pdf,
        kind=FORM_NAMES[circular.form].en,
        number=circular.number,
        title=circular.subject,
        title_hi=circular.subject_hi,
        dated_on=circular.dated_on,
        particulars={"Signed by": f"{circular.signatory_name}, {circular.signatory_designation}"},
        acting_user=None,
        at=at,
        is_public=True,
    )
    circular.save(update_fields=["document"])
    _pass_on_standing(circular, at)
    return circular.document


def _pass_on_standing(circular: Circular, at: datetime) -> None:
    """Point what this document replaces at it; end it if the circular has ended already."""
    if circular.supersedes_id:
        IssuedDocument.objects.filter(
            circular=circular.supersedes_id,
            standing=IssuedDocument.Standing.REPLACED,
            replaced_by=None,
        ).update(replaced_by=circular.document)
    if circular.state == CircularState.SUPERSEDED and circular.document:
        successor = circular.successors.exclude(document=None).first()
        replace_document(
            document_id=circular.document.pk,
            by=successor.document if successor else None,
            acting_user=None,
            at=at,
        )


def _supersede(circular_id: int, successor: Circular, user: User, at: datetime) -> None:
    bundle = _lock_for(states.SUPERSEDE, circular_id, user)
    _advance_all(bundle, states.SUPERSEDE, user, at, by=successor)
    if successor.supersedes_id != circular_id:
        successor.supersedes = bundle[0]
        successor.save(update_fields=["supersedes"])
    for paper in bundle:
        if paper.document_id:
            replace_document(
                document_id=paper.document_id, by=successor.document, acting_user=user, at=at
            )


def _lock_for(step: states.Step, circular_id: int, user: User) -> list[Circular]:
    """Lock a paper, then its enclosures, and ask whether `user` may take `step` on each."""
    rows = Circular.objects.select_for_update(no_key=True)
    circular = rows.get(pk=circular_id)
    if reason := policies.why_not(step, circular, user):
        raise Refused(reason)
    enclosures = list(rows.filter(enclosed_in=circular).order_by("pk"))
    for enclosure in enclosures:
        if reason := policies.why_not_along(step, enclosure, user):
            raise Refused(f"{enclosure}: {reason}")
    return [circular, *enclosures]


def _advance_all(
    bundle: list[Circular], step: states.Step, user: User, at: datetime, **details: Any
) -> AuditEntry:
    """Move the papers of a bundle; return the entry of the first."""
    return [_advance(paper, step, user, at, **details) for paper in bundle][0]


def _advance(
    circular: Circular, step: states.Step, user: User, at: datetime, **details: Any
) -> AuditEntry:
    was, circular.state = circular.state, step.target
    circular.save()
    event = "circular.returned" if step is states.RETURN else f"circular.{circular.state}"
    return audit.record(circular, event, acting_user=user, at=at, was=was, **details)


def _tell(user: User, entry: AuditEntry, circular: Circular, **params: Any) -> None:
    template = str(params.pop("template", ""))
    notify(
        user,
        of=entry,
        link=circular.get_absolute_url(),
        template=template,
        number=circular.number,
        subject=circular.subject,
        **params,
    )
