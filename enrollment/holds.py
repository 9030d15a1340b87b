"""Why a registration is held, in words: both days, and what the rules said for each."""

from django.utils.translation import gettext as _

from enrollment.models import Enrollment
from enrollment.states import HoldReason
from igot.lib.dates import civil_date, dmy


def why_held(enrollment: Enrollment) -> str:
    """Return what has changed under a registration that is held, in whole sentences; else ""."""
    before, now = enrollment.held_from, enrollment.decision
    if enrollment.held_at is None or before is None or now is None:
        return ""
    words = {
        "was": dmy(before.commences_on),
        "now": dmy(now.commences_on),
        "before": before.get_outcome_display(),
        "after": now.get_outcome_display(),
    }
    if enrollment.hold_reason == HoldReason.RESCHEDULED:
        said = _(
            "The batch was moved from %(was)s to %(now)s. For %(was)s the rules said “%(before)s”; "
            "for %(now)s they say “%(after)s”."
        )
    else:
        said = _(
            "A fact of the service record has changed. Before, the rules said “%(before)s”; now "
            "they say “%(after)s”."
        )
    return f"{said % words} {_on_boundary()}" if now.is_boundary else said % words


def why_not_held(enrollment: Enrollment) -> str:
    """Return why nothing goes on with a registration that is held; "" for one that is not."""
    if enrollment.held_at is None:
        return ""
    return _("The registration is held since %(day)s. %(why)s") % {
        "day": dmy(civil_date(enrollment.held_at)),
        "why": why_held(enrollment),
    }


def _on_boundary() -> str:
    return _("The date of birth now stands exactly on the limit: the Department has the last word.")
