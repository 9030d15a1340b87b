"""The committee and the proposals of the demo: made by the same actions as real ones."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.roles import Role
from committee.models import Proposal, ProposalImport, Rubric, Seat
from reports.demo import committee_proposals
from tests.factories.accounts import make_nodal_officer, make_user
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db


def test_the_demo_has_a_committee_and_proposals_in_every_state_before_a_meeting() -> None:
    load_rule_sets()
    call_command("load_committee", stdout=StringIO())
    users = {key: make_user(Role.COMMITTEE_MEMBER) for key, *_rest in committee_proposals.SEATS}
    users["secretary"] = make_user(Role.COMMITTEE_SECRETARY)
    users["dealing"] = make_user(Role.DEALING_HAND)
    users["nodal"] = make_nodal_officer()

    committee_proposals.constitute(users, date(2025, 1, 1))
    made = committee_proposals.propose(users, date(2026, 11, 1))

    states = set(Proposal.objects.values_list("state", flat=True))
    assert made == Proposal.objects.count() == 9
    assert states == {"draft", "submitted", "screened"}
    assert Seat.objects.held_on(date(2026, 1, 1)).count() == 5
    assert Rubric.objects.approved().exists()
    outcomes = [row.outcome for row in ProposalImport.objects.get().rows.order_by("line")]
    assert outcomes == ["accepted", "accepted", "same", "wrong"]
