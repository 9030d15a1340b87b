"""The facts that the public checker asks for."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Officer
from accounts.service_picker import ServiceField
from eligibility.facts import service_facts
from eligibility.rules import Facts
from eligibility.trainings import Training
from igot.lib.dates import civil_today, dmy, parse_year
from igot.lib.fields import CivilDateField

Choices = list[tuple[str, Any]]
ALL: Final = "all"
ALL_OF_THEM: Final = (ALL, gettext_lazy("All courses and batches"))


class YearField(forms.CharField):
    """A calendar year of four digits, of any script."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "numeric", "autocomplete": "off", "class": "width-4"}
        super().__init__(max_length=4, widget=forms.TextInput(attrs=attributes), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return parse_year(text or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def validate(self, value: Any) -> None:
        if value is not None and value > civil_today().year + 1:
            raise ValidationError(_("This year lies in the future."))

    def run_validators(self, value: Any) -> None:
        """Skip what a CharField checks of text: the value is a number."""


class CheckForm(forms.Form):
    """What the checker needs to know; nothing of it is stored."""

    training = forms.ChoiceField(
        label=gettext_lazy("Course and batch"),
        error_messages={"required": gettext_lazy("Choose a course.")},
    )
    service = ServiceField(
        label=gettext_lazy("Service"),
        help_text=gettext_lazy("Type its name or acronym, in English or Hindi."),
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Group of the post you hold"),
        choices=Officer.Group.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose your group.")},
    )
    born_on = CivilDateField(
        label=gettext_lazy("Date of birth"), required=False, not_after=civil_today
    )
    allotment_year = YearField(
        label=gettext_lazy("Year of allotment, batch or select list"),
        required=False,
        help_text=gettext_lazy("Four digits. Leave it empty if your service has none."),
    )
    joined_on = CivilDateField(
        label=gettext_lazy("Date of joining the service"), required=False, not_after=civil_today
    )

    def __init__(
        self,
        *args: Any,
        trainings: Sequence[Training],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._trainings = {training.key: training for training in trainings}
        field = self.fields["training"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy, cannot fail
        field.choices = [ALL_OF_THEM, *_by_course(trainings)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        training = self._trainings.get(data.get("training", ""))
        born_on, joined_on = data.get("born_on"), data.get("joined_on")
        year = data.get("allotment_year")
        if born_on and training and born_on >= training.commences_on:
            self.add_error("born_on", _("Give a date before the training commences."))
        if born_on and joined_on and joined_on <= born_on:
            self.add_error(
                "joined_on",
                _("Give a date after the date of birth, %(day)s.") % {"day": dmy(born_on)},
            )
        if born_on and year and year <= born_on.year:
            self.add_error("allotment_year", _("Give a year after the year of birth."))
        return data

    @property
    def chosen(self) -> Training | None:
        """Return the training that was asked about; None for all of them."""
        return self._trainings.get(self.cleaned_data["training"])

    @property
    def facts(self) -> Facts:
        """The facts that were given, for the rules."""
        data = self.cleaned_data
        return Facts(
            service=service_facts(data["service"]),
            group=data["group"],
            born_on=data["born_on"],
            allotment_year=data["allotment_year"],
            joined_on=data["joined_on"],
        )


def initial_of(officer: Officer | None) -> dict[str, Any]:
    """Fill in what an officer's record says."""
    if officer is None:
        return {}
    return {
        "service": officer.service,
        "group": officer.group,
        "born_on": officer.born_on,
        "allotment_year": officer.allotment_year,
        "joined_on": officer.joined_on,
    }


def _by_course(trainings: Sequence[Training]) -> Choices:
    return [
        (str(course), [(training.key, training.label) for training in of_course])
        for course, of_course in groupby(trainings, key=lambda training: training.course)
    ]
