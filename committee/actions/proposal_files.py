"""Lists of proposals: staged with an outcome for each row, applied as a whole, or discarded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.notifications import notify
from accounts.roles import Role
from committee import facts
from committee.actions.proposals import take_numbers
from committee.models import Proposal, ProposalImport, ProposalImportRow
from committee.policies import proposals as policies
from committee.states import ProposalState
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused
from igot.lib.people import fold_for_match

State = ProposalImport.State


class RowRead(NamedTuple):
    """A row as it was read, with what came of it, and what it says where it is accepted."""

    line: int
    cells: Mapping[str, str]
    outcome: str
    message: str
    fields: Mapping[str, Any]


@transaction.atomic(durable=True)
def stage_file(
    *,
    file_name: str,
    sha256: str,
    letter_reference: str,
    rows: Iterable[Sequence[Any]],
    acting_user: User,
    at: datetime,
) -> ProposalImport:
    """Keep the rows of a list with their outcomes; nothing is proposed yet.

    :raises Refused: the very same file is here already, or `acting_user` proposes nothing
    """
    if reason := policies.why_not_propose(acting_user):
        raise Refused(reason)
    before = ProposalImport.objects.filter(sha256=sha256).exclude(state=State.DISCARDED).first()
    if before is not None:
        raise Refused(
            _("The very same file was brought in on %(day)s by %(name)s.")
            % {"day": dmy(civil_date(before.uploaded_at)), "name": before.uploaded_by}
        )
    imported = ProposalImport.objects.create(
        file_name=file_name,
        sha256=sha256,
        letter_reference=letter_reference,
        uploaded_by=acting_user,
        uploaded_at=at,
    )
    found = [
        ProposalImportRow(
            brought_by=imported,
            line=row.line,
            cells=dict(row.cells),
            outcome=row.outcome,
            message=row.message,
        )
        for row in (RowRead(*given) for given in rows)
    ]
    ProposalImportRow.objects.bulk_create(found, batch_size=500)
    audit.record(imported, "proposalimport.staged", acting_user=acting_user, at=at, rows=len(found))
    return imported


@transaction.atomic(durable=True)
def apply_file(
    *,
    import_id: int,
    rows: Iterable[Sequence[Any]],
    submits: bool,
    acting_user: User,
    at: datetime,
) -> int:
    """Make proposals of the accepted rows, all or none; return how many.

    `rows` are the accepted rows, checked anew; one that no longer stands keeps its new outcome.

    :raises Refused: the list is applied or discarded already, not theirs, or nothing is left
    """
    imported = _lock(import_id, acting_user)
    read = {row.line: row for row in (RowRead(*given) for given in rows)}
    accepted = ProposalImportRow.Outcome.ACCEPTED
    kept = {row.line: row for row in imported.rows.filter(outcome=accepted)}
    ready = [read[line] for line in sorted(kept) if line in read and read[line].fields]
    if not ready:
        raise Refused(_("No row of this list can be applied."))
    proposals = _made(ready, imported, submits, acting_user, at)
    made = dict(zip((row.line for row in ready), proposals, strict=True))
    for line, row in kept.items():
        row.proposal = made.get(line)
        if row.proposal is None and line in read:
            row.outcome, row.message = read[line].outcome, read[line].message
    ProposalImportRow.objects.bulk_update(
        kept.values(), ["proposal", "outcome", "message"], batch_size=200
    )
    _record_made(proposals, imported, submits, acting_user, at)
    return len(proposals)


@transaction.atomic(durable=True)
def discard_file(*, import_id: int, acting_user: User, at: datetime) -> None:
    """Put a staged list aside; the same file may then be brought in again.

    :raises Refused: it is applied or discarded already, or not theirs
    """
    imported = _lock(import_id, acting_user)
    _advance(imported, State.DISCARDED)
    audit.record(imported, "proposalimport.discarded", acting_user=acting_user, at=at)


def _made(
    rows: Sequence[RowRead],
    imported: ProposalImport,
    submits: bool,
    acting_user: User,
    at: datetime,
) -> list[Proposal]:
    """Store the proposals of `rows` under the next numbers, in their order."""
    institutes = facts.institutes_by_name()
    numbers = take_numbers(civil_date(at).year, len(rows))
    proposals = [
        Proposal(
            **row.fields,
            number=number,
            state=ProposalState.SUBMITTED if submits else ProposalState.DRAFT,
            institute_id=institutes.get(fold_for_match(row.fields["institute_name"])),
            recorded_by=imported.uploaded_by,
            brought_by=imported,
        )
        for row, number in zip(rows, numbers, strict=True)
    ]
    return Proposal.objects.bulk_create(proposals, batch_size=500)


def _record_made(
    proposals: Sequence[Proposal],
    imported: ProposalImport,
    submits: bool,
    acting_user: User,
    at: datetime,
) -> None:
    imported.applied_at = at
    _advance(imported, State.APPLIED)
    by: dict[str, Any] = {"acting_user": acting_user, "at": at}
    audit.record_each(proposals, "proposal.brought_in", **by, file=imported.file_name)
    if submits:
        audit.record_each(proposals, "proposal.submitted", **by, was=ProposalState.DRAFT.value)
    count = len(proposals)
    entry = audit.record(imported, "proposalimport.applied", **by, proposals=count)
    if not submits:
        return
    for secretary in User.objects.holding(Role.COMMITTEE_SECRETARY).exclude(pk=acting_user.pk):
        notify(
            secretary,
            of=entry,
            link=imported.get_absolute_url(),
            count=count,
            file=imported.file_name,
            name=acting_user,
        )


def _lock(import_id: int, acting_user: User) -> ProposalImport:
    rows = ProposalImport.objects.select_for_update(no_key=True, of=("self",))
    imported = rows.select_related("uploaded_by").get(pk=import_id)
    if reason := policies.why_not_settle(imported, acting_user):
        raise Refused(reason)
    return imported


def _advance(imported: ProposalImport, state: str) -> None:
    imported.state = state
    imported.save(update_fields=["state", "applied_at"])
