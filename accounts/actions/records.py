"""What people do to service records: declare, verify, return, take over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, policies, states
from accounts.actions import postings
from accounts.actions.versions import keep_version
from accounts.models import AuditEntry, NodalAppointment, Officer, User
from accounts.notifications import notify
from accounts.states import RecordState
from igot.lib.errors import Refused

POSTING = ("designation", "ministry", "mobile")  # may change without being verified anew


@transaction.atomic(durable=True)
def declare_record(
    *, officer_id: int, facts: Mapping[str, Any], acting_user: User, at: datetime
) -> None:
    """Take down the officer's own statement of `facts` (see `Officer.FACTS`) and of the posting.

    Changing a fact of a verified record makes it declared again; a change of posting does not.

    :raises Refused: the record is somebody else's, a date of birth that was verified is changed,
        or the day is missing since which a group is held that the history does not know
    """
    officer = _lock_for(states.DECLARE, officer_id, acting_user)
    _check_declared(officer, facts)
    changed = sorted(name for name in Officer.FACTS if facts[name] != getattr(officer, name))
    was = Officer.objects.with_service().get(pk=officer.pk)
    officer.group_since = facts.get("group_since") or None
    for name in (*Officer.FACTS, *POSTING):
        setattr(officer, name, facts[name])
    if not changed and officer.record_state != RecordState.EMPTY:
        officer.save()
        audit.record(officer, "record.posting_changed", acting_user=acting_user, at=at)
        return
    if changed:
        _keep_verified(was)
    officer.declared_at, officer.verified_by, officer.verified_at = at, None, None
    officer.return_reason, officer.facts_changed_at = "", at
    entry = _advance(officer, states.DECLARE, acting_user, at, changed=changed)
    for appointment in (
        NodalAppointment.objects.current()
        .filter(authority__service=officer.service)
        .exclude(user=acting_user)
        .select_related("user")
    ):
        notify(appointment.user, of=entry, link=officer.get_absolute_url(), name=officer.name)


@transaction.atomic(durable=True)
def verify_record(*, officer_id: int, acting_user: User, at: datetime) -> None:
    """Certify that the declared facts agree with the service book.

    :raises Refused: the record is not declared, is one's own, or belongs to another authority
    """
    officer = _lock_for(states.VERIFY, officer_id, acting_user)
    officer.verified_by, officer.verified_at = acting_user, at
    officer.facts_changed_at = at
    postings.keep_declared_group(officer, acting_user=acting_user, at=at)
    entry = _advance(officer, states.VERIFY, acting_user, at)
    notify(officer.user, of=entry, link=officer.get_absolute_url())


@transaction.atomic(durable=True)
def return_record(*, officer_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Send the record back to the officer with the `reason`.

    :raises Refused: the record is not declared, is one's own, or belongs to another authority
    """
    officer = _lock_for(states.RETURN, officer_id, acting_user)
    officer.return_reason = reason
    entry = _advance(officer, states.RETURN, acting_user, at, note=reason)
    notify(officer.user, of=entry, link=officer.get_absolute_url(), reason=reason)


@transaction.atomic
def take_over_record(*, acting_user: User, at: datetime) -> Officer | None:
    """Give `acting_user` the one record that a roll keeps under the address they sign in with.

    None, and nothing changes, where there is no such record, or more than one, or they have one.
    """
    found = list(Officer.objects.of_roll_for(acting_user).select_for_update(no_key=True)[:2])
    if len(found) != 1 or Officer.objects.filter(user=acting_user).exists():
        return None
    officer = found[0]
    officer.user = acting_user
    officer.save(update_fields=["user"])
    audit.record(officer, "record.taken_over", acting_user=acting_user, at=at)
    return officer


def _check_declared(officer: Officer, facts: Mapping[str, Any]) -> None:
    if facts["born_on"] != officer.born_on and policies.is_birth_settled(officer):
        raise Refused(
            _(
                "Your date of birth was verified and is corrected only on an order: send the order "
                "to the Training Division."
            )
        )
    today_held = officer.postings.order_by("starts_on").last()
    if today_held and facts["group"] != today_held.group and not facts.get("group_since"):
        raise Refused(
            _("Give the day since which you hold Group %(group)s: your history ends with another.")
            % {"group": facts["group"]}
        )


def _keep_verified(officer: Officer) -> None:
    """Keep the verified version that a declaration is about to change, where a roll kept none."""
    if officer.is_verified and officer.verified_by and officer.verified_at:
        verified = officer.record_entries.filter(record_state=RecordState.VERIFIED)
        if not verified.exists():
            by, at = officer.verified_by, officer.verified_at
            keep_version(officer, note="", acting_user=by, at=at)


def _lock_for(step: states.Step, officer_id: int, acting_user: User) -> Officer:
    officer = Officer.objects.select_for_update(no_key=True).get(pk=officer_id)
    if reason := policies.why_not(step, officer, acting_user):
        raise Refused(reason)
    return officer


def _advance(
    officer: Officer,
    step: states.Step,
    acting_user: User,
    at: datetime,
    *,
    note: str = "",
    changed: list[str] | None = None,
) -> AuditEntry:
    was, officer.record_state = officer.record_state, step.target
    officer.save()
    keep_version(officer, note=note, acting_user=acting_user, at=at)
    details: dict[str, Any] = {"was": was}
    if changed is not None:
        details["changed"] = changed
    if note:
        details["reason"] = note
    event = f"record.{officer.record_state}"
    principal = (
        policies.on_behalf_of(acting_user, officer.authority) if step != states.DECLARE else None
    )
    return audit.record(
        officer, event, acting_user=acting_user, at=at, on_behalf_of=principal, **details
    )
