"""Who may note the answer to a message. The button and the action ask the same function."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from reports.models import Feedback


def why_not(step: str, feedback: Feedback, user: User) -> str:
    """Return why `user` may not take `step` on `feedback` now, or "" if they may."""
    if feedback.answered_on:
        return _("This message has been answered.")
    if not user.has_role(Role.DEALING_HAND):
        return _("Only a dealing hand notes answers to messages.")
    return ""
