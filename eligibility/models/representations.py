"""Representations of officers against decisions, with their answers."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, User
from accounts.roles import Role
from eligibility import states
from eligibility.models.decisions import Decision, OverrideProposal
from igot.lib.dates import civil_date, civil_today
from igot.lib.languages import ENGLISH, HINDI


def _storage_name(instance: "Representation", file_name: str) -> str:
    """Return a name that tells nothing and cannot be guessed; every attachment is a PDF."""
    return f"representations/{uuid.uuid4().hex}.pdf"


class RepresentationQuerySet(models.QuerySet["Representation"]):
    def visible_to(self, user: User) -> "RepresentationQuerySet":
        """Return the representations that `user` may see: all at the desk, else own ones."""
        everyone = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR)
        return self if user.has_role(*everyone) or user.is_superuser else self.of(user)

    def of(self, user: User) -> "RepresentationQuerySet":
        return self.filter(officer__user=user)

    def against(self, decision: Decision) -> "RepresentationQuerySet":
        return self.filter(decision=decision).order_by("pk")

    def waiting(self) -> "RepresentationQuerySet":
        """Return those that wait for an answer."""
        return self.filter(state__in=states.WAITING)

    def latest_first(self) -> "RepresentationQuerySet":
        return self.order_by("-pk")

    def with_all(self) -> "RepresentationQuerySet":
        """Add what the page of a case shows."""
        return self.select_related(
            "officer__user",
            "decision__course",
            "decision__run",
            "taken_up_by",
            "answered_by",
            "new_decision",
            "override_proposal",
        )


class Representation(models.Model):
    """That an officer asks the Department to look again at a decision, and what came of it."""

    State = states.RepresentationState
    Outcome = states.RepresentationOutcome

    class Language(models.TextChoices):
        ENGLISH = ENGLISH, _("English")
        HINDI = HINDI, _("Hindi")

    number = models.CharField(_("number"), max_length=40, unique=True)
    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="representations", verbose_name=_("decision")
    )
    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="representations", verbose_name=_("officer")
    )
    text = models.TextField(_("representation"))
    language = models.CharField(_("written in"), max_length=2, choices=Language)
    attachment = models.FileField(
        _("attachment"), upload_to=_storage_name, max_length=200, blank=True
    )
    attachment_name = models.CharField(_("name of the file"), max_length=255, blank=True)
    attachment_sha256 = models.CharField(_("digest"), max_length=64, blank=True)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=states.RepresentationState,
        default=states.RepresentationState.RECEIVED,
    )
    received_at = models.DateTimeField(_("received at"))
    taken_up_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("taken up by")
    )
    taken_up_at = models.DateTimeField(_("taken up at"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=states.RepresentationOutcome, blank=True
    )
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)
    new_decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, related_name="+", verbose_name=_("new decision")
    )
    override_proposal = models.ForeignKey(
        OverrideProposal,
        models.PROTECT,
        null=True,
        related_name="representations",
        verbose_name=_("proposal of an override"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = RepresentationQuerySet.as_manager()

    class Meta:
        verbose_name = _("representation")
        verbose_name_plural = _("representations")
        constraints = [
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(state__in=sorted(states.WAITING)),
                name="eligibility_representation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(text__gt=""), name="eligibility_representation_says_something"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["under_consideration", "answered"])
                | Q(taken_up_by__isnull=False, taken_up_at__isnull=False),
                name="eligibility_representation_taken_up_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="answered",
                    answer__gt="",
                    outcome__gt="",
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                )
                | (
                    ~Q(state="answered")
                    & Q(answer="", outcome="", answered_by__isnull=True, answered_at__isnull=True)
                ),
                name="eligibility_representation_answered_in_full",
            ),
            models.CheckConstraint(
                condition=Q(outcome="decided_anew", new_decision__isnull=False)
                | (~Q(outcome="decided_anew") & Q(new_decision__isnull=True)),
                name="eligibility_representation_anew_has_decision",
            ),
            models.CheckConstraint(
                condition=Q(outcome="override_proposed", override_proposal__isnull=False)
                | (~Q(outcome="override_proposed") & Q(override_proposal__isnull=True)),
                name="eligibility_representation_override_has_proposal",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at__isnull=True)),
                name="eligibility_representation_withdrawn_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "received_at"], name="eligibility_representation_age")
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("eligibility:representation", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        return self.state in states.WAITING

    @property
    def days_waiting(self) -> int | None:
        """How many days it has waited for its answer; None once it no longer does."""
        return (civil_today() - civil_date(self.received_at)).days if self.is_waiting else None
