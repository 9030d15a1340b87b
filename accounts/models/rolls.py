"""Rolls of officers that authorities send: the file, its staged rows, the changes proposed."""

from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.officers import Officer
from accounts.models.reference import CadreAuthority, NodalAppointment, Rank, Service, State
from accounts.models.users import User
from accounts.roles import Role
from accounts.roll_states import AT_WORK, ChangeState, DateOrder, RollState, RowOutcome


def _authorities_of(user: User) -> Any:
    return NodalAppointment.objects.current().filter(user=user).values("authority")


class RollSourceQuerySet(models.QuerySet["RollSource"]):
    def visible_to(self, user: User) -> "RollSourceQuerySet":
        """Return the sources that `user` may bring rolls of: all, or those of the authority."""
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        if user.has_role(Role.NODAL_OFFICER):
            return self.filter(authority__in=_authorities_of(user))
        return self.none()


class RollSource(models.Model):
    """Whose list it is, and how its columns were named the last time."""

    name = models.CharField(_("name"), max_length=150, unique=True)
    authority = models.ForeignKey(
        CadreAuthority,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="roll_sources",
        verbose_name=_("cadre controlling authority"),
        help_text=_("Rolls of this source may then name officers of this authority only."),
    )
    mapping: Any = models.JSONField(_("columns, as named last"), default=dict, blank=True)
    date_order = models.CharField(
        _("order of slashed dates"), max_length=3, choices=DateOrder, blank=True
    )

    objects = RollSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source of rolls")
        verbose_name_plural = _("sources of rolls")

    def __str__(self) -> str:
        return self.name


def _storage_name(roll: "RollImport", name: str) -> str:
    return f"rolls/{uuid4().hex}{PurePosixPath(name).suffix.lower()[:5]}"


class RollImportQuerySet(models.QuerySet["RollImport"]):
    def visible_to(self, user: User) -> "RollImportQuerySet":
        """Return the rolls that `user` may see: all, or those of sources of the authority."""
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        if user.has_role(Role.NODAL_OFFICER):
            return self.filter(source__authority__in=_authorities_of(user))
        return self.none()

    def awaiting_approval_by(self, user: User) -> "RollImportQuerySet":
        """Return the checked rolls that `user`, a second person, may approve."""
        return self.visible_to(user).filter(state=RollState.CHECKED).exclude(uploaded_by=user)

    def at_work(self) -> "RollImportQuerySet":
        """Return the rolls that a task is to check or to apply."""
        return self.filter(state__in=AT_WORK).order_by("pk")

    def with_people(self) -> "RollImportQuerySet":
        return self.select_related("source__authority", "uploaded_by", "approved_by")


class RollImport(models.Model):
    """A roll, from the upload by one person to its approval by another."""

    State = RollState

    source = models.ForeignKey(
        RollSource, models.PROTECT, related_name="rolls", verbose_name=_("source")
    )
    file = models.FileField(
        _("file"),
        upload_to=_storage_name,
        max_length=200,
        blank=True,
        help_text=_("Kept until the roll is applied or discarded."),
    )
    file_name = models.CharField(_("name of the file"), max_length=255)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("digest"), max_length=64, db_index=True)
    state = models.CharField(
        _("state"), max_length=10, choices=RollState, default=RollState.UPLOADED, db_index=True
    )
    mapping: Any = models.JSONField(_("columns"), default=dict)
    date_order = models.CharField(
        _("order of slashed dates"), max_length=3, choices=DateOrder, blank=True
    )
    counts: Any = models.JSONField(_("rows by outcome"), default=dict)
    notes: Any = models.JSONField(_("remarks on the file"), default=list)
    problem = models.CharField(_("why it could not be read"), max_length=500, blank=True)
    rows_done = models.PositiveIntegerField(_("rows read"), default=0)
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    leased_until = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    objects = RollImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("roll")
        verbose_name_plural = _("rolls")
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("uploaded_by")),
                name="accounts_rollimport_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["applying", "applied"]) | Q(approved_by__isnull=False),
                name="accounts_rollimport_approved_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(applied_at__isnull=False),
                name="accounts_rollimport_applied_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} – {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:roll", args=[self.pk])

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK


