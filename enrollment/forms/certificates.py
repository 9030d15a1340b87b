"""The form with which an officer sends in a certificate, and the desk's when it comes back."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import RegexValidator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.certificate_checks import fold_number
from enrollment.models import CertificateSubmission, CertificateUpload, Enrollment
from igot.lib import pieces
from igot.lib.dates import civil_date, civil_today
from igot.lib.errors import UploadRefused
from igot.lib.fields import CivilDateField, PersonNameField, PlainTextField
from igot.lib.uploads import CheckedFile, UploadField, check_upload

TYPED = ("certificate_number", "name_on_certificate", "completed_on")


class CertificateForm(forms.Form):
    """The file, and what stands on it; a file that has arrived before need not come again."""

    file = UploadField(label=_("Certificate"))
    certificate_number = PlainTextField(
        label=_("Number of the certificate"),
        max_length=100,
        help_text=_("As printed; for an online certificate the last part of its address."),
    )
    name_on_certificate = PersonNameField(
        label=_("Name on the certificate"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("As printed on it."),
    )
    completed_on = CivilDateField(label=_("Date of completion"), not_after=civil_today)

    def __init__(
        self,
        *args: Any,
        enrollment: Enrollment,
        upload: CertificateUpload | None = None,
        returned: CertificateSubmission | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.upload = upload
        self.fields["file"].required = upload is None
        run, confirmed_at = enrollment.run, enrollment.confirmed_at
        begins = run.commences_on if run else confirmed_at and civil_date(confirmed_at)
        field = self.fields["completed_on"]
        field.not_before = begins  # type: ignore[attr-defined]
        self.fields["name_on_certificate"].initial = enrollment.officer.name
        if returned:
            self._begin_with(returned)

    def _begin_with(self, returned: CertificateSubmission) -> None:
        """Show again what was typed, and at each field what the reviewer wrote of it."""
        for name in TYPED:
            self.fields[name].initial = getattr(returned, name)
        for name, reason in returned.field_reasons.items():
            if name in self.fields:
                self.fields[name].help_text = format_html(
                    '<strong class="field-reason">{} {}</strong> {}',
                    gettext("Please correct:"),
                    reason,
                    self.fields[name].help_text,
                )

    def clean_certificate_number(self) -> str:
        number: str = self.cleaned_data["certificate_number"]
        if not fold_number(number):
            raise ValidationError(_("Enter the number in letters and digits."))
        return number

    def clean_file(self) -> CheckedFile:
        sent: CheckedFile | None = self.cleaned_data["file"]
        if sent is not None:
            return sent
        if self.upload is None or not self.upload.is_whole:
            raise ValidationError(_("The file has not arrived whole yet. Choose it again."))
        return self._arrived(self.upload)

    def _arrived(self, upload: CertificateUpload) -> CheckedFile:
        """Check the file that arrived in pieces by the same rules as any other."""
        try:
            data = pieces.read_whole(upload.pk, size=upload.size)
            file = check_upload(SimpleUploadedFile(upload.file_name, data))
        except pieces.Gone:
            raise ValidationError(_("The file is no longer here. Choose it again.")) from None
        except UploadRefused as refusal:
            raise ValidationError(str(refusal), code="refused") from None
        if upload.sha256 and upload.sha256 != file.sha256:
            raise ValidationError(_("The file did not arrive as it was sent. Choose it again."))
        return file


class AnnouncedForm(forms.Form):
    """What the script says of a file before it sends it."""

    file_name = forms.CharField(max_length=500)
    size = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    sha256 = forms.CharField(required=False, validators=[RegexValidator(r"\A[0-9a-f]{64}\Z")])


class ReturnForm(forms.Form):
    """Why a certificate goes back: in general, and at the fields that are to be corrected."""

    reason = PlainTextField(label=_("Reason"), multiline=True, max_length=250, required=False)
    file = PlainTextField(label=_("About the file"), max_length=200, required=False)
    certificate_number = PlainTextField(label=_("About the number"), max_length=200, required=False)
    name_on_certificate = PlainTextField(label=_("About the name"), max_length=200, required=False)
    completed_on = PlainTextField(
        label=_("About the date of completion"), max_length=200, required=False
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        at_fields = {name: given.get(name) for name in ("file", *TYPED) if given.get(name)}
        reason = given.get("reason", "")
        if not reason and not at_fields and not self.errors:
            self.add_error("reason", _("Say what is to be corrected."))
        return {"reason": reason, "field_reasons": at_fields}
