"""What the pages of proposals show: the list as it is narrowed, a proposal, its history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry, User
from committee import facts, likeness, states
from committee.likeness import Known
from committee.models import Currency, Proposal, ScreeningAnswer
from committee.models.proposals import ProposalQuerySet
from committee.outline import Module, parse_outline
from committee.policies import proposals as policies
from committee.states import PROPOSAL_SECRET, ProposalState
from eligibility.models import RuleSet
from igot.lib.dates import dmy
from igot.lib.money import dollars, group_indian, quantise, rupees

WITH_COMMITTEE: Final = "committee"  # what a proposer may know of the states before announcement
EVENTS: Final = {
    "proposal.recorded": gettext_lazy("Taken down"),
    "proposal.brought_in": gettext_lazy("Brought in with a file"),
    "proposal.changed": gettext_lazy("Changed"),
    "proposal.submitted": gettext_lazy("Submitted"),
    "proposal.checked": gettext_lazy("Checklist begun"),
    "proposal.screened": gettext_lazy("Screened"),
    "proposal.returned": gettext_lazy("Returned to the proposer"),
    "proposal.listed": gettext_lazy("Put on an agenda"),
    "proposal.unlisted": gettext_lazy("Taken off the agenda"),
    "proposal.deliberated": gettext_lazy("Deliberated"),
    "proposal.decided": gettext_lazy("Decided"),
    "proposal.announced": gettext_lazy("Decision announced"),
    "proposal.catalogued": gettext_lazy("Taken into the catalogue"),
    "proposal.resumed": gettext_lazy("Taken up again"),
    "proposal.withdrawn": gettext_lazy("Withdrawn"),
    "proposal.superseded": gettext_lazy("Superseded"),
}
NOT_TOLD: Final = frozenset(
    "proposal.checked proposal.listed proposal.unlisted proposal.deliberated "
    "proposal.decided".split()
)
TOLD_WHY: Final = frozenset("proposal.returned proposal.withdrawn proposal.resumed".split())


def rule_sets() -> list[tuple[str, str]]:
    """Return the rule sets by which a course may be opened, for a form."""
    return [(rule_set.code, str(rule_set)) for rule_set in RuleSet.objects.order_by("code")]


@dataclass(frozen=True, kw_only=True)
class ProposalQuery:
    """How the list is narrowed; what an address says wrongly is taken as not said."""

    words: str = ""
    state: str = ""
    source: str = ""

    @classmethod
    def of(cls, params: Mapping[str, Any], words: str) -> "ProposalQuery":
        state, source = str(params.get("state", "")), str(params.get("source", ""))
        return cls(
            words=words,
            state=state if state in {*ProposalState.values, WITH_COMMITTEE} else "",
            source=source if source in Proposal.Source.values else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.state or self.source)

    def of_all(self, proposals: ProposalQuerySet, user: User) -> ProposalQuerySet:
        """Narrow down `proposals`; nobody finds out by a filter what is not announced yet."""
        found = proposals.search(self.words).from_source(self.source)
        if self.state == WITH_COMMITTEE:
            return found.before_committee()
        if self.state in PROPOSAL_SECRET and not policies.is_told_all(user):
            return found
        return found.in_state(self.state)


def states_for(user: User) -> list[tuple[str, Any]]:
    """Return the states that the list offers to narrow by."""
    if policies.is_told_all(user):
        return list(ProposalState.choices)
    every: list[tuple[str, Any]] = list(ProposalState.choices)
    told = [choice for choice in every if choice[0] not in PROPOSAL_SECRET]
    told.insert(2, (WITH_COMMITTEE, _("With the committee")))
    return told


class Row(NamedTuple):
    """A proposal in the list, its state in the words that the reader may know."""

    proposal: Proposal
    label: str
    state: str


def rows_of(proposals: Iterable[Proposal], user: User) -> list[Row]:
    return [
        Row(proposal, policies.shown_label(proposal, user), shown_state(proposal, user))
        for proposal in proposals
    ]


def shown_state(proposal: Proposal, user: User) -> str:
    """Return the word by which the state is coloured."""
    if proposal.state in PROPOSAL_SECRET and not policies.is_told_all(user):
        return ProposalState.ON_AGENDA
    return proposal.state


def fee_of(proposal: Proposal) -> str:
    """Write the fee with its currency, "" where none is known."""
    if proposal.fee is None:
        return ""
    if not proposal.fee:
        return _("Free of charge")
    if proposal.currency == Currency.INR:
        return rupees(proposal.fee)
    if proposal.currency == Currency.USD:
        return dollars(proposal.fee)
    return f"{proposal.currency} {group_indian(quantise(proposal.fee))}"


def effort_of(proposal: Proposal) -> str:
    """Write weeks and hours a week, "" where neither is known."""
    parts = []
    if proposal.weeks:
        parts.append(_("%(weeks)s weeks") % {"weeks": proposal.weeks})
    least, most = proposal.least_weekly_hours, proposal.most_weekly_hours
    if least and most and least != most:
        parts.append(_("%(least)s to %(most)s hours a week") % {"least": least, "most": most})
    elif hours := most or least:
        parts.append(_("%(hours)s hours a week") % {"hours": hours})
    return ", ".join(parts)


def particulars_of(proposal: Proposal) -> list[dict[str, Any]]:
    """Return the facts of a proposal in rows."""
    rules = dict(rule_sets()) if proposal.rule_set_code else {}
    rows = [
        (_("Proposed by"), f"{proposal.proposer} ({proposal.get_source_display()})"),
        (_("Letter or note"), proposal.letter_reference),
        (_("Received on"), dmy(proposal.received_on)),
        (_("Institute"), proposal.institute_name),
        (_("Provider of the platform"), proposal.provider),
        (_("Level"), proposal.get_level_display()),
        (_("Mode"), proposal.get_mode_display()),
        (_("Language"), proposal.language),
        (_("Effort"), effort_of(proposal)),
        (_("Fee"), fee_of(proposal)),
        (_("Certification offered"), proposal.get_certification_display()),
        (_("For which officers"), proposal.officers),
        (_("Categories of officers"), rules.get(proposal.rule_set_code, proposal.rule_set_code)),
    ]
    return [{"name": name, "value": value} for name, value in rows if value]


def modules_of(proposal: Proposal) -> list[Module]:
    return parse_outline(proposal.outline).modules


def alike_of(proposal: Proposal) -> list[Known]:
    """Return what the proposal may repeat, in the catalogue or in the queue."""
    titles = (proposal.title, proposal.title_hi)
    return likeness.like(titles, proposal.institute_name, facts.known_courses(but=proposal.pk))


class Happening(NamedTuple):
    """A line of the history."""

    words: str
    who: str
    at: datetime
    reason: str


def history_of(proposal: Proposal, user: User) -> list[Happening]:
    """Return what was done, the latest first; of the committee's work only what is announced."""
    entries = AuditEntry.objects.about(proposal).select_related("acting_user").reverse()[:100]
    is_told_all = policies.is_told_all(user)
    return [
        Happening(
            words=str(EVENTS.get(entry.event, entry.event.rpartition(".")[2])),
            who=str(entry.acting_user or _("the portal itself")),
            at=entry.at,
            reason=entry.details.get("reason", "") if entry.event in TOLD_WHY else "",
        )
        for entry in entries
        if is_told_all or entry.event not in NOT_TOLD
    ]


