"""By which day somebody has to go on with a registration, and what comes of it if nobody does."""

from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.translation import gettext_noop

from courses.models import Run
from enrollment.models import Enrollment, RegistrationPolicy
from enrollment.states import EnrollmentState
from igot.lib.dates import civil_date

E = EnrollmentState


def _days_of(policy: RegistrationPolicy, state: str) -> tuple[int, int, int]:
    """Return the days until the first reminder, the second, and the lapse, in `state`."""
    if state == E.RETURNED:
        return (
            policy.returned_first_days,
            policy.returned_second_days,
            policy.returned_lapse_days,
        )
    return policy.authority_first_days, policy.authority_second_days, policy.authority_lapse_days


def _with_reminders() -> QuerySet[Enrollment]:
    """Return all registrations with how often they were reminded in this state, and when last."""
    now = Q(reminders__since=F("since"))
    return Enrollment.objects.with_since().annotate(
        reminded=Count("reminders", filter=now), reminded_at=Max("reminders__at", filter=now)
    )


def to_remind(policy: RegistrationPolicy, at: datetime) -> QuerySet[Enrollment]:
    """Return the registrations whose officer is to be reminded at `at`.

    Of what came back and of what awaits the authority twice, some days apart; of a draft once,
    in the last days of its window. What is held waits for the Division.
    """
    due = _draft_due(policy, civil_date(at))
    for state in (E.RETURNED, E.AWAITING_AUTHORITY):
        first, second, _lapse = _days_of(policy, state)
        waits = Q(state=state) if state == E.RETURNED else Q(state=state, held_at__isnull=True)
        due |= waits & Q(reminded=0, since__lte=at - timedelta(days=first))
        apart = at - timedelta(days=second - first)
        due |= waits & Q(reminded=1, since__lte=at - timedelta(days=second), reminded_at__lte=apart)
    waits = Q(state__in=[E.DRAFT, E.RETURNED, E.AWAITING_AUTHORITY])
    return _with_reminders().filter(waits).filter(due)


def _draft_due(policy: RegistrationPolicy, today: date) -> Q:
    return Q(
        state=E.DRAFT,
        reminded=0,
        run__state="scheduled",
        run__registration_opens_on__lte=today,
        run__registration_closes_on__gte=today,
        run__registration_closes_on__lte=today + timedelta(days=policy.draft_reminder_days),
    )


def to_lapse(policy: RegistrationPolicy, at: datetime) -> QuerySet[Enrollment]:
    """Return the registrations that lapse at `at`: never one that waits for the Division.

    After two reminders and the days of the policy; or when the run has begun and some days have
    gone by, in which it was open to somebody to go on. What is on the waiting list lapses so too.
    """
    due = Q()
    for state in (E.RETURNED, E.AWAITING_AUTHORITY):
        _first, second, lapse = _days_of(policy, state)
        waits = Q(state=state) if state == E.RETURNED else Q(state=state, held_at__isnull=True)
        due |= waits & Q(
            reminded=2,
            since__lte=at - timedelta(days=lapse),
            reminded_at__lte=at - timedelta(days=lapse - second),
        )
        due |= waits & _begun(policy, at)
    listed = Q(state=E.SUBMITTED, held_at__isnull=True, waitlisted_at__isnull=False)
    waits = Q(state__in=[E.RETURNED, E.AWAITING_AUTHORITY]) | listed
    return _with_reminders().filter(waits).filter(due | listed & _begun(policy, at))


def _begun(policy: RegistrationPolicy, at: datetime) -> Q:
    days = timedelta(days=policy.begun_lapse_days)
    return Q(run__commences_on__lte=civil_date(at) - days, since__lte=at - days)


def day_of(enrollment: Enrollment, policy: RegistrationPolicy | None) -> date | None:
    """Return by which day somebody has to go on with a registration, None where no day is set.

    For a draft the last day of its window; for what came back and what awaits an approval the day
    on which it lapses, unless reminders come late; asks nothing of the database but the run.
    """
    run, state = enrollment.run, enrollment.state
    if state == E.DRAFT:
        return run.registration_closes_on if run and run.is_open else None
    if policy is None or state not in (E.RETURNED, E.AWAITING_AUTHORITY):
        return None
    since = civil_date(enrollment.in_state_since)
    days = [since + timedelta(days=_days_of(policy, state)[2])]
    if run and run.commences_on:
        grace = timedelta(days=policy.begun_lapse_days)
        days.append(max(run.commences_on, since) + grace)
    return min(days)


def cities_close_on(run: Run, policy: RegistrationPolicy | None) -> date | None:
    """Return the last day on which cities of the examination of `run` may be chosen.

    None where neither the run nor the policy sets one.
    """
    if run.cities_close_on:
        return run.cities_close_on
    if policy is None or run.ends_on is None:
        return None
    return run.ends_on - timedelta(days=policy.city_choice_days)


# Kept with the registration in English, and said in the reader's language.
WHY_LAPSED = {
    E.RETURNED: gettext_noop("It was returned for correction and was not submitted again in time."),
    E.AWAITING_AUTHORITY: gettext_noop(
        "The approval of the cadre controlling authority was not given in time."
    ),
    E.SUBMITTED: gettext_noop("The batch has begun and no seat in it became free."),
}
