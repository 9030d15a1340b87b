"""The tables of steps say all there is: every state is reached, every end is meant."""

import pytest

from reimbursement import states
from reimbursement.states import BATCH_STEPS, CLAIM_STEPS, BatchState, ClaimState, Step


@pytest.mark.parametrize("step", [*CLAIM_STEPS, *BATCH_STEPS])
def test_sources_are_frozen_and_a_step_leads_elsewhere(step):
    assert isinstance(step.sources, frozenset)
    assert step.target not in step.sources or step == states.SETTLE_IN_PART


def reachable(first, steps: tuple[Step, ...]) -> set:
    found = {first}
    while True:
        more = {step.target for step in steps if step.sources & found} - found
        if not more:
            return found
        found |= more


def test_every_state_of_a_claim_but_the_lapsed_is_reached():
    # Lapsing is a nightly job of a later release; the state is kept for it.
    assert reachable(ClaimState.DRAFT, CLAIM_STEPS) == set(ClaimState) - {ClaimState.LAPSED}


def test_every_state_of_a_batch_is_reached():
    assert reachable(BatchState.DRAFT, BATCH_STEPS) == set(BatchState)


def test_a_claim_ends_paid_or_dead():
    ends = {state for state in ClaimState if not any(state in step.sources for step in CLAIM_STEPS)}

    assert ends == {ClaimState.PAID, *states.DEAD}


def test_only_a_return_file_pays_and_only_from_payment():
    to_paid = [step for step in CLAIM_STEPS if step.target == ClaimState.PAID]

    assert to_paid == [states.MARK_PAID]
    assert states.MARK_PAID.sources == {ClaimState.IN_PAYMENT}


def test_nothing_is_payable_before_its_sanction():
    before = {
        ClaimState.DRAFT,
        ClaimState.SUBMITTED,
        ClaimState.UNDER_SCRUTINY,
        ClaimState.RETURNED,
    }

    assert not states.PAYABLE & (before | {ClaimState.RECOMMENDED})
    assert {
        step for step in CLAIM_STEPS if step.target in states.PAYABLE and step.sources & before
    } == set()
