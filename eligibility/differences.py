"""What one version of a rule set says otherwise than another, clause by clause, in words."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Service
from eligibility.models import AudienceEntry, RuleSetVersion
from eligibility.reasons import group_name
from eligibility.switches import SWITCHES, Place, place_of

CLAUSES: Final = (
    "circular_reference",
    "audience_source",
    "service_source",
    "age_source",
    *(name for name in SWITCHES if not name.startswith("age_reference_")),
)


class Difference(NamedTuple):
    """One clause that differs, in the words of the desk."""

    clause: str
    before: str
    after: str
    is_tried: bool  # changed on the page of the simulator only, not in the draft


def differences(
    before: RuleSetVersion | None,
    after: RuleSetVersion,
    *,
    stored: RuleSetVersion,
    services: Iterable[Service],
) -> list[Difference]:
    """List what `after` says otherwise than `before`; `stored` is `after` as it was saved.

    Without a version `before`, all that `after` says is new.
    """
    names = {service.code: str(service) for service in services}
    found = [*_of_audience(before, after, stored, names), *_of_clauses(before, after, stored)]
    return [row for row in found if row.before != row.after]


def _of_clauses(
    before: RuleSetVersion | None, after: RuleSetVersion, stored: RuleSetVersion
) -> list[Difference]:
    rows = [
        Difference(
            clause=_capitalised(RuleSetVersion._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            before=_in_words(before, name) if before else "–",
            after=_in_words(after, name),
            is_tried=getattr(after, name) != getattr(stored, name),
        )
        for name in CLAUSES
    ]
    day = Difference(
        clause=_("Day on which the age is reckoned"),
        before=_reckoned_on(before) if before else "–",
        after=_reckoned_on(after),
        is_tried=_reckoned_on(after) != _reckoned_on(stored),
    )
    return [*rows, day]


def _of_audience(
    before: RuleSetVersion | None,
    after: RuleSetVersion,
    stored: RuleSetVersion,
    names: dict[str, str],
) -> list[Difference]:
    then, now, kept = (_answers(version) for version in (before, after, stored))
    return [
        Difference(
            clause=_name_of(place, names),
            before=_answer(then.get(place)),
            after=_answer(now.get(place)),
            is_tried=now.get(place) != kept.get(place),
        )
        for place in sorted({*then, *now}, key=_position)
    ]


def _answers(version: RuleSetVersion | None) -> dict[Place, str]:
    if version is None:
        return {}
    return {place_of(entry): entry.answer for entry in version.audience.all()}


def _answer(answer: str | None) -> str:
    return str(AudienceEntry.Answer(answer).label) if answer else _("not named")


def _name_of(place: Place, names: dict[str, str]) -> str:
    kind, code, group = place
    name = names.get(code, code) if kind == "service" else str(Service.Family(code).label)
    return _("Group %(group)s of %(services)s") % {"group": group_name(group), "services": name}


def _position(place: Place) -> tuple[str, int, str, str]:
    """Order families as they are listed, then services by code, then groups."""
    kind, code, group = place
    families = Service.Family.values
    at = families.index(code) if kind == "family" and code in families else len(families)
    return kind, at, code, group


def _in_words(version: RuleSetVersion, name: str) -> str:
    value: Any = getattr(version, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        labels = dict(Service.Basis.choices)
        return ", ".join(str(labels.get(basis, basis)) for basis in value) or _("None")
    shown = getattr(version, f"get_{name}_display", None)
    return str(shown()) if shown else str(value)


def _reckoned_on(version: RuleSetVersion) -> str:
    return f"{version.age_reference_day:02d}.{version.age_reference_month:02d}."


def _capitalised(text: Any) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]
