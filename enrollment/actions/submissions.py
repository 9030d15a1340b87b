"""Putting a registration forward: its number, its place, and the authority that is told of it."""

from datetime import datetime

from accounts.models import Service, User
from accounts.notifications import notify
from enrollment import seats, states
from enrollment.actions import intimations, steps
from enrollment.models import Enrollment, Intimation
from igot.lib.dates import civil_date


def put_forward(
    enrollment: Enrollment, *, acting_user: User, at: datetime, template: str = ""
) -> None:
    """Submit a registration that the caller has locked, checked and decided.

    It goes to the Training Division, or first to the authority where that must approve. Beyond the
    seats of its batch it stands on the waiting list, and its officer is told so at once.
    """
    service = enrollment.officer.service
    enrollment.number = enrollment.number or f"IGOT/R/{civil_date(at).year}/{enrollment.pk:06d}"
    enrollment.submitted_at = enrollment.submitted_at or at
    enrollment.cca_mode = service.cca_mode if service else ""
    enrollment.reason = ""
    entry = steps.take(states.SUBMIT, enrollment, acting_user=acting_user, at=at)
    place = seats.place_beyond(enrollment)
    enrollment.waitlisted_at = at if place else None
    enrollment.save(update_fields=["waitlisted_at"])
    notify(
        acting_user,
        of=entry,
        link=enrollment.get_absolute_url(),
        template=template,
        place=place or "",
        **steps.particulars(enrollment),
    )
    intimation = intimations.tell_authority(enrollment, of=entry, acting_user=acting_user, at=at)
    if (
        intimation.mode == Service.Mode.PRIOR_APPROVAL
        and intimation.answer != Intimation.Answer.APPROVED
    ):
        steps.take(
            states.AWAIT_AUTHORITY,
            enrollment,
            acting_user=acting_user,
            at=at,
            intimation=intimation.number,
        )
