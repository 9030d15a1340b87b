"""Dated rows on the desk: no day is covered twice, said at the row before the database says it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.desk import DeskForm
from igot.lib.dates import dmy

DATED = ("effective_from", "effective_to", "circular_reference")
FIRST, UNTIL = "effective_from", "effective_to"


def covers(row: Any) -> str:
    """Say which days a row covers."""
    if row.effective_to:
        return _("from %(first)s to %(until)s") % {
            "first": dmy(row.effective_from),
            "until": dmy(row.effective_to),
        }
    return _("from %(first)s, without a last day") % {"first": dmy(row.effective_from)}


def overlap(row: Any, others: Iterable[Any]) -> str:
    """Return a sentence that names the row of `others` which covers a day of `row`, or ""."""
    for other in others:
        first = max(row.effective_from, other.effective_from)
        if first <= min(row.effective_to or date.max, other.effective_to or date.max):
            return _(
                "“%(other)s” covers these days: it is in force %(days)s. End it the day before "
                "this one begins."
            ) % {"other": other, "days": covers(other)}
    return ""


class DatedRowForm(DeskForm):
    """One dated row: it does not end before it begins."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, until = data.get(FIRST), data.get(UNTIL)
        if first and until and until < first:
            self.add_error(UNTIL, _("The last day lies before the first."))
        return data


class DatedForm(DatedRowForm):
    """The same with the others of its course or programme in mind."""

    owner_names: tuple[str, ...] = ("course", "programme")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        owner = next(
            (name for name in self.owner_names if hasattr(self.instance, f"{name}_id")), ""
        )
        key = data.get(owner) or (self.instance.pk and getattr(self.instance, owner))
        if key and data.get(FIRST) and not self.errors:
            row = self._meta.model(**{FIRST: data[FIRST], UNTIL: data.get(UNTIL)})
            others = self._meta.model.objects.filter(**{owner: key}).exclude(pk=self.instance.pk)
            if sentence := overlap(row, others.order_by(FIRST)):
                self.add_error(FIRST, sentence)
        return data


class DatedFormSet(forms.BaseInlineFormSet):
    """The dated rows of one record, looked at together."""

    def clean(self) -> None:
        super().clean()
        lived = [form for form in self.forms if form.has_changed() or form.instance.pk]
        if any(form.errors for form in lived):
            return
        for place, form in enumerate(lived):
            sentence = overlap(form.instance, [other.instance for other in lived[:place]])
            if sentence := sentence or self._in_passing(form, lived[place + 1 :]):
                form.add_error(FIRST, sentence)

    def _in_passing(self, form: Any, later: list[Any]) -> str:
        """Rows are written one after the other: none may touch what a later one still says."""
        keys = [other.instance.pk for other in later if other.instance.pk]
        kept = type(form.instance).objects.filter(pk__in=keys).order_by(FIRST)
        if overlap(form.instance, kept):
            return _("Save the change of the other row first, and this one after it.")
        return ""
