"""The facts that the public checker asks for."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Officer, Service
from eligibility.facts import service_facts
from eligibility.rules import Facts
from eligibility.trainings import Training
from igot.lib.dates import civil_today, dmy, parse_year
from igot.lib.fields import CivilDateField

Choices = list[tuple[str, Any]]


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
    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        help_text=gettext_lazy("Listed by kind, with the full name first."),
        error_messages={"required": gettext_lazy("Choose your service.")},
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
        services: Iterable[Service],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._trainings = {training.key: training for training in trainings}
        self._services = {service.code: service for service in services}
        self._offer("training", _("Choose a course"), _by_course(trainings))
        self._offer("service", _("Choose your service"), _by_family(self._services.values()))

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
    def chosen(self) -> Training:
        return self._trainings[self.cleaned_data["training"]]

    @property
    def facts(self) -> Facts:
        """The facts that were given, for the rules."""
        data = self.cleaned_data
        return Facts(
            service=service_facts(self._services[data["service"]]),
            group=data["group"],
            born_on=data["born_on"],
            allotment_year=data["allotment_year"],
            joined_on=data["joined_on"],
        )

    def _offer(self, name: str, empty: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy, cannot fail
        field.choices = [("", empty), *choices]


def initial_of(officer: Officer | None) -> dict[str, Any]:
    """Fill in what an officer's record says."""
    if officer is None:
        return {}
    return {
        "service": officer.service.code if officer.service else "",
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


def _by_family(services: Iterable[Service]) -> Choices:
    families = list(Service.Family)
    in_order = sorted(
        services, key=lambda service: (families.index(Service.Family(service.family)), str(service))
    )
    return [
        (
            str(Service.Family(family).label),
            [(service.code, _name(service)) for service in of_family],
        )
        for family, of_family in groupby(in_order, key=lambda service: service.family)
    ]


def _name(service: Service) -> str:
    return f"{service} – {service.acronym}" if service.acronym else str(service)
