"""What an officer writes to the Department, and what the desk answers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from eligibility import representation_policies as policies
from eligibility.forms.overrides import OverrideForm
from eligibility.models import Representation
from igot.lib.fields import PlainTextField
from igot.lib.languages import HINDI
from igot.lib.uploads import PDF, UploadField

MOST_CHARACTERS = 4000
MOST_BYTES = 5_000_000


class RepresentationForm(forms.Form):
    """A representation, in either official language, with one paper if need be."""

    text = PlainTextField(
        label=_("Your representation"),
        multiline=True,
        min_length=20,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "In Hindi or in English, 4,000 characters at most; it is answered in Hindi if you "
            "write in Hindi. Say which finding you hold to be wrong, and why."
        ),
    )
    attachment = UploadField(
        label=_("A paper that bears it out"),
        kinds=(PDF,),
        max_bytes=MOST_BYTES,
        required=False,
        help_text=_("If you have one: PDF, at most 5 MB. Choose it again if the page comes back."),
    )


class AnswerForm(forms.Form):
    """An answer, in the language that the officer wrote in if that is Hindi."""

    takes_thing = True

    answer = PlainTextField(
        label=_("Answer"),
        multiline=True,
        max_length=MOST_CHARACTERS,
        help_text=_("The officer reads it as you write it, with your name and the date."),
    )

    def __init__(self, *args: Any, thing: Representation | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.thing = thing
        if thing is not None and thing.language == HINDI:
            field = self.fields["answer"]
            field.label = _("Answer, in Hindi")
            field.widget.attrs["lang"] = HINDI
            field.help_text = _(
                "The officer wrote in Hindi and is answered in Hindi (Official Languages Rules, "
                "1976, rule 7)."
            )

    def clean_answer(self) -> str:
        answer: str = self.cleaned_data["answer"]
        if self.thing is not None and (reason := policies.why_not_answer(self.thing, answer)):
            raise ValidationError(reason)
        return answer


class OverrideAnswerForm(AnswerForm, OverrideForm):
    """An answer together with the grounds on which an override is proposed."""

    field_order = ("answer", "reason", "order_reference")
