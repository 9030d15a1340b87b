"""What the committee, the secretary and the dealing hand type."""

from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import editions, outline, policies
from courses.models import Course, CourseEdition, Run
from igot.lib.fields import CivilDateField, PlainTextField


class WithdrawForm(forms.Form):
    """Why a decision is withdrawn."""

    reason = PlainTextField(
        label=_("Reason"),
        multiline=True,
        max_length=1000,
        help_text=_("It is kept with the decision and told to the secretary."),
    )


class DaysForm(forms.Form):
    """The days of a run, with the present ones filled in."""

    takes_thing = True

    commences_on = CivilDateField(label=_("Commences on"))
    ends_on = CivilDateField(label=_("Ends on"), required=False)
    registration_opens_on = CivilDateField(label=_("Registration opens on"))
    registration_closes_on = CivilDateField(label=_("Registration closes on"))

    def __init__(self, *args: Any, thing: Run, **kwargs: Any) -> None:
        days = (name for name in self.base_fields if name.endswith("_on"))
        kwargs["initial"] = {name: getattr(thing, name) for name in days}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        commences, ends, opens, closes = (
            data.get(name)
            for name in (
                "commences_on",
                "ends_on",
                "registration_opens_on",
                "registration_closes_on",
            )
        )
        if commences and opens and closes:
            reason = policies.why_not_days(commences, ends, opens, closes)
            if reason:
                self.add_error(None, reason)
        return data


class RescheduleForm(DaysForm):
    """The days that a run moves to, why, and on what letter."""

    reason = PlainTextField(
        label=_("Reason"),
        multiline=True,
        max_length=500,
        help_text=_("Officers whose eligibility changes read it."),
    )
    reference = PlainTextField(
        label=_("Letter or circular"),
        max_length=150,
        help_text=_("Number and date of the paper that moves the run."),
    )


class RemarkForm(forms.Form):
    """Why a draft goes back to its author."""

    remark = PlainTextField(label=_("Remark"), multiline=True, max_length=1000)


class ReasonForm(forms.Form):
    """Why a draft is put aside."""

    reason = PlainTextField(label=_("Reason"), multiline=True, max_length=500)


class CourseWithdrawForm(forms.Form):
    """From which day a course is withdrawn, why, by what paper, and what takes its place."""

    takes_thing = True

    withdrawn_on = CivilDateField(label=_("Withdrawn on"), not_after=timezone.localdate)
    reason = PlainTextField(
        label=_("Reason"), max_length=300, help_text=_("It stands on the page of the course.")
    )
    reason_hi = PlainTextField(label=_("Reason in Hindi"), max_length=300, required=False)
    reference = PlainTextField(
        label=_("Letter or circular"),
        max_length=200,
        help_text=_("Number and date of the paper that withdraws the course."),
    )
    successor = forms.ModelChoiceField(
        label=_("Superseded by"),
        queryset=Course.objects.none(),
        required=False,
        help_text=_("The course that takes its place, where there is one."),
    )

    def __init__(self, *args: Any, thing: Course, **kwargs: Any) -> None:
        kwargs["initial"] = {"withdrawn_on": timezone.localdate()}
        super().__init__(*args, **kwargs)
        field: Any = self.fields["successor"]
        field.queryset = Course.objects.published().exclude(pk=thing.pk).order_by("title")


class RenameForm(forms.Form):
    """The new title of a course, and the paper that gives it."""

    takes_thing = True

    title = PlainTextField(label=_("New title"), max_length=150)
    title_hi = PlainTextField(label=_("New title in Hindi"), max_length=150, required=False)
    reference = PlainTextField(label=_("Letter or circular"), max_length=200)

    def __init__(self, *args: Any, thing: Course, **kwargs: Any) -> None:
        kwargs["initial"] = {"title": thing.title, "title_hi": thing.title_hi}
        super().__init__(*args, **kwargs)


