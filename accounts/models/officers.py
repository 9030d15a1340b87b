"""The officer and his or her service record: declared, then verified, with every version kept."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.reference import CadreAuthority, NodalAppointment, Rank, Service, State
from accounts.models.users import User
from accounts.roles import Role
from accounts.states import RecordState
from igot.lib.append_only import AppendOnlyModel, AppendOnlyQuerySet


class OfficerQuerySet(models.QuerySet["Officer"]):
    def visible_to(self, user: User) -> "OfficerQuerySet":
        """Return the officers whose records `user` may see: all, those of the authority, or own."""
        everyone = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR)
        if user.has_role(*everyone) or user.is_superuser:
            return self
        reach = Q(user=user)
        if user.has_role(Role.NODAL_OFFICER):
            own = NodalAppointment.objects.current().filter(user=user)
            reach |= Q(service__authority__in=own.values("authority"))
        return self.filter(reach)

    def awaiting_verification(self) -> "OfficerQuerySet":
        """Return the records that wait to be verified, longest wait first."""
        return self.filter(record_state=RecordState.DECLARED).order_by("declared_at", "pk")

    def chosen(
        self,
        *,
        service: Service | None = None,
        group: str = "",
        authority: CadreAuthority | None = None,
    ) -> "OfficerQuerySet":
        """Narrow a queue down to what its filters name."""
        rows = self.filter(service=service) if service else self
        rows = rows.filter(group=group) if group else rows
        return rows.filter(service__authority=authority) if authority else rows

    def returned(self) -> "OfficerQuerySet":
        """Return the records that wait for their officers, longest wait first."""
        return self.filter(record_state=RecordState.RETURNED).order_by("declared_at", "pk")

    def beside(self, officer: "Officer") -> "tuple[Officer | None, Officer | None]":
        """Return who stands before and after `officer` in the queue of verification."""
        at = officer.declared_at
        if at is None:
            return None, None
        queue = self.awaiting_verification().select_related(None).only("pk", "name", "user")
        before = queue.filter(Q(declared_at__lt=at) | Q(declared_at=at, pk__lt=officer.pk))
        after = queue.filter(Q(declared_at__gt=at) | Q(declared_at=at, pk__gt=officer.pk))
        return before.last(), after.first()

    def search(self, words: str) -> "OfficerQuerySet":
        found = Q(name__icontains=words) | Q(employee_code__iexact=words)
        found |= Q(user__email__iexact=words) | Q(official_email__iexact=words)
        return self.filter(found)

    def of_authority(self, authority: CadreAuthority) -> "OfficerQuerySet":
        return self.filter(service__authority=authority)

    def of_roll_for(self, user: User) -> "OfficerQuerySet":
        """Return the record without a log-in that a roll keeps under the address of `user`."""
        return self.filter(user__isnull=True, official_email__iexact=user.email)

    def with_service(self) -> "OfficerQuerySet":
        return self.select_related("service__authority", "cadre", "rank", "user")


class Officer(models.Model):
    """Somebody in service, with the facts that eligibility rests on."""

    class Group(models.TextChoices):
        A = "A", _("Group A")
        B = "B", _("Group B")
        C = "C", _("Group C")

    RecordState = RecordState

    # What a decision may rest on: changing one of these makes a verified record declared again.
    FACTS = (
        "name",
        "employee_code",
        "born_on",
        "service",
        "cadre",
        "group",
        "rank",
        "allotment_year",
        "joined_on",
    )

    user = models.OneToOneField(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="officer",
        verbose_name=_("user"),
        help_text=_("Nobody, for an officer of a roll who has not signed up."),
    )
    official_email = models.EmailField(
        _("official e-mail address"),
        blank=True,
        db_index=True,
        help_text=_("As a roll gives it; whoever signs up with it takes over this record."),
    )
    name = models.CharField(_("name as in service records"), max_length=200, blank=True)
    employee_code = models.CharField(
        _("employee code"), max_length=40, null=True, blank=True, unique=True
    )
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, verbose_name=_("service")
    )
    cadre = models.ForeignKey(
        State, models.PROTECT, null=True, blank=True, verbose_name=_("cadre or State")
    )
    group = models.CharField(_("group"), max_length=1, choices=Group, blank=True)
    rank = models.ForeignKey(Rank, models.PROTECT, null=True, blank=True, verbose_name=_("grade"))
    allotment_year = models.PositiveSmallIntegerField(
        _("year of allotment or select list"), null=True, blank=True
    )
    joined_on = models.DateField(_("date of joining the service"), null=True, blank=True)
    group_since = models.DateField(
        _("in this group since"),
        null=True,
        blank=True,
        help_text=_("As declared with a changed group; the history takes it on verification."),
    )
    break_days = models.PositiveSmallIntegerField(
        _("days of break in service"),
        default=0,
        help_text=_("Extraordinary leave and suspension, as the service book shows them."),
    )
    designation = models.CharField(_("designation"), max_length=200, blank=True)
    ministry = models.CharField(_("ministry or department"), max_length=200, blank=True)
    mobile = models.CharField(_("mobile number"), max_length=15, blank=True)
    record_state = models.CharField(
        _("service record"), max_length=10, choices=RecordState, default=RecordState.EMPTY
    )
    declared_at = models.DateTimeField(_("declared at"), null=True, blank=True)
    return_reason = models.CharField(_("reason of the return"), max_length=500, blank=True)
    verified_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("verified by"),
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    facts_changed_at = models.DateTimeField(
        _("facts changed at"),
        null=True,
        blank=True,
        help_text=_("When a fact that decisions rest on, or its verification, changed."),
    )

    objects = OfficerQuerySet.as_manager()

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        constraints = [
            models.CheckConstraint(
                condition=Q(record_state="verified", verified_by__isnull=False)
                | ~Q(record_state="verified"),
                name="accounts_officer_verified_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(joined_on__isnull=True)
                | Q(born_on__isnull=True)
                | Q(joined_on__gt=models.F("born_on")),
                name="accounts_officer_joined_after_birth",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_absolute_url(self) -> str:
        return reverse("accounts:officer", args=[self.pk])

    @classmethod
    def label_of(cls, fact: str) -> str:
        """Name a fact as the record does."""
        return str(cls._meta.get_field(fact).verbose_name)  # type: ignore[union-attr]

    @property
    def email(self) -> str:
        """The address that the officer signs in with; that of the roll for one who never has."""
        return self.user.email if self.user else self.official_email

    @property
    def log_in(self) -> User:
        """The user behind an officer who acts here, and so has signed up.

        :raises ValueError: the officer is known from a roll only
        """
        if self.user is None:
            raise ValueError(f"officer {self.pk} has not signed up")
        return self.user

    def group_on(self, day: date) -> str:
        """Return the group held on `day`: of the latest posting by then, else that on record.

        The history says more than the record only where it reaches back to `day`.
        """
        held = [posting for posting in self.postings.all() if posting.starts_on <= day]
        return max(held, key=lambda posting: posting.starts_on).group if held else self.group

    @property
    def is_complete(self) -> bool:
        """Whether every fact that a declaration needs is there."""
        return all((self.name, self.born_on, self.service_id, self.group, self.joined_on))

    @property
    def is_verified(self) -> bool:
        return self.record_state == self.RecordState.VERIFIED

    @property
    def authority(self) -> CadreAuthority | None:
        return self.service.authority if self.service else None


class ServiceRecordEntry(AppendOnlyModel):
    """One version of an officer's facts: what was declared or verified, by whom and when."""

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="record_entries", verbose_name=_("officer")
    )
    record_state = models.CharField(_("service record"), max_length=10, choices=RecordState)
    facts = models.JSONField(_("facts"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    acting_user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a service record")
        verbose_name_plural = _("versions of service records")

    def __str__(self) -> str:
        return f"{self.officer_id}: {self.get_record_state_display()}"


class PostingQuerySet(models.QuerySet["Posting"]):
    def due(self, on: date) -> "PostingQuerySet":
        """Return the postings recorded ahead whose day has come by `on`, oldest first."""
        return self.filter(is_ahead=True, starts_on__lte=on).order_by("starts_on", "pk")


class Posting(models.Model):
    """That an officer holds a group and a grade from one day on, until the next posting begins."""

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="postings", verbose_name=_("officer")
    )
    starts_on = models.DateField(_("from"))
    group = models.CharField(_("group"), max_length=1, choices=Officer.Group)
    rank = models.ForeignKey(Rank, models.PROTECT, null=True, blank=True, verbose_name=_("grade"))
    designation = models.CharField(_("designation"), max_length=200, blank=True)
    ministry = models.CharField(_("ministry or department"), max_length=200, blank=True)
    order_reference = models.CharField(_("order"), max_length=150, blank=True)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    is_ahead = models.BooleanField(
        _("not yet in force"),
        default=False,
        db_default=False,
        help_text=_("Recorded for a later day, on which the record follows it."),
    )

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "starts_on"], name="accounts_posting_one_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.officer}: {self.get_group_display()}"
