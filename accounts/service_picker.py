"""A field for a service: typed by any of its names, suggested while typing, asked where unclear."""

from collections import defaultdict
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.directory import Directory, Likeness, first_acronym, key_of
from accounts.models import Officer, Service, ServiceAlias
from igot.lib.people import clean_text

MOST_OFFERED = 8
SHOWN = 60  # letters of what was typed that a sentence repeats


class ServiceDirectory(Directory[Service]):  # type: ignore[type-var]  # columns are descriptors
    """The active services by every name, and by the label under which lists show them."""

    def __init__(self) -> None:
        services = list(Service.objects.active())
        names = [(service.acronym, service.code) for service in services]
        names += ServiceAlias.objects.values_list("alias", "service__code")
        super().__init__(services, names)
        self._by_label: dict[str, list[Service]] = defaultdict(list)
        for service in services:
            for label in set(labels_of(service)):
                self._by_label[key_of(label)].append(service)

    def candidates(self, text: str) -> tuple[list[tuple[Likeness, Service]], bool]:
        """Return what `text` may mean, best first, and whether it means the first for certain.

        Certain is a label; a code or name that no other service has; or all that holds what was
        typed, where that is one. A slip of the pen is never certain.
        """
        labelled = self._by_label.get(key_of(text), [])
        if len(labelled) == 1:
            return [(Likeness.CODE, labelled[0])], True
        matches = self.matches(text)
        found = [match for match in matches if match[0] <= Likeness.NAME] or matches
        return found, len(found) == 1 and found[0][0] < Likeness.NEAR


class ServicePicker(forms.TextInput):
    """A text input with suggestions; below it the services that were meant perhaps, to choose."""

    template_name = "accounts/widgets/service_picker.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        own = {"autocomplete": "off", "spellcheck": "false", "data-service-picker": True}
        super().__init__({**own, **(attrs or {})})
        self.labels: list[str] = []
        self.offered: list[str] = []  # labels to choose from
        self.asked = ""  # the text for which they are offered
        self.groups = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Take the choice, as long as the text is still the one for which it was offered."""
        text, choice = data.get(name), data.get(f"{name}-choice")
        is_same = (data.get(f"{name}-asked") or "").strip() == (text or "").strip()
        return choice if choice and is_same else text

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {
            **super().get_context(name, value, attrs),
            "labels": self.labels,
            "offered": self.offered,
            "asked": self.asked,
            "groups": self.groups,
        }

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


class ServiceField(forms.Field):
    """A service, whatever it is called; what may mean several comes back as a choice."""

    widget = ServicePicker
    default_error_messages = {
        "required": gettext_lazy("Choose your service."),
        "several": gettext_lazy("“%(text)s” may mean several services. Choose yours below."),
        "near": gettext_lazy("No service is called “%(text)s”. Choose the one you mean below."),
        "many": gettext_lazy(
            "“%(text)s” fits %(count)s services. Choose yours below, or write more of its name."
        ),
    }

    @cached_property
    def directory(self) -> ServiceDirectory:
        """Read the services in two queries, once for each form that is shown or sent."""
        return ServiceDirectory()

    def to_python(self, value: Any) -> Service | None:
        if isinstance(value, Service) or value in self.empty_values:
            return value or None
        try:
            text = clean_text(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None
        return self._resolved(text, str(value)) if text else None

    def _resolved(self, text: str, typed: str) -> Service:
        found, is_certain = self.directory.candidates(text)
        if is_certain:
            return found[0][1]
        code = "near" if not found or found[0][0] == Likeness.NEAR else "several"
        if len(found) > MOST_OFFERED:
            code = "many"
        services = [service for _fit, service in found] or self.directory.nearest(text)
        self._picker.offered = [label_of(service) for service in services[:MOST_OFFERED]]
        self._picker.asked = typed
        shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
        params = {"text": shown, "count": len(found)}
        raise ValidationError(self.error_messages[code], code=code, params=params)

    def prepare_value(self, value: Any) -> Any:
        """Show the label of the service that is meant, else what was typed."""
        self._picker.labels = sorted(map(label_of, self.directory.services.values()))
        service = value if isinstance(value, Service) else None
        if isinstance(value, str) and value:
            found, is_certain = self.directory.candidates(value)
            service = found[0][1] if is_certain else None
        self._picker.groups = groups_of(service) if service else ""
        return label_of(service) if service else value

    @property
    def _picker(self) -> ServicePicker:
        assert isinstance(self.widget, ServicePicker)  # noqa: S101 - tells mypy, cannot fail
        return self.widget


def label_of(service: Service) -> str:
    """Write a service as lists show it: the full name, and the acronym in brackets."""
    return _label(str(service), service)


def labels_of(service: Service) -> list[str]:
    """Return the labels in both languages: a form may be sent in the other one."""
    return [_label(name, service) for name in (service.name, service.name_hi) if name]


def groups_of(service: Service) -> str:
    """Say which groups a service has."""
    names = [str(Officer.Group(group).label) for group in service.group_list]
    return _("This service has: %(groups)s.") % {"groups": ", ".join(names)}


def _label(name: str, service: Service) -> str:
    acronym = first_acronym(service.acronym)
    return f"{name} ({acronym})" if acronym else name
