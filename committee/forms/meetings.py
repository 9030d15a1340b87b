"""Forms of a meeting: when and where, how one will attend, interests in its items."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committee.models import AgendaItem, Attendance, Interest, Invitation, Meeting, Participation
from committee.models import Rubric as RubricModel
from committee.policies import interests as policies
from igot.lib.dates import IST, civil_date, civil_today
from igot.lib.fields import CivilDateField, PlainTextField

Mode = Meeting.Mode
WITH_PLACE = (Mode.IN_PERSON, Mode.HYBRID)


class ClockField(forms.TimeField):
    """A time of the day in India, written 11:00."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%H:%M", "%H.%M"])
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "width-10"})
        super().__init__(widget=widget, **kwargs)


class MeetingForm(forms.Form):
    """When, where and by what means a meeting is held, and on which rubric."""

    day = CivilDateField(label=gettext_lazy("Day"), not_before=civil_today)
    begins = ClockField(label=gettext_lazy("Begins at (IST)"))
    ends = ClockField(label=gettext_lazy("Ends at (IST)"))
    last_day = CivilDateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Only where it lasts longer than a day, as by circulation."),
    )
    mode = forms.ChoiceField(label=gettext_lazy("Held"), choices=Mode.choices, initial=Mode.HYBRID)
    place = PlainTextField(label=gettext_lazy("Place"), max_length=200, required=False)
    video_link = forms.URLField(
        label=gettext_lazy("Address of the video conference"),
        max_length=200,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Shown on the page of the meeting only, never in mail or calendar."),
    )
    rubric = forms.ModelChoiceField(
        label=gettext_lazy("Rubric"), queryset=RubricModel.objects.none(), empty_label=None
    )
    remarks = PlainTextField(
        label=gettext_lazy("Remarks for the notice"),
        multiline=True,
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, meeting: Meeting | None = None, **kwargs: Any) -> None:
        if meeting is not None:
            kwargs["initial"] = _initial_of(meeting)
        super().__init__(*args, **kwargs)
        field: Any = self.fields["rubric"]
        field.queryset = RubricModel.objects.approved()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("mode") in WITH_PLACE and not data.get("place"):
            self.add_error("place", _("Say where it is held."))
        if self.errors:
            return data
        begins_at = _instant(data["day"], data["begins"])
        ends_at = _instant(data["last_day"] or data["day"], data["ends"])
        if ends_at <= begins_at:
            field = "last_day" if data["last_day"] else "ends"
            self.add_error(field, _("The meeting ends after it begins: give a later time."))
        data["begins_at"], data["ends_at"] = begins_at, ends_at
        return data

    @property
    def particulars(self) -> dict[str, Any]:
        """What the actions take."""
        names = ("mode", "begins_at", "ends_at", "place", "video_link", "remarks", "rubric")
        return {name: self.cleaned_data[name] for name in names}


def _instant(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=IST)


def _initial_of(meeting: Meeting) -> dict[str, Any]:
    begins_at, ends_at = meeting.begins_at.astimezone(IST), meeting.ends_at.astimezone(IST)
    day, last_day = civil_date(meeting.begins_at), civil_date(meeting.ends_at)
    return {
        "day": day,
        "begins": begins_at.time(),
        "ends": ends_at.time(),
        "last_day": last_day if last_day != day else None,
        **{name: getattr(meeting, name) for name in ("mode", "place", "video_link", "remarks")},
        "rubric": meeting.rubric_id,
    }


class CancelForm(forms.Form):
    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("It stands in the notice that everybody gets."),
    )


class ReplyForm(forms.Form):
    """How a member will attend."""

    mode = forms.ChoiceField(
        label=gettext_lazy("How will you attend?"), widget=forms.RadioSelect, choices=[]
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["mode"]
        field.choices = [(mode.value, mode.label) for mode in ways_to_attend(meeting)]


def ways_to_attend(meeting: Meeting) -> list[Attendance.Mode]:
    """Return how a member may attend this meeting, and that he or she does not."""
    way = Attendance.Mode
    ways = {
        Mode.IN_PERSON: [way.PERSON],
        Mode.VIDEO: [way.VIDEO],
        Mode.HYBRID: [way.PERSON, way.VIDEO],
        Mode.CIRCULATION: [way.CIRCULATION],
    }
    return [*ways[Mode(meeting.mode)], way.ABSENT]


class InterestsForm(forms.Form):
    """One question for each item: what one has to do with it; "none" for the rest in one tick."""

    rest_is_none = forms.BooleanField(
        label=gettext_lazy("I have no interest in any of the items that I leave open."),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        items: Sequence[AgendaItem],
        answers: dict[int, Participation | Invitation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items, self.answers = items, answers
        for item in items:
            mine = answers[item.pk]
            self.fields[f"interest-{item.pk}"] = forms.ChoiceField(
                label=_("Interest in item %(number)s") % {"number": item.position},
                choices=[("", _("Not answered")), *Interest.choices],
                required=False,
                initial=mine.interest,
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.fields[f"note-{item.pk}"] = PlainTextField(
                label=_("Note on item %(number)s") % {"number": item.position},
                max_length=300,
                required=False,
                initial=mine.interest_note,
                widget=forms.TextInput(attrs={"class": "form-control"}),
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the table shows: each item with its two fields."""
        return [
            {
                "item": item,
                "interest": self[f"interest-{item.pk}"],
                "note": self[f"note-{item.pk}"],
            }
            for item in self.items
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given: dict[int, tuple[str, str]] = {}
        for item in self.items:
            interest, note = data.get(f"interest-{item.pk}", ""), data.get(f"note-{item.pk}", "")
            interest = interest or (Interest.NONE.value if data.get("rest_is_none") else "")
            if interest:
                given[item.pk] = (interest, note)
            elif note:
                self.add_error(f"interest-{item.pk}", _("Say which kind of interest it is."))
            if reason := policies.why_not_note(interest, note):
                self.add_error(f"note-{item.pk}", reason)
        if not given and not self.errors:
            self.add_error(None, _("Answer at least one item, or tick that there is no interest."))
        data["answers"] = given
        return data
