"""Delegation by a nodal officer: given, ended early, and the role that comes and goes with it."""

from datetime import date, datetime

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit, delegation_policies
from accounts.models import NodalAppointment, User
from accounts.notifications import notify
from accounts.roles import Role
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def delegate(
    *,
    appointment_id: int,
    delegate_id: int,
    starts_on: date,
    until: date,
    reason: str,
    acting_user: User,
    at: datetime,
) -> NodalAppointment:
    """Let another user act for the authority from `starts_on` to `until`, both inclusive.

    :raises Refused: not theirs to delegate, to somebody who may not, days that are past or outside
        the appointment, or the same person has it on one of these days already
    """
    locked = NodalAppointment.objects.select_for_update(no_key=True, of=("self",))
    appointment = locked.select_related("authority").get(pk=appointment_id)
    receiver = User.objects.get(pk=delegate_id, is_active=True)
    reason_against = delegation_policies.why_not_delegate(appointment, acting_user)
    if reason_against := reason_against or delegation_policies.why_not_receive(
        receiver, acting_user
    ):
        raise Refused(reason_against)
    _check_days(appointment, starts_on, until, civil_date(at))
    delegation = NodalAppointment(
        authority=appointment.authority,
        user=receiver,
        starts_on=starts_on,
        until=until,
        delegated_from=appointment,
        reason=reason,
    )
    _save_once(delegation)
    if starts_on <= civil_date(at):
        _give_role(delegation, acting_user=acting_user, at=at)
    entry = audit.record(
        delegation,
        "nodalappointment.delegated",
        acting_user=acting_user,
        at=at,
        to=receiver.pk,
        starts_on=starts_on,
        until=until,
        reason=reason,
    )
    notify(
        receiver,
        of=entry,
        link=reverse("accounts:delegations"),
        reason=reason,
        **_particulars(delegation),
    )
    return delegation


@transaction.atomic(durable=True)
def end_delegation(*, delegation_id: int, acting_user: User, at: datetime) -> None:
    """End a delegation now, before its last day; the other of the two is told.

    :raises Refused: not open to `acting_user`, or ended already
    """
    locked = NodalAppointment.objects.select_for_update(no_key=True, of=("self",))
    delegation = locked.select_related("authority", "user", "delegated_from__user").get(
        pk=delegation_id
    )
    if reason := delegation_policies.why_not_end(None, delegation, acting_user):
        raise Refused(reason)
    if delegation.is_over(civil_date(at)):
        raise Refused(_("The last day of this delegation is past."))
    delegation.ended_at, delegation.ended_by = at, acting_user
    delegation.save(update_fields=["ended_at", "ended_by"])
    _take_role(delegation, acting_user=acting_user, at=at)
    entry = audit.record(
        delegation, "nodalappointment.delegation_ended", acting_user=acting_user, at=at
    )
    for user in (delegation.user, delegation.delegated_by):
        if user != acting_user:
            particulars = {**_particulars(delegation), "ended_by": str(acting_user)}
            notify(user, of=entry, link=reverse("accounts:delegations"), **particulars)


def follow_days(*, at: datetime) -> int:
    """Give the role where a delegation's first day has come, take it after its last; how many."""
    today, delegations = civil_date(at), NodalAppointment.objects.delegations()
    begun = list(delegations.without_role(today).values_list("pk", flat=True))
    over = list(delegations.with_role_to_take(today).values_list("pk", flat=True))
    for delegation_id in [*begun, *over]:
        _follow_day(delegation_id, at)
    return len(begun) + len(over)


@transaction.atomic(durable=True)
def _follow_day(delegation_id: int, at: datetime) -> None:
    locked = NodalAppointment.objects.select_for_update(no_key=True, of=("self",))
    delegation = locked.select_related("user").get(pk=delegation_id)
    if NodalAppointment.objects.current(civil_date(at)).filter(pk=delegation_id).exists():
        _give_role(delegation, acting_user=None, at=at)
    else:
        _take_role(delegation, acting_user=None, at=at)


def _check_days(appointment: NodalAppointment, starts_on: date, until: date, today: date) -> None:
    if starts_on < today:
        raise Refused(
            _("Nobody acted on a day that is past: begin on %(day)s.") % {"day": dmy(today)}
        )
    if until < starts_on:
        raise Refused(_("The last day cannot be before the first."))
    if appointment.until and until > appointment.until:
        raise Refused(
            _("Your own appointment ends on %(day)s: delegate until then at most.")
            % {"day": dmy(appointment.until)}
        )


def _save_once(delegation: NodalAppointment) -> None:
    try:
        with transaction.atomic():
            delegation.save()
    except IntegrityError:
        raise Refused(
            _("%(name)s already acts for you on some of these days. End that delegation first.")
            % {"name": delegation.user}
        ) from None


def _give_role(delegation: NodalAppointment, *, acting_user: User | None, at: datetime) -> None:
    """Make the delegate a nodal officer by role, unless they are one."""
    user = delegation.user
    roles = _roles_of(user)
    if Role.NODAL_OFFICER.value in roles:
        return
    user.groups.add(Group.objects.get_or_create(name=Role.NODAL_OFFICER.value)[0])
    delegation.gave_role = True
    delegation.save(update_fields=["gave_role"])
    _record_roles(user, roles, acting_user, at)


def _take_role(delegation: NodalAppointment, *, acting_user: User | None, at: datetime) -> None:
    """Take the role that the delegation gave, unless its holder acts for somebody still."""
    user = delegation.user
    acts_still = NodalAppointment.objects.current(civil_date(at)).filter(user=user).exists()
    if not delegation.gave_role or acts_still:
        return
    roles = _roles_of(user)
    user.groups.remove(*Group.objects.filter(name=Role.NODAL_OFFICER.value))
    delegation.gave_role = False
    delegation.save(update_fields=["gave_role"])
    _record_roles(user, roles, acting_user, at)


def _record_roles(
    user: User, roles_before: list[str], acting_user: User | None, at: datetime
) -> None:
    audit.record(
        user,
        "user.roles_changed",
        acting_user=acting_user,
        at=at,
        was=roles_before,
        now=_roles_of(user),
    )


def _roles_of(user: User) -> list[str]:
    return sorted(user.groups.values_list("name", flat=True))


def _particulars(delegation: NodalAppointment) -> dict[str, str]:
    authority = delegation.authority
    return {
        "authority": authority.name,
        "authority_hi": authority.name_hi or authority.name,
        "name": str(delegation.user),
        "by": str(delegation.delegated_by),
        "starts_on": dmy(delegation.starts_on),
        "until": dmy(delegation.until) if delegation.until else "",
    }
