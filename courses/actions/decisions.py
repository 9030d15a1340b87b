"""What people do to the committee's decisions: lock, check, change, record, notify."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from accounts.roles import Role
from courses import policies, states
from courses.models import CommitteeDecision, Course
from courses.states import DecisionState
from igot.lib.errors import Refused


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


def _lock_for(step: states.Step, decision_id: int, acting_user: User) -> CommitteeDecision:
    """Lock the course, so that two decisions on it cannot come into force side by side."""
    course_id = CommitteeDecision.objects.values_list("course_id", flat=True).get(pk=decision_id)
    Course.objects.select_for_update(no_key=True).get(pk=course_id)
    decision = CommitteeDecision.objects.select_for_update(no_key=True).get(pk=decision_id)
    if reason := policies.why_not(step, decision, acting_user):
        raise Refused(reason)
    return decision


def _advance(
    decision: CommitteeDecision, step: states.Step, acting_user: User, at: datetime, **details: Any
) -> AuditEntry:
    was, decision.state = decision.state, step.target
    decision.save()
    event = f"committee_decision.{'confirmed' if step is states.CONFIRM else 'withdrawn'}"
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
