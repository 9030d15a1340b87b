"""Cases of reconciliation: opened by the portal, taken up and closed with a reason by the desk."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from enrollment import reconciliation_policies as policies
from enrollment import states
from enrollment.models import ReconciliationCase
from enrollment.states import CaseState
from igot.lib.errors import Refused

Reason = ReconciliationCase.Reason


@transaction.atomic
def open_cases(cases: Iterable[ReconciliationCase], *, at: datetime) -> list[ReconciliationCase]:
    """Store those of `cases` that do not stand yet, and return them.

    Not stored: what is open, and what somebody has closed for the same facts. For other actions,
    which hold the provider's row, so that two of them do not open one case twice.
    """
    wanted = {(case.kind, case.subject, case.facts): case for case in cases}
    standing = ReconciliationCase.objects.standing().filter(
        subject__in={subject for _kind, subject, _facts in wanted}
    )
    told = list(standing.values_list("kind", "subject", "facts", "state"))
    closed = {(kind, subject, facts) for kind, subject, facts, _state in told}
    being_open = {(k, subject) for k, subject, _facts, state in told if state == CaseState.OPEN}
    new: dict[tuple[str, str], ReconciliationCase] = {}
    for (kind, subject, facts), case in wanted.items():
        if (kind, subject, facts) not in closed and (kind, subject) not in being_open:
            case.opened_at = at
            new.setdefault((kind, subject), case)
    opened = ReconciliationCase.objects.bulk_create(new.values(), batch_size=500)
    audit.record_each(opened, "reconciliationcase.opened", acting_user=None, at=at)
    return opened


@transaction.atomic
def settle_cases(case_ids: Sequence[int], *, at: datetime) -> int:
    """Close open cases whose disagreement is over; return how many. For other actions."""
    locked = ReconciliationCase.objects.open().filter(pk__in=case_ids).order_by("pk")
    cases = list(locked.select_for_update(no_key=True, of=("self",)))
    for case in cases:
        _advance(case, Reason.SETTLED, "", None, at)
    ReconciliationCase.objects.bulk_update(cases, ["state", "closed_at", "reason"], batch_size=500)
    audit.record_each(cases, "reconciliationcase.settled", acting_user=None, at=at)
    return len(cases)


@transaction.atomic(durable=True)
def take_case(*, case_id: int, acting_user: User, at: datetime) -> None:
    """Take a case up, perhaps from somebody else.

    :raises Refused: the step is not open to `acting_user`
    """
    case = _lock_for(states.TAKE_CASE, case_id, acting_user)
    was, case.taken_by = case.taken_by, acting_user
    case.save(update_fields=["taken_by"])
    audit.record(case, "reconciliationcase.taken", acting_user=acting_user, at=at, was=was)


@transaction.atomic(durable=True)
def close_case(
    *, case_id: int, reason: str, remark: str = "", acting_user: User, at: datetime
) -> None:
    """Close a case with a reason and what is to be said of it.

    :raises Refused: the step is not open to `acting_user`
    """
    case = _lock_for(states.CLOSE_CASE, case_id, acting_user)
    if reason not in dict(ReconciliationCase.BY_HAND):
        raise ValueError(f"nobody closes a case as {reason!r}")
    _advance(case, reason, remark, acting_user, at)
    case.save()
    audit.record(
        case,
        "reconciliationcase.closed",
        acting_user=acting_user,
        at=at,
        reason=reason,
        remark=remark,
    )


def _lock_for(step: states.Step[CaseState], case_id: int, acting_user: User) -> ReconciliationCase:
    locked = ReconciliationCase.objects.select_for_update(no_key=True, of=("self",))
    related = ("enrollment__officer", "coupon", "row")
    case = locked.select_related(*related).defer("coupon__code").get(pk=case_id)
    if refusal := policies.why_not_case(step, case, acting_user):
        raise Refused(refusal)
    return case


def _advance(
    case: ReconciliationCase, reason: str, remark: str, user: User | None, at: datetime
) -> None:
    case.state = states.CLOSE_CASE.target
    case.closed_at, case.closed_by, case.reason, case.remark = at, user, reason, remark[:500]
