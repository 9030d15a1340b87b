"""What the secretary and the chair type about minutes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committee.models import Corrigendum, Minutes
from igot.lib.fields import PlainTextField

LONGEST = 400_000  # characters: fifty items at length


class MinutesForm(forms.Form):
    """The text of minutes in both languages, and the version that it was edited from."""

    text = PlainTextField(
        label=_("Text"),
        multiline=True,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 24, "class": "minutes-area", "spellcheck": "true"}),
        help_text=_(
            "“# ” begins the title, “## ” the heading of an item, “- ” an entry of a list, "
            "“1. ” a numbered paragraph; a blank line ends a paragraph."
        ),
    )
    text_hi = PlainTextField(
        label=_("Text in Hindi"),
        multiline=True,
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 24, "class": "minutes-area", "lang": "hi"}),
        help_text=_("Blank: the paper is printed in English only."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, minutes: Minutes) -> "MinutesForm":
        initial = {
            "text": minutes.text,
            "text_hi": minutes.text_hi,
            "version": minutes.version,
        }
        return cls(initial=initial)

    def moved_to(self, version: int) -> "MinutesForm":
        """Return the form with all that was typed, to be stored over `version` once looked at."""
        typed = {name: self.data.get(name, "") for name in self.fields}
        self.data = {**typed, "version": str(version)}
        return self


class VersionForm(forms.Form):
    """The version that somebody has read or compared."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class RemarkForm(forms.Form):
    """Why the chair returns the minutes."""

    remark = PlainTextField(
        label=_("Remark"),
        multiline=True,
        max_length=2000,
        help_text=_("The secretary reads it. Say which paragraph, and what it should say."),
    )


class CorrigendumForm(forms.Form):
    """A corrigendum: what is to be read in place of what, and why."""

    text = PlainTextField(
        label=_("Text"),
        multiline=True,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("For example: in paragraph 7, for “US$100” read “US$150”."),
    )
    text_hi = PlainTextField(
        label=_("Text in Hindi"),
        multiline=True,
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "lang": "hi"}),
    )
    reason = PlainTextField(label=_("Reason"), max_length=300)

    @classmethod
    def of(cls, corrigendum: Corrigendum, data: Any = None) -> "CorrigendumForm":
        names = ("text", "text_hi", "reason")
        return cls(data, initial={name: getattr(corrigendum, name) for name in names})


class DigestForm(forms.Form):
    """The digest of the text that the chair has read."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
