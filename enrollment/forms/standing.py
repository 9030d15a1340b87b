"""Forms of a registration that stands: deferring it, declaring completion, naming cities."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Run, RunQuerySet
from enrollment import declaration
from enrollment.forms.registrations import RunChoice
from enrollment.models import ExamCity
from enrollment.models.examinations import MOST_CITIES
from igot.lib.dates import civil_today
from igot.lib.fields import CivilDateField, PlainTextField


class DeferralForm(forms.Form):
    """To which later run, why, and that the officer declares again."""

    run = RunChoice(
        label=gettext_lazy("Later batch"),
        queryset=Run.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose a batch."),
            "invalid_choice": gettext_lazy("You cannot defer to this batch. Choose one."),
        },
    )
    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        multiline=True,
        help_text=gettext_lazy("In a sentence: your authority and the Training Division read it."),
    )
    agree = forms.BooleanField(
        label=gettext_lazy(
            "My service record is still right, and what I declared holds for the later batch too"
        ),
        error_messages={
            "required": gettext_lazy("Tick the box, or correct your service record first.")
        },
    )

    def __init__(self, *args: Any, runs: RunQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["run"].queryset = runs  # type: ignore[attr-defined]


class CompletionForm(forms.Form):
    """On which day an officer completed a self-paced course, and the declaration."""

    completed_on = CivilDateField(label=gettext_lazy("Completed on"), not_after=civil_today)
    agree = forms.BooleanField(
        label=declaration.COMPLETION,
        error_messages={"required": gettext_lazy("Tick the box to make the declaration.")},
    )


class CityChoice(forms.ModelChoiceField):
    """A city to choose, with its State."""

    def label_from_instance(self, city: Any) -> str:
        return _("%(city)s (%(state)s)") % {"city": city, "state": city.state}


class CitiesForm(forms.Form):
    """One to three cities, the preferred first."""

    first = CityChoice(
        label=gettext_lazy("First choice"),
        queryset=ExamCity.objects.none(),
        empty_label=gettext_lazy("Choose a city"),
    )
    second = CityChoice(
        label=gettext_lazy("Second choice"),
        queryset=ExamCity.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    third = CityChoice(
        label=gettext_lazy("Third choice"),
        queryset=ExamCity.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities = ExamCity.objects.on_offer()
        for name in self.fields:
            self.fields[name].queryset = cities  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[int]:
        """Return the keys of the cities chosen, in order; one left out in the middle is closed."""
        picked = (self.cleaned_data.get(name) for name in list(self.fields)[:MOST_CITIES])
        return [city.pk for city in picked if city]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        seen: set[int] = set()
        for name in self.fields:
            city = cleaned.get(name)
            if city and city.pk in seen:
                self.add_error(name, _("You have named this city already. Choose another one."))
            elif city:
                seen.add(city.pk)
        return cleaned