class FeeForm(forms.Form):
    """A new fee, from which day, and the paper that gives it."""

    fee_usd = forms.DecimalField(label=_("Fee in US$"), min_value=0, max_digits=8, decimal_places=2)
    cap_usd = forms.DecimalField(
        label=_("Reimbursed up to, in US$"), min_value=0, max_digits=8, decimal_places=2
    )
    effective_from = CivilDateField(label=_("From"))
    circular_reference = PlainTextField(label=_("Letter or circular"), max_length=200)


def _content_field(column: Any, **given: Any) -> Any:
    """Make the form field of a column of `Course`: typed text is cleaned as everywhere."""
    is_text = isinstance(column, models.CharField | models.TextField)
    if not is_text or column.choices or isinstance(column, models.URLField | models.SlugField):
        extra = {"assume_scheme": "https"} if isinstance(column, models.URLField) else {}
        return column.formfield(**given, **extra)
    return PlainTextField(
        label=column.verbose_name[:1].upper() + str(column.verbose_name)[1:],
        required=not column.blank,
        max_length=column.max_length,
        help_text=column.help_text,
        multiline=isinstance(column, models.TextField),
    )


OUTLINE_HELP = _(
    "A module a line; below it its summary after “>” and its units, a line each, after “-”."
)


class EditionForm(forms.Form):
    """All that the page of a course says; what comes out is the content as plain data."""

    takes_thing = True

    def __init__(self, *args: Any, thing: CourseEdition | None = None, **kwargs: Any) -> None:
        self.edition = thing
        if thing is not None:
            kwargs["initial"] = self._initial(thing)
        super().__init__(*args, **kwargs)
        columns = forms.fields_for_model(
            Course, fields=editions.FIELDS, formfield_callback=_content_field
        )
        self.fields.update(columns)
        for name, label in editions.OUTLINE_LABELS.items():
            self.fields[name] = PlainTextField(
                label=label, multiline=True, required=False, help_text=OUTLINE_HELP
            )
            self.fields[name].widget.attrs["rows"] = 12
        self.fields["note"] = PlainTextField(
            label=_("What changes, and why"),
            multiline=True,
            required=False,
            help_text=_("For whoever publishes it."),
        )
        self.fields["reference"] = PlainTextField(
            label=_("Letter or circular"), max_length=200, required=False
        )

    @staticmethod
    def _initial(edition: CourseEdition) -> dict[str, Any]:
        modules = edition.content.get("modules", [])
        return {
            **{name: edition.content.get(name) for name in editions.FIELDS},
            "outline": outline.as_text(modules),
            "outline_hi": outline.as_text(modules, "_hi"),
            "note": edition.note,
            "reference": edition.reference,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        least, most = data.get("least_weekly_hours"), data.get("most_weekly_hours")
        if least is not None and most is not None and most < least:
            self.add_error(
                "most_weekly_hours", gettext("This is less than the hours a week at least.")
            )
        modules = self._modules(data)
        return data if self.errors else self._payload(data, modules)

    def _modules(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        english, hindi = data.get("outline", ""), data.get("outline_hi", "")
        try:
            outline.parse(english)
        except outline.OutlineError as error:
            self.add_error("outline", str(error))
            return []
        try:
            return outline.modules_of(english, hindi)
        except outline.OutlineError as error:
            self.add_error("outline_hi", str(error))
            return []

    def _payload(self, data: dict[str, Any], modules: list[dict[str, Any]]) -> dict[str, Any]:
        content = {name: data[name] for name in editions.PLAIN}
        content |= {name: data[name].pk for name in editions.RELATIONS}
        content["partners"] = sorted(row.pk for row in data["partners"])
        content["modules"] = modules
        return {"payload": content, "note": data["note"], "reference": data["reference"]}


class NewCourseForm(EditionForm):
    """The same for a course that is not yet in the catalogue, with its code."""

    takes_thing = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = forms.SlugField(label=_("Code"), max_length=50, help_text=_("In Latin letters."))
        self.fields = {"code": code, **self.fields}

    def _payload(self, data: dict[str, Any], modules: list[dict[str, Any]]) -> dict[str, Any]:
        return {**super()._payload(data, modules), "code": data["code"]}
