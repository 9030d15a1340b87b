"""How sign-up differs from allauth's own: official addresses only, and everyone is an officer."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import OfficialEmailDomain, User
from accounts.roles import Role

log = logging.getLogger("igot.access")


def is_official(email: str) -> bool:
    """Return whether the domain of `email` is an official one or lies below one."""
    domain = email.rpartition("@")[2].lower().rstrip(".")
    labels = domain.split(".")
    above = [".".join(labels[start:]) for start in range(len(labels))]
    return OfficialEmailDomain.objects.filter(is_active=True, domain__in=above).exists()


class OfficialAccountAdapter(DefaultAccountAdapter):
    """Sign-up with an official e-mail address."""

    def clean_email(self, email: str) -> str:
        email = super().clean_email(email)
        if not is_official(email):
            raise ValidationError(
                _(
                    "Please use your official e-mail address (such as one ending in gov.in or "
                    "nic.in). If your office uses another domain, ask the Training Division to "
                    "add it."
                ),
                code="not_official",
            )
        return email.lower()

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user = super().save_user(request, user, form, commit=False)
        user.language = get_language() or "en"
        if commit:
            user.save()
            group, _is_new = Group.objects.get_or_create(name=Role.OFFICER.value)
            user.groups.add(group)
        return user

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Record the log-in once all its steps are passed, the second factor included."""
        records = get_authentication_records(request, user)
        names = ", ".join(record.get("type", record.get("method", "")) for record in records)
        audit.record(user, "user.logged_in", acting_user=user, at=timezone.now(), with_=names)
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record a refused password against the account that it was tried on, if there is one."""
        email = str(credentials.get("email") or credentials.get("username") or "")
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            log.warning("refused log-in for an unknown address")
            return
        audit.record(user, "user.login_refused", acting_user=None, at=timezone.now())
