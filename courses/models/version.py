"""The version of the catalogue: a token that the database renews with every change of it."""

from django.db import models

from igot.lib.prepared import prepared


class CatalogueVersionQuerySet(models.QuerySet["CatalogueVersion"]):
    def present(self) -> str:
        """Return the token of the catalogue as it is now; "" for one that is still empty."""
        rows = prepared("courses.version", lambda: self.filter(pk=1).values_list("token")[:1], {})
        return next((str(token) for (token,) in rows), "")


class CatalogueVersion(models.Model):
    """One row, written by the triggers of the migration `0002_version` and by nobody else."""

    token = models.CharField(max_length=36)

    objects = CatalogueVersionQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.token
