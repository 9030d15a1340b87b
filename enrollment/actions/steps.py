"""How a registration moves: it is locked and asked about, then advanced and recorded."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, CadreAuthority, NodalAppointment, User
from courses.models import Run
from enrollment import policies, states
from enrollment.models import Enrollment
from enrollment.states import EnrollmentState, Step
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


def lock(enrollment_id: int) -> Enrollment:
    """Lock a registration and read it again, inside the caller's transaction."""
    rows = Enrollment.objects.select_related("officer", "course", "run")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=enrollment_id)


def lock_for(step: Step[EnrollmentState], enrollment_id: int, acting_user: User) -> Enrollment:
    """Lock a registration for `step`.

    :raises Refused: the step is not open to `acting_user`
    """
    enrollment = lock(enrollment_id)
    if reason := policies.why_not(step, enrollment, acting_user):
        raise Refused(reason)
    return enrollment


def take(
    step: Step[EnrollmentState],
    enrollment: Enrollment,
    *,
    acting_user: User | None,
    at: datetime,
    event: str = "",
    **details: Any,
) -> AuditEntry:
    """Take `step` on a registration that is locked, save it, and record it.

    The event is "enrollment.<new state>" unless another is given; None is the portal itself.
    :raises Refused: the step does not start from the present state
    """
    if enrollment.state not in step.sources:
        raise Refused(
            _("The registration is “%(state)s”.") % {"state": enrollment.get_state_display()}
        )
    was = _advance(enrollment, step)
    event = event or f"enrollment.{enrollment.state}"
    return audit.record(enrollment, event, acting_user=acting_user, at=at, was=was, **details)


def _advance(enrollment: Enrollment, step: Step[EnrollmentState]) -> str:
    was, enrollment.state = enrollment.state, step.target
    if step.target not in states.MAY_BE_HELD or step is states.SUBMIT:  # ends, or decided afresh
        drop_hold(enrollment)
    enrollment.save()
    return was


def drop_hold(enrollment: Enrollment) -> None:
    """Take the hold from a registration that the caller saves."""
    enrollment.held_at = enrollment.held_from = enrollment.hold_told_at = None
    enrollment.hold_reason = ""


def hold_run_still(enrollment: Enrollment) -> None:
    """Read the run anew and let nobody move it until the caller's transaction ends."""
    if enrollment.run_id:
        enrollment.run = Run.objects.holding_still(enrollment.run_id)


def particulars(enrollment: Enrollment) -> dict[str, str]:
    """Return what notices say of a registration, in both languages."""
    course, run = enrollment.course, enrollment.run
    return {
        "number": enrollment.number or "",
        "name": str(enrollment.officer),
        "course": course.title,
        "course_hi": course.title_hi or course.title,
        "run": run.name if run else "",
        "run_hi": (run.name_hi or run.name) if run else "",
    }


def nodal_officers(authority: CadreAuthority, at: datetime, *, besides: User) -> list[User]:
    """Return who acts for `authority` on the day of `at`, each once, except `besides`."""
    current = NodalAppointment.objects.current(civil_date(at)).filter(authority=authority)
    appointments = current.exclude(user=besides).select_related("user").order_by("pk")
    return list({a.user_id: a.user for a in appointments}.values())
