"""What each member did on each item (interest, score sheet, vote), and what was resolved."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Role
from committee import rules
from committee.models.committees import DESK, Seat
from committee.models.meetings import AgendaItem, Attendance
from committee.models.proposals import Currency, Outcome
from courses.models import CommitteeDecision, Course, in_language
from igot.lib.validity import ends_after_start


class Interest(models.TextChoices):
    """What a member may have to do with an item; whoever declares anything is recused."""

    NONE = "none", _("None")
    EMPLOYMENT = "employment", _("Employment at the institute, present or within two years")
    TEACHING = "teaching", _("Teaching or having designed the course")
    FINANCIAL = "financial", _("Financial interest")
    FAMILY = "family", _("A member of the family")
    PROPOSER = "proposer", _("Proposed the course")
    OTHER = "other", _("Another interest")


class Vote(models.TextChoices):
    FOR = "for", pgettext_lazy("vote", "For")
    AGAINST = "against", pgettext_lazy("vote", "Against")
    ABSTAIN = "abstain", pgettext_lazy("vote", "Abstain")


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def visible_to(self, user: Any) -> "ParticipationQuerySet":
        """Return all to the secretary and the auditor, their own to members."""
        if user.is_superuser or user.has_role(*DESK):
            return self
        return self.filter(seat__user=user)

    def with_member(self) -> "ParticipationQuerySet":
        return self.select_related("seat__user")

    def with_item(self) -> "ParticipationQuerySet":
        return self.select_related("item__proposal", "item__meeting__committee")

    def with_recusals(self, user: Any) -> "ParticipationQuerySet":
        """Add whether `user` is recused from the item, and so sees no votes on it."""
        own = Participation.objects.filter(
            item=models.OuterRef("item"), seat__user=user.pk, is_recused=True
        )
        return self.annotate(reader_is_recused=models.Exists(own))

    def chair_first(self) -> "ParticipationQuerySet":
        return self.order_by("-is_chair", "seat")


class Participation(models.Model):
    """One member on one item: a row for every member once the item is on a called agenda.

    The database keeps it honest (migration 0002): a vote or a sheet only while the item is open,
    a casting vote only while it is closed and undecided, each once, none of it ever changed.
    """

    item = models.ForeignKey(
        AgendaItem, models.PROTECT, related_name="participations", verbose_name=_("item")
    )
    seat = models.ForeignKey(
        Seat, models.PROTECT, related_name="participations", verbose_name=_("member")
    )
    is_chair = models.BooleanField(_("chair"), default=False)
    is_voting = models.BooleanField(pgettext_lazy("member", "has a vote"), default=True)
    presence = models.CharField(
        _("attends"), max_length=12, choices=Attendance.Mode, default=Attendance.Mode.ABSENT
    )
    interest = models.CharField(_("interest declared"), max_length=12, choices=Interest, blank=True)
    interest_note = models.CharField(_("what the interest is"), max_length=300, blank=True)
    is_recused = models.BooleanField(_("recused"), default=False)
    declared_at = models.DateTimeField(_("declared at"), null=True, blank=True)
    score = models.DecimalField(
        _("score out of 100"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    score_remark = models.TextField(_("remark on the sheet"), blank=True)
    scored_at = models.DateTimeField(_("sheet handed in at"), null=True, blank=True)
    vote = models.CharField(_("vote"), max_length=8, choices=Vote, blank=True)
    voted_at = models.DateTimeField(_("voted at"), null=True, blank=True)
    casting_vote = models.CharField(_("casting vote"), max_length=8, choices=Vote, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(fields=["item", "seat"], name="committee_participation_once"),
            models.CheckConstraint(
                condition=Q(interest__in=["", "none"]) | Q(is_recused=True),
                name="committee_participation_interest_recuses",
            ),
            models.CheckConstraint(
                condition=Q(is_recused=False) | Q(vote="", casting_vote="", scored_at__isnull=True),
                name="committee_participation_recused_no_vote",
            ),
            models.CheckConstraint(
                condition=Q(is_voting=True) | Q(vote="", casting_vote="", scored_at__isnull=True),
                name="committee_participation_nonvoting_no_vote",
            ),
            models.CheckConstraint(
                condition=Q(vote="")
                | Q(interest="none", voted_at__isnull=False) & ~Q(presence="absent"),
                name="committee_participation_vote_of_the_present",
            ),
            models.CheckConstraint(
                condition=Q(casting_vote="")
                | Q(is_chair=True, casting_vote__in=["for", "against"]),
                name="committee_participation_casting_by_chair",
            ),
            models.CheckConstraint(
                condition=Q(scored_at__isnull=True, score__isnull=True)
                | Q(scored_at__isnull=False, score__gte=0, score__lte=100),
                name="committee_participation_sheet_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.seat}"

    @property
    def counted(self) -> rules.Participant:
        """This member as the rules count quorum and votes."""
        return rules.Participant(
            is_chair=self.is_chair,
            is_voting=self.is_voting,
            is_present=self.presence != Attendance.Mode.ABSENT,
            is_recused=self.is_recused,
            vote=self.vote,  # type: ignore[arg-type]  # the choices are the rule's
        )


class ResolutionQuerySet(models.QuerySet["Resolution"]):
    def visible_to(self, user: Any) -> "ResolutionQuerySet":
        """Return what was announced, and everything to the secretary and the auditor."""
        if user.is_superuser or user.has_role(Role.COMMITTEE_SECRETARY, Role.AUDITOR):
            return self
        return self.announced()

    def announced(self) -> "ResolutionQuerySet":
        return self.filter(announced_at__isnull=False)

    def waiting(self, day: date) -> "ResolutionQuerySet":
        """Return what was announced and comes into force by `day`, but is not yet adopted."""
        rows = self.announced().filter(outcome=Outcome.SHORTLISTED, decision__isnull=True)
        return rows.filter(valid_from__lte=day).order_by("pk")

    def with_meeting(self) -> "ResolutionQuerySet":
        return self.select_related(
            "item__meeting__committee", "item__meeting__rubric", "item__proposal"
        )


class Resolution(models.Model):
    """What the committee resolved on an item, with the count of votes: decided now, told later."""

    item = models.OneToOneField(
        AgendaItem, models.PROTECT, related_name="resolution", verbose_name=_("item")
    )
    number = models.CharField(_("resolution"), max_length=60, unique=True)
    decided_on = models.DateField(_("decided on"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reasons = models.TextField(_("reasons"))
    reasons_hi = models.TextField(_("reasons in Hindi"), blank=True)
    # On what terms, where the course is shortlisted.
    rule_set_code = models.CharField(
        _("categories of officers (rule set)"), max_length=20, blank=True
    )
    audience = models.TextField(_("who may join, in plain words"), blank=True)
    audience_hi = models.TextField(_("who may join, in Hindi"), blank=True)
    certification = models.CharField(
        _("certification"), max_length=12, choices=Course.Certification, blank=True
    )
    fee_ceiling = models.DecimalField(
        _("fee ceiling"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    credit_points = models.PositiveSmallIntegerField(_("credit points"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    # How it came about, frozen as counted.
    quorum_needed = models.PositiveSmallIntegerField(_("quorum"))
    quorum_counted = models.PositiveSmallIntegerField(_("members who counted"))
    chair_needed = models.BooleanField(_("no quorum without the chair"))
    chair_counted = models.BooleanField(_("the chair counted"))
    votes_for = models.PositiveSmallIntegerField(_("votes for"))
    votes_against = models.PositiveSmallIntegerField(_("votes against"))
    votes_abstained = models.PositiveSmallIntegerField(_("abstentions"))
    casting_vote = models.CharField(_("casting vote"), max_length=8, choices=Vote, blank=True)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    # What followed.
    announced_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("announced by"),
    )
    announced_at = models.DateTimeField(_("announced at"), null=True, blank=True)
    decision = models.OneToOneField(
        CommitteeDecision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="resolution",
        verbose_name=_("decision in the catalogue"),
    )

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("resolution")
        verbose_name_plural = _("resolutions")
        constraints = [
            models.CheckConstraint(
                condition=Q(quorum_counted__gte=F("quorum_needed"))
                & (Q(chair_needed=False) | Q(chair_counted=True)),
                name="committee_resolution_with_quorum",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="shortlisted")
                | Q(votes_for__gt=F("votes_against"))
                | Q(votes_for=F("votes_against"), casting_vote="for"),
                name="committee_resolution_carried",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="shortlisted")
                | (Q(valid_from__isnull=False) & ~Q(rule_set_code="") & ~Q(certification="")),
                name="committee_resolution_shortlisted_on_terms",
            ),
            ends_after_start("committee_resolution", first="valid_from", until="valid_to"),
            models.CheckConstraint(
                condition=Q(fee_ceiling__isnull=True, currency="")
                | Q(fee_ceiling__gte=0, currency__in=["USD", "INR"]),
                name="committee_resolution_known_currency",
            ),
            models.CheckConstraint(
                condition=Q(reasons__gt=""), name="committee_resolution_with_reasons"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reasons_in_language(self) -> str:
        return in_language(self.reasons, self.reasons_hi)

    @property
    def audience_in_language(self) -> str:
        return in_language(self.audience, self.audience_hi)
