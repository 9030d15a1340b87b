"""Minutes of a meeting, frozen when the chair confirms them, and what is put right afterwards."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from circulars.models import IssuedDocument
from committee.models.committees import Seat
from committee.models.meetings import Attendance, Meeting
from committee.states import MinutesState
from igot.lib.dates import civil_today


class MinutesQuerySet(models.QuerySet["Minutes"]):
    def visible_to(self, user: Any) -> "MinutesQuerySet":
        """Return all to the secretary and the auditor, to members those of their meetings.

        Members read them once confirmed, a chair from the day they are submitted; experts never:
        minutes tell of all items (docs/decisions/0135).
        """
        if user.is_superuser or user.has_role(Role.COMMITTEE_SECRETARY, Role.AUDITOR):
            return self
        if not user.has_role(Role.COMMITTEE_MEMBER):
            return self.none()
        own = Q(meeting__in=Meeting.objects.visible_to(user), state=MinutesState.CONFIRMED)
        chairs = Seat.objects.filter(kind=Seat.Kind.CHAIR, user=user).values("committee")
        presided = Q(meeting__committee__in=chairs) & ~Q(state=MinutesState.DRAFT)
        return self.filter(own | presided)

    def awaiting_chair(self, user: Any) -> "MinutesQuerySet":
        """Return what waits for `user` to confirm, as the chair who presided or is in office."""
        presided = Attendance.objects.filter(
            meeting=OuterRef("meeting"), seat__kind=Seat.Kind.CHAIR
        ).exclude(mode=Attendance.Mode.ABSENT)
        in_office = Seat.objects.held_on(civil_today()).filter(kind=Seat.Kind.CHAIR, user=user)
        stands_in = ~Exists(presided) & Q(meeting__committee__in=in_office.values("committee"))
        own = Exists(presided.filter(seat__user=user))
        return self.filter(own | stands_in, state=MinutesState.SUBMITTED)

    def with_meeting(self) -> "MinutesQuerySet":
        return self.select_related("meeting__committee", "confirmed_by", "drafted_by", "document")

    def unrendered(self) -> "MinutesQuerySet":
        return self.filter(state=MinutesState.CONFIRMED, document__isnull=True)


class Minutes(models.Model):
    """The minutes: made from the rows, edited as text, confirmed by the chair, then frozen."""

    meeting = models.OneToOneField(
        Meeting, models.PROTECT, related_name="minutes", verbose_name=_("meeting")
    )
    text = models.TextField(_("text"))
    text_hi = models.TextField(_("text in Hindi"), blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=MinutesState, default=MinutesState.DRAFT
    )
    version = models.PositiveIntegerField(_("version of the text"), default=1)
    drafted_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    confirmed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    sha256 = models.CharField(_("digest of the text"), max_length=64, blank=True)
    document = models.OneToOneField(
        IssuedDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("document"),
    )

    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, sha256__gt=""),
                name="committee_minutes_confirmed_with_digest",
            )
        ]  # with triggers: text, digest and confirmation stay as confirmed (migration 0002)

    def __str__(self) -> str:
        return str(self.meeting)


class CorrigendumQuerySet(models.QuerySet["Corrigendum"]):
    def visible_to(self, user: Any) -> "CorrigendumQuerySet":
        """Return those of the minutes that `user` may see; to members the confirmed ones."""
        rows = self.filter(minutes__in=Minutes.objects.visible_to(user))
        if user.is_superuser or user.has_role(Role.COMMITTEE_SECRETARY, Role.AUDITOR):
            return rows
        chairs = Seat.objects.filter(kind=Seat.Kind.CHAIR, user=user).values("committee")
        return rows.filter(
            Q(confirmed_at__isnull=False) | Q(minutes__meeting__committee__in=chairs)
        )

    def with_meeting(self) -> "CorrigendumQuerySet":
        return self.select_related(
            "minutes__meeting__committee", "confirmed_by", "drafted_by", "document"
        )

    def confirmed(self) -> "CorrigendumQuerySet":
        return self.filter(confirmed_at__isnull=False).order_by("number")

    def unrendered(self) -> "CorrigendumQuerySet":
        return self.filter(confirmed_at__isnull=False, document__isnull=True)


class Corrigendum(models.Model):
    """A correction of confirmed minutes: its own text, its own confirmation, its own digest."""

    minutes = models.ForeignKey(
        Minutes, models.PROTECT, related_name="corrigenda", verbose_name=_("minutes")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"), help_text=_("What is to be read in place of what."))
    text_hi = models.TextField(_("text in Hindi"), blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    drafted_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    confirmed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    sha256 = models.CharField(_("digest of the text"), max_length=64, blank=True)
    document = models.OneToOneField(
        IssuedDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("document"),
    )

    objects = CorrigendumQuerySet.as_manager()

    class Meta:
        verbose_name = _("corrigendum")
        verbose_name_plural = _("corrigenda")
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "number"], name="committee_corrigendum_number"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, sha256__gt=""),
                name="committee_corrigendum_confirmed_with_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes}/{self.number}"