class RollRowQuerySet(models.QuerySet["RollRow"]):
    def of_outcome(self, outcome: str) -> "RollRowQuerySet":
        """Return the rows of one outcome; all of them where `outcome` names none."""
        return self.filter(outcome=outcome) if outcome in RowOutcome.values else self

    def with_names(self) -> "RollRowQuerySet":
        """Take along what the page shows of a row and of the officer it speaks of."""
        return self.select_related(
            "service", "cadre", "rank", "officer__service", "officer__cadre", "officer__rank"
        ).prefetch_related("officer__postings")


class RollRow(models.Model):
    """One row of a roll as it was read: staged facts, and what would come of them.

    Written in bulk from values looked up in the tables they point to, thousands a second; so the
    database is not made to look each of them up again. Blank facts say nothing.
    """

    Outcome = RowOutcome

    roll = models.ForeignKey(
        RollImport,
        models.CASCADE,  # rows are a part of their roll
        related_name="rows",
        db_index=False,  # the constraint below has one
        db_constraint=False,
        verbose_name=_("roll"),
    )
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=RowOutcome)
    problems: Any = models.JSONField(_("what is wrong"), default=list)
    employee_code = models.CharField(_("employee code"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("service"),
    )
    group = models.CharField(_("group"), max_length=1, choices=Officer.Group, blank=True)
    born_on = models.DateField(_("date of birth"), null=True)
    cadre = models.ForeignKey(
        State,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("cadre or State"),
    )
    rank = models.ForeignKey(
        Rank,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("grade"),
    )
    allotment_year = models.PositiveSmallIntegerField(
        _("year of allotment or select list"), null=True
    )
    joined_on = models.DateField(_("date of joining the service"), null=True)
    group_since = models.DateField(_("in the group since"), null=True)
    break_days = models.PositiveSmallIntegerField(_("days of break in service"), null=True)
    designation = models.CharField(_("designation"), max_length=200, blank=True)
    ministry = models.CharField(_("ministry or department"), max_length=200, blank=True)
    official_email = models.CharField(_("official e-mail address"), max_length=254, blank=True)
    officer = models.ForeignKey(
        Officer,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("officer"),
    )

    objects = RollRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a roll")
        verbose_name_plural = _("rows of rolls")
        constraints = [
            models.UniqueConstraint(fields=["roll", "number"], name="accounts_rollrow_once")
        ]

    def __str__(self) -> str:
        return f"{self.roll_id}: {self.number}"


class ProposedChangeQuerySet(models.QuerySet["ProposedChange"]):
    def visible_to(self, user: User) -> "ProposedChangeQuerySet":
        """Return the changes that `user` may see: all, or those of officers of the authority."""
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        if user.has_role(Role.NODAL_OFFICER):
            return self.filter(officer__service__authority__in=_authorities_of(user))
        return self.none()

    def open(self) -> "ProposedChangeQuerySet":
        return self.filter(state=ChangeState.PROPOSED)

    def awaiting_decision_by(self, user: User) -> "ProposedChangeQuerySet":
        """Return the open changes that `user`, a second person, may decide."""
        mine = Q(proposed_by=user) | Q(officer__user=user)
        return self.visible_to(user).open().exclude(mine)

    def with_people(self) -> "ProposedChangeQuerySet":
        return self.select_related(
            "officer__service", "officer__user", "roll__source", "proposed_by", "decided_by"
        )


class ProposedChange(models.Model):
    """That a roll gives other facts of a known officer: nothing changes until it is accepted."""

    State = ChangeState

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="proposed_changes", verbose_name=_("officer")
    )
    roll = models.ForeignKey(
        RollImport, models.PROTECT, related_name="changes", verbose_name=_("roll")
    )
    row_number = models.PositiveIntegerField(_("row"))
    before: Any = models.JSONField(_("on record"))
    after: Any = models.JSONField(_("in the roll"))
    state = models.CharField(
        _("state"), max_length=10, choices=ChangeState, default=ChangeState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    order_reference = models.CharField(_("order"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = ProposedChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed change of a service record")
        verbose_name_plural = _("proposed changes of service records")
        constraints = [
            models.UniqueConstraint(
                fields=["officer"],
                condition=Q(state="proposed"),
                name="accounts_proposedchange_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="accounts_proposedchange_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="accounts_proposedchange_decided_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["state", "proposed_at"], name="accounts_change_waiting")]

    def __str__(self) -> str:
        return str(self.officer)

    def get_absolute_url(self) -> str:
        return reverse("accounts:change", args=[self.pk])