def steps_open(proposal: Proposal, user: User) -> dict[str, bool]:
    """Tell which buttons of the page are open to `user`."""
    asked = {
        "submit": states.SUBMIT_PROPOSAL,
        "screen": states.SCREEN_PROPOSAL,
        "return": states.RETURN_PROPOSAL,
        "withdraw": states.WITHDRAW_PROPOSAL,
        "resume": states.RESUME_PROPOSAL,
    }
    may = {name: not policies.why_not(step, proposal, user) for name, step in asked.items()}
    return {**may, "edit": not policies.why_not_edit(proposal, user)}


def page_of_proposal(proposal: Proposal, user: User) -> dict[str, Any]:
    """Return all that the page of a proposal shows."""
    is_told_all = policies.is_told_all(user)
    is_announced = proposal.state not in PROPOSAL_SECRET
    answers = ScreeningAnswer.objects.filter(proposal=proposal).select_related("point")
    return {
        "proposal": proposal,
        "label": policies.shown_label(proposal, user),
        "shown_state": shown_state(proposal, user),
        "outcome": proposal.get_outcome_display() if is_announced or is_told_all else "",
        "particulars": particulars_of(proposal),
        "modules": modules_of(proposal),
        "history": history_of(proposal, user),
        "answers": list(answers.order_by("point__position", "pk")) if is_told_all else [],
        "may": steps_open(proposal, user),
    }
