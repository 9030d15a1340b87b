"""What the page of a representation shows of its way, and how the record stands now."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from eligibility import facts, representation_policies, rules, states
from eligibility.models import Decision, Representation, RuleSetVersion
from eligibility.rules import Ruling


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One step on the way, as `_timeline.html` shows it."""

    name: str
    state: str  # done, current, next or blocked
    who: str = ""
    at: datetime | None = None
    note: str = ""


def marks_of(sent: Representation) -> list[Mark]:
    """Return the steps of a representation, done ones first."""
    marks = [
        Mark(name=_("Received"), state="done", who=str(sent.officer), at=sent.received_at),
        *([_taken_up(sent)] if sent.taken_up_at or sent.is_waiting else []),
    ]
    if sent.state == Representation.State.WITHDRAWN:
        name = _("Withdrawn")
        return [
            *marks,
            Mark(name=name, state="blocked", who=str(sent.officer), at=sent.withdrawn_at),
        ]
    return [*marks, _answered(sent)]


def _taken_up(sent: Representation) -> Mark:
    name = _("Under consideration")
    if sent.taken_up_at is None:
        return Mark(name=name, state="current", who=_division())
    state = "current" if sent.is_waiting else "done"
    return Mark(name=name, state=state, who=str(sent.taken_up_by), at=sent.taken_up_at)


def _answered(sent: Representation) -> Mark:
    if sent.answered_at is None:
        return Mark(name=_("Answered"), state="next")
    note = str(sent.get_outcome_display())
    who = str(sent.answered_by)
    return Mark(name=_("Answered"), state="done", who=who, at=sent.answered_at, note=note)


def _division() -> str:
    return _("Training Division, Department of Personnel and Training")


def may_withdraw(sent: Representation, user: User) -> bool:
    return not representation_policies.why_not(states.WITHDRAW_REPRESENTATION, sent, user)


def ruling_now(decision: Decision) -> Ruling | None:
    """Judge the record as it stands now for the same training; None where no rules are in force."""
    run, officer = decision.run, decision.officer
    commences_on = (run.commences_on if run else None) or decision.commences_on
    version = RuleSetVersion.objects.governing(decision.course.rule_set_code, commences_on)
    if version is None:
        return None
    book = facts.rule_book(version)
    tested_on = rules.test_date(book, commences_on, decision.registered_on)
    return rules.decide(
        facts=facts.facts_of(officer, on=tested_on),
        rules=book,
        commences_on=commences_on,
        registered_on=decision.registered_on,
    )
