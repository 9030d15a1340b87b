"""The mails by which an issued circular goes to its addressees."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from circulars.models.circulars import Circular


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, *, most_attempts: int) -> "DeliveryQuerySet":
        """Return mails that nobody has sent and nobody is sending."""
        return self.filter(sent_at=None, leased_until=None, attempts__lt=most_attempts)

    def cut_off(self, *, at: datetime) -> "DeliveryQuerySet":
        """Return mails that were taken in hand, and of which nothing was heard since."""
        return self.filter(sent_at=None, leased_until__lt=at)


class Delivery(models.Model):
    """The mail of one circular to one address: made once, so that a retry never sends twice.

    Leased and not sent means that a worker was cut off in the middle: whether the mail went out is
    not known, so it is not tried again by itself.
    """

    circular = models.ForeignKey(
        Circular, models.PROTECT, related_name="deliveries", verbose_name=_("circular")
    )
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("addressee"), max_length=250)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["circular", "email"], name="circulars_delivery_once")
        ]

    def __str__(self) -> str:
        return self.email
