"""The version of the catalogue: a token that the database renews with every change of it."""

from django.db import models


class CatalogueVersionQuerySet(models.QuerySet["CatalogueVersion"]):
    def present(self) -> str:
        """Return the token of the catalogue as it is now; "" for one that is still empty."""
        return self.filter(pk=1).values_list("token", flat=True).first() or ""


class CatalogueVersion(models.Model):
    """One row, written by the triggers of the migration `0002_version` and by nobody else."""

    token = models.CharField(max_length=36)

    objects = CatalogueVersionQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.token
