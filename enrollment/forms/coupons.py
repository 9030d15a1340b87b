"""Forms on coupons: showing the code, and what the desk asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from enrollment.forms.files import ProviderFileField
from igot.lib.fields import PlainTextField


class RevealForm(forms.Form):
    """That the officer is ready to copy the code, which is shown once."""

    ready = forms.BooleanField(
        label=_("I am ready to copy the code now."),
        error_messages={"required": _("Tick this first: the code is shown once only.")},
    )


class CouponFileForm(forms.Form):
    """A coupon file of the provider, for one course."""

    course = forms.ModelChoiceField(label=_("Course"), queryset=Course.objects.none())
    letter_reference = PlainTextField(label=_("Letter of the provider"), max_length=150)
    file = ProviderFileField(
        help_text=_(
            "One code a row, with the columns code, valid until (DD.MM.YYYY) and price in US$. "
            "A column course or status is read too, where there is one."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = Course.objects.filter(provider__issues_coupons=True)
        self.fields["course"].queryset = courses.order_by("title")  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is taken back, returned or closed: the officer reads it."""

    reason = PlainTextField(label=_("Reason"), multiline=True, max_length=250)
