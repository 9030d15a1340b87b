"""Form fields that read what people type in India: plain text, names, dates, rupees."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from igot.lib.dates import dmy, parse_civil_date
from igot.lib.money import group_indian, parse_amount, rupees
from igot.lib.people import clean_name, clean_text

T = TypeVar("T")


class PlainTextField(forms.CharField):
    """Text in NFC without control characters, bidirectional overrides or lone surrogates."""

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        if multiline:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if not text:
            return text
        return _sentence_at_field(lambda: clean_text(text, multiline=self.multiline))


class PersonNameField(forms.CharField):
    """A person's name in any script."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        if not text:
            return text
        return _sentence_at_field(lambda: clean_name(text))


class CivilDateField(forms.Field):
    """A date typed DD.MM.YYYY (also DD/MM/YYYY or ISO), within optional bounds, both inclusive."""

    widget = forms.TextInput

    def __init__(
        self,
        *,
        not_before: Callable[[], date] | date | None = None,
        not_after: Callable[[], date] | date | None = None,
        **kwargs: Any,
    ) -> None:
        self.not_before = not_before
        self.not_after = not_after
        kwargs.setdefault("help_text", _("DD.MM.YYYY, for example 21.05.2019"))
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        given = widget.attrs.get("class", "")
        return {
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": "10",
            "class": given or "width-10",
        }

    def prepare_value(self, value: Any) -> Any:
        return dmy(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        return _sentence_at_field(lambda: parse_civil_date(str(value), with_slashes=True))

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None:
            return
        first, last = _bound(self.not_before), _bound(self.not_after)
        if first is not None and value < first:
            raise ValidationError(
                _("Give a date on or after %(day)s."), code="too_early", params={"day": dmy(first)}
            )
        if last is not None and value > last:
            raise ValidationError(
                _("Give a date on or before %(day)s."), code="too_late", params={"day": dmy(last)}
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class RupeeField(forms.Field):
    """An amount in rupees as people write it: 8315, 1,00,000.50, ₹ 500."""

    widget = forms.TextInput

    def __init__(
        self,
        *,
        min_value: Decimal = Decimal("0.01"),
        max_value: Decimal | None = None,
        **kwargs: Any,
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return group_indian(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        return _sentence_at_field(lambda: parse_amount(str(value)))

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < self.min_value:
            raise ValidationError(
                _("Enter %(amount)s or more."),
                code="too_small",
                params={"amount": rupees(self.min_value)},
            )
        if self.max_value is not None and value > self.max_value:
            raise ValidationError(
                _("Enter %(amount)s or less."),
                code="too_large",
                params={"amount": rupees(self.max_value)},
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


def _bound(limit: Callable[[], date] | date | None) -> date | None:
    return limit() if callable(limit) else limit


def _sentence_at_field(read: Callable[[], T]) -> T:
    try:
        return read()
    except ValueError as error:
        raise ValidationError(str(error), code="invalid") from None
