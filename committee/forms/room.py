"""What is typed in the committee room: declarations, score sheets, votes, decisions."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committee.models import (
    MOST_POINTS,
    Attendance,
    Criterion,
    Currency,
    Interest,
    Outcome,
    Proposal,
    Vote,
)
from committee.policies import resolutions as policies
from committee.terms import Terms
from courses.models import Course
from eligibility.models import RuleSet
from igot.lib.fields import CivilDateField, PlainTextField

NO_CHOICE = ("", "---------")
STANDS = gettext_lazy("This is my vote; I know that it cannot be changed afterwards")


class InterestForm(forms.Form):
    """Whether a member has an interest in the item."""

    interest = forms.ChoiceField(
        label=gettext_lazy("Your interest in this item"),
        choices=Interest.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what applies, or “None”.")},
    )
    note = PlainTextField(
        label=gettext_lazy("What the interest is"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Where it is another one, or to explain it."),
    )


class SheetForm(forms.Form):
    """Points from 0 to 10 on each criterion of the rubric, and a remark."""

    def __init__(self, data: Any = None, *, criteria: Iterable[Any], remark: str = "") -> None:
        self.criteria = {f"points_{criterion.pk}": criterion for criterion in criteria}
        initial: dict[str, Any] = {
            name: getattr(criterion, "own_points", None)
            for name, criterion in self.criteria.items()
        }
        initial["remark"] = remark
        super().__init__(data, initial=initial, auto_id="sheet_%s")
        for name, criterion in self.criteria.items():
            self.fields[name] = forms.TypedChoiceField(
                label=str(criterion),
                choices=[(number, str(number)) for number in range(MOST_POINTS + 1)],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("Points run from 0 to 10.")},
            )
        self.fields["remark"] = PlainTextField(
            label=_("Remark"), multiline=True, required=False, max_length=2000
        )

    @property
    def rows(self) -> list[tuple[Criterion, forms.BoundField]]:
        """Return each criterion with its field."""
        return [(criterion, self[name]) for name, criterion in self.criteria.items()]

    @property
    def is_handed_in(self) -> bool:
        return "hand_in" in self.data

    @property
    def points(self) -> dict[int, int]:
        """The points given, criterion by criterion."""
        given = ((c.pk, self.cleaned_data.get(name)) for name, c in self.criteria.items())
        return {key: number for key, number in given if number is not None}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_handed_in:
            for name in self.criteria:
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Give points from 0 to 10, or keep a draft."))
        return data


class VoteForm(forms.Form):
    """A vote, and that it is meant."""

    vote = forms.ChoiceField(
        label=gettext_lazy("Shall the course be shortlisted?"),
        choices=Vote.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose for, against or abstain."),
            "invalid_choice": gettext_lazy("Choose for, against or abstain."),
        },
    )
    sure = forms.BooleanField(
        label=STANDS,
        error_messages={"required": gettext_lazy("Tick the box: a vote once cast stands.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="vote_%s")


class TieForm(VoteForm):
    """The chair's casting vote."""

    vote = forms.ChoiceField(
        label=gettext_lazy("The votes are tied. Your casting vote?"),
        choices=[choice for choice in Vote.choices if choice[0] != Vote.ABSTAIN],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose for or against."),
            "invalid_choice": gettext_lazy("Choose for or against."),
        },
    )


class PresenceForm(forms.Form):
    """How a member attends from now on."""

    seat = forms.IntegerField(min_value=1)
    mode = forms.ChoiceField(choices=Attendance.Mode.choices)


class ReasonForm(forms.Form):
    """Why an item is carried over or opened again."""

    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("In a sentence: it stands in the record of the meeting."),
    )


class DecisionForm(forms.Form):
    """What the committee resolved, why, and on what terms."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what the committee resolved.")},
    )
    reasons = PlainTextField(label=gettext_lazy("Reasons"), multiline=True, max_length=4000)
    reasons_hi = PlainTextField(
        label=gettext_lazy("Reasons in Hindi"), multiline=True, max_length=4000, required=False
    )
    rule_set_code = forms.ChoiceField(
        label=gettext_lazy("Categories of officers (rule set)"), required=False
    )
    audience = PlainTextField(
        label=gettext_lazy("Who may join, in plain words"),
        multiline=True,
        max_length=2000,
        required=False,
    )
    audience_hi = PlainTextField(
        label=gettext_lazy("Who may join, in Hindi"),
        multiline=True,
        max_length=2000,
        required=False,
    )
    certification = forms.ChoiceField(
        label=gettext_lazy("Certification"),
        choices=[NO_CHOICE, *Course.Certification.choices],
        required=False,
    )
    fee_ceiling = forms.DecimalField(
        label=gettext_lazy("Fee ceiling"),
        max_digits=10,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        help_text=gettext_lazy("Empty where the committee sets none."),
        error_messages={
            "min_value": gettext_lazy("A fee ceiling is zero or more."),
            "invalid": gettext_lazy("Write the amount in digits, for example 175 or 8315.50."),
        },
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency of the ceiling"),
        choices=[NO_CHOICE, *((code, Currency(code).label) for code in policies.CEILINGS)],
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy(
                "Choose the currency of the ceiling: US dollars or rupees."
            )
        },
    )
    credit_points = forms.IntegerField(
        label=gettext_lazy("Credit points"), min_value=0, max_value=1000, required=False
    )
    valid_from = CivilDateField(label=gettext_lazy("Valid from"), required=False)
    valid_to = CivilDateField(
        label=gettext_lazy("Valid until"),
        required=False,
        help_text=gettext_lazy("Empty where it is valid until further orders."),
    )

    ABOUT: tuple[str, ...] = ("outcome", "reasons", "reasons_hi")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rule_set_code"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy, cannot fail
        rule_sets = RuleSet.objects.order_by("code")
        field.choices = [NO_CHOICE, *((rules.code, str(rules)) for rules in rule_sets)]

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(**{name: data[name] for name in Terms.__dataclass_fields__})

    @property
    def decided(self) -> list[forms.BoundField]:
        return [self[name] for name in self.ABOUT]

    @property
    def on_terms(self) -> list[forms.BoundField]:
        names = [name for name in Terms.__dataclass_fields__ if name not in self.ABOUT]
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        fields = Terms.__dataclass_fields__
        known = {name: value for name, value in data.items() if name in fields}
        terms = Terms(**{"outcome": "", "reasons": "", **known})
        for name, sentence in policies.why_not_terms(terms).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return data


class CorrectionForm(DecisionForm):
    """A resolution put right, and why."""

    why = PlainTextField(
        label=gettext_lazy("What is put right, and why"),
        max_length=300,
        help_text=gettext_lazy("In a sentence: the chair reads it before confirming the minutes."),
    )

    ABOUT = ("why", *DecisionForm.ABOUT)


def proposed_terms(proposal: Proposal, *, carries: bool) -> dict[str, Any]:
    """Fill in what the proposal says, and the outcome that the votes bear."""
    has_ceiling = proposal.currency in policies.CEILINGS
    return {
        "outcome": Outcome.SHORTLISTED if carries else "",
        "rule_set_code": proposal.rule_set_code,
        "audience": proposal.officers,
        "certification": proposal.certification,
        "fee_ceiling": proposal.fee if has_ceiling else None,
        "currency": proposal.currency if has_ceiling else "",
    }
