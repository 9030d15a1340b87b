"""Who reaches a page: roles here, rows through each queryset's `visible_to`."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.actions import records
from accounts.models import Officer, User
from accounts.roles import Role

log = logging.getLogger("igot.access")


class UserRequest(HttpRequest):
    """A request that has passed the login middleware, so that its user is one of ours."""

    user: User


View = Callable[..., HttpResponseBase]


def role_required(*roles: Role) -> Callable[[View], View]:
    """Decorate a view so that only users who hold one of `roles` reach it; others get a 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_role(*roles):
                log.warning("refused: user %s on %s needs %s", request.user.pk, request.path, roles)
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def officer_of(user: User) -> Officer:
    """Return the officer behind `user`, with an empty service record on the first visit.

    Where a roll names the address that `user` signs in with, its record becomes theirs.

    :raises PermissionDenied: `user` does not hold the role of an officer
    """
    if not user.has_role(Role.OFFICER):
        raise PermissionDenied
    own = Officer.objects.with_service().filter(user=user)
    if officer := own.first():
        return officer
    if Officer.objects.of_roll_for(user).exists():
        records.take_over_record(acting_user=user, at=timezone.now())
        if officer := own.first():
            return officer
    officer, _is_new = Officer.objects.with_service().get_or_create(user=user)
    return officer
