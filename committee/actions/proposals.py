"""What people do to proposals: lock, check, change, record, notify."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from committee import states
from committee.models import Proposal
from committee.states import Step
from igot.lib.errors import Refused

EVENTS: dict[Step, str] = {
    states.SUBMIT_PROPOSAL: "proposal.submitted",
    states.SCREEN_PROPOSAL: "proposal.screened",
    states.RETURN_PROPOSAL: "proposal.returned",
    states.LIST_PROPOSAL: "proposal.listed",
    states.UNLIST_PROPOSAL: "proposal.unlisted",
    states.DELIBERATE_PROPOSAL: "proposal.deliberated",
    states.DECIDE_PROPOSAL: "proposal.decided",
    states.NOTIFY_PROPOSAL: "proposal.announced",
    states.CATALOGUE_PROPOSAL: "proposal.catalogued",
    states.RESUME_PROPOSAL: "proposal.resumed",
    states.WITHDRAW_PROPOSAL: "proposal.withdrawn",
    states.SUPERSEDE_PROPOSAL: "proposal.superseded",
}


@transaction.atomic
def advance(
    proposal: Proposal, step: Step, acting_user: User, at: datetime, **details: object
) -> AuditEntry:
    """Take `proposal`, whose row the caller has locked and read anew, along `step` and record it.

    Other fields that the caller has set are saved with it. Who may do it is the caller's question.

    :raises Refused: the life cycle has no such step from where the proposal stands
    """
    if proposal.state not in step.sources:
        raise Refused(
            _("Proposal %(number)s is “%(state)s”: this step is not open to it now.")
            % {"number": proposal.number, "state": proposal.get_state_display()}
        )
    return _advance(proposal, step, acting_user, at, **details)


def _advance(
    proposal: Proposal, step: Step, acting_user: User, at: datetime, **details: object
) -> AuditEntry:
    was, proposal.state = proposal.state, step.target
    proposal.save()
    return audit.record(proposal, EVENTS[step], acting_user=acting_user, at=at, was=was, **details)
