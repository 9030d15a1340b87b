"""Forms on the use of codes: reports, cases, declarations, and letters that ask for codes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from circulars.forms import ComposedPaperForm
from courses.models import Provider
from enrollment.forms.files import ProviderFileField
from enrollment.models import CouponBatch, CouponRequest, ReconciliationCase
from igot.lib.fields import CivilDateField, PlainTextField


class UsageFileForm(forms.Form):
    """A provider's report on the use of its codes, and the day up to which it tells."""

    provider = forms.ModelChoiceField(label=_("Provider"), queryset=Provider.objects.none())
    as_on = CivilDateField(
        label=_("Report as on"), help_text=_("The day up to which the report tells: DD.MM.YYYY.")
    )
    file = ProviderFileField(
        help_text=_(
            "One code a row, with the columns code and status, redeemed on or redeemed by. How a "
            "provider names its columns stands in the maps of columns."
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        providers = Provider.objects.filter(issues_coupons=True).order_by("name")
        self.fields["provider"].queryset = providers  # type: ignore[attr-defined]


class CloseCaseForm(forms.Form):
    """With what reason a case is closed."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", "---------"), *ReconciliationCase.BY_HAND]
    )
    remark = PlainTextField(
        label=_("Remark"),
        multiline=True,
        max_length=500,
        help_text=_("What was found, and on which file or letter it stands."),
    )


class DeclarationForm(forms.Form):
    """On which day the officer paid with the code."""

    redeemed_on = CivilDateField(label=_("Paid on"))


class RequestForm(ComposedPaperForm):
    """What the provider is asked for, and who signs; the text is composed from it."""

    codes = forms.IntegerField(label=_("Codes"), min_value=1, max_value=1_000_000)
    needed_by = CivilDateField(label=_("Needed by"))
    valid_until = CivilDateField(
        label=_("Valid at least until"),
        help_text=_("The last day of the batches that the codes are for."),
    )
    field_order = ("codes", "needed_by", "valid_until")  # the signatory below


class NameRequestForm(forms.Form):
    """Which of our letters a batch of codes answers."""

    request_id = forms.ModelChoiceField(
        label=_("Letter that it answers"), queryset=CouponRequest.objects.none()
    )
    takes_thing = True

    def __init__(self, *args: object, thing: CouponBatch | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if thing is not None:
            letters = CouponRequest.objects.outstanding_for(thing.course)
            self.fields["request_id"].queryset = letters  # type: ignore[attr-defined]

    def clean_request_id(self) -> int:
        key: int = self.cleaned_data["request_id"].pk
        return key
