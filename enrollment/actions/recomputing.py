"""Deciding anew what rests on a day or a record that has changed: attached, held, or released."""

import logging
from collections import Counter
from datetime import datetime
from enum import StrEnum

from django.db import models, transaction
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from accounts.roles import Role
from courses.models import Course, Run
from eligibility.actions import decisions as eligibility_decisions
from eligibility.models import Decision
from enrollment import policies, rules, states
from enrollment.actions import steps
from enrollment.models import Enrollment
from enrollment.states import HoldReason
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused

log = logging.getLogger("igot.eligibility")


class Came(StrEnum):
    """What came of deciding a registration anew."""

    CURRENT = "current"  # another worker was first, or nothing has changed
    SAME = "same"
    HELD = "held"
    RELEASED = "released"
    UNDECIDED = "undecided"  # no rule set is in force for the new day


def decide_all_anew(*, at: datetime, batch: int = 500) -> Counter[Came]:
    """Decide anew whatever rests on the past, then tell the desk what is held; count what came.

    Each is a transaction of its own, so that the work may be cut off and may run twice. Only keys
    are kept in memory, `batch` of them.
    """
    came: Counter[Came] = Counter()
    after = 0
    while ids := list(_waiting(after).values_list("pk", flat=True)[:batch]):
        for enrollment_id in ids:
            came[_decide_one(enrollment_id, at)] += 1
        after = ids[-1]
    tell_desk(at=at)
    return came


def _waiting(after: int) -> models.QuerySet[Enrollment]:
    return Enrollment.objects.resting_on_past().filter(pk__gt=after).order_by("pk")


def _decide_one(enrollment_id: int, at: datetime) -> Came:
    try:
        return decide_anew(enrollment_id=enrollment_id, at=at)
    except Refused as refusal:  # it stays as it was, and no coupon goes out on it
        log.warning("registration %s cannot be decided anew: %s", enrollment_id, refusal)
        return Came.UNDECIDED


@transaction.atomic(durable=True)
def decide_anew(*, enrollment_id: int, at: datetime) -> Came:
    """Decide a registration anew, binding where it is confirmed, and compare the answers.

    The same answer is attached silently. Another one holds the registration and tells its officer;
    nothing is cancelled. Where the answer is again what it was, a hold is released.
    :raises Refused: no rule set is in force for the day of commencement
    """
    enrollment = _lock(enrollment_id)
    past = enrollment.decision
    is_open = enrollment.state in states.DECIDED_ANEW or enrollment.held_at is not None
    if past is None or not is_open or not policies.rests_on_past(enrollment):
        return Came.CURRENT
    now = _decision_now(enrollment, at)
    before = enrollment.held_from or past
    enrollment.decision, enrollment.commences_on = now, now.commences_on
    if rules.needs_hold(
        before=before.outcome,
        after=now.outcome,
        was_boundary=before.is_boundary,
        is_boundary=now.is_boundary,
    ):
        return _hold(enrollment, before, past, at)
    if enrollment.held_at is not None:
        _release(enrollment, "", None, at)
        return Came.RELEASED
    enrollment.save()
    audit.record(
        enrollment,
        "enrollment.decided_anew",
        acting_user=None,
        at=at,
        answers=_particulars(past, now),
    )
    return Came.SAME


