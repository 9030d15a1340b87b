"""For which trainings a change of the rules is simulated, and what it is compared with."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eligibility.models import RuleSetVersion
from eligibility.simulation import MOST_TRAININGS, Asked
from eligibility.trainings import Training
from igot.lib.dates import dmy
from igot.lib.fields import CivilDateField

ONE_DAY: Final = "day"
ALL_OPEN: Final = "open"


class ScopeForm(forms.Form):
    """One day, one run, or all that are open or announced; and the version to compare with."""

    training = forms.ChoiceField(label=gettext_lazy("For which training"))
    commences_on = CivilDateField(label=gettext_lazy("That day"), required=False)
    registered_on = CivilDateField(
        label=gettext_lazy("Registration on"),
        required=False,
        help_text=gettext_lazy("Empty: the day of commencement. It matters to few rule sets."),
    )
    against = forms.ChoiceField(label=gettext_lazy("Compared with"), required=False)

    def __init__(
        self,
        given: Mapping[str, Any],
        *,
        default_day: date,
        default_against: RuleSetVersion | None,
        versions: Sequence[RuleSetVersion],
        trainings: Sequence[Training],
        today: date,
    ) -> None:
        self._versions = {str(version.pk): version for version in versions}
        self._trainings = {training.key: training for training in trainings[:MOST_TRAININGS]}
        self._today = today
        data = QueryDict(mutable=True)
        data["training"] = given.get("training") or ONE_DAY
        data["commences_on"] = given.get("commences_on", dmy(default_day))
        data["registered_on"] = given.get("registered_on", "")
        chosen = str(default_against.pk) if default_against else ""
        data["against"] = given.get("against", chosen)
        super().__init__(data)
        self._offer("training", self._kinds())
        nobody = [] if self._versions else [("", _("Nobody eligible: no version is approved"))]
        self._offer("against", [*nobody, *((pk, _name_of(v)) for pk, v in self._versions.items())])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day, registered_on = data.get("commences_on"), data.get("registered_on")
        if data.get("training") == ONE_DAY:
            if not day and "commences_on" not in self.errors:
                self.add_error("commences_on", _("Say on which day the training commences."))
            if day and registered_on and registered_on > day:
                self.add_error(
                    "registered_on",
                    _("Give a day on or before that of commencement, %(day)s.") % {"day": dmy(day)},
                )
        return data

    @property
    def compared(self) -> RuleSetVersion | None:
        return self._versions.get(self.cleaned_data["against"])

    @property
    def asked(self) -> list[Asked]:
        """The trainings to simulate, the earliest first."""
        chosen = self.cleaned_data["training"]
        if chosen == ONE_DAY:
            day = self.cleaned_data["commences_on"]
            return [
                Asked(
                    label=_("Training commencing on %(day)s") % {"day": dmy(day)},
                    commences_on=day,
                    registered_on=self.cleaned_data["registered_on"] or day,
                )
            ]
        wanted = [
            training for key, training in self._trainings.items() if chosen in (ALL_OPEN, key)
        ]
        wanted.sort(key=lambda training: (training.commences_on, training.key))
        return [
            Asked(
                label=training.label,
                commences_on=training.commences_on,
                registered_on=min(self._today, training.commences_on),
                course=training.course,
            )
            for training in wanted
        ]

    def _kinds(self) -> list[tuple[str, str]]:
        kinds = [(ONE_DAY, _("A training that commences on the day below"))]
        if self._trainings:
            kinds.append((ALL_OPEN, _("All that is open or announced under this rule set")))
        return kinds + [(key, training.label) for key, training in self._trainings.items()]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy, cannot fail
        field.choices = choices


def _name_of(version: RuleSetVersion) -> str:
    return _("version %(version)s, in force from %(day)s") % {
        "version": version.version,
        "day": dmy(version.effective_from),
    }
