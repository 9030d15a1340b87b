"""Forms on the ledger: the day of a statement, and why a line is reversed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from igot.lib.dates import civil_today
from igot.lib.fields import CivilDateField, PlainTextField


class StatementForm(forms.Form):
    """The day as of which the statement is shown; today unless one is given."""

    on = CivilDateField(label=_("As of"), required=False, not_after=civil_today)


class ReversalForm(forms.Form):
    """Why a line is reversed: the officer reads it."""

    reason = PlainTextField(label=_("Reason"), max_length=120)
