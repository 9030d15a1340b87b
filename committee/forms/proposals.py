"""What is asked of a proposed course, of its screening, and why one comes back."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from committee import likeness
from committee.likeness import Known
from committee.models import Currency, Proposal, ScreeningAnswer, ScreeningPoint
from committee.outline import parse_outline
from committee.policies import proposals as policies
from courses.models import Certification, Course, Provider
from igot.lib.dates import civil_today
from igot.lib.fields import CivilDateField, PlainTextField
from igot.lib.money import parse_amount

LARGEST_FEE = Decimal("99999999.99")
LONGEST_TEXT = 4000
CHOOSE = ("", gettext_lazy("Choose"))


class FeeField(forms.Field):
    """An amount in whatever currency the field beside it names; 0 is a free course."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "class": "width-10"}

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        typed = str(value).strip()
        if typed.startswith(("-", "−")):
            raise ValidationError(_("A fee cannot be below zero. Write 0 for a free course."))
        try:
            amount = parse_amount(typed)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if amount > LARGEST_FEE:
            raise ValidationError(_("This amount is too large."))
        return amount


def _text(label: Any, most: int = LONGEST_TEXT, rows: int = 4, **given: Any) -> PlainTextField:
    widget = forms.Textarea(attrs={"rows": rows})
    return PlainTextField(label=label, multiline=True, max_length=most, widget=widget, **given)


def _number(label: Any, most: int) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "width-10"})
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=most, widget=widget
    )


