"""Services, ranks, States and authorities: reference data that the Department may edit."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from accounts.roles import Role
from igot.lib.validity import ends_after_start, holding


class OfficialEmailDomain(models.Model):
    """A domain whose addresses may sign up; its subdomains may too."""

    domain = models.CharField(_("domain"), max_length=200, unique=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("official e-mail domain")
        verbose_name_plural = _("official e-mail domains")

    def __str__(self) -> str:
        return self.domain


class State(models.Model):
    """A State or Union Territory, with its region under the Official Languages Rules."""

    code = models.CharField(_("code"), max_length=5, unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_hi = models.CharField(_("name in Hindi"), max_length=100, blank=True)
    region = models.CharField(
        _("language region"), max_length=1, choices=[("A", "A"), ("B", "B"), ("C", "C")]
    )
    is_union_territory = models.BooleanField(_("Union Territory"), default=False)
    is_verified = models.BooleanField(_("verified"), default=False)

    class Meta:
        verbose_name = _("State or Union Territory")
        verbose_name_plural = _("States and Union Territories")

    def __str__(self) -> str:
        return self.name_hi if get_language() == "hi" and self.name_hi else self.name


class CadreAuthorityQuerySet(models.QuerySet["CadreAuthority"]):
    def current_for(self, user: User) -> "CadreAuthorityQuerySet":
        """Return the authorities that `user` acts for today."""
        own = NodalAppointment.objects.current().filter(user=user)
        return self.filter(pk__in=own.values("authority"))


class CadreAuthority(models.Model):
    """A cadre controlling authority: told of registrations, and asked to approve where it must."""

    name = models.CharField(_("name"), max_length=250, unique=True)
    name_hi = models.CharField(_("name in Hindi"), max_length=250, blank=True)
    address = models.TextField(_("address"), blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    state = models.ForeignKey(
        State, models.PROTECT, null=True, blank=True, verbose_name=_("State or Union Territory")
    )
    is_verified = models.BooleanField(_("verified"), default=False)

    objects = CadreAuthorityQuerySet.as_manager()

    class Meta:
        verbose_name = _("cadre controlling authority")
        verbose_name_plural = _("cadre controlling authorities")

    def __str__(self) -> str:
        return self.name_hi if get_language() == "hi" and self.name_hi else self.name


class ServiceQuerySet(models.QuerySet["Service"]):
    def active(self) -> "ServiceQuerySet":
        return self.filter(is_active=True)

    def of_nodal_officer(self, user: User) -> "ServiceQuerySet":
        """Return the services of the authorities that `user` acts for today."""
        current = NodalAppointment.objects.current().filter(user=user)
        return self.filter(authority__in=current.values("authority"))

    def matching(self, words: str) -> "ServiceQuerySet":
        """Return the services whose code, name, acronym or alias contains `words`."""
        found = Q(code__icontains=words) | Q(name__icontains=words) | Q(acronym__icontains=words)
        found |= Q(name_hi__icontains=words) | Q(aliases__alias__icontains=words)
        return self.filter(found).distinct()


class Service(models.Model):
    """A service, its family and groups, and the authority that controls its cadre."""

    class Family(models.TextChoices):
        AIS = "AIS", _("All India Services")
        CENTRAL = "CENTRAL", _("Central Civil Services, Group A")
        SECRETARIAT = "SECRETARIAT", _("Secretariat services")
        UT = "UT", _("Services of the Union Territories")
        STATE = "STATE", _("State Civil Services")
        OUTSIDE = "OUTSIDE", _("Outside the programme")

    class Mode(models.TextChoices):
        INTIMATION = "intimation", _("Intimation only")
        PRIOR_APPROVAL = "prior_approval", _("Prior approval")

    class Basis(models.TextChoices):
        ALLOTMENT_YEAR = "allotment_year", _("Year of allotment")
        EXAM_BATCH = "exam_batch", _("Batch of the examination")
        JOINING_DATE = "joining_date", _("Date of joining")
        SELECT_LIST = "select_list_year_or_joining", _("Select-list year, or date of joining")

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_hi = models.CharField(_("name in Hindi"), max_length=200, blank=True)
    acronym = models.CharField(_("acronym in use"), max_length=100, blank=True)
    family = models.CharField(_("family"), max_length=12, choices=Family)
    category = models.CharField(_("category"), max_length=30, blank=True)
    groups = models.CharField(_("groups"), max_length=10, help_text=_("For example: A,B"))
    authority = models.ForeignKey(
        CadreAuthority, models.PROTECT, verbose_name=_("cadre controlling authority")
    )
    cca_mode = models.CharField(
        _("what the authority does"), max_length=15, choices=Mode, default=Mode.INTIMATION
    )
    basis = models.CharField(_("length of service counts from"), max_length=30, choices=Basis)
    state = models.ForeignKey(
        State, models.PROTECT, null=True, blank=True, verbose_name=_("State or Union Territory")
    )
    source = models.CharField(_("source"), max_length=100, blank=True)
    is_verified = models.BooleanField(_("verified"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self) -> str:
        return self.name_hi if get_language() == "hi" and self.name_hi else self.name

    @property
    def group_list(self) -> list[str]:
        return [group.strip() for group in self.groups.split(",") if group.strip()]


class ServiceAlias(models.Model):
    """Another name under which a service is known or was known."""

    service = models.ForeignKey(
        Service,
        models.CASCADE,  # an alias is a part of its service
        related_name="aliases",
        verbose_name=_("service"),
    )
    alias = models.CharField(_("alias"), max_length=200)
    used_until = models.DateField(_("used until"), null=True, blank=True)

    class Meta:
        verbose_name = _("alias of a service")
        verbose_name_plural = _("aliases of services")
        constraints = [
            models.UniqueConstraint(fields=["service", "alias"], name="accounts_servicealias_once")
        ]

    def __str__(self) -> str:
        return self.alias


class RankQuerySet(models.QuerySet["Rank"]):
    def of(self, service: Service | None) -> "RankQuerySet":
        """Return the grades of a service and of its family; none for no service."""
        keys = [service.code, service.family] if service else []
        return self.filter(service_key__in=keys)


class Rank(models.Model):
    """A grade of a service or of a family of services, with its group and pay level."""

    service_key = models.CharField(_("service or family"), max_length=20)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=150)
    name_hi = models.CharField(_("name in Hindi"), max_length=150, blank=True)
    group = models.CharField(_("group"), max_length=1)
    gazetted = models.CharField(_("gazetted"), max_length=60, blank=True)
    pay_level = models.CharField(_("pay level"), max_length=60, blank=True)
    pre_2016_grade_pay = models.CharField(_("grade pay before 2016"), max_length=30, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    is_verified = models.BooleanField(_("verified"), default=False)

    objects = RankQuerySet.as_manager()

    class Meta:
        verbose_name = _("rank")
        verbose_name_plural = _("ranks")
        constraints = [
            models.UniqueConstraint(fields=["service_key", "code"], name="accounts_rank_once")
        ]

    def __str__(self) -> str:
        return self.name_hi if get_language() == "hi" and self.name_hi else self.name


class NodalAppointmentQuerySet(models.QuerySet["NodalAppointment"]):
    def current(self, on: date | None = None) -> "NodalAppointmentQuerySet":
        """Return the appointments in force on `on` (today by default), both days inclusive.

        This alone tells who acts for an authority. A delegation counts while the appointment
        that it stems from does, and as long as both users may sign in.
        """
        on = on or timezone.localdate()
        direct = Q(delegated_from__isnull=True)
        stems = Q(
            ended_at__isnull=True,
            delegated_from__user__is_active=True,
        )
        stems &= holding(on, first="delegated_from__starts_on", until="delegated_from__until")
        own = holding(on, first="starts_on", until="until")
        return self.filter(own, direct | stems, user__is_active=True)

    def principals_of(self, user: User, authority: CadreAuthority | None) -> set[int | None]:
        """Return the keys of those for whom `user` acts for `authority` today.

        None stands for an appointment of their own.
        """
        rows = self.current().filter(user=user, authority=authority)
        return set(rows.values_list("delegated_from__user", flat=True))

    def delegations(self) -> "NodalAppointmentQuerySet":
        return self.filter(delegated_from__isnull=False)

    def visible_to(self, user: User) -> "NodalAppointmentQuerySet":
        """Return all to the desk, else what `user` holds or has delegated."""
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.filter(Q(user=user) | Q(delegated_from__user=user))

    def given_by(self, user: User) -> "NodalAppointmentQuerySet":
        return self.delegations().filter(delegated_from__user=user)

    def given_to(self, user: User) -> "NodalAppointmentQuerySet":
        return self.delegations().filter(user=user)

    def to_delegate(self, user: User) -> "NodalAppointmentQuerySet":
        """Return the appointments in force that `user` holds themself."""
        return self.current().filter(user=user, delegated_from__isnull=True).order_by("pk")

    def with_both(self) -> "NodalAppointmentQuerySet":
        """Add the authority and both users; the latest first."""
        both = self.select_related("authority", "user", "delegated_from__user", "ended_by")
        return both.order_by("-starts_on", "-pk")

    def without_role(self, on: date) -> "NodalAppointmentQuerySet":
        """Return the delegations whose days have come and whose holder lacks the role."""
        rows = self.current(on).filter(delegated_from__isnull=False)
        return rows.exclude(user__groups__name=Role.NODAL_OFFICER.value)

    def with_role_to_take(self, on: date) -> "NodalAppointmentQuerySet":
        """Return the delegations that gave the role to somebody who acts for nobody any more."""
        acting = NodalAppointment.objects.current(on).values("user")
        begun = self.filter(gave_role=True, starts_on__lte=on)
        return begun.exclude(user__in=acting)


class NodalAppointment(models.Model):
    """That a user acts for a cadre controlling authority, from one day to another.

    By an order, or by delegation: then it stems from the appointment of whoever delegates.
    """

    authority = models.ForeignKey(
        CadreAuthority,
        models.PROTECT,
        related_name="appointments",
        verbose_name=_("cadre controlling authority"),
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="nodal_appointments", verbose_name=_("user")
    )
    starts_on = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    order_reference = models.CharField(_("order"), max_length=100, blank=True)
    delegated_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="delegations",
        verbose_name=_("delegated from"),
    )
    reason = models.CharField(_("reason of the delegation"), max_length=250, blank=True)
    ended_at = models.DateTimeField(_("ended early at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    # The role came with this delegation, and goes when its holder acts for nobody any more.
    gave_role = models.BooleanField(default=False, editable=False)

    objects = NodalAppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("nodal appointment")
        verbose_name_plural = _("nodal appointments")
        constraints = [
            ends_after_start("accounts_nodalappointment", first="starts_on", until="until"),
            models.CheckConstraint(
                condition=Q(delegated_from__isnull=True) | Q(until__isnull=False, reason__gt=""),
                name="accounts_nodalappointment_delegated_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, delegated_from__isnull=False),
                name="accounts_nodalappointment_ended_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.authority}"

    @property
    def delegated_by(self) -> User | None:
        return self.delegated_from.user if self.delegated_from else None

    def is_over(self, on: date) -> bool:
        return self.ended_at is not None or (self.until is not None and self.until < on)
