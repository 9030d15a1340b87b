"""Who may bring in a roll, approve it, and decide the changes it proposes."""

from django.utils.translation import gettext as _

from accounts.models import CadreAuthority, NodalAppointment, ProposedChange, RollImport, User
from accounts.policies import why_not_for
from accounts.roles import Role
from accounts.roll_states import APPROVE, IMPORTERS, ChangeState, RollState, RollStep


def why_not_bring(authority: CadreAuthority | None, user: User) -> str:
    """Return why `user` may not bring in a roll of `authority` (None: of all), or ""."""
    if not user.has_role(*IMPORTERS):
        return _for_importers()
    if user.has_role(Role.DEALING_HAND):
        return ""
    if authority is None:
        return _("Choose your authority: a nodal officer brings in rolls of the own authority.")
    if not _acts_for(authority, user):
        return _("You do not act for this cadre controlling authority.")
    return ""


def why_not_roll(step: RollStep[RollState], roll: RollImport, user: User) -> str:
    """Return why `user` may not take `step` on `roll` now, or "" if they may."""
    if roll.state not in step.sources:
        return _("The roll is “%(state)s”.") % {"state": roll.get_state_display()}
    if reason := why_not_bring(roll.source.authority, user):
        return reason
    if step is APPROVE and roll.uploaded_by_id == user.pk:
        return _("Whoever brought in a roll may not approve it: ask a second person.")
    return ""


def why_not_change(step: RollStep[ChangeState], change: ProposedChange, user: User) -> str:
    """Return why `user` may not take `step` on `change` now, or "" if they may."""
    if change.state not in step.sources:
        return _("The change is “%(state)s”.") % {"state": change.get_state_display()}
    if not user.has_role(*step.roles):
        return _for_importers()
    if change.proposed_by_id == user.pk:
        return _("Whoever brought in the roll may not decide its changes: ask a second person.")
    if change.officer.user_id == user.pk:
        return _("Nobody decides a change of their own service record.")
    if user.has_role(Role.DEALING_HAND):
        return ""
    elsewhere = _("This officer belongs to another cadre controlling authority.")
    return why_not_for(change.officer.authority, change.officer, user, elsewhere=elsewhere)


def _acts_for(authority: CadreAuthority, user: User) -> bool:
    return NodalAppointment.objects.current().filter(user=user, authority=authority).exists()


def _for_importers() -> str:
    return _("This is for the %(roles)s.") % {
        "roles": " / ".join(str(role.label) for role in Role if role in IMPORTERS)
    }
