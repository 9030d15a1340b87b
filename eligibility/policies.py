"""Who may override a decision and approve a rule set. Buttons and actions ask the same function."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import CadreAuthority, NodalAppointment, User
from accounts.roles import Role
from eligibility.models import Decision, OverrideProposal, RuleSetVersion
from eligibility.states import (
    APPROVE_OVERRIDE,
    APPROVE_RULES,
    Outcome,
    ProposalState,
    Step,
    VersionState,
)
from igot.lib.dates import dmy

STATES = {Decision: Outcome, OverrideProposal: ProposalState, RuleSetVersion: VersionState}


def why_not(step: Step, thing: Any, user: User) -> str:
    """Return why `user` may not take `step` on `thing` now, or "" if they may."""
    state = thing.outcome if isinstance(thing, Decision) else thing.state
    if state not in step.sources:
        return _("This is “%(state)s”.") % {"state": STATES[type(thing)](state).label}
    if not user.has_role(*step.roles):
        return _("This is for the %(roles)s.") % {
            "roles": " / ".join(str(role.label) for role in Role if role in step.roles)
        }
    if isinstance(thing, Decision):
        return _why_not_propose(thing, user)
    if isinstance(thing, OverrideProposal):
        return _why_not_decide(step, thing, user)
    return _why_not_approve(thing, user) if step == APPROVE_RULES else ""


def _why_not_propose(decision: Decision, user: User) -> str:
    if decision.officer.user_id == user.pk:
        return _("Nobody overrides a decision on themselves.")
    if is_superseded(decision):
        return _("A later decision has taken the place of this one.")
    if decision.override_proposals.filter(state=OverrideProposal.State.PROPOSED).exists():
        return _("An override of this decision is already proposed.")
    return ""


def _why_not_decide(step: Step, proposal: OverrideProposal, user: User) -> str:
    if proposal.decision.officer.user_id == user.pk:
        return _("Nobody overrides a decision on themselves.")
    if proposal.proposed_by_id == user.pk:
        return _("A second person decides on a proposal.")
    if step == APPROVE_OVERRIDE and is_superseded(proposal.decision):
        return _("A later decision has taken the place of this one.")
    return ""


def _why_not_approve(version: RuleSetVersion, user: User) -> str:
    if version.drafted_by_id == user.pk:
        return _("A second person approves a rule set.")
    if not version.audience.exists():
        return _("The rule set admits nobody: add its audience first.")
    return ""


def why_not_from(version: RuleSetVersion) -> str:
    """Return why a draft cannot begin on its first day beside the approved versions, or ""."""
    others = RuleSetVersion.objects.approved().filter(rule_set=version.rule_set_id)
    latest = others.exclude(pk=version.pk).order_by("-effective_from").first()
    if latest is None or version.effective_from > latest.effective_from:
        return ""
    return _(
        "Version %(number)s of this rule set is in force from %(day)s: a new version begins on a "
        "later day, and ends it on the day before."
    ) % {"number": latest.version, "day": dmy(latest.effective_from)}


def is_superseded(decision: Decision) -> bool:
    return Decision.objects.filter(supersedes=decision).exists()


SCREENERS = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY)
SCREENING_READERS = (*SCREENERS, Role.NODAL_OFFICER, Role.AUDITOR)


def why_not_screen(user: User, authority: CadreAuthority | None) -> str:
    """Return why `user` may not screen the officers of `authority` (None: all), or ""."""
    if user.has_role(*SCREENERS):
        return ""
    if not user.has_role(Role.NODAL_OFFICER):
        return _("This is for the %(roles)s.") % {
            "roles": " / ".join(str(role.label) for role in (*SCREENERS, Role.NODAL_OFFICER))
        }
    own = NodalAppointment.objects.current().filter(user=user, authority=authority)
    if authority is None or not own.exists():
        return _("You may screen the officers of your own authority only.")
    return ""
