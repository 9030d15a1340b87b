"""The switches and numbers of a version, to be tried out before they are law."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.models import construct_instance
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Officer, Service
from eligibility import facts
from eligibility.models import AudienceEntry, RuleSetVersion
from eligibility.reasons import group_name
from eligibility.rules import OUTSIDE, RuleBook
from eligibility.switches import SWITCHES, Place, place_of

MOST_SERVICES_NAMED: Final = 20
YES_OR_NO: Final = (("true", gettext_lazy("Yes")), ("false", gettext_lazy("No")))
ANSWERS: Final = (("", gettext_lazy("not named")), *AudienceEntry.Answer.choices)


class AudienceRow(NamedTuple):
    """A family or a service of the audience, with a field for each group that it can have."""

    label: str
    cells: list[tuple[str, BoundField | None]]


class WhatIfForm(forms.ModelForm):
    """A version with changes that nobody has stored; what is not said stays as in the draft.

    The address carries them, so that a page of results can be kept or sent to a colleague.
    """

    add_service = forms.ChoiceField(
        label=gettext_lazy("Name one more service"),
        required=False,
        help_text=gettext_lazy("It gets a line of its own in the table."),
    )

    class Meta:
        model = RuleSetVersion
        fields = SWITCHES

    def __init__(
        self,
        given: Mapping[str, Any],
        *,
        version: RuleSetVersion,
        services: Iterable[Service],
    ) -> None:
        self.stored = version
        self._services = {service.code: service for service in services}
        self._entries = {place_of(entry): entry for entry in version.audience.all()}
        asked = given if isinstance(given, QueryDict) else QueryDict(mutable=True)
        self._named = self._services_named(asked)
        self.said = self._with_the_draft(asked)
        super().__init__(self.said, instance=copy.copy(version))
        self._ask_switches()
        self._ask_audience()

    # --- what is asked ----------------------------------------------------------------------

    def _ask_switches(self) -> None:
        for name, field in list(self.fields.items()):
            if isinstance(field, forms.BooleanField):
                self.fields[name] = forms.TypedChoiceField(
                    label=field.label, choices=YES_OR_NO, coerce=lambda text: text == "true"
                )
        self.fields["joining_stands_in_for"] = forms.MultipleChoiceField(
            label=self.fields["joining_stands_in_for"].label,
            choices=Service.Basis.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        for field in self.fields.values():
            if isinstance(field, forms.IntegerField):
                field.widget.attrs["class"] = "width-4"

    def _ask_audience(self) -> None:
        field = self.fields["add_service"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy, cannot fail
        field.choices = [
            ("", _("None")),
            *(
                (code, str(service))
                for code, service in self._services.items()
                if code not in self._named
            ),
        ]
        for key in self._keys():
            kind, code, group = key
            self.fields["-".join(key)] = forms.ChoiceField(
                label=_("Group %(group)s of %(services)s")
                % {"group": group_name(group), "services": self._name_of(kind, code)},
                choices=ANSWERS,
                required=False,
            )

    def _keys(self) -> Iterator[Place]:
        for family in Service.Family.values:
            if family != OUTSIDE:
                yield from (("family", family, group) for group in Officer.Group.values)
        for code in self._named:
            yield from (("service", code, group) for group in self._groups_of(code))

    def _groups_of(self, code: str) -> list[str]:
        """List the groups of a service, and those that the draft names although it has none."""
        service = self._services.get(code)
        has = set(service.group_list) if service else set()
        has |= {group for _kind, named, group in self._entries if named == code}
        return [group for group in Officer.Group.values if group in has]

    def _services_named(self, asked: QueryDict) -> list[str]:
        named = [code for kind, code, _group in self._entries if kind == "service"]
        named += [
            name.removeprefix("service-").rpartition("-")[0]
            for name in asked
            if name.startswith("service-")
        ]
        named.append(asked.get("add_service", ""))
        known = [code for code in dict.fromkeys(named) if self._is_known(code)]
        return known[: max(MOST_SERVICES_NAMED, len(self._entries))]

    def _is_known(self, code: str) -> bool:
        return code in self._services or ("service", code) in {key[:2] for key in self._entries}

    def _name_of(self, kind: str, code: str) -> str:
        if kind == "family":
            return str(Service.Family(code).label)
        service = self._services.get(code)
        return (service.acronym or str(service)) if service else code

    def _post_clean(self) -> None:
        """Fill in the copy and check its fields; what is never stored needs no look at others."""
        construct_instance(self, self.instance, SWITCHES)
        wrong = {name for name in SWITCHES if name in self.errors}
        others = {field.name for field in self.instance._meta.fields} - set(SWITCHES)
        try:
            self.instance.clean_fields(exclude=wrong | others)
        except ValidationError as broken:
            self._update_errors(broken)  # type: ignore[attr-defined]  # absent from the stubs

    def _with_the_draft(self, asked: QueryDict) -> QueryDict:
        """Fill in what is not said from the draft."""
        data = QueryDict(mutable=True)
        for name in SWITCHES:
            value = getattr(self.stored, name)
            if isinstance(value, list):
                data.setlist(name, asked.getlist(name) if "what_if" in asked else value)
            else:
                data[name] = asked.get(name, _written(value))
        for key in self._keys():
            entry = self._entries.get(key)
            data["-".join(key)] = asked.get("-".join(key), entry.answer if entry else "")
        return data

    # --- what the page and the statement take from it -----------------------------------------

    @property
    def switches(self) -> list[BoundField]:
        return [self[name] for name in SWITCHES]

    @property
    def groups(self) -> list[str]:
        return [str(label) for label in Officer.Group.labels]

    @property
    def rows(self) -> list[AudienceRow]:
        """The audience as a table: families, then the services named, by group."""
        rows: dict[tuple[str, str], list[BoundField | None]] = {}
        places = {group: place for place, group in enumerate(Officer.Group.values)}
        for kind, code, group in self._keys():
            cells = rows.setdefault((kind, code), [None] * len(places))
            cells[places[group]] = self["-".join((kind, code, group))]
        return [
            AudienceRow(self._name_of(*key), list(zip(self.groups, cells, strict=True)))
            for key, cells in rows.items()
        ]

    @cached_property
    def version(self) -> RuleSetVersion:
        """The version with the changes, in memory only. Ask for it of a valid form."""
        version: RuleSetVersion = self.instance
        version._prefetched_objects_cache = {"audience": self.audience}  # type: ignore[attr-defined]
        return version

    @property
    def audience(self) -> list[AudienceEntry]:
        """The lines of the audience; one that was there keeps the paragraph that it rests on."""
        lines = []
        for kind, code, group in self._keys():
            answer = self.cleaned_data["-".join((kind, code, group))]
            if answer:
                known = self._entries.get((kind, code, group))
                lines.append(
                    AudienceEntry(
                        family=code if kind == "family" else "",
                        service_code=code if kind == "service" else "",
                        group=group,
                        answer=answer,
                        source=known.source if known else "",
                        source_hi=known.source_hi if known else "",
                    )
                )
        return lines

    @property
    def book(self) -> RuleBook:
        return facts.rule_book(self.version)

    @property
    def changes(self) -> dict[str, Any]:
        """The switches as they would be stored."""
        return {name: self.cleaned_data[name] for name in SWITCHES}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Everything said, as names and values for hidden fields."""
        return [(name, value) for name, values in self.said.lists() for value in values]


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
