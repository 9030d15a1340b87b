"""What people do to the committee's decisions: lock, check, change, record, notify."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from accounts.roles import Role
from circulars.models import Circular
from courses import policies, states
from courses.models import CommitteeDecision, Course
from courses.states import DecisionState
from igot.lib.errors import Refused

EVENTS = {states.CONFIRM: "confirmed", states.WITHDRAW: "withdrawn", states.ADOPT: "adopted"}


@transaction.atomic
def record_decision(*, decision: CommitteeDecision, acting_user: User, at: datetime) -> None:
    """Take down what the committee resolved, as a draft, and ask its members to confirm it.

    :raises Refused: `acting_user` is not the secretary
    :raises ValueError: the decision is no draft (a bug)
    """
    if reason := policies.why_not_record(acting_user):
        raise Refused(reason)
    if decision.state != DecisionState.DRAFT:
        raise ValueError("a decision begins as a draft")
    decision.recorded_by = acting_user
    decision.save()
    entry = audit.record(decision, "committee_decision.recorded", acting_user=acting_user, at=at)
    for member in User.objects.holding(Role.COMMITTEE_MEMBER).exclude(pk=acting_user.pk):
        _tell(member, entry, decision)


@transaction.atomic(durable=True)
def confirm_decision(*, decision_id: int, acting_user: User, at: datetime) -> None:
    """Confirm a recorded decision: from now on it is the authority for its course.

    :raises Refused: not a draft, not a member, recorded by the same person, or another stands
    """
    decision = _lock_for(states.CONFIRM, decision_id, acting_user)
    decision.confirmed_by, decision.confirmed_at = acting_user, at
    entry = _advance(decision, states.CONFIRM, acting_user, at)
    if decision.recorded_by:
        _tell(decision.recorded_by, entry, decision)


@transaction.atomic(durable=True)
def withdraw_decision(*, decision_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Withdraw a decision: nobody new may register; who is registered already stays so.

    :raises Refused: the decision is not in force, or `acting_user` is not a member
    """
    decision = _lock_for(states.WITHDRAW, decision_id, acting_user)
    entry = _advance(decision, states.WITHDRAW, acting_user, at, reason=reason)
    if decision.recorded_by:
        _tell(decision.recorded_by, entry, decision, reason=reason)


@transaction.atomic
def adopt_decision(*, decision: CommitteeDecision, acting_user: User | None, at: datetime) -> None:
    """Put a decision in force that the committee took in a meeting and its chair confirmed.

    Who recorded and who confirmed it is set by the caller, as the minutes say. One on the same
    course and rule set that is in force until now is withdrawn: the later decision stands.
    :raises Refused: a decision of this number is on record already
    """
    Course.objects.select_for_update(no_key=True).get(pk=decision.course_id)
    known = CommitteeDecision.objects.filter(resolution_number=decision.resolution_number)
    if known.exists():
        raise Refused(
            _("A decision with the number %(number)s is on record already.")
            % {"number": decision.resolution_number}
        )
    standing = CommitteeDecision.objects.in_force().filter(
        course=decision.course_id, rule_set_code=decision.rule_set_code
    )
    for earlier in standing.select_for_update(no_key=True, of=("self",)):
        reason = f"superseded by {decision.resolution_number}"
        entry = _advance(earlier, states.WITHDRAW, acting_user, at, reason=reason)
        if earlier.recorded_by:
            _tell(earlier.recorded_by, entry, earlier, reason=reason)
    _advance(decision, states.ADOPT, acting_user, at)


@transaction.atomic
def name_circular(
    *, decision: CommitteeDecision, circular: Circular, acting_user: User | None, at: datetime
) -> None:
    """Note by which circular a decision was announced, where none is named yet."""
    stored = CommitteeDecision.objects.select_for_update(no_key=True).get(pk=decision.pk)
    if stored.circular_id is None:
        stored.circular = circular
        stored.save()
        audit.record(
            stored,
            "committee_decision.circular_named",
            acting_user=acting_user,
            at=at,
            circular=circular.number,
        )


def _lock_for(step: states.Step, decision_id: int, acting_user: User) -> CommitteeDecision:
    """Lock the course, so that two decisions on it cannot come into force side by side."""
    course_id = CommitteeDecision.objects.values_list("course_id", flat=True).get(pk=decision_id)
    Course.objects.select_for_update(no_key=True).get(pk=course_id)
    decision = CommitteeDecision.objects.select_for_update(no_key=True).get(pk=decision_id)
    if reason := policies.why_not(step, decision, acting_user):
        raise Refused(reason)
    return decision


def _advance(
    decision: CommitteeDecision,
    step: states.Step,
    acting_user: User | None,
    at: datetime,
    **details: Any,
) -> AuditEntry:
    was, decision.state = decision.state, step.target
    decision.save()
    event = f"committee_decision.{EVENTS[step]}"
    return audit.record(decision, event, acting_user=acting_user, at=at, was=was, **details)


def _tell(user: User, entry: AuditEntry, decision: CommitteeDecision, **params: str) -> None:
    notify(
        user,
        of=entry,
        link=reverse("courses:committee"),
        number=decision,
        course=decision.course,
        **params,
    )
