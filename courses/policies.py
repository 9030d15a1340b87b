"""Who may do what to a decision of the committee and to a run. Buttons and actions ask these."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from courses import states
from courses.models import CommitteeDecision, Run
from courses.states import Step
from igot.lib.dates import dmy


def why_not(step: Step, decision: CommitteeDecision, user: User) -> str:
    """Return why `user` may not take `step` on `decision` now, or "" if they may."""
    if decision.state not in step.sources:
        return _("The decision is “%(state)s”.") % {"state": decision.get_state_display()}
    if not user.has_role(step.role):
        return _("This is for the %(role)s.") % {"role": step.role.label}
    if step is states.CONFIRM:
        return _why_not_confirm(decision, user)
    return ""


def why_not_record(user: User) -> str:
    """Return why `user` may not record a decision, or ""."""
    if not user.has_role(states.RECORDER):
        return _("This is for the %(role)s.") % {"role": states.RECORDER.label}
    return ""


def _why_not_confirm(decision: CommitteeDecision, user: User) -> str:
    if decision.recorded_by_id == user.pk:
        return _("Whoever recorded a decision does not confirm it: two persons are needed.")
    standing = CommitteeDecision.objects.in_force().filter(
        course_id=decision.course_id, rule_set_code=decision.rule_set_code
    )
    if other := standing.first():
        return _("Decision %(number)s on this course is in force. Withdraw it first.") % {
            "number": other
        }
    return ""


def why_not_reschedule(step: object, run: Run, user: User) -> str:
    """Return why `user` may not move the days of `run`, or "" if they may."""
    if run.state not in states.MOVABLE:
        return _("The run is “%(state)s”.") % {"state": run.get_state_display()}
    if not user.has_role(states.RESCHEDULER):
        return _("This is for the %(role)s.") % {"role": states.RESCHEDULER.label}
    return ""


def why_not_days(commences_on: date, ends_on: date | None, opens_on: date, closes_on: date) -> str:
    """Return why a run cannot have these days together, or "" if it can."""
    if ends_on and ends_on < commences_on:
        return _("The run cannot end on %(end)s, before it commences on %(start)s.") % {
            "end": dmy(ends_on),
            "start": dmy(commences_on),
        }
    if closes_on < opens_on:
        return _("Registration cannot close on %(end)s, before it opens on %(start)s.") % {
            "end": dmy(closes_on),
            "start": dmy(opens_on),
        }
    if ends_on and closes_on > ends_on:
        return _("Registration cannot close on %(close)s, after the run ends on %(end)s.") % {
            "close": dmy(closes_on),
            "end": dmy(ends_on),
        }
    return ""
