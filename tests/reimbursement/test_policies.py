"""Every step, in every state, by every role: open exactly where the table says so."""

import pytest

from accounts.roles import Role
from reimbursement import policies, states
from reimbursement.states import BATCH_STEPS, CLAIM_STEPS, BatchState, ClaimState
from tests.factories.accounts import make_user
from tests.factories.reimbursement import make_claim, make_payment_batch

pytestmark = pytest.mark.django_db


def names(steps):
    found = {id(step): name for name, step in vars(states).items() if isinstance(step, states.Step)}
    return [found[id(step)] for step in steps]


@pytest.fixture
def people():
    """One user of each role, none of whom had a hand in anything."""
    return {role: make_user(role) for role in Role}


@pytest.mark.parametrize("state", list(ClaimState))
def test_steps_of_a_claim_are_open_by_state_and_role(state, people):
    claim = make_claim(state=state)
    everyone = {**people, "claimant": claim.claimant_user}

    for step in CLAIM_STEPS:
        for name, user in everyone.items():
            is_theirs = name == ("claimant" if step.role == Role.OFFICER else step.role)
            expected = state in step.sources and is_theirs
            answer = policies.why_not(step, claim, user)
            assert (answer == "") is expected, f"{names([step])[0]} in {state} by {name}: {answer}"


@pytest.mark.parametrize("state", list(BatchState))
def test_steps_of_a_batch_are_open_by_state_and_role(state, people):
    batch = make_payment_batch(state=state)

    for step in BATCH_STEPS:
        for role, user in people.items():
            expected = state in step.sources and role == step.role
            answer = policies.why_not_batch(step, batch, user)
            assert (answer == "") is expected, f"{names([step])[0]} in {state} by {role}: {answer}"


@pytest.mark.parametrize(
    "step", [s for s in CLAIM_STEPS if s.role != Role.OFFICER], ids=lambda s: s.target
)
def test_nobody_decides_their_own_claim_whatever_their_roles(step):
    claim = make_claim(state=next(iter(sorted(step.sources))))
    claimant = claim.claimant_user
    claimant.groups.add(*make_user(*Role).groups.all())

    assert "own claim" in policies.why_not(step, claim, claimant)


def test_a_superuser_holds_no_role_by_that():
    claim = make_claim(state=ClaimState.RECOMMENDED)
    root = make_user(is_superuser=True, is_staff=True)

    assert all(policies.why_not(step, claim, root) for step in CLAIM_STEPS)


def test_an_inactive_user_takes_no_step():
    claim = make_claim(state=ClaimState.SUBMITTED)
    gone = make_user(Role.DEALING_HAND, is_active=False)

    assert policies.why_not(states.TAKE_UP, claim, gone)