class ProposalForm(forms.Form):
    """A proposal; the same checks for a page and for the rows of a file."""

    source = forms.ChoiceField(label=gettext_lazy("Proposed by"))
    proposer = PlainTextField(
        label=gettext_lazy("Name of the proposer"),
        max_length=150,
        help_text=gettext_lazy("Institute, Ministry or section."),
    )
    proposer_email = forms.EmailField(
        label=gettext_lazy("E-mail address of the proposer"), required=False
    )
    letter_reference = PlainTextField(
        label=gettext_lazy("Letter or note"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("Number and date."),
    )
    received_on = CivilDateField(label=gettext_lazy("Received on"), not_after=civil_today)
    institute_name = PlainTextField(
        label=gettext_lazy("Institute"),
        max_length=150,
        help_text=gettext_lazy("Who offers the course."),
    )
    title = PlainTextField(label=gettext_lazy("Title"), max_length=150)
    title_hi = PlainTextField(label=gettext_lazy("Title in Hindi"), required=False, max_length=150)
    level = forms.ChoiceField(
        label=gettext_lazy("Level"), required=False, choices=[CHOOSE, *Course.Level.choices]
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"), choices=Course.Mode.choices, initial=Course.Mode.RUN
    )
    language = PlainTextField(
        label=gettext_lazy("Language"), max_length=60, initial="English", strip=True
    )
    weeks = _number(gettext_lazy("Weeks"), 104)
    least_weekly_hours = _number(gettext_lazy("Hours a week, at least"), 60)
    most_weekly_hours = _number(gettext_lazy("Hours a week, at most"), 60)
    fee = FeeField(
        label=gettext_lazy("Fee"),
        required=False,
        help_text=gettext_lazy("In figures; 0 where it is free. Leave blank if not known yet."),
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"), required=False, choices=[CHOOSE, *Currency.choices]
    )
    certification = forms.ChoiceField(
        label=gettext_lazy("Certification offered"), choices=[CHOOSE, *Certification.choices]
    )
    website = forms.URLField(
        label=gettext_lazy("Page of the course"), required=False, assume_scheme="https"
    )
    objective = _text(gettext_lazy("Objective"))
    objective_hi = _text(gettext_lazy("Objective in Hindi"), required=False)
    prerequisites = _text(gettext_lazy("Prerequisites"), rows=2, required=False)
    outline = _text(
        gettext_lazy("Outline"),
        most=12_000,
        rows=10,
        required=False,
        help_text=gettext_lazy("A module a line; its units on the lines below, each after a dash."),
    )
    reasons = _text(gettext_lazy("Why this course"))
    officers = _text(gettext_lazy("For which officers"), rows=2)
    rule_set_code = forms.ChoiceField(
        label=gettext_lazy("Categories of officers (rule set)"), required=False
    )
    comparable = _text(
        gettext_lazy("Comparable courses"),
        rows=2,
        required=False,
        help_text=gettext_lazy("Of other institutes, with what tells them apart."),
    )

    def __init__(
        self,
        *args: Any,
        sources: Iterable[tuple[str, Any]],
        rule_sets: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("source", list(sources))
        self._offer("rule_set_code", [CHOOSE, *rule_sets])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 – for the reader of types
        field.choices = choices

    def clean_outline(self) -> str:
        text: str = self.cleaned_data["outline"]
        if faults := parse_outline(text).faults:
            raise ValidationError([str(fault) for fault in faults[:10]])
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._clean_fee(data)
        least, most = data.get("least_weekly_hours"), data.get("most_weekly_hours")
        if least and most and most < least:
            self.add_error(
                "most_weekly_hours",
                _("At most cannot be less than at least (%(hours)s).") % {"hours": least},
            )
        return data

    def _clean_fee(self, data: dict[str, Any]) -> None:
        if {"fee", "currency"} & set(self.errors):
            return
        if data.get("fee") is not None and not data.get("currency"):
            self.add_error("currency", _("Say in which currency the fee is."))
        if data.get("fee") is None and data.get("currency"):
            self.add_error("fee", _("Give the fee, or leave the currency blank too."))


class Group(NamedTuple):
    """Some fields of a form under one heading."""

    key: str
    heading: str
    fields: list[Any]


GROUPS = (
    (
        "from",
        gettext_lazy("Who proposes"),
        "source proposer proposer_email letter_reference received_on",
    ),
    (
        "course",
        gettext_lazy("The course"),
        "institute_name provider title title_hi level mode language website",
    ),
    (
        "terms",
        gettext_lazy("Effort, fee and certification"),
        "weeks least_weekly_hours most_weekly_hours fee currency certification",
    ),
    (
        "content",
        gettext_lazy("What it teaches"),
        "objective objective_hi prerequisites outline",
    ),
    ("why", gettext_lazy("Why, and for whom"), "reasons officers rule_set_code comparable"),
)


class ProposalPageForm(ProposalForm):
    """The form of a page: what its user may propose, and a warning of what is there already."""

    provider = forms.ModelChoiceField(
        Provider.objects.none(),
        label=gettext_lazy("Provider of the platform"),
        required=False,
        empty_label=gettext_lazy("Not one of these"),
    )
    is_another = forms.BooleanField(
        label=gettext_lazy("It is another course than those named above"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(
        self,
        *args: Any,
        user: User,
        known: Iterable[Known] = (),
        proposal: Proposal | None = None,
        **kwargs: Any,
    ) -> None:
        sources = policies.sources_of(user)
        if proposal is not None and proposal.source not in sources:
            sources.append(Proposal.Source(proposal.source))
        super().__init__(*args, sources=[(s.value, s.label) for s in sources], **kwargs)
        self.user, self.known, self.proposal = user, known, proposal
        self.alike: list[Known] = []
        providers = self.fields["provider"]
        assert isinstance(providers, forms.ModelChoiceField)  # noqa: S101 – as above
        providers.queryset = Provider.objects.order_by("name")
        if len(sources) == 1:
            self.fields["source"].initial = sources[0]
            self.fields["source"].disabled = True
        self._name_ministries(sources)
        self.fields["institute_name"].widget.attrs["list"] = "institutes"

    def _name_ministries(self, sources: list[Proposal.Source]) -> None:
        """Let a nodal officer choose among the own authorities only."""
        if sources != [Proposal.Source.MINISTRY]:
            return
        names = policies.ministries_of(self.user) or []
        self.fields["proposer"] = forms.ChoiceField(
            label=_("Ministry or Department"),
            choices=[(name, name) for name in names],
            error_messages={"required": _("You act for no Ministry or Department at present.")},
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        named = (data.get("source", ""), data.get("proposer", ""))
        was = self.proposal
        is_new = was is None or named != (was.source, was.proposer)
        if all(named) and is_new and (reason := policies.why_not_source(*named, self.user)):
            self.add_error("proposer", reason)
        self._warn_of_alike(data)
        return data

    def _warn_of_alike(self, data: dict[str, Any]) -> None:
        titles = (data.get("title", ""), data.get("title_hi", ""))
        self.alike = likeness.like(titles, data.get("institute_name", ""), self.known)
        if not self.alike:
            return
        self.fields["is_another"].widget = forms.CheckboxInput()
        if not data.get("is_another"):
            self.add_error(
                "is_another",
                _("This may be proposed or offered already. Compare; if it differs, tick here."),
            )

    @property
    def said(self) -> dict[str, Any]:
        """What the form says of the proposal, by the names of its columns."""
        return {n: value for n, value in self.cleaned_data.items() if n != "is_another"}

    @classmethod
    def of_proposal(cls) -> list[str]:
        """Name the columns of a proposal that the form shows."""
        return [name for name in cls.base_fields if name != "is_another"]

    def groups(self) -> list[Group]:
        """The fields under their headings, in the order of the paper."""
        return [
            Group(key, str(heading), [self[name] for name in names.split() if name in self.fields])
            for key, heading, names in GROUPS
        ]


class WhyForm(forms.Form):
    """Why a proposal comes back, ends or is taken up again, in words for its proposer."""

    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        multiline=True,
        max_length=500,
        error_messages={"required": gettext_lazy("Give the reason.")},
    )


class Question(NamedTuple):
    """A question of the checklist with its two fields."""

    point: ScreeningPoint
    answer: Any
    remark: Any


class ScreeningForm(forms.Form):
    """The checklist: yes, no or does not apply, and a remark, for each question in use."""

    def __init__(
        self,
        *args: Any,
        points: Sequence[ScreeningPoint],
        answers: Iterable[ScreeningAnswer] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.points = list(points)
        known = {answer.point_id: answer for answer in answers}
        for number, point in enumerate(self.points, start=1):
            before = known.get(point.pk)
            choices = [
                choice
                for choice in ScreeningAnswer.Answer.choices
                if not (point.is_required and choice[0] == ScreeningAnswer.Answer.NOT_APPLICABLE)
            ]
            self.fields[f"answer_{point.pk}"] = forms.ChoiceField(
                label=f"{number}. {point}",
                choices=choices,
                required=False,
                widget=forms.RadioSelect,
                initial=before.answer if before else "",
            )
            self.fields[f"remark_{point.pk}"] = PlainTextField(
                label=_("Remark"),
                required=False,
                max_length=300,
                initial=before.remark if before else "",
            )

    def questions(self) -> list[Question]:
        return [
            Question(point, self[f"answer_{point.pk}"], self[f"remark_{point.pk}"])
            for point in self.points
        ]

    def clean(self) -> dict[str, Any]:
        """Say at each required question that is not answered with yes why it cannot pass."""
        data = super().clean() or {}
        for point in self.points if "passes" in self.data else ():
            given = data.get(f"answer_{point.pk}")
            if point.is_required and given != ScreeningAnswer.Answer.YES:
                self.add_error(
                    f"answer_{point.pk}",
                    _("Answer this with yes before the proposal passes, or return the proposal.")
                    if given
                    else _("Answer this question before the proposal passes."),
                )
        return data

    @property
    def answers(self) -> dict[int, tuple[str, str]]:
        return {
            point.pk: (
                self.cleaned_data.get(f"answer_{point.pk}", ""),
                self.cleaned_data.get(f"remark_{point.pk}", ""),
            )
            for point in self.points
        }
