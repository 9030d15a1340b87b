"""How sign-up differs from allauth's own: official addresses only, and everyone is an officer."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import OfficialEmailDomain, User
from accounts.roles import Role


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
