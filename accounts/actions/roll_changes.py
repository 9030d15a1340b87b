"""Deciding what a roll would change in the record of a known officer."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, policies, roll_policies
from accounts.actions.postings import keep_declared_group
from accounts.actions.versions import keep_version
from accounts.models import AuditEntry, Officer, ProposedChange, User
from accounts.notifications import notify
from accounts.roll_changes import DECISIVE, keep_posting, on_record, values_of
from accounts.roll_states import ACCEPT, DECLINE, ChangeState, RollStep
from accounts.states import RecordState
from igot.lib.dates import dmy
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def accept_change(
    *,
    change_id: int,
    order_reference: str = "",
    since: date | None = None,
    acting_user: User,
    at: datetime,
) -> None:
    """Set the facts that the roll gives, and so certify the record; the officer is told.

    `since` is the day from which a changed group is held, where the roll does not give it.

    :raises Refused: not theirs to decide, the record has changed meanwhile, an order is missing
        for a verified date of birth, or the facts contradict each other
    """
    change, officer = _lock_for(ACCEPT, change_id, acting_user)
    _refuse_stale(change, officer)
    held_before, was_verified = officer.group, officer.is_verified
    if was_verified and "born_on" in change.after and not order_reference:
        raise Refused(
            _("A verified date of birth is corrected only on an order: give its number and date.")
        )
    for name, value in values_of(change.after).items():
        setattr(officer, name, value)
    _refuse_contradictions(officer)
    starts_on = _since(change, since)
    if "group" in change.after and held_before and starts_on is None:
        raise Refused(
            _("Give the day from which the officer holds Group %(group)s.")
            % {"group": officer.group}
        )
    if officer.is_complete:
        officer.record_state = RecordState.VERIFIED
        officer.verified_by, officer.verified_at, officer.return_reason = acting_user, at, ""
    if set(change.after) & set(DECISIVE) or not was_verified:
        officer.facts_changed_at = at
    if starts_on is not None:
        officer.group_since = None  # what the officer declared of it is overtaken
    elif officer.is_verified and not was_verified:
        keep_declared_group(officer, acting_user=acting_user, at=at)
    officer.save()
    if starts_on is not None:
        recorded = {
            "order_reference": order_reference,
            "recorded_by": acting_user,
            "recorded_at": at,
        }
        keep_posting(officer, starts_on=starts_on, held_before=held_before, recorded=recorded)
    _refuse_later_group(officer)
    change.order_reference = order_reference
    _advance(change, ACCEPT, acting_user, at)
    entry = _keep_version(change, officer, acting_user, at)
    notify(
        officer.user,
        of=entry,
        link=officer.get_absolute_url(),
        template="record.changed_by_roll",
        source=change.roll.source,
    )


@transaction.atomic(durable=True)
def decline_change(*, change_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Leave the record as it is, with the `reason`; whoever brought in the roll is told.

    :raises Refused: not theirs to decide, or decided already
    """
    change, officer = _lock_for(DECLINE, change_id, acting_user)
    change.reason = reason
    entry = _advance(change, DECLINE, acting_user, at)
    notify(
        change.proposed_by,
        of=entry,
        link=change.get_absolute_url(),
        template="change.declined",
        name=officer,
        reason=reason,
    )


def _lock_for(
    step: RollStep[ChangeState], change_id: int, acting_user: User
) -> tuple[ProposedChange, Officer]:
    changes = ProposedChange.objects.select_for_update(no_key=True, of=("self",))
    change = changes.select_related("roll__source", "proposed_by").get(pk=change_id)
    officers = Officer.objects.select_for_update(no_key=True, of=("self",))
    officer = officers.with_service().get(pk=change.officer_id)
    change.officer = officer
    if reason := roll_policies.why_not_change(step, change, acting_user):
        raise Refused(reason)
    return change, officer


def _refuse_stale(change: ProposedChange, officer: Officer) -> None:
    """Refuse where the record is no longer what the reader of the change was shown."""
    now = on_record(officer)
    moved = [
        name for name, was in change.before.items() if now[name] not in (was, change.after[name])
    ]
    if moved:
        raise Refused(
            _(
                "The record has changed since the roll was read: %(names)s. Decline this change; "
                "the next roll proposes it anew if it still differs."
            )
            % {"names": _names(moved)}
        )


def _refuse_contradictions(officer: Officer) -> None:
    if officer.born_on and officer.joined_on and officer.joined_on <= officer.born_on:
        raise Refused(_("The date of joining would not be after the date of birth."))
    if officer.service and officer.group and officer.group not in officer.service.group_list:
        raise Refused(
            _("%(service)s has no Group %(group)s; it has: %(groups)s.")
            % {
                "service": officer.service,
                "group": officer.group,
                "groups": ", ".join(officer.service.group_list),
            }
        )
    taken = Officer.objects.exclude(pk=officer.pk).filter(employee_code=officer.employee_code)
    if officer.employee_code and taken.exists():
        raise Refused(_("Another officer has this employee code by now."))


def _refuse_later_group(officer: Officer) -> None:
    """Refuse a group that the history ends before: the two would say different things of today."""
    held = officer.postings.filter(is_ahead=False).order_by("starts_on").last()
    if held is not None and held.group != officer.group:
        raise Refused(
            _("The history says Group %(group)s from %(day)s, a later day. Correct it first.")
            % {"group": held.group, "day": dmy(held.starts_on)}
        )


def _since(change: ProposedChange, since: date | None) -> date | None:
    written = change.after.get("group_since")
    if written:
        return date.fromisoformat(written)
    return since if "group" in change.after else None


def _names(names: Iterable[str]) -> str:
    return ", ".join(Officer.label_of(name) for name in names)


def _advance(
    change: ProposedChange, step: RollStep[ChangeState], acting_user: User, at: datetime
) -> AuditEntry:
    change.state, change.decided_by, change.decided_at = step.target, acting_user, at
    change.save()
    return audit.record(
        change,
        f"change.{change.state}",
        acting_user=acting_user,
        at=at,
        on_behalf_of=policies.on_behalf_of(acting_user, change.officer.authority),
        roll=change.roll_id,
        row=change.row_number,
    )


def _keep_version(
    change: ProposedChange, officer: Officer, acting_user: User, at: datetime
) -> AuditEntry:
    """Keep the record as it now is, and say which facts changed; their values stand there only."""
    note = f"{change.roll.source}: {change.roll.file_name}, {change.row_number}"
    if change.order_reference:
        note = f"{change.order_reference}; {note}"
    keep_version(officer, note=note[:500], acting_user=acting_user, at=at)
    details: dict[str, Any] = {"changed": sorted(change.after), "roll": change.roll_id}
    if change.order_reference:
        details["order"] = change.order_reference
    return audit.record(
        officer,
        "record.changed_by_roll",
        acting_user=acting_user,
        at=at,
        on_behalf_of=policies.on_behalf_of(acting_user, officer.authority),
        **details,
    )
