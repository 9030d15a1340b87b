"""What the committee and the dealing hand type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses import policies
from courses.models import Run
from igot.lib.fields import CivilDateField, PlainTextField


class WithdrawForm(forms.Form):
    """Why a decision is withdrawn."""

    reason = PlainTextField(
        label=_("Reason"),
        multiline=True,
        max_length=1000,
        help_text=_("It is kept with the decision and told to the secretary."),
    )


class RescheduleForm(forms.Form):
    """The days that a run moves to, with the present ones filled in, why, and on what letter."""

    takes_thing = True

    commences_on = CivilDateField(label=_("Commences on"))
    ends_on = CivilDateField(label=_("Ends on"), required=False)
    registration_opens_on = CivilDateField(label=_("Registration opens on"))
    registration_closes_on = CivilDateField(label=_("Registration closes on"))
    reason = PlainTextField(
        label=_("Reason"),
        multiline=True,
        max_length=500,
        help_text=_("Officers whose eligibility changes read it."),
    )
    reference = PlainTextField(
        label=_("Letter or circular"),
        max_length=150,
        help_text=_("Number and date of the paper that moves the run."),
    )

    def __init__(self, *args: Any, thing: Run, **kwargs: Any) -> None:
        days = (name for name in self.base_fields if name.endswith("_on"))
        kwargs["initial"] = {name: getattr(thing, name) for name in days}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        commences, ends, opens, closes = (
            data.get(name)
            for name in (
                "commences_on",
                "ends_on",
                "registration_opens_on",
                "registration_closes_on",
            )
        )
        if commences and opens and closes:
            reason = policies.why_not_days(commences, ends, opens, closes)
            if reason:
                self.add_error(None, reason)
        return data
