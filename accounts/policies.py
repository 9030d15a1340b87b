"""Who may do what to a service record. Buttons and actions ask the same function."""

from django.utils.translation import gettext as _

from accounts.models import NodalAppointment, Officer, User
from accounts.roles import Role
from accounts.states import DECLARE, Step


def why_not(step: Step, officer: Officer, user: User) -> str:
    """Return why `user` may not take `step` on the record of `officer` now, or "" if they may."""
    if officer.record_state not in step.sources:
        return _("The service record is “%(state)s”.") % {
            "state": officer.get_record_state_display()
        }
    if not user.has_role(*step.roles):
        return _("This is for the %(roles)s.") % {
            "roles": " / ".join(str(role.label) for role in Role if role in step.roles)
        }
    is_own = officer.user_id == user.pk
    if step == DECLARE:
        return "" if is_own else _("Only the officer may declare this service record.")
    if is_own:
        return _("Nobody verifies their own service record.")
    if not user.has_role(Role.DEALING_HAND) and not _acts_for_authority_of(officer, user):
        return _("This officer belongs to another cadre controlling authority.")
    return ""


def _acts_for_authority_of(officer: Officer, user: User) -> bool:
    authority = officer.authority
    return (
        authority is not None
        and NodalAppointment.objects.current().filter(user=user, authority=authority).exists()
    )
