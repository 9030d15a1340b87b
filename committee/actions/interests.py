"""Declaring an interest in an item: whoever has one is recused from it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from committee.actions.locks import lock_meeting, lock_meeting_of_item
from committee.models import AgendaItem, Interest, Invitation, Meeting, Participation
from committee.policies import interests as policies
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def declare_interest(
    *, item_id: int, interest: str, note: str, acting_user: User, at: datetime
) -> None:
    """Declare what `acting_user`, a member or an invited expert, has to do with an item.

    Anything but "none" recuses: no scores, no vote, no papers, and no count for the quorum.

    :raises Refused: neither member nor expert there, votes are closed, or one has acted already
    """
    _declare(lock_meeting_of_item(item_id), {item_id: (interest, note)}, acting_user, at)


@transaction.atomic(durable=True)
def declare_interests(
    *,
    meeting_id: int,
    answers: Mapping[int, tuple[str, str]],
    acting_user: User,
    at: datetime,
) -> int:
    """Declare an interest for many items in one go: item -> (interest, note); return how many.

    All or none; an answer that stands already changes nothing.

    :raises Refused: as `declare_interest`, with the number of the item
    """
    return _declare(lock_meeting(meeting_id), answers, acting_user, at)


def _declare(
    meeting: Meeting, answers: Mapping[int, tuple[str, str]], acting_user: User, at: datetime
) -> int:
    rows = AgendaItem.objects.filter(meeting=meeting, pk__in=answers)
    items = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    mine = _asked_of(acting_user, items)
    said: dict[str, str] = {}
    has_new_interest = False
    for item in items:
        item.meeting = meeting
        interest, note = answers[item.pk]
        row = mine.get(item.pk)
        if row and (row.interest, row.interest_note) == (interest, note):
            continue
        reason = policies.why_not_declare(item, row, interest)
        if (reason := reason or policies.why_not_note(interest, note)) or row is None:
            raise Refused(reason)
        has_new_interest |= interest != Interest.NONE
        _write(row, interest, note, at)
        said[str(item.position)] = interest
    if said:
        entry = audit.record(
            meeting, "meeting.interests_declared", acting_user=acting_user, at=at, items=said
        )
        if has_new_interest:
            _tell_secretary(meeting, entry, acting_user)
    return len(said)


def _asked_of(user: User, items: list[AgendaItem]) -> dict[int, Participation | Invitation]:
    """Return the row of `user` for each item: as a member, or else as an invited expert."""
    experts = Invitation.objects.filter(item__in=items, user=user)
    members = Participation.objects.filter(item__in=items, seat__user=user)
    rows: dict[int, Participation | Invitation] = {row.item_id: row for row in experts}
    return rows | {row.item_id: row for row in members}


def _write(row: Participation | Invitation, interest: str, note: str, at: datetime) -> None:
    row.interest = Interest(interest)
    row.interest_note = note
    fields = ["interest", "interest_note"]
    if isinstance(row, Participation):
        row.is_recused = interest != Interest.NONE
        row.declared_at = at
        fields += ["is_recused", "declared_at"]
    row.save(update_fields=fields)


def _tell_secretary(meeting: Meeting, entry: AuditEntry, acting_user: User) -> None:
    if meeting.convened_by_id != acting_user.pk:
        notify(
            meeting.convened_by,
            of=entry,
            link=meeting.get_absolute_url(),
            number=meeting.number,
            name=acting_user,
        )
