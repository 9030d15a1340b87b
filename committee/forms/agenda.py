"""Forms of an item of the agenda: proposals to list, note, papers, experts, carrying over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committee.models import Meeting, Proposal
from igot.lib.fields import PlainTextField
from igot.lib.uploads import PDF, UploadField


class ListForm(forms.Form):
    """The proposals that are ticked."""

    proposals = forms.ModelMultipleChoiceField(
        label=_("Proposals"),
        queryset=Proposal.objects.none(),
        error_messages={"required": _("Tick the proposals that are to go on the agenda.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["proposals"]
        field.queryset = Proposal.objects.ready_for_agenda()


class NoteForm(forms.Form):
    note = PlainTextField(
        label=_("Note of the secretary"), multiline=True, max_length=4000, required=False
    )


class PaperForm(forms.Form):
    title = PlainTextField(label=_("Title of the paper"), max_length=150)
    file = UploadField(
        label=_("File"),
        kinds=(PDF,),
        help_text=_("PDF, at most 10 MB. Only members and experts of the item read it."),
    )


class InviteForm(forms.Form):
    user = forms.IntegerField(widget=forms.HiddenInput)
    field = PlainTextField(label=_("Expert in"), max_length=150)


class RemoveForm(forms.Form):
    reason = PlainTextField(label=_("Reason"), max_length=300)


class TransferForm(RemoveForm):
    """Where an undecided item goes."""

    meeting = forms.ModelChoiceField(
        label=_("To the meeting"),
        queryset=Meeting.objects.none(),
        required=False,
        empty_label=_("None yet: the proposal waits"),
    )
    field_order = ("meeting", "reason")

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["meeting"]
        field.queryset = Meeting.objects.taking_items().exclude(pk=meeting.pk)


class OpinionForm(forms.Form):
    opinion = PlainTextField(
        label=_("Your opinion"),
        multiline=True,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_(
            "Members and the secretary read it. You may put it better until the item is taken up."
        ),
    )
