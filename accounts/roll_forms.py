"""Forms of bringing in a roll: the file, its columns, and the decision on a change."""

from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.columns import guess
from accounts.models import CadreAuthority, ProposedChange, RollImport, RollSource, User
from accounts.roles import Role
from accounts.roll_files import MOST_BYTES, Preview
from accounts.roll_reading import COLUMNS, DATES, NEEDED
from accounts.roll_states import DateOrder
from igot.lib.dates import civil_today
from igot.lib.fields import CivilDateField, PlainTextField
from igot.lib.uploads import shown_name

ENDINGS: Final = (".csv", ".txt", ".xlsx")
LABELS: Final = {
    "employee_code": gettext_lazy("Employee code"),
    "name": gettext_lazy("Name"),
    "service": gettext_lazy("Service"),
    "group": gettext_lazy("Group"),
    "date_of_birth": gettext_lazy("Date of birth"),
    "date_of_joining": gettext_lazy("Date of joining the service"),
    "allotment_year": gettext_lazy("Year of allotment, batch or select list"),
    "cadre": gettext_lazy("Cadre or State"),
    "rank": gettext_lazy("Grade"),
    "designation": gettext_lazy("Designation"),
    "ministry": gettext_lazy("Ministry, department or office"),
    "email": gettext_lazy("Official e-mail address"),
    "group_since": gettext_lazy("Group held since"),
    "break_days": gettext_lazy("Days of break in service"),
}


class RollUploadForm(forms.Form):
    """The file, and whose list it is."""

    file = forms.FileField(
        label=gettext_lazy("File with the roll"),
        help_text=gettext_lazy("CSV UTF-8 or Excel workbook (.xlsx), at most 60 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )
    source = forms.ModelChoiceField(
        RollSource.objects.none(),
        label=gettext_lazy("Source"),
        required=False,
        empty_label=gettext_lazy("A new source"),
        help_text=gettext_lazy("Whose list it is. Its columns are remembered for the next time."),
    )
    new_source = PlainTextField(
        label=gettext_lazy("Name of the new source"), required=False, max_length=150
    )
    authority = forms.ModelChoiceField(
        CadreAuthority.objects.none(),
        label=gettext_lazy("Cadre controlling authority of the new source"),
        required=False,
        empty_label=gettext_lazy("None: officers of all authorities"),
        help_text=gettext_lazy(
            "With an authority, only officers of its services are taken from the rolls."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = cast(forms.ModelChoiceField, self.fields["source"])
        sources.queryset = RollSource.objects.visible_to(user).order_by("name")
        authorities = cast(forms.ModelChoiceField, self.fields["authority"])
        authorities.queryset = CadreAuthority.objects.order_by("name")
        if not user.has_role(Role.DEALING_HAND):
            authorities.queryset = CadreAuthority.objects.current_for(user).order_by("name")
            authorities.empty_label = None

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        file.name = shown_name(file.name)
        if not file.name.lower().endswith(ENDINGS):
            raise ValidationError(_("Send a CSV file or an Excel workbook (.xlsx)."))
        if file.size > MOST_BYTES:
            raise ValidationError(
                _("The file is larger than %(megabytes)s MB. Split it.")
                % {"megabytes": MOST_BYTES // 1_000_000}
            )
        return file

    def clean_new_source(self) -> str:
        name: str = self.cleaned_data["new_source"]
        if RollSource.objects.filter(name__iexact=name).exists():
            raise ValidationError(_("There is a source of this name already: choose it."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("source") and not data.get("new_source") and "new_source" in data:
            self.add_error("new_source", _("Choose a source, or name a new one."))
        return data


class RollColumnsForm(forms.Form):
    """Which column of the file is what; guessed, and never decided without being asked."""

    def __init__(self, *args: Any, roll: RollImport, preview: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preview = preview
        guessed = {column: names[0] for column, names in guess(preview.header).items()}
        remembered = {**guessed, **roll.source.mapping, **roll.mapping}
        choices = [("", _("Not in the file"))]
        choices += [(name, name) for name in preview.header if name]
        for column in COLUMNS:
            name = remembered.get(column, "")
            self.fields[column] = forms.ChoiceField(
                label=LABELS[column],
                choices=choices,
                required=column in NEEDED,
                initial=name if name in preview.header else guessed.get(column, ""),
                error_messages={"required": _("Say which column this is: it is needed.")},
            )
        self.fields["date_order"] = forms.ChoiceField(
            label=_("Dates with slashes or dashes"),
            choices=DateOrder.choices,
            required=False,
            initial=roll.date_order or roll.source.date_order,
            widget=forms.RadioSelect,
            help_text=_(
                "Nobody can tell from the file alone: look at the papers that it was made from."
            ),
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [data[column] for column in COLUMNS if data.get(column)]
        for column in COLUMNS:
            if data.get(column) and chosen.count(data[column]) > 1:
                self.add_error(column, _("This column is chosen twice."))
        slashed = [data[c] for c in DATES if data.get(c) in self.preview.slashed]
        if slashed and not data.get("date_order") and "date_order" not in self.errors:
            row, text = self.preview.slashed[slashed[0]][0]
            self.add_error(
                "date_order",
                _(
                    "Row %(row)s, column “%(column)s” holds “%(text)s”: say whether the day or "
                    "the month stands first."
                )
                % {"row": row, "column": slashed[0], "text": text},
            )
        return data

    @property
    def mapping(self) -> dict[str, str]:
        return {column: self.cleaned_data[column] for column in COLUMNS}


class AcceptChangeForm(forms.Form):
    """What is asked before a proposed change is accepted: the order, and since when."""

    takes_thing = True

    order_reference = PlainTextField(
        label=gettext_lazy("Order"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("Number and date. Needed to correct a verified date of birth."),
    )
    since = CivilDateField(
        label=gettext_lazy("Group held since"),
        required=False,
        not_after=civil_today,
        help_text=gettext_lazy("DD.MM.YYYY. Needed where the group changes."),
    )

    def __init__(self, *args: Any, thing: ProposedChange, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.change = thing
        if not thing.before.get("group") or "group_since" in thing.after:
            del self.fields["since"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_verified = self.change.officer.is_verified
        if is_verified and "born_on" in self.change.after and not data.get("order_reference"):
            self.add_error(
                "order_reference",
                _(
                    "A verified date of birth is corrected only on an order: give its number and "
                    "date."
                ),
            )
        if "since" in self.fields and not data.get("since") and "since" not in self.errors:
            self.add_error("since", _("Give the day from which the group is held."))
        return data
