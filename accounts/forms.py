"""The service record as the officer states it, and the papers of its verification."""

import re
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import policies
from accounts.models import CadreAuthority, Officer, Rank, Service, State, User
from accounts.models.officers import OfficerQuerySet
from accounts.roles import Role
from accounts.service_picker import ServiceField
from igot.lib.dates import ascii_digits, civil_today, dmy, years_after
from igot.lib.fields import CivilDateField, PersonNameField, PlainTextField

YOUNGEST, OLDEST = 18, 80  # years: what a date of birth can be of somebody in service


def _youngest_birth() -> date:
    return years_after(civil_today(), -YOUNGEST)


def _oldest_birth() -> date:
    return years_after(civil_today(), -OLDEST)


class ServiceRecordForm(forms.Form):
    """What the officer declares; each date is checked against the others."""

    name = PersonNameField(
        label=gettext_lazy("Name as in service records"),
        error_messages={"required": gettext_lazy("Give your name as in your service records.")},
    )
    employee_code = PlainTextField(
        label=gettext_lazy("Employee or civil list code"), required=False, max_length=40
    )
    born_on = CivilDateField(
        label=gettext_lazy("Date of birth"),
        not_before=_oldest_birth,
        not_after=_youngest_birth,
        error_messages={
            "required": gettext_lazy("Give your date of birth as in your service book.")
        },
    )
    service = ServiceField(
        label=gettext_lazy("Service"),
        help_text=gettext_lazy("Type its name or acronym, in English or Hindi."),
    )
    cadre = forms.ModelChoiceField(
        State.objects.none(),
        label=gettext_lazy("Cadre or State"),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=gettext_lazy("Needed for the All India Services and the State services."),
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Group"),
        choices=[("", gettext_lazy("Choose your group")), *Officer.Group.choices],
        help_text=gettext_lazy("The group of the grade that you hold now."),
        error_messages={"required": gettext_lazy("Choose your group.")},
    )
    rank = forms.ModelChoiceField(
        Rank.objects.none(),
        label=gettext_lazy("Grade"),
        required=False,
        empty_label=gettext_lazy("Not in the list"),
    )
    allotment_year = forms.CharField(
        label=gettext_lazy("Year of allotment, batch or select list"),
        required=False,
        max_length=4,
        help_text=gettext_lazy("Four digits. Leave it empty if your service has none."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    joined_on = CivilDateField(
        label=gettext_lazy("Date of joining the service"),
        not_after=civil_today,
        error_messages={
            "required": gettext_lazy("Give the date on which you joined your service.")
        },
    )
    group_since = CivilDateField(
        label=gettext_lazy("In this group since"),
        required=False,
        not_after=civil_today,
        help_text=gettext_lazy(
            "DD.MM.YYYY. Needed when your group has changed: eligibility is decided by the group "
            "held on the day that the rules test."
        ),
    )
    designation = PlainTextField(label=gettext_lazy("Designation"), max_length=200)
    ministry = PlainTextField(label=gettext_lazy("Ministry, department or office"), max_length=200)
    mobile = forms.CharField(
        label=gettext_lazy("Mobile number"),
        required=False,
        max_length=15,
        help_text=gettext_lazy("Ten digits, for questions about your registration."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        self.officer = officer
        kwargs["initial"] = {name: getattr(officer, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if policies.is_birth_settled(officer):
            born_on = self.fields["born_on"]
            born_on.disabled = True
            born_on.help_text = _(
                "Verified. It is corrected only on an order: send the order to the Training "
                "Division."
            )
        self._choose("cadre", State.objects.order_by("name"))
        self._choose("rank", Rank.objects.order_by("service_key", "-group", "pk"))

    def _choose(self, name: str, rows: Any) -> None:
        field = cast(forms.ModelChoiceField, self.fields[name])
        field.queryset = rows
        field.label_from_instance = _LABELS[name]  # type: ignore[assignment,method-assign]

    def clean_employee_code(self) -> str | None:
        code = self.cleaned_data["employee_code"].strip().upper() or None
        taken = Officer.objects.exclude(pk=self.officer.pk).filter(employee_code=code)
        if code and taken.exists():
            raise ValidationError(
                _(
                    "Another officer has declared this code. Check it against your pay slip; if it "
                    "is right, write to the Training Division."
                )
            )
        return code

    def clean_allotment_year(self) -> int | None:
        text = ascii_digits(self.cleaned_data["allotment_year"]).strip()
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{4}", text):
            raise ValidationError(_("Give the year with four digits, for example 2012."))
        year, latest = int(text), civil_today().year
        if not 1950 <= year <= latest:
            raise ValidationError(
                _("Give a year from 1950 to %(latest)s.") % {"latest": str(latest)}
            )
        return year

    def clean_mobile(self) -> str:
        number = re.sub(r"[\s-]", "", self.cleaned_data["mobile"])
        if number and not re.fullmatch(r"(\+91|0)?[6-9][0-9]{9}", number):
            raise ValidationError(_("Give a mobile number of ten digits, for example 9876543210."))
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_dates(data)
        self._check_service(data)
        return data

    def _check_dates(self, data: dict[str, Any]) -> None:
        born, joined, year = (data.get(n) for n in ("born_on", "joined_on", "allotment_year"))
        if born and joined and joined < years_after(born, YOUNGEST):
            self.add_error(
                "joined_on",
                _("You turned %(age)s on %(day)s: the date of joining cannot be earlier.")
                % {"age": YOUNGEST, "day": dmy(years_after(born, YOUNGEST))},
            )
        since = data.get("group_since")
        if joined and since and since < joined:
            self.add_error(
                "group_since",
                _("You joined on %(day)s: the group cannot be held earlier.")
                % {"day": dmy(joined)},
            )
        if born and year and year < born.year + YOUNGEST:
            self.add_error(
                "allotment_year",
                _("You were born in %(born)s: the year of allotment cannot be before %(least)s.")
                % {"born": str(born.year), "least": str(born.year + YOUNGEST)},
            )

    def _check_service(self, data: dict[str, Any]) -> None:
        service, group, rank = (data.get(name) for name in ("service", "group", "rank"))
        if service and group and group not in service.group_list:
            self.add_error(
                "group",
                _("%(service)s has no Group %(group)s; it has: %(groups)s.")
                % {"service": service, "group": group, "groups": ", ".join(service.group_list)},
            )
        held = self.officer.postings.order_by("starts_on").last()
        is_unknown = bool(held and group and group != held.group and not data.get("group_since"))
        if is_unknown and "group_since" not in self.errors:
            self.add_error(
                "group_since",
                _(
                    "Give the day since which you hold Group %(group)s: your history ends with "
                    "another."
                )
                % {"group": group},
            )
        if service and rank and rank.service_key not in (service.code, service.family):
            self.add_error("rank", _("This grade belongs to another service."))
        elif rank and group and rank.group != group:
            self.add_error("rank", _("This grade is in Group %(group)s.") % {"group": rank.group})
        if service and not data.get("cadre") and service.family == Service.Family.AIS:
            self.add_error("cadre", _("Choose the cadre that you are allotted to."))


_LABELS = {
    "cadre": str,
    "rank": lambda row: f"{row.service_key}: {row}",
}


class ReasonForm(forms.Form):
    """One reason, in words that its reader can act on."""

    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        multiline=True,
        max_length=500,
        help_text=gettext_lazy("Say what is to be corrected and where it can be seen."),
        error_messages={"required": gettext_lazy("Give the reason.")},
    )


class PostingForm(forms.Form):
    """One posting of an officer, on an order."""

    starts_on = CivilDateField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("DD.MM.YYYY. It may lie ahead; then it takes effect on that day."),
    )
    group = forms.ChoiceField(label=gettext_lazy("Group"), choices=Officer.Group.choices)
    rank = forms.ModelChoiceField(
        Rank.objects.none(),
        label=gettext_lazy("Grade"),
        required=False,
        empty_label=gettext_lazy("Not in the list"),
    )
    designation = PlainTextField(label=gettext_lazy("Designation"), required=False, max_length=200)
    ministry = PlainTextField(
        label=gettext_lazy("Ministry, department or office"), required=False, max_length=200
    )
    order_reference = PlainTextField(
        label=gettext_lazy("Order"),
        max_length=150,
        help_text=gettext_lazy("Number and date."),
        error_messages={"required": gettext_lazy("Give number and date of the order.")},
    )

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        kwargs["initial"] = {"group": officer.group, "rank": officer.rank_id}
        super().__init__(*args, **kwargs)
        groups = officer.service.group_list if officer.service else []
        group = cast(forms.ChoiceField, self.fields["group"])
        group.choices = [choice for choice in Officer.Group.choices if choice[0] in groups]
        rank = cast(forms.ModelChoiceField, self.fields["rank"])
        rank.queryset = Rank.objects.of(officer.service).order_by("-group", "pk")


class BreaksForm(forms.Form):
    """The days of break in service, as the service book shows them."""

    break_days = forms.IntegerField(
        label=gettext_lazy("Days of break in service"),
        min_value=0,
        max_value=20_000,
        help_text=gettext_lazy("Extraordinary leave and suspension, in days; 0 for none."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "width-5"}),
    )
    order_reference = PlainTextField(
        label=gettext_lazy("Page of the service book, or order"),
        max_length=150,
        error_messages={"required": gettext_lazy("Say where it can be seen.")},
    )


class BirthDateForm(forms.Form):
    """The date of birth that an order gives."""

    born_on = CivilDateField(
        label=gettext_lazy("Date of birth by the order"),
        not_before=_oldest_birth,
        not_after=_youngest_birth,
    )
    order_reference = PlainTextField(
        label=gettext_lazy("Order"), max_length=150, help_text=gettext_lazy("Number and date.")
    )
    reason = PlainTextField(label=gettext_lazy("Reason"), multiline=True, max_length=500)


class QueueForm(forms.Form):
    """What of the queue of verification is shown; what makes no sense is not asked for."""

    state = forms.ChoiceField(
        label=gettext_lazy("Waits for"),
        required=False,
        choices=[
            ("", gettext_lazy("Verification")),
            ("returned", gettext_lazy("The officer, after a return")),
        ],
    )
    service = forms.ModelChoiceField(
        Service.objects.none(),
        label=gettext_lazy("Service"),
        required=False,
        empty_label=gettext_lazy("All services"),
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Group"),
        required=False,
        choices=[("", gettext_lazy("All groups")), *Officer.Group.choices],
    )
    authority = forms.ModelChoiceField(
        CadreAuthority.objects.none(),
        label=gettext_lazy("Cadre controlling authority"),
        required=False,
        empty_label=gettext_lazy("All authorities"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
        services = cast(forms.ModelChoiceField, self.fields["service"])
        rows = Service.objects.active().order_by("name")
        if user.has_role(Role.DEALING_HAND):
            services.queryset = rows
            authorities = cast(forms.ModelChoiceField, self.fields["authority"])
            authorities.queryset = CadreAuthority.objects.order_by("name")
        else:
            services.queryset = rows.of_nodal_officer(user)
            del self.fields["authority"]

    def rows_of(self, officers: OfficerQuerySet) -> OfficerQuerySet:
        """Return the queue that is asked for; an address that makes no sense asks for all."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        state = chosen.pop("state", "")
        return (officers.returned() if state else officers.awaiting_verification()).chosen(**chosen)
