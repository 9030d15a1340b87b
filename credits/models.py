"""The ledger of credit points: lines are added, never changed; statements; dated thresholds."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum, Window
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, User
from accounts.roles import Role
from igot.lib.append_only import AppendOnlyModel, AppendOnlyQuerySet
from igot.lib.dates import IST, civil_date
from igot.lib.validity import ends_after_start, holding


def end_of(day: date) -> datetime:
    """Return the instant at which `day` is over in India."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=IST)


class CreditEntryQuerySet(AppendOnlyQuerySet):
    def visible_to(self, user: User) -> "CreditEntryQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.filter(officer__user=user)

    def of(self, officer: Officer) -> "CreditEntryQuerySet":
        return self.filter(officer=officer)

    def balance(self) -> int:
        return self.aggregate(points=Sum("points"))["points"] or 0

    def up_to(self, day: date) -> "CreditEntryQuerySet":
        """Return the lines posted until the end of `day` in India."""
        return self.filter(posted_at__lt=end_of(day))

    def with_balance(self) -> "CreditEntryQuerySet":
        """Add to each line the balance of its officer after it, and put the latest first."""
        after = Window(Sum("points"), partition_by=F("officer"), order_by=F("pk").asc())
        return self.annotate(balance_after=after).order_by("-pk")


class CreditEntry(AppendOnlyModel):
    """A line of the ledger: so many points for one cause, exactly once."""

    class Kind(models.TextChoices):
        AWARD = "award", _("Award")
        REVERSAL = "reversal", _("Reversal")
        CONSUMPTION = "consumption", _("Used")
        OPENING = "opening", _("Opening balance")

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="credit_entries", verbose_name=_("officer")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    points = models.IntegerField(_("points"))
    key = models.CharField(_("cause"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=250)
    description_hi = models.CharField(_("description in Hindi"), max_length=250, blank=True)
    authority = models.CharField(_("circular or order"), max_length=150, blank=True)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    posted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("posted by")
    )
    posted_at = models.DateTimeField(_("posted at"))
    digest = models.CharField(_("digest"), max_length=64, editable=False)

    objects = CreditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the credit ledger")
        verbose_name_plural = _("lines of the credit ledger")
        constraints = [
            models.CheckConstraint(condition=~Q(points=0), name="credits_creditentry_not_zero"),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="credits_creditentry_reversal_names_its_entry",
            ),
            models.CheckConstraint(
                condition=~Q(kind="award") | Q(points__gt=0),
                name="credits_creditentry_award_is_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["officer"], include=["points"], name="credits_entry_balance")
        ]

    def __str__(self) -> str:
        return f"{self.points:+d} {self.description}"

    @property
    def description_in_language(self) -> str:
        hindi = get_language() == "hi" and self.description_hi
        return self.description_hi if hindi else self.description


class CreditStatementQuerySet(AppendOnlyQuerySet):
    def visible_to(self, user: User) -> "CreditStatementQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.of(user)

    def of(self, user: User) -> "CreditStatementQuerySet":
        """Return the statements of `user` alone, whatever else they may see."""
        return self.filter(officer__user=user)

    def without_paper(self) -> "CreditStatementQuerySet":
        """Return those whose document is still to be rendered, first drawn first."""
        return self.filter(paper__isnull=True).order_by("pk")

    def overtaken(self) -> "CreditStatementQuerySet":
        """Return those with a line that was reversed after they were drawn."""
        reversals = CreditEntry.objects.filter(
            officer=OuterRef("officer"),
            kind=CreditEntry.Kind.REVERSAL,
            pk__gt=OuterRef("latest_entry"),
            reverses__lte=OuterRef("latest_entry"),
            reverses__posted_at__lt=OuterRef("ends_at"),
        )
        return self.filter(Exists(reversals))


class CreditStatement(AppendOnlyModel):
    """What an officer's ledger said at the end of a day, drawn on request and frozen."""

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="credit_statements", verbose_name=_("officer")
    )
    as_of = models.DateField(_("as of"))
    ends_at = models.DateTimeField(_("end of that day"))  # lines posted before it count
    drawn_at = models.DateTimeField(_("drawn at"))
    # The last line of the ledger when it was drawn: what comes after is news to the statement.
    latest_entry = models.ForeignKey(
        CreditEntry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("latest line"),
    )
    balance = models.IntegerField(_("balance"))
    # As printed: who it was drawn for, and each line, oldest first (`facts.lines_of`).
    holder: Any = models.JSONField(_("drawn for"))
    lines: Any = models.JSONField(_("lines"))

    objects = CreditStatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement of credit points")
        verbose_name_plural = _("statements of credit points")
        constraints = [
            models.CheckConstraint(
                condition=Q(balance__gte=0), name="credits_creditstatement_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number printed on the statement; the rows are never changed, so it is reckoned."""
        return f"IGOT/S/{civil_date(self.drawn_at).year}/{self.pk:06d}"

    def says_as_much_as(self, other: "CreditStatement") -> bool:
        """Tell whether a statement of the same day and ledger says the same to the same person."""
        return (self.latest_entry_id, self.holder, self.lines) == (
            other.latest_entry_id,
            other.holder,
            other.lines,
        )

    def latest_reversal(self) -> CreditEntry | None:
        """Return the latest reversal, after it was drawn, of a line that it shows."""
        entries = CreditEntry.objects.of(self.officer).filter(
            kind=CreditEntry.Kind.REVERSAL,
            pk__gt=self.latest_entry_id or 0,
            reverses__lte=self.latest_entry_id or 0,
            reverses__posted_at__lt=self.ends_at,
        )
        return entries.order_by("pk").last()


class CreditThreshold(models.Model):
    """From what balance an officer may be listed for a kind of programme, as dated policy."""

    class Kind(models.TextChoices):
        DOMESTIC = "domestic", _("Domestic programmes")
        FOREIGN = "foreign", _("Foreign programmes")

    kind = models.CharField(_("kind of programme"), max_length=10, choices=Kind)
    points = models.PositiveIntegerField(_("points"))
    effective_from = models.DateField(_("from"))
    effective_to = models.DateField(_("until"), null=True, blank=True)
    circular_reference = models.CharField(_("circular"), max_length=200)
    is_illustrative = models.BooleanField(
        _("illustrative"), default=True, help_text=_("Not yet notified by a circular.")
    )

    class Meta:
        verbose_name = _("threshold of credit points")
        verbose_name_plural = _("thresholds of credit points")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "effective_from"], name="credits_creditthreshold_once_a_day"
            ),
            ends_after_start("credits_creditthreshold"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.points}"

    @classmethod
    def in_force(cls, on: date) -> "models.QuerySet[CreditThreshold]":
        """Return the thresholds in force on `on`, both days inclusive."""
        return cls.objects.filter(holding(on)).order_by("points")
