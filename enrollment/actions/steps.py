"""How a registration moves: it is locked and asked about, then advanced and recorded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, CadreAuthority, NodalAppointment, Officer, User
from accounts.notifications import notify
from accounts.policies import on_behalf_of
from accounts.roles import Role
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
    entry = move(step, enrollment, acting_user=acting_user, at=at, event=event, **details)
    entry.save(force_insert=True)
    return entry


def move(
    step: Step[EnrollmentState],
    enrollment: Enrollment,
    *,
    acting_user: User | None,
    at: datetime,
    event: str = "",
    **details: Any,
) -> AuditEntry:
    """Do the same, but leave the entry to the caller, who adds it with others of the action."""
    if enrollment.state not in step.sources:
        raise Refused(
            _("The registration is “%(state)s”.") % {"state": enrollment.get_state_display()}
        )
    was = _advance(enrollment, step, at)
    event = event or f"enrollment.{enrollment.state}"
    return audit.entry_of(
        enrollment,
        event,
        acting_user=acting_user,
        at=at,
        on_behalf_of=_principal(step, enrollment, acting_user),
        was=was,
        **details,
    )


def _principal(
    step: Step[EnrollmentState], enrollment: Enrollment, acting_user: User | None
) -> User | None:
    """Return who delegated a step of the authority to `acting_user`, if anybody did."""
    if acting_user is None or step.role != Role.NODAL_OFFICER:
        return None
    return on_behalf_of(acting_user, enrollment.officer.authority)


def take_each(
    step: Step[EnrollmentState],
    enrollments: Sequence[Enrollment],
    *,
    was: str,
    acting_user: User | None,
    at: datetime,
) -> None:
    """Take `step` on many locked registrations that are all `was`, and record it of each.

    The step leads to a state in which a registration may be held: holds stay as they are.
    """
    if was not in step.sources or step.target not in states.MAY_BE_HELD:
        raise ValueError(f"{step} is not taken in bulk from {was!r}")
    keys = [enrollment.pk for enrollment in enrollments]
    Enrollment.objects.filter(pk__in=keys, state=was).update(state=step.target, state_since=at)
    event = f"enrollment.{step.target.value}"
    audit.record_each(enrollments, event, acting_user=acting_user, at=at, was=was)


def _advance(enrollment: Enrollment, step: Step[EnrollmentState], at: datetime) -> str:
    was, enrollment.state, enrollment.state_since = enrollment.state, step.target, at
    if step.target not in states.AWAITS_SEAT:
        enrollment.waitlisted_at = None
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


def hold_run_for_seat(enrollment: Enrollment) -> None:
    """Do the same, and let nobody else take a seat of the run, where its seats are counted.

    The officer is locked before the run, as everywhere.
    :raises Refused: seats were set at this very moment
    """
    run_id = enrollment.run_id
    if run_id is None or not Run.objects.filter(pk=run_id, seats__isnull=False).exists():
        hold_run_still(enrollment)
        if enrollment.run and enrollment.run.seats is not None:
            raise Refused(_("The seats of this batch were changed just now. Please try again."))
        return
    Officer.objects.select_for_update(no_key=True).get(pk=enrollment.officer_id)
    enrollment.run = Run.objects.select_for_update(no_key=True).get(pk=run_id)


def tell_authorities(
    enrollment: Enrollment, *, of: AuditEntry, at: datetime, besides: User | None, **params: str
) -> None:
    """Tell the nodal officers who know of a registration what has become of it."""
    for intimation in enrollment.intimations.select_related("authority"):
        for user in nodal_officers(intimation.authority, at, besides=besides):
            notify(
                user,
                of=of,
                link=intimation.get_absolute_url(),
                **particulars(enrollment),
                **params,
            )


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


def nodal_officers(authority: CadreAuthority, at: datetime, *, besides: User | None) -> list[User]:
    """Return who acts for `authority` on the day of `at`, each once, except `besides`."""
    current = NodalAppointment.objects.current(civil_date(at)).filter(authority=authority)
    appointments = current.exclude(user=besides).select_related("user").order_by("pk")
    return list({a.user_id: a.user for a in appointments}.values())
