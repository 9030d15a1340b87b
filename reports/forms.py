"""Shape and cleaning of what visitors send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from igot.lib.fields import PersonNameField, PlainTextField
from reports.models import Feedback


class FeedbackForm(forms.Form):
    """A message to the office."""

    subject = forms.ChoiceField(
        label=_("What is it about?"), choices=[("", _("Choose one")), *Feedback.Subject.choices]
    )
    message = PlainTextField(
        label=_("Your message"),
        multiline=True,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Please do not write passwords, coupon codes or bank details here."),
    )
    name = PersonNameField(
        label=_("Your name"),
        required=False,
        help_text=_("If you wish to give it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("Our reply goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class SearchForm(forms.Form):
    """Words to look for on the whole site."""

    q = PlainTextField(label=_("Search for"), max_length=200, required=False)


class AnswerForm(forms.Form):
    """What a visitor was told."""

    answer = PlainTextField(label=_("What was answered, in short"), multiline=True, max_length=1000)
