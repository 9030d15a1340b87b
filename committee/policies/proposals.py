"""Who may propose a course, and who may take a proposal which step. Buttons and actions ask."""

from django.utils.translation import gettext as _

from accounts.models import CadreAuthority, User
from accounts.roles import Role
from committee import states
from committee.models import Outcome, Proposal, ProposalImport
from committee.states import PROPOSAL_EDITABLE, PROPOSAL_SECRET, PROPOSERS, ProposalState, Step

Source = Proposal.Source
SOURCES: dict[Role, tuple[Source, ...]] = {
    Role.COMMITTEE_SECRETARY: (Source.INSTITUTE, Source.MINISTRY),
    Role.NODAL_OFFICER: (Source.MINISTRY,),
    Role.DEALING_HAND: (Source.DIVISION,),
}
BY_PROPOSER = (states.SUBMIT_PROPOSAL, states.WITHDRAW_PROPOSAL, states.RESUME_PROPOSAL)
MAY_COME_BACK = frozenset({Outcome.DEFERRED, Outcome.MORE_INFORMATION})


def sources_of(user: User) -> list[Source]:
    """Return for whom `user` may propose, in the order of the list of sources."""
    open_to = {source for role, found in SOURCES.items() if user.has_role(role) for source in found}
    return [source for source in Source if source in open_to]


def ministries_of(user: User) -> list[str] | None:
    """Return the names under which a nodal officer proposes; None: the secretary names any."""
    if user.has_role(Role.COMMITTEE_SECRETARY):
        return None
    authorities = CadreAuthority.objects.current_for(user).order_by("name")
    return [str(authority)[:150] for authority in authorities]


def why_not_propose(user: User) -> str:
    """Return why `user` may not propose a course, or ""."""
    if not user.has_role(*PROPOSERS):
        return _("Courses are proposed by the secretary, nodal officers and the division.")
    return ""


def why_not_source(source: str, proposer: str, user: User) -> str:
    """Return why `user` may not propose on behalf of `source` and `proposer`, or ""."""
    if source not in sources_of(user):
        return _("You do not propose on behalf of this source.")
    names = ministries_of(user) if source == Source.MINISTRY else None
    if names is not None and proposer not in names:
        return _("A nodal officer proposes for the own Ministry or Department.")
    return ""


def why_not_settle(imported: ProposalImport, user: User) -> str:
    """Return why `user` may not apply or discard a list of proposals now, or ""."""
    if imported.state != ProposalImport.State.STAGED:
        return _("The list is “%(state)s”.") % {"state": imported.get_state_display()}
    if not user.has_role(*PROPOSERS):
        return why_not_propose(user)
    if imported.uploaded_by_id != user.pk and not user.has_role(Role.COMMITTEE_SECRETARY):
        return _("Only who brought in the list and the secretary settle it.")
    return ""


def why_not_edit(proposal: Proposal, user: User) -> str:
    """Return why `user` may not change what `proposal` says, or ""."""
    if proposal.state not in PROPOSAL_EDITABLE:
        return _("The proposal is “%(state)s”: it stays as it is.") % {
            "state": shown_label(proposal, user)
        }
    if user.has_role(Role.COMMITTEE_SECRETARY):
        return ""
    if proposal.recorded_by_id != user.pk or not user.has_role(*PROPOSERS):
        return _("Only the proposer and the secretary change a proposal.")
    if proposal.state != ProposalState.DRAFT:
        return _("The proposal is submitted: ask the secretary to return it.")
    return ""


def why_not(step: Step, proposal: Proposal, user: User) -> str:
    """Return why `user` may not take `step` on `proposal` now, or "" if they may."""
    if proposal.state not in step.sources:
        return _("The proposal is “%(state)s”.") % {"state": shown_label(proposal, user)}
    if not _is_theirs(step, proposal, user):
        return _("This is for the %(role)s.") % {"role": step.role.label}
    if step == states.WITHDRAW_PROPOSAL and proposal.state == ProposalState.IN_CATALOGUE:
        return _("The course is in the catalogue: it is withdrawn there, with its proposal.")
    if step == states.RESUME_PROPOSAL and proposal.outcome not in MAY_COME_BACK:
        return _("Only what was deferred, or sent back for more information, comes again.")
    return ""


def _is_theirs(step: Step, proposal: Proposal, user: User) -> bool:
    """Tell whether the step is the role's, or the proposer's own."""
    if user.has_role(step.role):
        return True
    is_own = proposal.recorded_by_id == user.pk and user.has_role(*PROPOSERS)
    return is_own and step in BY_PROPOSER


def is_told_all(user: User) -> bool:
    """Tell whether `user` may know of a decision before it is announced."""
    roles = (Role.COMMITTEE_SECRETARY, Role.COMMITTEE_MEMBER, Role.AUDITOR)
    return user.is_superuser or user.has_role(*roles)


def shown_label(proposal: Proposal, user: User) -> str:
    """Name the state of `proposal` as far as `user` may know of it."""
    if proposal.state in PROPOSAL_SECRET and not is_told_all(user):
        return _("With the committee")
    return proposal.get_state_display()
