"""Registrations of the demo: batches that are over, one under way, one open now."""

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Officer, User
from courses.imports import CatalogueLoader
from courses.models import Course, Run
from courses.states import RunState
from enrollment.actions import batches, confirmations, coupons, intimations, registrations
from enrollment.models import CouponIssue, Enrollment
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused

LETTER = "J-PAL/DEMO/{run}"


def instant(day: date, hour: int = 11, minute: int = 0) -> datetime:
    """Return an instant of `day` in Indian time, never later than now."""
    at = timezone.make_aware(datetime.combine(day, time(hour, minute)))
    return min(at, timezone.now())


def load_earlier_batches(today: date) -> None:
    """Load last year's batches too, so that there is always one that is over."""
    CatalogueLoader(at=timezone.now()).load(year=today.year - 1)


def cohorts(today: date) -> tuple[list[Run], list[Run], list[Run]]:
    """Return the runs of the latest two batches that are over, of the one under way or last
    begun, and of the one open now.
    """
    runs = Run.objects.filter(state=RunState.SCHEDULED, course__provider__issues_coupons=True)
    begun = sorted({r.commences_on for r in runs if r.commences_on and r.commences_on <= today})
    by_day = {
        day: [run for run in runs.select_related("course__provider") if run.commences_on == day]
        for day in begun
    }
    over = [run for day in begun[-3:-1] for run in by_day[day]]
    going = by_day[begun[-1]]
    return over, going, list(runs.open_on(today).in_order())


def register(
    officer: Officer, run: Run | None, course: Course, at: datetime, *, submit: bool = True
) -> Enrollment | None:
    """Register `officer` step by step; None if the rules do not admit it."""
    user, minute = officer.log_in, timedelta(minutes=2)
    try:
        draft = registrations.start_registration(
            officer_id=officer.pk,
            course_id=course.pk,
            run_id=run.pk if run else None,
            acting_user=user,
            at=at,
        )
        known: dict[str, Any] = {"enrollment_id": draft.pk, "acting_user": user}
        registrations.confirm_details(**known, at=at + minute)
        if course.provider.issues_coupons:
            name = user.email.partition("@")[0].replace(".", "_")
            registrations.give_accounts(
                **known, platform_username=name, programme_username=name, at=at + 2 * minute
            )
        if submit:
            registrations.declare(**known, at=at + 3 * minute)
            registrations.submit_registration(**known, at=at + 4 * minute)
    except Refused:
        return None
    return Enrollment.objects.get(pk=draft.pk)


def register_each(
    officers: Iterable[Officer], runs: Sequence[Run], chance: random.Random
) -> list[Enrollment]:
    """Register the officers in turn for the runs, some weeks before the run commences."""
    made = []
    for officer, run in zip(officers, cycle(runs), strict=False):
        closes = run.registration_closes_on or timezone.localdate()
        day = min(closes, timezone.localdate()) - timedelta(days=chance.randint(3, 40))
        at = instant(day, chance.randint(9, 19), chance.randint(0, 59))
        enrollment = register(officer, run, run.course, at, submit=chance.random() > 0.06)
        if enrollment is not None:
            made.append(enrollment)
    return made


def note_and_approve(users: dict[str, User], enrollments: Iterable[Enrollment]) -> None:
    """Let the authorities answer: one notes, one approves; both leave some for the viewer."""
    for index, enrollment in enumerate(enrollments):
        intimation = enrollment.intimations.first()
        if intimation is None or enrollment.submitted_at is None or index % 4 == 3:
            continue
        given: dict[str, Any] = {
            "intimation_id": intimation.pk,
            "at": _soon(enrollment.submitted_at, 1),
        }
        authority = intimation.authority_id
        if authority == users["nodal"].nodal_appointments.get().authority_id:
            intimations.note_intimation(**given, acting_user=users["nodal"])
        elif authority == users["nodal.state"].nodal_appointments.get().authority_id:
            intimations.approve_intimation(**given, acting_user=users["nodal.state"])


def confirm(users: dict[str, User], enrollments: Iterable[Enrollment], *, share: float) -> None:
    """Confirm the first `share` of what can be confirmed; return one in fifteen with a reason."""
    waiting = [e for e in enrollments if _state(e) == EnrollmentState.SUBMITTED]
    for index, enrollment in enumerate(waiting[: round(len(waiting) * share)]):
        given: dict[str, Any] = {
            "enrollment_id": enrollment.pk,
            "acting_user": users["dealing"],
            "at": _soon(enrollment.submitted_at or timezone.now(), 2),
        }
        try:
            if index % 15 == 14:
                confirmations.return_enrollment(
                    **given, reason="The user name on edX is not known to the provider."
                )
            else:
                confirmations.confirm_enrollment(**given)
        except Refused:
            continue  # the record is not verified, or the rules refer the case


def supply_coupons(
    users: dict[str, User], runs: Iterable[Run], *, spare: int = 3, release: bool = True
) -> None:
    """Import the codes of each run and release them, unless that is left to the viewer."""
    for run in runs:
        course, begins = run.course, run.commences_on or timezone.localdate()
        waiting = course.enrollments.filter(run=run, state=EnrollmentState.CONFIRMED).count()
        until = (run.ends_on or begins) + timedelta(days=30)
        rows = [
            f"JPAL-{run.pk:03d}-{n:04d}-{(n * 7919 + run.pk) % 99991:05d},{until},100.00"
            for n in range(waiting + spare)
        ]
        rows += ["short,2027-01-01,100", f"{rows[0]}"]  # rows that are refused, with their reasons
        at = instant(begins - timedelta(days=2))
        batch = batches.import_coupons(
            course=course,
            letter_reference=LETTER.format(run=run.code),
            file_name=f"{run.code}.csv",
            file=ContentFile("\n".join(["code,valid until,price", *rows]).encode()),
            acting_user=users["dealing"],
            at=at,
        )
        if release:
            batches.release_batch(
                batch_id=batch.pk, acting_user=users["dealing2"], at=at + timedelta(hours=3)
            )


def reveal_some(enrollments: Iterable[Enrollment], *, share: float, chance: random.Random) -> None:
    """Let most officers look at their code, which puts them on the course."""
    for enrollment in enrollments:
        issue = CouponIssue.objects.live().filter(enrollment=enrollment).first()
        if issue is None or issue.first_revealed_at or chance.random() > share:
            continue
        coupons.reveal_coupon(
            enrollment_id=enrollment.pk,
            acting_user=enrollment.officer.log_in,
            at=_soon(issue.issued_at, 1),
        )


def _soon(after: datetime, days: int) -> datetime:
    return min(after + timedelta(days=days, hours=1), timezone.now())


def _state(enrollment: Enrollment) -> str:
    enrollment.refresh_from_db()
    return enrollment.state
