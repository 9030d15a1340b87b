"""Who may do what to a service record. Buttons and actions ask the same function."""

from django.utils.translation import gettext as _

from accounts.models import (
    BirthDateCorrection,
    CadreAuthority,
    NodalAppointment,
    Officer,
    ServiceRecordEntry,
    User,
)
from accounts.roles import Role
from accounts.states import DECLARE, VERIFIERS, CorrectionStep, RecordState, Step


def why_not(step: Step, officer: Officer, user: User) -> str:
    """Return why `user` may not take `step` on the record of `officer` now, or "" if they may."""
    if officer.record_state not in step.sources:
        return _("The service record is “%(state)s”.") % {
            "state": officer.get_record_state_display()
        }
    if not user.has_role(*step.roles):
        return _for_the(step.roles)
    is_own = officer.user_id == user.pk
    if step == DECLARE:
        return "" if is_own else _("Only the officer may declare this service record.")
    if is_own:
        return _("Nobody verifies their own service record.")
    return _why_not_reach(officer, user)


def why_not_at_desk(step: Step | None, officer: Officer, user: User) -> str:
    """Return why `user` may not take `step` at the desk; None proposes a date of birth."""
    return why_not(step, officer, user) if step else why_not_propose_birth(None, officer, user)


def why_not_note(officer: Officer, user: User) -> str:
    """Return why `user` may not note postings and breaks of `officer`, or "" if they may."""
    if not user.has_role(*VERIFIERS):
        return _for_the(VERIFIERS)
    if officer.user_id == user.pk:
        return _("Nobody notes a change in their own service record.")
    if not officer.is_verified:
        return _("Verify the service record first: a change is noted on a verified record.")
    return _why_not_reach(officer, user)


def is_birth_settled(officer: Officer) -> bool:
    """Return whether the date of birth was ever verified, and so changes only on an order."""
    if officer.born_on is None:
        return False
    verified = ServiceRecordEntry.objects.filter(record_state=RecordState.VERIFIED)
    return officer.is_verified or verified.filter(officer=officer).exists()


def why_not_propose_birth(step: object, officer: Officer, user: User) -> str:
    """Return why `user` may not propose another date of birth for `officer`, or ""."""
    if not user.has_role(Role.DEALING_HAND):
        return _for_the(frozenset({Role.DEALING_HAND}))
    if officer.user_id == user.pk:
        return _("Nobody corrects their own date of birth.")
    if not is_birth_settled(officer):
        return _("The date of birth was never verified: the officer corrects it by declaring.")
    if officer.birth_date_corrections.open().exists():
        return _("A correction of this date of birth waits to be decided already.")
    return ""


def why_not_correction(step: CorrectionStep, correction: BirthDateCorrection, user: User) -> str:
    """Return why `user` may not decide on `correction` now, or "" if they may."""
    if correction.state not in step.sources:
        return _("The correction is “%(state)s”.") % {"state": correction.get_state_display()}
    if not user.has_role(*step.roles):
        return _for_the(step.roles)
    if correction.officer.user_id == user.pk:
        return _("Nobody corrects their own date of birth.")
    if correction.proposed_by_id == user.pk:
        return _("A second person decides on a correction.")
    return ""


def _why_not_reach(officer: Officer, user: User) -> str:
    if user.has_role(Role.DEALING_HAND):
        return ""
    elsewhere = _("This officer belongs to another cadre controlling authority.")
    return why_not_for(officer.authority, officer, user, elsewhere=elsewhere)


def why_not_for(
    authority: CadreAuthority | None, officer: Officer, user: User, *, elsewhere: str
) -> str:
    """Return why `user` may not act for `authority` on the case of `officer` today, or "".

    `elsewhere` is said to whoever does not act for it. Whoever acts by delegation alone does not
    act on the case of the one who delegated.
    """
    principals = NodalAppointment.objects.principals_of(user, authority)
    if not principals:
        return elsewhere
    if officer.user_id and principals == {officer.user_id}:
        return _("You act here for the officer concerned, and nobody decides on their own case.")
    return ""


def on_behalf_of(user: User, authority: CadreAuthority | None) -> User | None:
    """Return who delegated to `user` what they do for `authority` today; None: their own power."""
    if user.has_role(Role.DEALING_HAND):
        return None
    held = NodalAppointment.objects.current().filter(user=user, authority=authority)
    rows = list(held.select_related("delegated_from__user").order_by("pk"))
    principals = [row.delegated_by for row in rows]
    return principals[0] if principals and None not in principals else None


def _for_the(roles: frozenset[Role]) -> str:
    return _("This is for the %(roles)s.") % {
        "roles": " / ".join(str(role.label) for role in Role if role in roles)
    }
