"""What is asked of a list of proposals: the file, and what holds where its rows say nothing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from committee.models import Proposal
from committee.policies import proposals as policies
from igot.lib.dates import civil_today, dmy
from igot.lib.fields import CivilDateField, PlainTextField
from igot.lib.uploads import shown_name

ENDINGS = (".csv", ".xlsx")


class ProposalFileForm(forms.Form):
    """A list to bring in; nothing is proposed by the upload."""

    file = forms.FileField(
        label=gettext_lazy("List of proposals"),
        help_text=gettext_lazy("CSV file or Excel workbook (.xlsx), at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Proposed by"),
        help_text=gettext_lazy("For rows that do not say it themselves."),
    )
    proposer = PlainTextField(
        label=gettext_lazy("Name of the proposer"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("Blank: the institute of each row."),
    )
    letter_reference = PlainTextField(
        label=gettext_lazy("Letter or note"), required=False, max_length=150
    )
    received_on = CivilDateField(
        label=gettext_lazy("Received on"), not_after=civil_today, initial=civil_today
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = policies.sources_of(user)
        field = self.fields["source"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 – for the reader of types
        field.choices = [(source.value, source.label) for source in sources]
        self.names = policies.ministries_of(user)
        if sources == [Proposal.Source.MINISTRY]:
            self.fields["proposer"] = forms.ChoiceField(
                label=_("Ministry or Department"),
                choices=[(name, name) for name in self.names or []],
            )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        file.name = shown_name(file.name)
        if not file.name.lower().endswith(ENDINGS):
            raise ValidationError(_("Send a CSV file or an Excel workbook (.xlsx)."))
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        needs_name = data.get("source") in (Proposal.Source.MINISTRY, Proposal.Source.DIVISION)
        if needs_name and not data.get("proposer") and "proposer" not in self.errors:
            self.add_error("proposer", _("Name the Ministry, Department or section."))
        return data

    @property
    def usual(self) -> dict[str, str]:
        """What holds where a row says nothing, in the words of a row."""
        said = self.cleaned_data
        return {
            "source": said["source"],
            "proposer": said["proposer"],
            "letter_reference": said["letter_reference"],
            "received_on": dmy(said["received_on"]),
        }
