"""All rule books that a page needs, read at once."""

from collections.abc import Iterable
from datetime import date

from eligibility import packaged
from eligibility.facts import rule_book
from eligibility.models import RuleSetVersion
from eligibility.rules import RuleBook


class Books:
    """The approved versions of some rule sets, from which each training finds its own."""

    def __init__(self, codes: Iterable[str]) -> None:
        """Read them in two queries, however many trainings there are."""
        rows = RuleSetVersion.objects.approved().filter(rule_set__code__in=set(codes))
        rows = rows.select_related("rule_set").prefetch_related("audience")
        self._versions = sorted(rows, key=lambda version: version.effective_from)
        self._books: dict[int, RuleBook] = {}

    def governing(self, code: str, on: date) -> RuleBook | None:
        """Return the rules for a training commencing on `on`, as `RuleSetVersion.governing` does.

        A database without rule sets uses those of the delivery: docs/decisions/0022.
        """
        own = [version for version in self._versions if version.rule_set.code == code]
        if not own:
            return packaged.rule_book(code, on)
        in_force = _in_force(own, on)
        return self._book(in_force[-1] if in_force else own[0])

    def _book(self, version: RuleSetVersion) -> RuleBook:
        if version.pk not in self._books:
            self._books[version.pk] = rule_book(version)
        return self._books[version.pk]


def _in_force(versions: list[RuleSetVersion], on: date) -> list[RuleSetVersion]:
    return [
        version
        for version in versions
        if version.effective_from <= on
        and (version.effective_to is None or on <= version.effective_to)
    ]
