"""Office files by their numbers, and standing lists of addressees."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from circulars.rules import file_key


class OfficeFileQuerySet(models.QuerySet["OfficeFile"]):
    def numbered_like(self, number: str) -> "OfficeFileQuerySet":
        """Find the file of `number`, in whatever spelling it is written."""
        return self.filter(parts__key=file_key(number))


class OfficeFile(models.Model):
    """An office file by its number, kept as written, with the parts that could be read from it."""

    number = models.CharField(_("file number"), max_length=80, unique=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    parts: Any = models.JSONField(_("parts of the number"), default=dict, blank=True)

    objects = OfficeFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("office file")
        verbose_name_plural = _("office files")

    def __str__(self) -> str:
        return self.number


class AddressList(models.Model):
    """A standing list of addressees, such as all cadre controlling authorities."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=250)
    name_hi = models.CharField(_("name in Hindi"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("address list")
        verbose_name_plural = _("address lists")

    def __str__(self) -> str:
        return self.name


class AddressListEntry(models.Model):
    """One addressee of a standing list."""

    address_list = models.ForeignKey(
        AddressList,
        models.CASCADE,  # an entry is a part of its list
        related_name="entries",
        verbose_name=_("address list"),
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=250)
    name_hi = models.CharField(_("name in Hindi"), max_length=250, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)

    class Meta:
        verbose_name = _("entry of an address list")
        verbose_name_plural = _("entries of address lists")
        constraints = [
            models.UniqueConstraint(
                fields=["address_list", "position"], name="circulars_addresslistentry_position"
            )
        ]

    def __str__(self) -> str:
        return self.name