@transaction.atomic(durable=True)
def release_hold(*, enrollment_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Release a registration whose latest decision is "eligible", for a `reason` on record.

    :raises Refused: not held, not open to `acting_user`, or the rules say otherwise
    """
    enrollment = _lock(enrollment_id)
    if declined := policies.why_not_release(enrollment, acting_user):
        raise Refused(declined)
    _release(enrollment, reason, acting_user, at)


@transaction.atomic(durable=True)
def tell_desk(*, at: datetime) -> int:
    """Tell the dealing hands of the holds that they do not know of yet: one notice a batch.

    Return how many holds they were told of.
    """
    untold = Enrollment.objects.held().filter(hold_told_at__isnull=True)
    held = list(
        untold.order_by("pk").select_for_update(no_key=True).values_list("pk", "course", "run")
    )
    batches = Counter((course, run) for _pk, course, run in held)
    for (course_id, run_id), number in batches.items():
        _tell_of_batch(Course.objects.get(pk=course_id), run_id, number, at)
    Enrollment.objects.filter(pk__in=[pk for pk, _course, _run in held]).update(hold_told_at=at)
    return len(held)


def _lock(enrollment_id: int) -> Enrollment:
    locked = Enrollment.objects.select_for_update(no_key=True, of=("self", "officer"))
    related = ("officer__user", "course", "decision", "held_from")
    enrollment = locked.select_related(*related).get(pk=enrollment_id)
    steps.hold_run_still(enrollment)
    return enrollment


def _decision_now(enrollment: Enrollment, at: datetime) -> Decision:
    officer, run = enrollment.officer, enrollment.run
    return eligibility_decisions.decide(
        officer=officer,
        course=enrollment.course,
        run=run,
        commences_on=(run.commences_on if run else None) or enrollment.commences_on,
        registered_on=civil_date(enrollment.submitted_at or at),
        acting_user=None,
        at=at,
        is_binding=enrollment.confirmed_at is not None and officer.is_verified,
    )


def _hold(enrollment: Enrollment, before: Decision, past: Decision, at: datetime) -> Came:
    """Hold a registration, or keep it held; the officer hears of each new answer once."""
    now = enrollment.decision
    if now is None:
        raise ValueError("a registration is held on a decision")
    is_new = enrollment.held_at is None
    has_news = is_new or (past.outcome, past.commences_on) != (now.outcome, now.commences_on)
    moved = before.commences_on != now.commences_on
    enrollment.hold_reason = HoldReason.RESCHEDULED if moved else HoldReason.RECORD
    enrollment.held_from = before
    enrollment.held_at = enrollment.held_at or at
    enrollment.save()
    event = "enrollment.held" if has_news else "enrollment.decided_anew"
    entry = audit.record(
        enrollment, event, acting_user=None, at=at, answers=_particulars(before, now)
    )
    if has_news:
        _tell_officer(
            enrollment,
            entry,
            moved="yes" if moved else "",
            boundary="yes" if now.is_boundary else "",
            reason=_reason_of_move(enrollment.run) if moved else "",
            **_particulars(before, now),
        )
    return Came.HELD


def _release(enrollment: Enrollment, reason: str, acting_user: User | None, at: datetime) -> None:
    steps.drop_hold(enrollment)
    enrollment.save()
    entry = audit.record(
        enrollment, "enrollment.released", acting_user=acting_user, at=at, reason=reason
    )
    _tell_officer(enrollment, entry, reason=reason)


def _particulars(before: Decision, now: Decision) -> dict[str, str]:
    """Return both days and both answers, as codes that each reader's language has words for."""
    return {
        "was_on": dmy(before.commences_on),
        "now_on": dmy(now.commences_on),
        "was": before.outcome,
        "now": now.outcome,
        "decision": now.number,
    }


def _reason_of_move(run: Run | None) -> str:
    latest = run.reschedules.order_by("-pk").first() if run else None
    return latest.reason if latest else ""


def _tell_officer(enrollment: Enrollment, entry: AuditEntry, **params: str) -> None:
    notify(
        enrollment.officer.user,
        of=entry,
        link=enrollment.get_absolute_url(),
        **steps.particulars(enrollment),
        **params,
    )


def _tell_of_batch(course: Course, run_id: int | None, number: int, at: datetime) -> None:
    run = Run.objects.get(pk=run_id) if run_id else None
    entry = audit.record(
        run or course, "run.registrations_held", acting_user=None, at=at, number=number
    )
    link = reverse("admin:enrollment_enrollment_changelist") + "?waits=hold"
    for user in User.objects.holding(Role.DEALING_HAND):
        notify(
            user,
            of=entry,
            link=link,
            number=number,
            course=course.title,
            course_hi=course.title_hi or course.title,
            run=run.name if run else "",
            run_hi=(run.name_hi or run.name) if run else "",
        )
