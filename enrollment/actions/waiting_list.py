"""Telling officers that they stand on the waiting list of a batch, and that a seat is theirs."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.notifications import notify
from enrollment import seats, states
from enrollment.actions import steps


def tell_waiting_lists(*, at: datetime) -> int:
    """Tell whoever's place has changed since they were told; return how many were told.

    Each is a transaction of its own and looks again under the lock: told once, however often this
    runs.
    """
    told = 0
    for run in seats.with_waiting_list().order_by("pk"):
        told += sum(tell_of_place(enrollment_id=pk, at=at) for pk in seats.misplaced(run))
    return told


@transaction.atomic(durable=True)
def tell_of_place(*, enrollment_id: int, at: datetime) -> bool:
    """Tell the officer of a registration, if that is news, that it waits or has a seat."""
    enrollment = steps.lock(enrollment_id)
    if enrollment.state not in states.AWAITS_SEAT:
        return False
    place = seats.place_beyond(enrollment)
    if bool(place) == (enrollment.waitlisted_at is not None):
        return False
    enrollment.waitlisted_at = at if place else None
    enrollment.save(update_fields=["waitlisted_at"])
    event = "enrollment.waitlisted" if place else "enrollment.seat_free"
    entry = audit.record(enrollment, event, acting_user=None, at=at, place=place)
    notify(
        enrollment.officer.user,
        of=entry,
        link=enrollment.get_absolute_url(),
        place=place,
        **steps.particulars(enrollment),
    )
    return True
