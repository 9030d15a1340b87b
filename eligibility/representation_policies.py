"""Who may represent against a decision, and who may answer. Buttons and actions ask the same."""

from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from eligibility import policies, states
from eligibility.models import Decision, Representation
from eligibility.states import Step
from igot.lib.languages import HINDI, language_of

MOST_FOR_ONE_DECISION: Final = 3


def why_not(step: Step, representation: Representation, user: User) -> str:
    """Return why `user` may not take `step` on `representation` now, or "" if they may."""
    if representation.state not in step.sources:
        label = states.RepresentationState(representation.state).label
        return _("This is “%(state)s”.") % {"state": label}
    if not user.has_role(*step.roles):
        return _("This is for the %(roles)s.") % {
            "roles": " / ".join(str(role.label) for role in Role if role in step.roles)
        }
    is_own = representation.officer.user_id == user.pk
    if step == states.WITHDRAW_REPRESENTATION:
        return "" if is_own else _("Only whoever sent a representation withdraws it.")
    return _("Nobody answers the own representation.") if is_own else ""


def why_not_send(decision: Decision, user: User) -> str:
    """Return why `user` may not represent against `decision` now, or "" if they may."""
    if decision.officer.user_id != user.pk or not user.has_role(*states.SEND_REPRESENTATION.roles):
        return _("Only the officer concerned represents against a decision.")
    if decision.outcome not in states.SEND_REPRESENTATION.sources:
        return _("The decision is in your favour: there is nothing to represent against.")
    if policies.is_superseded(decision):
        return _("A later decision has taken the place of this one.")
    if decision.representations.waiting().exists():
        return _("Your representation against this decision waits for its answer already.")
    if decision.representations.count() >= MOST_FOR_ONE_DECISION:
        return _(
            "You have represented %(count)s times against this decision. Have your service "
            "record corrected, or write to the Training Division."
        ) % {"count": MOST_FOR_ONE_DECISION}
    return ""


def why_not_answer(representation: Representation, answer: str) -> str:
    """Return why `answer` cannot be given in the language it is written in, or "".

    Source: Official Languages Rules, 1976, rule 7, as domain page 20, section 2.5 has it: who
    writes in Hindi is answered in Hindi.
    """
    if representation.language == HINDI and language_of(answer) != HINDI:
        return _(
            "The officer wrote in Hindi and is answered in Hindi (Official Languages Rules, 1976, "
            "rule 7): write the answer in Devanagari letters."
        )
    return ""
