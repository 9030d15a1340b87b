"""What the author of circulars gives for the draft of a meeting's decisions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from igot.lib.fields import PersonNameField, PlainTextField


class CircularForm(forms.Form):
    """The file and the signatory; the text is composed from the decisions."""

    file_number = PlainTextField(
        label=_("Number of the file"),
        max_length=80,
        help_text=_("As it is to be printed, for example T-16017/42/2018-Trg (TFA)."),
    )
    signatory_name = PersonNameField(label=_("Name of the signatory"), max_length=120)
    signatory_name_hi = PersonNameField(label=_("Name in Hindi"), max_length=120, required=False)
    signatory_designation = PlainTextField(
        label=_("Designation of the signatory"),
        max_length=150,
        initial="Under Secretary to the Government of India",
    )
    signatory_designation_hi = PlainTextField(
        label=_("Designation in Hindi"),
        max_length=150,
        required=False,
        initial="अवर सचिव, भारत सरकार",
    )
