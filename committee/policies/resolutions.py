"""What may be resolved on an item by the votes cast, and on which terms."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from committee import rules, states
from committee.models import AgendaItem, Outcome, Participation, Resolution
from committee.policies import room
from committee.states import ItemState, MeetingState
from committee.terms import Terms
from courses.models import Course
from eligibility.models import RuleSet

CEILINGS: Final = ("USD", "INR")  # the currencies in which officers are reimbursed


def why_not_decide(item: AgendaItem, members: Sequence[Participation], user: User) -> str:
    """Return why `user` may not record any decision on `item` now, or "" if they may."""
    if item.state == ItemState.OPEN:
        return _("Item %(number)s is still open for votes. Close the votes first.") % {
            "number": item.position
        }
    if item.state == ItemState.DECIDED:
        return _("Item %(number)s is decided already, by resolution %(resolution)s.") % {
            "number": item.position,
            "resolution": item.resolution,
        }
    if reason := room.why_not(states.DECIDE_ITEM, item, user):
        return reason
    return why_no_quorum(item, quorum(item, members))


def why_not_outcome(outcome: str, item: AgendaItem, members: Sequence[Participation]) -> str:
    """Return why the votes on the closed `item` do not bear `outcome`, or "" if they do."""
    if outcome not in {Outcome.SHORTLISTED, Outcome.REJECTED}:
        return ""
    tally = rules.tally_of(member.counted for member in members)
    votes = {"for": tally.in_favour, "against": tally.against}
    if room.awaits_casting_vote(item, members):
        return (
            _("The votes are tied, %(for)s to %(against)s: the chair has to cast a vote.") % votes
        )
    carried = carries(members)
    if outcome == Outcome.REJECTED and carried:
        return _("The votes carry, %(for)s to %(against)s: the course cannot be rejected.") % votes
    if outcome == Outcome.REJECTED or carried:
        return ""
    if tally.is_tied:
        return (
            _(
                "The votes are tied, %(for)s to %(against)s, and no casting vote is for it: "
                "the course cannot be shortlisted."
            )
            % votes
        )
    return (
        _(
            "The votes do not carry, %(for)s for and %(against)s against: "
            "the course cannot be shortlisted."
        )
        % votes
    )


def why_not_correct(resolution: Resolution, user: User) -> str:
    """Return why `user` may not put `resolution` right now, or "" if they may."""
    if not user.has_role(states.DECIDE_ITEM.role):
        return _("This is for the %(role)s.") % {"role": states.DECIDE_ITEM.role.label}
    if resolution.item.meeting.state == MeetingState.CONFIRMED:
        return _(
            "The minutes of meeting %(number)s are confirmed: "
            "what they say is put right by a corrigendum."
        ) % {"number": resolution.item.meeting}
    if resolution.announced_at:
        return _("Resolution %(number)s is announced: it is not changed any more.") % {
            "number": resolution
        }
    return ""


def why_not_terms(terms: Terms) -> dict[str, str]:
    """Return what is wrong with the terms: name of the field -> a sentence; {} if nothing is."""
    wrong = {}
    if not terms.reasons.strip():
        wrong["reasons"] = _("Give the reasons of the committee.")
    if not terms.is_shortlisted:
        return wrong
    wrong |= _why_not_officers(terms) | _why_not_fee(terms)
    if terms.valid_from is None:
        wrong["valid_from"] = _("Say from which day the course may be offered.")
    elif terms.valid_to and terms.valid_to < terms.valid_from:
        wrong["valid_to"] = _("The last day cannot lie before the first.")
    return wrong


def _why_not_officers(terms: Terms) -> dict[str, str]:
    wrong = {}
    if not RuleSet.objects.filter(code=terms.rule_set_code).exists():
        wrong["rule_set_code"] = _("Choose for which categories of officers it is shortlisted.")
    if terms.certification not in Course.Certification.values:
        wrong["certification"] = _("Choose how the course is certified.")
    return wrong


def _why_not_fee(terms: Terms) -> dict[str, str]:
    if terms.fee_ceiling is None:
        text = _("Give the fee ceiling to which this currency belongs, or leave both empty.")
        return {"fee_ceiling": text} if terms.currency else {}
    if terms.fee_ceiling < 0:
        return {"fee_ceiling": _("A fee ceiling is zero or more.")}
    if terms.currency not in CEILINGS:
        return {"currency": _("Choose the currency of the ceiling: US dollars or rupees.")}
    return {}


# --- counting ---------------------------------------------------------------------------------


def quorum(item: AgendaItem, members: Sequence[Participation]) -> rules.Quorum:
    """Return the quorum of `item` by the committee's order."""
    order = item.meeting.committee
    return rules.quorum_of(
        (member.counted for member in members), needed=order.quorum, chair_needed=order.chair_needed
    )


def why_no_quorum(item: AgendaItem, found: rules.Quorum) -> str:
    """Return the sentence that `item` has no quorum, or "" if it has."""
    if found.is_met:
        return ""
    if found.chair_needed and not found.chair_counts:
        return _(
            "Item %(number)s has no quorum: the chair does not count for it. Carry it over."
        ) % {"number": item.position}
    return _(
        "Item %(number)s has no quorum: %(counted)s members count, %(needed)s are needed. "
        "Carry it over."
    ) % {"number": item.position, "counted": found.counted, "needed": found.needed}


def casting_vote_of(members: Sequence[Participation]) -> rules.Vote:
    """Return the casting vote that was given, "" for none."""
    found: rules.Vote = ""
    for member in members:
        found = member.casting_vote or found  # type: ignore[assignment]  # the rule's own words
    return found


def carries(members: Sequence[Participation]) -> bool:
    """Return whether the votes, with the casting vote, carry the motion to shortlist."""
    tally = rules.tally_of(member.counted for member in members)
    return tally.carries(casting_vote=casting_vote_of(members))
