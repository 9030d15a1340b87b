"""Stored decisions made again from what they rested on, and compared with what they said."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from eligibility import facts
from eligibility.models import Decision, RuleSetVersion
from eligibility.rules import RuleBook, Ruling, decide
from eligibility.states import Outcome

BATCH = 1000  # rows that are held at a time


class Difference(NamedTuple):
    """One value of a stored decision that does not come out again."""

    decision: Decision
    name: str
    stored: object
    recomputed: object

    def __str__(self) -> str:
        stored, recomputed = _shown(self.stored), _shown(self.recomputed)
        return f"{self.decision.number}: {self.name}: stored {stored}, recomputed {recomputed}"


def replay(decisions: Any) -> Iterator[tuple[Decision, list[Difference]]]:
    """Make each of `decisions`, a queryset, again and yield it with what differs.

    One batch of rows and one rule book for each version are held, however many there are.
    """
    book_of = cache(rule_book)
    for decision in decisions.order_by("pk").iterator(chunk_size=BATCH):
        yield decision, differences(decision, book_of(decision.rule_set_version_id))


def rule_book(version_id: int) -> RuleBook:
    """Read a version as it is stored now: that it is what was approved, the replay shows."""
    versions = RuleSetVersion.objects.select_related("rule_set").prefetch_related("audience")
    return facts.rule_book(versions.get(pk=version_id))


def differences(decision: Decision, book: RuleBook) -> list[Difference]:
    """Decide again on the stored inputs under `book`, and list each value that differs.

    An override is replayed to the outcome that it overrode: two persons, not the rules, made it
    eligible.
    """
    try:
        ruling = decide(
            facts=facts.from_inputs(decision.inputs),
            rules=book,
            commences_on=decision.commences_on,
            registered_on=decision.registered_on,
        )
        pairs = list(_pairs(decision, ruling))
    except (KeyError, TypeError, ValueError, AttributeError) as unreadable:
        return [Difference(decision, "inputs", "unreadable", repr(unreadable))]
    return [
        Difference(decision, name, stored, recomputed)
        for name, stored, recomputed in pairs
        if stored != recomputed
    ]


def _pairs(decision: Decision, ruling: Ruling) -> Iterator[tuple[str, object, object]]:
    """Yield name, stored and recomputed value of all that follows from the inputs."""
    if decision.is_override:
        yield "outcome of the override", decision.outcome, Outcome.ELIGIBLE.value
    by_rules = decision.overrides_outcome or decision.outcome
    yield "outcome", by_rules, ruling.outcome.value
    yield "boundary", decision.is_boundary, ruling.is_boundary
    yield "first eligible day", decision.first_eligible_on, ruling.first_eligible_on
    yield "last eligible day", decision.last_eligible_on, ruling.last_eligible_on
    yield "provisional", decision.is_provisional, decision.inputs["source"] != "verified"
    stored: Mapping[str, Any] = {finding["rule"]: finding for finding in decision.findings_data}
    for finding in ruling.findings:
        again = facts.finding_data(finding)
        before = stored.get(finding.rule, {})
        for key in again | dict(before):
            yield f"{finding.rule.value} {key}", before.get(key), again.get(key)


def _shown(value: object) -> str:
    return "nothing" if value is None or value == "" else str(value)
