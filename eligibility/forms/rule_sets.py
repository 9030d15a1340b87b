"""What is typed of a version of a rule set and of its audience, and what is wrong with it."""

from difflib import get_close_matches
from typing import Any

from django import forms
from django.forms.models import construct_instance
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk import DeskForm
from accounts.directory import Directory, ServiceNotFound, key_of
from accounts.models import Service
from eligibility import facts, policies
from eligibility.models import RuleSetVersion
from eligibility.rules import OUTSIDE
from igot.lib.fields import CivilDateField, PlainTextField


class ReadBackForm(DeskForm):
    """A form that may also be read back unsaved: then it asks the table nothing."""

    is_read_back = False

    def _post_clean(self) -> None:
        if self.is_read_back:
            construct_instance(self, self.instance)
        else:
            super()._post_clean()


class VersionForm(ReadBackForm):
    """The rules of a draft: what cannot be is said at its field."""

    effective_from = CivilDateField(label=capfirst(gettext_lazy("from")))
    effective_to = CivilDateField(label=capfirst(gettext_lazy("until")), required=False)
    joining_stands_in_for = forms.MultipleChoiceField(
        label=capfirst(
            gettext_lazy("services counted from joining where no year of allotment is known")
        ),
        choices=Service.Basis,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("By what the list of services says that their service counts from."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("effective_from"), given.get("effective_to")
        if first and last and last < first:
            self.add_error("effective_to", _("The last day lies before the first day."))
        rule_set = given.get("rule_set") or getattr(self.instance, "rule_set", None)
        if first and rule_set:
            draft = RuleSetVersion(pk=self.instance.pk, rule_set=rule_set, effective_from=first)
            if reason := policies.why_not_from(draft):
                self.add_error("effective_from", reason)
        return given


class LineForm(ReadBackForm):
    """A line of the audience: a family or a service, by its code, and a group."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name each field for those who do not see the head of its column."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("aria-label", field.label)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        family, code = given.get("family", ""), given.get("service_code", "")
        if family and code:
            self.add_error("service_code", _("Give a family or a service, not both."))
        elif not family and not code and "service_code" not in self.errors:
            self.add_error("family", _("Give a family, or the code of one service."))
        if family == OUTSIDE:
            self.add_error("family", _("Services outside the programme are never admitted."))
        if code and "service_code" not in self.errors:
            self._check_code(code)
        return given

    def _check_code(self, code: str) -> None:
        if Service.objects.filter(code=code).exists():
            return
        known = suggested(code, facts.directory_for_roll())
        said = _("There is no service with the code “%(code)s”.") % {"code": code}
        if known:
            said += " " + _("Did you mean %(codes)s?") % {"codes": ", ".join(known)}
        self.add_error("service_code", said)


def suggested(text: str, directory: Directory[Any]) -> list[str]:
    """List up to three services that `text` may mean: by another name, or by a slip of the pen."""
    try:
        found = [directory.find(text)]
    except ServiceNotFound as unknown:
        found = list(unknown.candidates)
    if not found:
        by_key = {key_of(service.code): service for service in directory.services.values()}
        by_key |= {key_of(service.name): service for service in directory.services.values()}
        close = get_close_matches(key_of(text), by_key, n=3, cutoff=0.6)
        found = list({by_key[key].code: by_key[key] for key in close}.values())
    return [f"{service.code} ({service.name})" for service in found[:3]]


class DraftForm(forms.Form):
    """From when a new version is to be in force, and by which circular."""

    effective_from = CivilDateField(label=gettext_lazy("In force from"))
    circular_reference = PlainTextField(
        label=gettext_lazy("Circular"),
        max_length=200,
        help_text=gettext_lazy("Number and date of what changes the rules."),
    )
