"""Forms of the nodal officer: what is shown, what is noted, and why approval is withheld."""

from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Service, User
from courses.models import Course
from enrollment.forms.registrations import ReasonForm
from enrollment.models import Intimation
from enrollment.models.intimations import IntimationQuerySet

MOST_AT_ONCE: Final = 200


class AuthorityFilterForm(forms.Form):
    """What of the in-box is shown; what makes no sense is not asked for."""

    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=_("Service"),
        required=False,
        empty_label=_("All services"),
    )
    course = forms.ModelChoiceField(
        Course.objects.none(),
        label=_("Course"),
        required=False,
        empty_label=_("All courses"),
    )

    def __init__(self, *args: Any, user: User, rows: IntimationQuerySet, **kwargs: Any) -> None:
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
        services = cast(forms.ModelChoiceField, self.fields["service"])
        services.queryset = Service.objects.of_nodal_officer(user).order_by("name")
        courses = cast(forms.ModelChoiceField, self.fields["course"])
        courses.queryset = rows.courses().order_by("title")

    def rows_of(self, rows: IntimationQuerySet) -> IntimationQuerySet:
        """Return what is asked for of `rows`."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return rows.chosen(**chosen)


class WithholdingForm(ReasonForm):
    """Why the authority withholds its approval."""


class IntimationChoices(forms.ModelMultipleChoiceField):
    """Intimations by their keys; a key too large for the database is no choice."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:
            raise ValidationError(self.error_messages["required"], code="required") from None


class NotingForm(forms.Form):
    """Which intimations to note in one go."""

    intimation = IntimationChoices(
        queryset=Intimation.objects.none(),
        error_messages={
            "required": _("Tick the registrations to note."),
            "invalid_choice": _("One of the registrations is not in your in-box. Tick them anew."),
        },
    )

    def __init__(self, *args: Any, intimations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["intimation"].queryset = intimations  # type: ignore[attr-defined]

    def clean_intimation(self) -> Any:
        rows = self.cleaned_data["intimation"]
        if len(rows) > MOST_AT_ONCE:
            raise ValidationError(
                ngettext_lazy(
                    "At most %(most)s registration is noted at once.",
                    "At most %(most)s registrations are noted at once.",
                    MOST_AT_ONCE,
                )
                % {"most": MOST_AT_ONCE}
            )
        return rows
