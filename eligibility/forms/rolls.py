"""The form that takes in a roll: for which training, and the file."""

from typing import IO, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courses.models import Run
from eligibility import roll_files
from eligibility.models import RuleSetVersion
from eligibility.trainings import Training
from igot.lib.fields import CivilDateField
from igot.lib.tables import TableError


class RollFileField(forms.FileField):
    """A CSV file or an Excel workbook whose first row names the columns of a roll."""

    default_error_messages = {
        "required": _("Choose a file."),
        "empty": _("The file is empty: its first row must name the columns."),
    }

    def to_python(self, data: Any) -> Any:
        sent = super().to_python(data)
        if sent is None:
            return None
        if sent.size > roll_files.MOST_BYTES:
            raise ValidationError(
                _("The file is larger than %(megabytes)s MB."),
                params={"megabytes": roll_files.MOST_BYTES // 1_000_000},
            )
        content = cast(IO[bytes], sent.file)
        try:
            roll_files.open_roll(content)
        except TableError as error:
            raise ValidationError(str(error)) from None
        content.seek(0)
        return sent


class RollForm(forms.Form):
    """What a roll is screened for: a run, or a rule set and a day; and the file."""

    training = forms.ChoiceField(label=_("Screen for"), required=False)
    rule_set = forms.ChoiceField(
        label=_("Rule set"),
        required=False,
        help_text=_("Only where you have chosen another day of commencement above."),
    )
    commences_on = CivilDateField(
        label=_("Day of commencement"),
        required=False,
        help_text=_("Only where you have chosen another day; for example 21.05.2019."),
    )
    file = RollFileField(
        label=_("Roll"),
        max_length=300,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=_(
            "CSV (at most 100 MB) or Excel workbook (.xlsx, at most 20 MB). The first row names "
            "the columns: employee code, name, service, group, date of birth, year of allotment "
            "and date of joining."
        ),
    )
    run: Run | None = None
    version: RuleSetVersion

    def __init__(
        self, *args: Any, trainings: list[Training], rule_sets: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._trainings = {training.key: training for training in trainings}
        self._choices("training").choices = [
            ("", _("Another day of commencement")),
            *((training.key, training.label) for training in trainings),
        ]
        self._choices("rule_set").choices = [("", "---------"), *rule_sets]

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for the type checker
        return field

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        training = self._trainings.get(cleaned.get("training", ""))
        if training:
            self.run = training.run
            cleaned["commences_on"] = training.commences_on
            code = training.course.rule_set_code
        else:
            code = cleaned.get("rule_set", "")
            for name in ("rule_set", "commences_on"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Choose a training above, or fill this in."))
        if code and cleaned.get("commences_on"):
            version = RuleSetVersion.objects.governing(code, cleaned["commences_on"])
            if version is None:
                self.add_error(None, _("No rule set is in force for this training on that day."))
            else:
                self.version = version
        return cleaned
