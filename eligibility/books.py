"""All rule books that a page needs, read at once."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.db.models import F

from eligibility import packaged
from eligibility.facts import rule_book
from eligibility.models import AudienceEntry, RuleSetVersion
from eligibility.rules import RuleBook

ENTRY: Final = ("family", "service_code", "group", "answer", "source", "source_hi")


class Books:
    """The approved versions of some rule sets, from which each training finds its own."""

    def __init__(self, codes: Iterable[str]) -> None:
        """Read them with their audiences in one query, however many trainings there are."""
        self._versions: list[RuleSetVersion] = []
        self._audiences: dict[int, list[AudienceEntry]] = {}
        self._books: dict[int, RuleBook] = {}
        for row in _rows(codes):
            if row.pk not in self._audiences:
                self._versions.append(row)
                self._audiences[row.pk] = []
            entry = {name: getattr(row, f"entry_{name}") for name in ENTRY}
            if entry["group"]:  # a version without an audience is one row without an entry
                self._audiences[row.pk].append(AudienceEntry(**entry))

    def governing(self, code: str, on: date) -> RuleBook | None:
        """Return the rules for a training commencing on `on`, as `RuleSetVersion.governing` does.

        A database without rule sets uses those of the delivery: docs/decisions/0022.
        """
        version = self.version(code, on)
        return self.book(version) if version else packaged.rule_book(code, on)

    def version(self, code: str, on: date) -> RuleSetVersion | None:
        """Return the stored version that `RuleSetVersion.governing` would."""
        own = [version for version in self._versions if version.rule_set.code == code]
        in_force = [version for version in own if _is_in_force(version, on)]
        return next(iter([*reversed(in_force), *own]), None)

    def book(self, version: RuleSetVersion) -> RuleBook:
        if version.pk not in self._books:
            self._books[version.pk] = rule_book(version, self._audiences[version.pk])
        return self._books[version.pk]


def _rows(codes: Iterable[str]) -> Iterable[Any]:
    """Return each version once for each line of its audience, by the day it begins."""
    found = RuleSetVersion.objects.approved().filter(rule_set__code__in=set(codes))
    entries: dict[str, Any] = {f"entry_{name}": F(f"audience__{name}") for name in ENTRY}
    ordered = found.select_related("rule_set").order_by("effective_from", "pk", "audience__pk")
    return ordered.annotate(**entries)


def _is_in_force(version: RuleSetVersion, on: date) -> bool:
    ended = version.effective_to is not None and version.effective_to < on
    return version.effective_from <= on and not ended
