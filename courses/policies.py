"""Who may do what to a decision of the committee. Buttons and actions ask the same function."""

from django.utils.translation import gettext as _

from accounts.models import User
from courses import states
from courses.models import CommitteeDecision
from courses.states import Step


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
