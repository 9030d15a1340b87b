"""Forms of a delegation and of the way in which mail comes."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import delegation_policies
from accounts.models import NodalAppointment, User
from igot.lib.dates import civil_today
from igot.lib.fields import CivilDateField, PlainTextField


class AppointmentChoice(forms.ModelChoiceField):
    """An appointment, named by its authority."""

    def label_from_instance(self, appointment: Any) -> str:
        return str(appointment.authority)


class DelegationForm(forms.Form):
    """Who acts for the authority in one's place, and on which days."""

    appointment = AppointmentChoice(
        label=gettext_lazy("Cadre controlling authority"),
        queryset=NodalAppointment.objects.none(),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose the authority.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the delegate"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("The address with which they sign in to this portal."),
        error_messages={"required": gettext_lazy("Give the e-mail address of the delegate.")},
    )
    starts_on = CivilDateField(label=gettext_lazy("First day"), not_before=civil_today)
    until = CivilDateField(
        label=gettext_lazy("Last day"),
        not_before=civil_today,
        help_text=gettext_lazy("DD.MM.YYYY. The delegate still acts on this day."),
    )
    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        max_length=250,
        help_text=gettext_lazy("For example: on leave, on tour, on training."),
        error_messages={"required": gettext_lazy("Give the reason.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        own = NodalAppointment.objects.to_delegate(user).select_related("authority")
        field = cast(forms.ModelChoiceField, self.fields["appointment"])
        field.queryset = own
        if len(own) == 1:
            field.initial, field.widget = own[0].pk, forms.HiddenInput()

    def clean_email(self) -> User:
        """Return the active user of this address who may act in one's place."""
        email = self.cleaned_data["email"]
        found = User.objects.filter(email__iexact=email, is_active=True).first()
        if found is None:
            raise ValidationError(
                _("Nobody signs in with this address. Check it, or ask the colleague to sign up.")
            )
        if reason := delegation_policies.why_not_receive(found, self.user):
            raise ValidationError(reason)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("until")
        if first and last and last < first:
            self.add_error("until", _("The last day cannot be before the first."))
        return data


class MailForm(forms.Form):
    """How word of intimations is mailed."""

    wants_digest = forms.TypedChoiceField(
        label=gettext_lazy("Mail of intimations"),
        widget=forms.RadioSelect,
        coerce=lambda text: text == "daily",
        choices=[
            ("daily", gettext_lazy("In one mail a day")),
            ("once", gettext_lazy("Each at once, in a mail of its own")),
        ],
        error_messages={"required": gettext_lazy("Choose how the mail comes.")},
    )
