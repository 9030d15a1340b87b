"""What an edition says: the content of a course as plain data, its digest, and what differs."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import outline
from courses.models import Course, CourseModule, Institute, Provider

PLAIN = (
    "title",
    "title_hi",
    "level",
    "mode",
    "certification",
    "language",
    "objective",
    "objective_hi",
    "prerequisites",
    "prerequisites_hi",
    "weekly_lectures",
    "least_weekly_hours",
    "most_weekly_hours",
    "weeks",
    "rule_set_code",
    "website",
)
RELATIONS = ("institute", "provider")
FIELDS = (*PLAIN, *RELATIONS, "partners")
OUTLINE_LABELS = {
    "outline": gettext_lazy("Outline"),
    "outline_hi": gettext_lazy("Outline in Hindi"),
}


class Difference(NamedTuple):
    """A field that would read otherwise; both as text."""

    label: str
    was: str
    becomes: str


def content_of(course: Course) -> dict[str, Any]:
    """Return what the public page of `course` says, as an edition keeps it: three queries."""
    content: dict[str, Any] = {name: getattr(course, name) for name in PLAIN}
    content |= {name: getattr(course, f"{name}_id") for name in RELATIONS}
    content["partners"] = sorted(course.partners.values_list("pk", flat=True))
    modules = CourseModule.objects.filter(course=course).order_by("position")
    content["modules"] = [_module(module) for module in modules.prefetch_related("units")]
    return content


def _module(module: CourseModule) -> dict[str, Any]:
    units = sorted(module.units.all(), key=lambda unit: unit.position)
    return {
        "title": module.title,
        "title_hi": module.title_hi,
        "summary": module.summary,
        "summary_hi": module.summary_hi,
        "units": [{"title": unit.title, "title_hi": unit.title_hi} for unit in units],
    }


def digest_of(course: Course) -> str:
    """Return the digest of what the page says now, withdrawn or not."""
    said = {**content_of(course), "withdrawn_on": str(course.withdrawn_on or "")}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """Return the fields in which two contents differ, in words; `before` may be empty."""
    names = _Names(before, after)
    found = []
    for name in FIELDS:
        if before.get(name) != after.get(name):
            label = str(_field(name).verbose_name)
            found.append(Difference(label, names.text(name, before), names.text(name, after)))
    for name, words in OUTLINE_LABELS.items():
        was, becomes = (_outline(content, name) for content in (before, after))
        if was != becomes:
            found.append(Difference(str(words), was, becomes))
    return found


def _field(name: str) -> Any:
    return Course._meta.get_field(name)


def _outline(content: dict[str, Any], name: str) -> str:
    return outline.as_text(content.get("modules", []), name.removeprefix("outline"))


class _Names:
    """Names of what contents refer to by key, and labels of choices."""

    def __init__(self, *contents: dict[str, Any]) -> None:
        keys = {content.get("institute") for content in contents}
        keys |= {key for content in contents for key in content.get("partners", [])}
        self.institutes = Institute.objects.in_bulk([key for key in keys if key])
        providers = [content.get("provider") for content in contents]
        self.providers = Provider.objects.in_bulk([key for key in providers if key])

    def text(self, name: str, content: dict[str, Any]) -> str:
        value = content.get(name)
        if value in (None, "", []):
            return ""
        if name == "partners":
            return ", ".join(str(row) for row in self._rows(self.institutes, value))
        if name in RELATIONS:
            table = self.institutes if name == "institute" else self.providers
            return str(table.get(value, _("no longer in the catalogue")))
        return str(dict(_field(name).flatchoices).get(value, value))

    @staticmethod
    def _rows(table: dict[Any, Any], keys: Iterable[int]) -> list[Any]:
        return [table[key] for key in keys if key in table]
