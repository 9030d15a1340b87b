"""The form with which an officer sends in a certificate."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enrollment.certificate_checks import fold_number
from enrollment.models import Enrollment
from igot.lib.dates import civil_date, civil_today
from igot.lib.fields import CivilDateField, PersonNameField, PlainTextField
from igot.lib.uploads import UploadField


class CertificateForm(forms.Form):
    """The file, and what stands on it."""

    file = UploadField(label=_("Certificate"))
    certificate_number = PlainTextField(
        label=_("Number of the certificate"),
        max_length=100,
        help_text=_("As printed; for an online certificate the last part of its address."),
    )
    name_on_certificate = PersonNameField(
        label=_("Name on the certificate"), help_text=_("As printed on it.")
    )
    completed_on = CivilDateField(label=_("Date of completion"), not_after=civil_today)

    def __init__(self, *args: Any, enrollment: Enrollment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        run, confirmed_at = enrollment.run, enrollment.confirmed_at
        begins = run.commences_on if run else confirmed_at and civil_date(confirmed_at)
        field = self.fields["completed_on"]
        field.not_before = begins  # type: ignore[attr-defined]
        self.fields["name_on_certificate"].initial = enrollment.officer.name

    def clean_certificate_number(self) -> str:
        number: str = self.cleaned_data["certificate_number"]
        if not fold_number(number):
            raise ValidationError(_("Enter the number in letters and digits."))
        return number
