"""The field for a file of the provider."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enrollment.provider_tables import MOST_BYTES


class ProviderFileField(forms.FileField):
    """A CSV file of at most `most_bytes`; what stands in it is read by the action."""

    def __init__(self, *, most_bytes: int = MOST_BYTES, **kwargs: Any) -> None:
        self.most_bytes = most_bytes
        kwargs.setdefault("label", _("File of the provider (CSV)"))
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ".csv,text/csv"}))
        super().__init__(**kwargs)

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file and file.size > self.most_bytes:
            raise ValidationError(
                _("The file is larger than %(megabytes)s MB. Split it."),
                code="too_large",
                params={"megabytes": self.most_bytes // 1_000_000},
            )
        return file
