"""Who may bring in, apply and settle what providers answer to lists, and correct user names."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from enrollment.models import Enrollment, ProviderAnswer, ProviderListLine
from enrollment.models.provider_lists import REFUSALS
from enrollment.states import WITH_COUPON, AnswerState, Step


def why_not_bring_answer(user: User) -> str:
    """Return why `user` may not bring in the answer of a provider, or "" if they may."""
    if user.has_role(Role.DEALING_HAND):
        return ""
    return _("This is for the %(role)s.") % {"role": Role.DEALING_HAND.label}


def why_not_answer(step: Step[AnswerState], answer: ProviderAnswer, user: User) -> str:
    """Return why `user` may not take `step` on an answer now, or "" if they may."""
    if answer.state not in step.sources:
        return _("The answer is “%(state)s”.") % {"state": answer.get_state_display()}
    return why_not_bring_answer(user)


def why_not_settle(step: object, line: ProviderListLine, user: User) -> str:
    """Return why `user` may not settle the refusal of a line now, or "" if they may."""
    if line.answer not in REFUSALS:
        return _("The provider has not refused this line.")
    if line.superseded_at is not None:
        return _("A later list has corrected this line.")
    if line.settled_at is not None:
        return _("This was settled already: %(reason)s") % {"reason": line.settled_reason}
    if line.enrollment.officer.user_id == user.pk:
        return _("Nobody decides on their own registration.")
    return why_not_bring_answer(user)


def why_not_correct(enrollment: Enrollment, user: User) -> str:
    """Return why `user` may not correct the user names of a confirmed registration, or ""."""
    if enrollment.officer.user_id != user.pk:
        return _("Only the officer concerned may do this.")
    if enrollment.state not in WITH_COUPON:
        return _("The registration is “%(state)s”.") % {"state": enrollment.get_state_display()}
    if enrollment.provider_account_id is None:
        return _("This course needs no user names.")
    return ""
