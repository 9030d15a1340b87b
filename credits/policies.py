"""Who may reverse a line of the ledger. The desk's button and the action ask the same function."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from credits.models import CreditEntry


def why_not_reverse(step: object, entry: CreditEntry, user: User) -> str:
    """Return why `user` may not reverse `entry`, or "" if they may."""
    if not user.has_role(Role.DEALING_HAND):
        return _("This is for the %(role)s.") % {"role": Role.DEALING_HAND.label}
    if entry.officer.user_id == user.pk:
        return _("Nobody decides their own case.")
    if entry.kind == CreditEntry.Kind.REVERSAL:
        return _("This line reverses another one; post the points anew instead.")
    if CreditEntry.objects.filter(reverses=entry).exists():
        return _("This line is reversed already.")
    return ""
