"""Files of providers: read by a task some thousand rows at a time, with columns named as data."""

import uuid
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.models import Provider
from courses.models.base import DatedModel
from enrollment.states import FileState
from igot.lib.validity import ends_after_start


def _storage_name(instance: models.Model, name: str) -> str:
    return f"provider-files/{uuid.uuid4().hex}.csv"


class ProviderFileQuerySet(models.QuerySet[Any]):
    def to_be_read(self) -> "ProviderFileQuerySet":
        """Return the files that a task is to read, first come first."""
        return self.filter(state=FileState.READING).order_by("pk")


class ProviderFile(models.Model):
    """What every file of a provider has while a task reads it; the columns of its own come beside.

    A subclass has `state`, whose values "reading", "refused" and "stopped" are those of
    `FileState`, and `sha256`, unique among the files that stand (`file_once`).
    """

    NO_FILE_KEPT: ClassVar[tuple[str, ...]] = (FileState.REFUSED, FileState.STOPPED)

    file = models.FileField(
        _("file as sent"),
        upload_to=_storage_name,
        max_length=200,
        blank=True,
        help_text=_("Kept until it is read."),
    )
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    rows_total = models.PositiveIntegerField(_("rows in the file"), default=0)
    rows_done = models.PositiveIntegerField(_("rows read"), default=0)
    problem = models.CharField(_("why it could not be read"), max_length=500, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    stop_asked_at = models.DateTimeField(_("stop asked for at"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_at_work(self) -> bool:
        return getattr(self, "state", "") == FileState.READING

    @property
    def per_cent(self) -> int:
        """Return how much is read, 0 to 100."""
        return min(100, self.rows_done * 100 // self.rows_total) if self.rows_total else 0


def file_once(table: str, *, besides: tuple[str, ...] = ()) -> models.UniqueConstraint:
    """Return the constraint that a file stands once; one that came to nothing may come again."""
    nothing = sorted({*ProviderFile.NO_FILE_KEPT, *besides})
    return models.UniqueConstraint(
        fields=["sha256"], condition=~Q(state__in=nothing), name=f"enrollment_{table}_file_once"
    )


class ColumnMap(DatedModel):
    """How a provider names the columns and writes the cells of one kind of file, from a day on.

    Where no map is in force, the names that the portal knows are looked for.
    """

    class Kind(models.TextChoices):
        COUPONS = "coupons", _("Codes")
        USAGE = "usage", _("Usage of codes")
        RESULTS = "results", _("Results")
        ANSWER = "answer", _("Answer to a list of officers")

    class DateForm(models.TextChoices):
        CIVIL = "civil", _("21.05.2019 or 2019-05-21")
        DAY_FIRST = "dmy", _("21/05/2019: the day first")
        MONTH_FIRST = "mdy", _("05/21/2019: the month first")
        NAMED_MONTH = "named", _("Sep 30, 20: the month by its English name")

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="column_maps", verbose_name=_("provider")
    )
    kind = models.CharField(_("kind of file"), max_length=10, choices=Kind)
    columns: Any = models.JSONField(
        _("columns"),
        default=dict,
        help_text=_("What the portal reads, and the heading of the provider’s column for it."),
    )
    words: Any = models.JSONField(
        _("words"),
        default=dict,
        blank=True,
        help_text=_("For a column, what each of the provider’s words means here."),
    )
    date_form = models.CharField(
        _("how dates are written"), max_length=6, choices=DateForm, default=DateForm.CIVIL
    )
    grades_out_of = models.DecimalField(
        _("grades are out of"), max_digits=6, decimal_places=2, default=100
    )
    # A row in which this column is blank describes the file, such as the row of the whole batch
    # that stands first in the reports of edX; it is passed over.
    passed_over_without = models.CharField(
        _("rows are passed over that lack"), max_length=40, blank=True
    )

    class Meta:
        verbose_name = _("map of columns")
        verbose_name_plural = _("maps of columns")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "kind", "effective_from"],
                name="enrollment_columnmap_once_a_day",
            ),
            ends_after_start("enrollment_columnmap"),
            models.CheckConstraint(
                condition=Q(grades_out_of__gt=0), name="enrollment_columnmap_grades_out_of"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_kind_display()}"

    def clean(self) -> None:
        texts = isinstance(self.columns, dict) and all(
            isinstance(text, str) and text.strip() for text in self.columns.values()
        )
        if not texts:
            raise ValidationError(
                {"columns": gettext("Write the columns as names with headings: {“code”: “Code”}.")}
            )
        words = isinstance(self.words, dict) and all(
            isinstance(meanings, dict) for meanings in self.words.values()
        )
        if not words:
            raise ValidationError(
                {"words": gettext("For each column write what its words mean: {“exam”: {“P”: …}}.")}
            )
