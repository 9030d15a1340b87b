"""What the committee types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from igot.lib.fields import PlainTextField


class WithdrawForm(forms.Form):
    """Why a decision is withdrawn."""

    reason = PlainTextField(
        label=_("Reason"),
        multiline=True,
        max_length=1000,
        help_text=_("It is kept with the decision and told to the secretary."),
    )
