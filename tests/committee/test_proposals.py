"""Proposals: how they move along their life cycle, and who may do what."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from committee import states
from committee.actions import proposals as actions
from committee.states import ProposalState
from igot.lib.errors import Refused
from tests.factories.committee import make_proposal, make_secretary

pytestmark = pytest.mark.django_db


def test_a_step_of_the_table_moves_the_proposal_and_is_recorded() -> None:
    secretary = make_secretary()
    proposal = make_proposal(state=ProposalState.SCREENED)

    entry = actions.advance(
        proposal, states.LIST_PROPOSAL, secretary, timezone.now(), meeting="SC/2026/1"
    )

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.ON_AGENDA
    assert entry.event == "proposal.listed"
    assert entry.details == {"was": "screened", "meeting": "SC/2026/1"}
    assert entry.acting_user == secretary


def test_a_step_outside_the_table_is_refused_and_leaves_nothing_behind() -> None:
    proposal = make_proposal(state=ProposalState.DRAFT)

    with pytest.raises(Refused, match="is “Draft”"):
        actions.advance(proposal, states.LIST_PROPOSAL, make_secretary(), timezone.now())

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.DRAFT
    assert not AuditEntry.objects.filter(event__startswith="proposal.").exists()


def test_every_step_has_an_event_of_its_own() -> None:
    assert set(actions.EVENTS) == set(states.PROPOSAL_STEPS)
    assert len(set(actions.EVENTS.values())) == len(states.PROPOSAL_STEPS)
