"""How long a registration waits for its officer or an authority: dated rows, no constants."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import DatedModel
from enrollment.models.registrations import Enrollment
from enrollment.states import EnrollmentState
from igot.lib.append_only import AppendOnlyModel, AppendOnlyQuerySet
from igot.lib.dates import dmy
from igot.lib.validity import ends_after_start

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _days(name: "StrOrPromise", default: int) -> models.PositiveSmallIntegerField:
    """Return a column of whole days, at least one."""
    return models.PositiveSmallIntegerField(
        name, default=default, validators=[MinValueValidator(1)]
    )


class RegistrationPolicy(DatedModel):
    """After how many days somebody is reminded, and a registration nobody goes on with lapses."""

    draft_reminder_days = _days(
        _("days before the window closes on which the owner of a draft is reminded"), 3
    )
    returned_first_days = _days(_("days until the first reminder to correct what came back"), 7)
    returned_second_days = _days(_("days until the second reminder to correct what came back"), 14)
    returned_lapse_days = _days(_("days until what came back lapses"), 21)
    authority_first_days = _days(_("days until the first reminder of an approval"), 7)
    authority_second_days = _days(_("days until the second reminder of an approval"), 14)
    authority_escalation_days = _days(
        _("days until an approval still asked for is seen to by the Training Division"), 21
    )
    authority_lapse_days = _days(_("days until a registration never approved lapses"), 30)
    begun_lapse_days = _days(
        _("days after the commencement on which whatever still waits for others lapses"), 7
    )
    city_choice_days = _days(
        _("days before the end of a run until which examination cities may be chosen"), 21
    )
    is_verified = models.BooleanField(_("verified"), default=False)

    class Meta:
        verbose_name = _("policy of registration")
        verbose_name_plural = _("policies of registration")
        constraints = [
            models.UniqueConstraint(
                fields=["effective_from"], name="enrollment_registrationpolicy_once_a_day"
            ),
            ends_after_start("enrollment_registrationpolicy"),
            models.CheckConstraint(
                condition=Q(
                    returned_first_days__gte=1,
                    returned_second_days__gt=F("returned_first_days"),
                    returned_lapse_days__gt=F("returned_second_days"),
                )
                & Q(
                    authority_first_days__gte=1,
                    authority_second_days__gt=F("authority_first_days"),
                    authority_lapse_days__gt=F("authority_second_days"),
                ),
                name="enrollment_registrationpolicy_reminders_before_lapse",
            ),
            models.CheckConstraint(
                condition=Q(
                    authority_escalation_days__gt=F("authority_second_days"),
                    authority_escalation_days__lte=F("authority_lapse_days"),
                ),
                name="enrollment_registrationpolicy_escalation_between",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.circular_reference} ({dmy(self.effective_from)})"

    @classmethod
    def on(cls, day: date) -> "RegistrationPolicy | None":
        """Return the policy in force on `day`, None where there is none."""
        found: RegistrationPolicy | None = cls.objects.in_force(day).first()
        return found


class RegistrationReminder(AppendOnlyModel):
    """That the officer was reminded of a registration that waits: in which state, how often."""

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="reminders", verbose_name=_("registration")
    )
    state = models.CharField(_("state"), max_length=20, choices=EnrollmentState)
    since = models.DateTimeField(_("in this state since"))
    number = models.PositiveSmallIntegerField(_("number"))
    policy = models.ForeignKey(
        RegistrationPolicy, models.PROTECT, related_name="+", verbose_name=_("policy")
    )
    at = models.DateTimeField(_("at"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder of a registration")
        verbose_name_plural = _("reminders of registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "since", "number"],
                name="enrollment_registrationreminder_once",
            ),
            models.CheckConstraint(
                condition=Q(number__in=[1, 2]), name="enrollment_registrationreminder_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.number}"
