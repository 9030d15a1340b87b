"""Who may delegate for an authority, to whom, and who may end it."""

from django.utils.translation import gettext as _

from accounts.models import NodalAppointment, User
from accounts.roles import DESK_ROLES, Role


def why_not_delegate(appointment: NodalAppointment, user: User) -> str:
    """Return why `user` may not delegate from `appointment` now, or "" if they may."""
    if not user.has_role(Role.NODAL_OFFICER):
        return _("This is for the %(role)s.") % {"role": Role.NODAL_OFFICER.label}
    if appointment.delegated_from_id is not None:
        return _("What was delegated to you cannot be delegated further.")
    if not NodalAppointment.objects.to_delegate(user).filter(pk=appointment.pk).exists():
        return _("You hold no appointment for this authority today.")
    return ""


def why_not_receive(delegate: User, user: User) -> str:
    """Return why `user` cannot delegate to `delegate`, or "" if they can."""
    if delegate.pk == user.pk:
        return _("Delegate to somebody else: you act for the authority yourself.")
    if delegate.is_superuser or delegate.has_role(*sorted(DESK_ROLES)):
        return _(
            "%(name)s works at the Training Division's desk, which answers for no authority."
        ) % {"name": delegate}
    return ""


def why_not_end(step: object, delegation: NodalAppointment, user: User) -> str:
    """Return why `user` may not end `delegation` now, or "" if they may."""
    if delegation.delegated_from is None:
        return _("This is an appointment by order. Set its last day instead.")
    if delegation.ended_at is not None:
        return _("This delegation has ended already.")
    concerned = {delegation.user_id, delegation.delegated_from.user_id}
    if user.pk in concerned or user.has_role(Role.DEALING_HAND):
        return ""
    return _("Only those concerned and the Training Division end a delegation.")
