"""Forms of a registration, one for each page, and of what the authority and the desk answer."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Provider, Run, RunQuerySet
from enrollment import facts
from enrollment.models import Enrollment
from igot.lib.dates import civil_today, dmy
from igot.lib.fields import PlainTextField

USERNAME = RegexValidator(
    r"\A[A-Za-z0-9._@+-]{2,100}\Z",
    gettext_lazy("Write the user name with letters of the Latin alphabet, digits, and . _ @ + -"),
)


class RunChoice(forms.ModelChoiceField):
    """A batch to choose, with the days that matter for choosing it."""

    def label_from_instance(self, run: Any) -> str:
        return _("%(run)s: begins on %(begins)s, register by %(closes)s") % {
            "run": run,
            "begins": dmy(run.commences_on),
            "closes": dmy(run.registration_closes_on),
        }


class RunForm(forms.Form):
    """Which batch to register for."""

    run = RunChoice(
        label=gettext_lazy("Batch"),
        queryset=Run.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose a batch."),
            "invalid_choice": gettext_lazy("This batch is not open for registration. Choose one."),
        },
    )

    def __init__(self, *args: Any, runs: RunQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["run"].queryset = runs  # type: ignore[attr-defined]


class AccountsForm(forms.Form):
    """The officer's user names at the provider."""

    platform_username = forms.CharField(max_length=100, validators=[USERNAME])
    programme_username = forms.CharField(max_length=100, validators=[USERNAME])

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("platform_username", provider.platform_account),
            ("programme_username", provider.programme_account),
        ):
            field = self.fields[name]
            field.label = label or _("User name on %(provider)s") % {"provider": provider}
            field.widget.attrs.update(autocomplete="off", autocapitalize="none", spellcheck="false")
        self.fields["platform_username"].help_text = _(
            "As it stands in your profile there: a user name, not your e-mail address or password."
        )
        if not provider.programme_account:
            del self.fields["programme_username"]
        else:
            self.fields["programme_username"].help_text = _(
                "Usually the same: the programme asks for the same user name."
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned.setdefault("programme_username", "")
        return cleaned


class DeclarationForm(forms.Form):
    """That the officer makes the declaration."""

    agree = forms.BooleanField(
        label=gettext_lazy("I have read this and declare it"),
        error_messages={"required": gettext_lazy("Tick the box to make the declaration.")},
    )


class ReasonForm(forms.Form):
    """A reason, in the words of whoever decides."""

    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        multiline=True,
        help_text=gettext_lazy("In whole sentences: the officer reads it."),
    )


class WithdrawalForm(forms.Form):
    """Why an officer withdraws."""

    reason = PlainTextField(label=gettext_lazy("Reason"), max_length=1000, multiline=True)

    def __init__(self, *args: Any, is_draft: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = not is_draft
        if not is_draft:
            self.fields["reason"].help_text = _(
                "In a sentence: your authority and the Training Division read it."
            )


class ConfirmForm(forms.Form):
    """Nothing is asked, but on the boundary of the age rule: were both readings considered?"""

    takes_thing = True

    def __init__(self, *args: Any, thing: Enrollment | None = None, **kwargs: Any) -> None:
        """Ask only about one registration; of many at once those on the boundary are left out."""
        super().__init__(*args, **kwargs)
        readings = facts.readings_to_consider(thing, civil_today()) if thing else []
        if readings:
            lines = ((said,) for said in readings)
            self.fields["readings_considered"] = forms.BooleanField(
                label=_("I considered both readings of the age limit"),
                help_text=format_html_join("", '<span class="desk-line">{}</span>', lines),
            )
