"""The login: an e-mail address and the roles that go with it."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import connection, models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.roles import STAFF_ROLES, Role


class UserManager(BaseUserManager["User"]):
    """Makes users; an address differs from another by more than its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def holding(self, role: Role) -> models.QuerySet["User"]:
        """Return the active users who hold `role`."""
        return self.filter(is_active=True, groups__name=role.value)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in. What an officer is stands in `Officer`."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    designation = models.CharField(_("designation"), max_length=200, blank=True)
    is_staff = models.BooleanField(
        _("works at the desk"), default=False, help_text=_("May open the Training Division's desk.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("registered at"), default=timezone.now)
    language = models.CharField(_("language of mail"), max_length=5, default="en")
    wants_digest = models.BooleanField(
        _("one mail a day"),
        default=True,
        help_text=_("Intimations come in one mail a day; otherwise each at once."),
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_once",
                violation_error_message=_("Somebody already uses this e-mail address."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def role_names(self) -> frozenset[str]:
        """The names of this user's groups, read once for each request.

        In SQL: every request asks, and composing the statement costs more than running it.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT g.name FROM auth_group g "
                "JOIN accounts_user_groups ug ON ug.group_id = g.id "
                "WHERE ug.user_id = %s",
                [self.pk],
            )
            return frozenset(name for (name,) in cursor.fetchall())

    def has_role(self, *roles: Role) -> bool:
        """Return whether this active user holds one of `roles`; a superuser holds none by that."""
        return self.is_active and any(role.value in self.role_names for role in roles)

    @property
    def needs_second_factor(self) -> bool:
        """Whether a second factor is required: of every staff role and everyone at the desk."""
        return self.is_staff or self.is_superuser or self.has_role(*STAFF_ROLES)

    @property
    def role_labels(self) -> list[str]:
        return [str(role.label) for role in Role if role.value in self.role_names]
