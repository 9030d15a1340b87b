"""Who may choose the city of an examination, and until when."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from courses import terms
from enrollment import deadlines
from enrollment.models import Enrollment, RegistrationPolicy
from enrollment.states import WITH_COUPON
from igot.lib.dates import dmy


def has_examination(enrollment: Enrollment) -> bool:
    """Return whether the run of a registration ends with a proctored examination; one query."""
    run = enrollment.run
    if run is None:
        return False
    if run.needs_proctored_exam is not None:
        return run.needs_proctored_exam
    rule = terms.rule_of(enrollment.course, run.commences_on) if run.commences_on else None
    return rule is not None and rule.needs_proctored_exam


def closes_on(enrollment: Enrollment, on: date) -> date | None:
    """Return the last day on which cities may be chosen, by the policy in force on `on`."""
    run = enrollment.run
    return deadlines.cities_close_on(run, RegistrationPolicy.on(on)) if run else None


def why_not_choose(enrollment: Enrollment, user: User, on: date) -> str:
    """Return why `user` may not choose cities for a registration on `on`, or ""."""
    if enrollment.officer.user_id != user.pk:
        return _("Only the officer concerned may do this.")
    if enrollment.state not in WITH_COUPON:
        return _("The registration is “%(state)s”.") % {"state": enrollment.get_state_display()}
    if not has_examination(enrollment):
        return _("This batch has no proctored examination.")
    day = closes_on(enrollment, on)
    if day and day < on:
        return _(
            "Cities could be chosen until %(day)s: the provider has been told. Write to the "
            "Training Division if you cannot go there."
        ) % {"day": dmy(day)}
    return ""
