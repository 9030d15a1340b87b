"""Forms of the desk on results."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Run
from enrollment.forms.coupons import ReasonForm
from enrollment.forms.files import ProviderFileField
from enrollment.models import ResultImportRow
from enrollment.models.result_imports import APPLIABLE


class ResultFileForm(forms.Form):
    """A file of results of one run."""

    run = forms.ModelChoiceField(label=_("Run"), queryset=Run.objects.none())
    file = ProviderFileField(
        help_text=_(
            "One officer a row, with the columns user name, online grade (in per cent) and exam "
            "outcome (passed, failed, absent). Read too, where they are there: e-mail, exam score, "
            "exam date, exam centre, exam city. Other headings are named in the maps of columns."
        ),
    )
    public_from = forms.SplitDateTimeField(
        label=_("Public from"),
        required=False,
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date"}, time_attrs={"type": "time"}, date_format="%Y-%m-%d"
        ),
        help_text=_(
            "Indian time. Until then nobody outside the desk sees or hears of a result. Blank: at "
            "once, when the file is approved."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        runs = Run.objects.filter(course__certification=Course.Certification.GRADE_AND_EXAM)
        field = self.fields["run"]
        field.queryset = runs.select_related("course").order_by(  # type: ignore[attr-defined]
            "-commences_on", "course__title"
        )
        field.label_from_instance = lambda run: f"{run.course} – {run}"  # type: ignore[attr-defined]


class TotalsForm(forms.Form):
    """The totals of the provider's letter, typed by the approver."""

    rows = forms.IntegerField(label=_("Rows in the provider's file"), min_value=0)
    passes = forms.IntegerField(label=_("Of these, passed"), min_value=0)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("passes", 0) > cleaned.get("rows", 0):
            raise ValidationError(_("More cannot have passed than there are rows."))
        return cleaned


class MatchForm(ReasonForm):
    """The registration to which a person gives a row, and on what grounds."""

    number = forms.CharField(
        label=_("Number of the registration"), max_length=30, strip=True, help_text=_("IGOT/…")
    )
    field_order = ("number", "reason")


class AsideForm(ReasonForm):
    """The outcome whose rows are put aside together."""

    outcome = forms.ChoiceField(
        label=_("Rows that came out as"),
        choices=[
            (value, label)
            for value, label in ResultImportRow.Outcome.choices
            if value not in APPLIABLE
        ],
    )
    field_order = ("outcome", "reason")
