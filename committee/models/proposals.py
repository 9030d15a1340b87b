"""Proposals of courses, their screening, and the files in which many arrive at once."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Role
from committee.states import PROPOSAL_ENDS, PROPOSAL_SECRET, MeetingState, ProposalState
from courses.models import BilingualModel, Course, Institute, Outcome, Provider, in_language


class Currency(models.TextChoices):
    """The currencies in which a fee may be proposed; another one is refused."""

    USD = "USD", _("US dollars")
    INR = "INR", _("Indian rupees")
    EUR = "EUR", _("Euro")
    GBP = "GBP", _("Pounds sterling")


class ProposalImportQuerySet(models.QuerySet["ProposalImport"]):
    def visible_to(self, user: Any) -> "ProposalImportQuerySet":
        """Return all to secretary and auditor, to others the files that they brought."""
        if user.is_superuser or user.has_role(Role.COMMITTEE_SECRETARY, Role.AUDITOR):
            return self
        return self.filter(uploaded_by=user)

    def latest_first(self) -> "ProposalImportQuerySet":
        return self.select_related("uploaded_by").order_by("-uploaded_at", "-pk")


class ProposalImport(models.Model):
    """A file of proposals: each row has an outcome, and nothing is proposed until it is applied."""

    class State(models.TextChoices):
        STAGED = "staged", pgettext_lazy("import", "Checked, to be applied")
        APPLIED = "applied", pgettext_lazy("import", "Applied")
        DISCARDED = "discarded", pgettext_lazy("import", "Discarded")

    file_name = models.CharField(_("file"), max_length=150)
    sha256 = models.CharField(_("digest"), max_length=64)
    letter_reference = models.CharField(_("letter or note"), max_length=150, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.STAGED)
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    objects = ProposalImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of proposals")
        verbose_name_plural = _("files of proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=~Q(state="discarded"),
                name="committee_proposalimport_once",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("committee:proposal_file", args=[self.pk])


class ProposalSeries(models.Model):
    """The latest number of a year: whoever holds its row numbers proposals alone."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    latest = models.PositiveIntegerField(_("latest number"), default=0)

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("series of proposals")
        verbose_name_plural = _("series of proposals")

    def __str__(self) -> str:
        return f"P/{self.year}/{self.latest:03}"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: Any) -> "ProposalQuerySet":
        """Return all to secretary and auditor, their own to others; a member's meetings too.

        An expert sees the proposals to whose items the expert is invited, once they are called.
        """
        if user.is_superuser or user.has_role(Role.COMMITTEE_SECRETARY, Role.AUDITOR):
            return self
        seen = Q(recorded_by=user)
        if user.has_role(Role.COMMITTEE_MEMBER):
            seen |= Q(items__meeting__attendance__seat__user=user)
        if user.has_role(Role.NODAL_OFFICER):
            called = set(MeetingState.values) - {MeetingState.DRAFT}
            seen |= Q(items__invitations__user=user, items__meeting__state__in=called)
        return self.filter(seen).distinct()

    def in_state(self, state: str) -> "ProposalQuerySet":
        """Narrow down to a state; what is none leaves all."""
        return self.filter(state=state) if state in ProposalState.values else self

    def before_committee(self) -> "ProposalQuerySet":
        """Return those that the committee has, decided or not, until the announcement."""
        return self.filter(state__in=PROPOSAL_SECRET)

    def from_source(self, source: str) -> "ProposalQuerySet":
        return self.filter(source=source) if source in Proposal.Source.values else self

    def search(self, words: str) -> "ProposalQuerySet":
        """Return those that hold each of the first eight words in number, title or names."""
        for word in words.split()[:8]:
            found = Q(number__icontains=word) | Q(title__icontains=word)
            found |= Q(title_hi__icontains=word) | Q(institute_name__icontains=word)
            found |= Q(proposer__icontains=word)
            self = self.filter(found)
        return self

    def standing(self) -> "ProposalQuerySet":
        """Return those that are neither withdrawn nor superseded."""
        return self.exclude(state__in=PROPOSAL_ENDS)

    def with_people(self) -> "ProposalQuerySet":
        return self.select_related(
            "recorded_by", "screened_by", "institute", "provider", "course", "brought_by"
        )

    def drafts_of(self, user: User) -> "ProposalQuerySet":
        """Return the drafts that `user` has yet to submit, returned ones among them."""
        return self.filter(state=ProposalState.DRAFT, recorded_by=user)

    def awaiting_screening(self) -> "ProposalQuerySet":
        return self.filter(state=ProposalState.SUBMITTED)

    def ready_for_agenda(self) -> "ProposalQuerySet":
        return self.filter(state=ProposalState.SCREENED)

    def published_unnoted(self) -> "ProposalQuerySet":
        """Return what was announced and whose course is published, but not yet noted as such."""
        rows = self.filter(state=ProposalState.NOTIFIED, outcome=Outcome.SHORTLISTED)
        return rows.filter(course__in=Course.objects.published()).order_by("pk")

    def latest_first(self) -> "ProposalQuerySet":
        return self.order_by("-received_on", "-pk")


