"""The committee, as an order constitutes it, and its members' terms."""

from datetime import date
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Role
from courses.models import BilingualModel, in_language
from igot.lib.validity import ends_after_start, holding

DESK = (Role.COMMITTEE_SECRETARY, Role.AUDITOR)


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def in_force(self, day: date) -> "CommitteeQuerySet":
        return self.filter(holding(day)).order_by("-effective_from", "-pk")

    def visible_to(self, user: Any) -> "CommitteeQuerySet":
        """Return all to its secretary and the auditor, to members those in which they sit."""
        if user.is_superuser or user.has_role(*DESK):
            return self
        return self.filter(pk__in=Seat.objects.filter(user=user).values("committee"))


class Committee(BilingualModel):
    """A committee constituted by an order: its quorum and casting vote are the order's."""

    order_number = models.CharField(_("number of the order"), max_length=120)
    ordered_on = models.DateField(_("date of the order"))
    order_pdf = models.FileField(
        _("order"), upload_to="committee/orders/%Y/", max_length=200, blank=True
    )
    order_sha256 = models.CharField(_("digest of the order"), max_length=64, blank=True)
    quorum = models.PositiveSmallIntegerField(
        _("quorum"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("Members present, voting and not recused, the chair among them."),
    )
    chair_needed = models.BooleanField(_("no quorum without the chair"), default=True)
    has_casting_vote = models.BooleanField(_("the chair has a casting vote"), default=True)
    effective_from = models.DateField(_("from"))
    effective_to = models.DateField(_("until"), null=True, blank=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        constraints = [
            ends_after_start("committee_committee"),
            models.CheckConstraint(condition=Q(quorum__gte=1), name="committee_committee_quorum"),
        ]


class SeatQuerySet(models.QuerySet["Seat"]):
    def held_on(self, day: date) -> "SeatQuerySet":
        return self.filter(holding(day))

    def of(self, committee: Committee) -> "SeatQuerySet":
        return self.filter(committee=committee)

    def in_order(self) -> "SeatQuerySet":
        """Return the chair first, then members as their kinds are listed, each by name."""
        ranks = {kind: str(rank) for rank, kind in enumerate(Seat.Kind.values)}
        places = [models.When(kind=kind, then=models.Value(rank)) for kind, rank in ranks.items()]
        return self.select_related("user").order_by(models.Case(*places), "pk")


class Seat(models.Model):
    """The term of one member: who sits as what, from when to when, with or without a vote."""

    class Kind(models.TextChoices):
        CHAIR = "chair", _("Chair")
        JOINT_SECRETARY = "joint_secretary", _("Joint Secretary")
        STAKEHOLDER = "stakeholder", _("Joint Secretary of a stakeholder Ministry")

    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="seats", verbose_name=_("committee")
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="seats", verbose_name=_("member"))
    kind = models.CharField(_("sits as"), max_length=16, choices=Kind)
    designation = models.CharField(_("designation"), max_length=150)
    designation_hi = models.CharField(_("designation in Hindi"), max_length=150, blank=True)
    ministry = models.CharField(_("Ministry or Department"), max_length=150, blank=True)
    is_voting = models.BooleanField(pgettext_lazy("member", "has a vote"), default=True)
    effective_from = models.DateField(_("from"))
    effective_to = models.DateField(_("until"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("committee", "member")
        verbose_name_plural = pgettext_lazy("committee", "members")
        constraints = [
            ends_after_start("committee_seat"),
            models.CheckConstraint(
                condition=~Q(kind="chair") | Q(is_voting=True), name="committee_seat_chair_votes"
            ),
        ]  # with triggers: one chair at a time, no member twice (migration 0002)

    def __str__(self) -> str:
        return f"{self.user}, {self.designation}"

    @property
    def designation_in_language(self) -> str:
        return in_language(self.designation, self.designation_hi)

    @property
    def is_chair(self) -> bool:
        return self.kind == self.Kind.CHAIR
