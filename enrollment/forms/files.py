"""The field for a file of the provider."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_BYTES: Final = 10_000_000


class ProviderFileField(forms.FileField):
    """A CSV file of at most 10 MB; what stands in it is read by the action."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("File of the provider (CSV)"))
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ".csv,text/csv"}))
        super().__init__(**kwargs)

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file and file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 10 MB. Split it."), code="too_large")
        return file
