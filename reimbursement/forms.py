"""What officers and the desk enter on claims and payments, and how it is cleaned."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from igot.lib.dates import civil_today
from igot.lib.fields import CivilDateField, PersonNameField, PlainTextField, RupeeField
from igot.lib.money import dollars
from igot.lib.uploads import UploadField
from reimbursement import facts, rules
from reimbursement.actions import Admitted
from reimbursement.models import Claim, ClaimDocument, PaymentBatch, QueryItem
from reimbursement.states import Lane

MOST_USD = Decimal("99999.99")
MOST_INR = Decimal("9999999.99")
SHORT = forms.TextInput(attrs={"class": "width-10"})
LONGEST_QUERY = 1000
QUERIES_AT_ONCE = 5


class DollarField(RupeeField):
    """An amount in United States dollars, typed with or without its sign."""

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = value.strip().removeprefix("US").removeprefix("$").strip()
        return super().to_python(value)

    def validate(self, value: Decimal | None) -> None:
        forms.Field.validate(self, value)
        if value is not None and not self.min_value <= value <= (self.max_value or value):
            raise ValidationError(
                _("Enter an amount from %(least)s to %(most)s."),
                params={
                    "least": dollars(self.min_value),
                    "most": dollars(self.max_value or value),
                },
            )


class PaymentForm(forms.Form):
    """What was paid: when, in dollars, and the three lines of the debit in rupees."""

    paid_on = CivilDateField(
        label=_("Day on which you paid"),
        not_after=civil_today,
        help_text=_("The day of the debit on your statement: DD.MM.YYYY, for example 21.05.2019."),
    )
    fee_usd = DollarField(label=_("Course fee in US dollars"), max_value=MOST_USD)
    debited_inr = RupeeField(
        label=_("Rupees debited for the fee"),
        max_value=MOST_INR,
        help_text=_("Only the fee itself, without mark-up and tax."),
    )
    markup_inr = RupeeField(
        label=_("Foreign currency mark-up in rupees"),
        required=False,
        min_value=Decimal(0),
        max_value=MOST_INR,
        help_text=_("Leave blank if your statement shows none."),
    )
    tax_inr = RupeeField(
        label=_("Tax on the mark-up in rupees"),
        required=False,
        min_value=Decimal(0),
        max_value=MOST_INR,
        help_text=_("Leave blank if your statement shows none."),
    )

    def clean_markup_inr(self) -> Decimal:
        return self.cleaned_data["markup_inr"] or Decimal(0)

    def clean_tax_inr(self) -> Decimal:
        return self.cleaned_data["tax_inr"] or Decimal(0)

    @staticmethod
    def initial_of(claim: Claim) -> dict[str, Any]:
        """Return what the claim already says."""
        return {
            "paid_on": claim.paid_on,
            "fee_usd": claim.fee_usd,
            "debited_inr": claim.debited_inr,
            "markup_inr": claim.markup_inr or None,
            "tax_inr": claim.tax_inr or None,
        }


class PaperForm(forms.Form):
    """One paper: which it is, and the file, looked into before it is kept."""

    kind = forms.ChoiceField(choices=ClaimDocument.Kind.choices, widget=forms.HiddenInput)
    upload = UploadField(label=_("File"))

    def __init__(self, data: Any = None, files: Any = None, *, kind: str = "") -> None:
        super().__init__(data, files, initial={"kind": kind}, auto_id=f"id_{kind}_%s")


class BankForm(forms.Form):
    """The account that the money goes to; the number is entered twice."""

    payee_name = PersonNameField(
        label=_("Name as in the bank's records"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bank_name = PlainTextField(label=_("Name of the bank"), max_length=120)
    ifsc = forms.CharField(
        label=_("IFSC"),
        max_length=11,
        min_length=11,
        widget=SHORT,
        help_text=_("11 characters, on your cheque book: for example SBIN0000691."),
    )
    account_number = forms.CharField(
        label=_("Account number"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("9 to 18 digits. Stored sealed; pages show the last four digits only."),
    )
    account_again = forms.CharField(
        label=_("Account number once more"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_ifsc(self) -> str:
        code = self.cleaned_data["ifsc"].strip().upper()
        if not rules.is_ifsc(code):
            raise ValidationError(
                _("An IFSC is four letters, a zero, and six letters or digits: SBIN0000691.")
            )
        return code

    def clean_account_number(self) -> str:
        number = "".join(self.cleaned_data["account_number"].split())
        if not rules.is_account_number(number):
            raise ValidationError(_("An account number is 9 to 18 digits."))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        again = "".join(cleaned.pop("account_again", "").split())
        if "account_number" in cleaned and again != cleaned["account_number"]:
            self.add_error("account_again", _("The two account numbers differ."))
        return cleaned

    @staticmethod
    def initial_of(claim: Claim) -> dict[str, Any]:
        """Return what the claim already says, the account number aside."""
        return {
            "payee_name": claim.payee_name or claim.officer.name,
            "bank_name": claim.bank_name,
            "ifsc": claim.ifsc,
        }


class SubmitForm(forms.Form):
    """The declaration; and the reason where the claim comes late."""

    late_reason = PlainTextField(
        label=_("Why the claim comes late"), multiline=True, max_length=2000
    )
    declared = forms.BooleanField(
        label=_(
            "I declare that I paid this fee myself, that I have not claimed it from anybody else "
            "and will not, and that what I state here is true. I know that a wrong claim is "
            "recovered."
        )
    )

    def __init__(self, *args: Any, lane: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if lane == Lane.NORMAL:
            del self.fields["late_reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned.pop("declared", None)
        return cleaned


class AnswerForm(forms.Form):
    """An answer to each open query."""

    def __init__(self, *args: Any, queries: list[QueryItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queries = queries
        for query in queries:
            self.fields[f"answer_{query.pk}"] = PlainTextField(
                label=query.text, multiline=True, max_length=2000
            )

    @property
    def answers(self) -> dict[int, str]:
        return {query.pk: self.cleaned_data[f"answer_{query.pk}"] for query in self.queries}


# --- the desk ----------------------------------------------------------------------------------


class ReturnForm(forms.Form):
    """Up to five queries; at least one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, QUERIES_AT_ONCE + 1):
            self.fields[f"query_{number}"] = PlainTextField(
                label=_("Query %(number)s") % {"number": number},
                multiline=True,
                max_length=LONGEST_QUERY,
                required=number == 1,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean(self) -> dict[str, Any]:
        texts = [self.cleaned_data.get(name, "") for name in self.fields]
        return {"queries": [text for text in texts if text]}


class RecommendForm(forms.Form):
    """What is admitted of each line, as the rule has it unless the dealing hand admits less."""

    takes_thing = True
    lane_note = PlainTextField(
        label=_("Investigation or express sanction: number, date and gist"),
        multiline=True,
        max_length=2000,
    )

    def __init__(self, *args: Any, thing: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if thing.lane == Lane.NORMAL:
            del self.fields["lane_note"]
        derivation = facts.derivation_of(thing)
        self.lines = derivation.lines if derivation else ()
        labels = dict(thing.lines.model.Kind.choices)
        for line in self.lines:
            self.fields[f"{line.kind}_amount"] = RupeeField(
                label=_("%(line)s: admitted of ₹%(claimed)s")
                % {"line": labels[line.kind], "claimed": line.claimed},
                min_value=Decimal(0),
                max_value=line.admissible,
                initial=line.admissible,
            )
            self.fields[f"{line.kind}_reason"] = PlainTextField(
                label=_("Why less than claimed"),
                max_length=300,
                required=False,
                initial=WHY_LESS.get(line.why, ""),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        admitted = {}
        for line in self.lines:
            amount = cleaned.get(f"{line.kind}_amount")
            reason = cleaned.get(f"{line.kind}_reason", "")
            if amount is None:
                continue
            if amount < line.claimed and not reason:
                self.add_error(f"{line.kind}_reason", _("Say why less than claimed is admitted."))
            admitted[line.kind] = Admitted(amount=amount, reason=reason)
        note = {"lane_note": cleaned["lane_note"]} if cleaned.get("lane_note") else {}
        return {"admitted": admitted, **note}


WHY_LESS = {
    "above_ceiling": _("Above the ceiling at the reference rate."),
    "not_admissible": _("Not admissible under the policy: the fee alone comes back."),
}


class RemarkForm(forms.Form):
    """What is to be looked at again."""

    remark = PlainTextField(
        label=_("What is to be looked at again"), multiline=True, max_length=2000
    )


class ReasonForm(forms.Form):
    """Reasons that are read by others."""

    reason = PlainTextField(label=_("Reasons"), multiline=True, max_length=2000)


class SanctionForm(forms.Form):
    """For how much, and by whose concurrence."""

    takes_thing = True
    amount = RupeeField(label=_("Amount sanctioned, in whole rupees"), min_value=Decimal(1))
    ifd_number = PlainTextField(
        label=_("Diary number of the Integrated Finance Division"), max_length=60, required=False
    )
    ifd_dated_on = CivilDateField(
        label=_("Date of its concurrence"), required=False, not_after=civil_today
    )

    def __init__(self, *args: Any, thing: Claim, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"amount": thing.recommended_amount})
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        if isinstance(amount, RupeeField):
            amount.max_value = thing.recommended_amount


class TakeOutForm(forms.Form):
    """Which line leaves a batch that is still being drawn up."""

    takes_thing = True

    def __init__(self, *args: Any, thing: PaymentBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = thing.lines.in_batch().select_related("claim")
        self.fields["line_id"] = forms.TypedChoiceField(
            label=_("Line"),
            coerce=int,
            choices=[(line.pk, f"{line.reference}: {line.claim}") for line in lines],
        )


class ReturnFileForm(forms.Form):
    """The file that came back from the bank or the paying office."""

    file = forms.FileField(label=_("Return file"), help_text=_("CSV, at most 5 MB."))

    def clean(self) -> dict[str, Any]:
        sent = self.cleaned_data.get("file")
        if sent is None:
            return self.cleaned_data
        if sent.size > 5_000_000:
            raise ValidationError(_("The file is larger than 5 MB."))
        return {"file_name": sent.name, "content": sent.read()}