class Proposal(BilingualModel):
    """A course that an institute, a Ministry or the division proposes to the committee."""

    class Source(models.TextChoices):
        INSTITUTE = "institute", _("Institute")
        MINISTRY = "ministry", _("Ministry or Department")
        DIVISION = "division", _("Training Division")

    number = models.CharField(_("number"), max_length=20, unique=True)
    source = models.CharField(_("proposed by"), max_length=10, choices=Source)
    proposer = models.CharField(
        _("name of the proposer"), max_length=150, help_text=_("Institute, Ministry or section.")
    )
    proposer_email = models.EmailField(_("e-mail address of the proposer"), blank=True)
    letter_reference = models.CharField(_("letter or note"), max_length=150, blank=True)
    received_on = models.DateField(_("received on"))
    # What is proposed.
    institute_name = models.CharField(_("institute"), max_length=150)
    institute = models.ForeignKey(
        Institute,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("institute in the catalogue"),
    )
    provider = models.ForeignKey(
        Provider,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("provider"),
    )
    level = models.CharField(_("level"), max_length=12, choices=Course.Level, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Course.Mode, default=Course.Mode.RUN)
    language = models.CharField(_("language"), max_length=60, default="English")
    weeks = models.PositiveSmallIntegerField(_("weeks"), null=True, blank=True)
    least_weekly_hours = models.PositiveSmallIntegerField(
        _("hours a week, at least"), null=True, blank=True
    )
    most_weekly_hours = models.PositiveSmallIntegerField(
        _("hours a week, at most"), null=True, blank=True
    )
    fee = models.DecimalField(_("fee"), max_digits=10, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    certification = models.CharField(
        _("certification offered"), max_length=12, choices=Course.Certification
    )
    objective = models.TextField(_("objective"))
    objective_hi = models.TextField(_("objective in Hindi"), blank=True)
    prerequisites = models.TextField(_("prerequisites"), blank=True)
    outline = models.TextField(
        _("outline"), blank=True, help_text=_("A module a line; its units below, each after “-”.")
    )
    reasons = models.TextField(_("why this course"))
    officers = models.TextField(_("for which officers"))
    rule_set_code = models.CharField(
        _("categories of officers (rule set)"), max_length=20, blank=True
    )
    comparable = models.TextField(_("comparable courses"), blank=True)
    website = models.URLField(_("page of the course"), blank=True)
    # What became of it.
    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("course in the catalogue"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=ProposalState, default=ProposalState.DRAFT
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    screened_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("screened by"),
    )
    screened_at = models.DateTimeField(_("screened at"), null=True, blank=True)
    brought_by = models.ForeignKey(
        ProposalImport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("brought in by the file"),
    )

    objects = ProposalQuerySet.as_manager()

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.CheckConstraint(
                condition=Q(fee__isnull=True) | Q(fee__gte=0),
                name="committee_proposal_fee_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(fee__isnull=True, currency="")
                | Q(fee__isnull=False, currency__in=Currency.values),
                name="committee_proposal_known_currency",
            ),
            models.CheckConstraint(
                condition=Q(least_weekly_hours__isnull=True)
                | Q(most_weekly_hours__isnull=True)
                | Q(most_weekly_hours__gte=models.F("least_weekly_hours")),
                name="committee_proposal_weekly_hours_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_catalogue") | Q(course__isnull=False, outcome="shortlisted"),
                name="committee_proposal_in_catalogue_with_course",
            ),
        ]
        indexes = [models.Index(fields=["state", "received_on"], name="committee_proposal_queue")]

    def __str__(self) -> str:
        return f"{self.number} {in_language(self.title, self.title_hi)}"

    def get_absolute_url(self) -> str:
        return reverse("committee:proposal", args=[self.pk])

    @property
    def title_in_language(self) -> str:
        return in_language(self.title, self.title_hi)

    @property
    def objective_in_language(self) -> str:
        return in_language(self.objective, self.objective_hi)


class ProposalImportRowQuerySet(models.QuerySet["ProposalImportRow"]):
    def of_outcome(self, outcome: str) -> "ProposalImportRowQuerySet":
        """Narrow down to an outcome; what is none leaves all."""
        known = ProposalImportRow.Outcome.values
        return self.filter(outcome=outcome) if outcome in known else self

    def accepted(self) -> "ProposalImportRowQuerySet":
        return self.filter(outcome=ProposalImportRow.Outcome.ACCEPTED).order_by("line")


class ProposalImportRow(models.Model):
    """A row of such a file, as read, with what came of it."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("row", "Accepted")
        SAME = "same", pgettext_lazy("row", "Proposed already")
        WRONG = "wrong", pgettext_lazy("row", "To be corrected")

    brought_by = models.ForeignKey(
        ProposalImport, models.PROTECT, related_name="rows", verbose_name=_("file of proposals")
    )
    line = models.PositiveIntegerField(_("line"))
    cells: Any = models.JSONField(_("cells"), default=dict)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    message = models.TextField(_("what is to be said of it"), blank=True)
    proposal = models.ForeignKey(
        Proposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposal"),
    )

    objects = ProposalImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a file of proposals")
        verbose_name_plural = _("rows of files of proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["brought_by", "line"], name="committee_proposalimportrow_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.brought_by_id}: {self.line}"

    @property
    def tone(self) -> str:
        """The tone in which the outcome is shown."""
        tones = {"accepted": "success", "same": "info", "wrong": "error"}
        return tones.get(self.outcome, "neutral")
