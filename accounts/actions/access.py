"""What becomes of roles and sessions when access changes."""

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.roles import Role


@transaction.atomic
def record_access_change(*, user: User, roles_before: list[str], acting_user: User) -> None:
    """Record a change of roles; a user who may no longer sign in loses the running sessions."""
    at = timezone.now()
    roles = sorted(user.groups.values_list("name", flat=True))
    if roles != roles_before:
        audit.record(
            user, "user.roles_changed", acting_user=acting_user, at=at, was=roles_before, now=roles
        )
    if not user.is_active:
        end_sessions(user=user, acting_user=acting_user)


@transaction.atomic
def end_sessions(*, user: User, acting_user: User) -> int:
    """End every session of `user`; return how many there were."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user).delete()
    audit.record(
        user, "user.sessions_ended", acting_user=acting_user, at=timezone.now(), sessions=len(keys)
    )
    return len(keys)


@transaction.atomic
def give_nodal_role(*, user: User, acting_user: User) -> None:
    """Make `user` a nodal officer by role, where an appointment says so."""
    group, _is_new = Group.objects.get_or_create(name=Role.NODAL_OFFICER.value)
    before = sorted(user.groups.values_list("name", flat=True))
    if group.name not in before:
        user.groups.add(group)
        record_access_change(user=user, roles_before=before, acting_user=acting_user)
