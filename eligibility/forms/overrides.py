"""The papers of an override."""

from django import forms
from django.utils.translation import gettext_lazy

from igot.lib.fields import PlainTextField


class OverrideForm(forms.Form):
    """On what grounds a decision is to be overridden."""

    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        multiline=True,
        max_length=2000,
        help_text=gettext_lazy(
            "It stays on record with the decision, and the officer can read it."
        ),
    )
    order_reference = PlainTextField(
        label=gettext_lazy("Order"),
        max_length=150,
        help_text=gettext_lazy("File number and date of the order that permits it."),
    )


class RemarkForm(forms.Form):
    """Why a proposal is declined."""

    remark = PlainTextField(label=gettext_lazy("Remark"), multiline=True, max_length=2000)
