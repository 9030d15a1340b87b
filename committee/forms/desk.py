"""Forms of the committee's desk: the order, a term."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskForm
from committee.policies import committees as policies
from igot.lib.uploads import PDF, UploadField


class OrderForm(forms.Form):
    """The order that constitutes the committee, as signed."""

    order = UploadField(label=_("Order"), kinds=(PDF,), help_text=_("PDF, at most 10 MB."))


class SeatForm(DeskForm):
    """A term: what the database would refuse is said at its field before."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in self.fields:
            if name in data:
                setattr(self.instance, name, data[name])
        if not self.errors:
            for name, sentence in policies.why_not_seat(self.instance).items():
                self.add_error(name if name in self.fields else self._last(), sentence)
        return data

    def _last(self) -> str | None:
        """Name the field that a change opens, where the one at fault is only read."""
        return "effective_to" if "effective_to" in self.fields else None
