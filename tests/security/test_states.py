"""Checks 39 and 40: a step that is not in the table is refused, by the policy and by the action."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from circulars import actions as paper
from circulars import policies as paper_policies
from circulars import states as paper_states
from circulars.states import CircularState
from enrollment import policies, pool_policies, states
from enrollment.actions import (
    certificates,
    confirmations,
    deferrals,
    intimations,
    registrations,
    self_paced,
)
from enrollment.states import CertificateState, EnrollmentState
from igot.lib.errors import Refused
from reimbursement import actions as money
from reimbursement import policies as claim_policies
from reimbursement import states as claim_states
from reimbursement.states import ClaimState
from tests.factories.accounts import make_nodal_officer, make_user
from tests.factories.circulars import make_approver, make_circular
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.pool import make_certificate
from tests.factories.reimbursement import make_claim, make_sanctioning_authority

pytestmark = pytest.mark.django_db
E, C, K, P = EnrollmentState, ClaimState, CertificateState, CircularState
ALL_BUT_OFFICER = [role for role in Role if role != Role.OFFICER]


def outside(steps, all_states):
    """Return every (state, step) that is not in the table."""
    return [
        pytest.param(state, name, id=f"{name}-{state}")
        for name, step in steps.items()
        for state in all_states
        if state not in step.sources
    ]


def refused(action, thing, **arguments):
    """Take a step that must not be open, and see that nothing at all has changed."""
    rows = type(thing)._base_manager.filter(pk=thing.pk)
    before, entries = rows.values().get(), AuditEntry.objects.count()
    with pytest.raises(Refused):
        action(at=timezone.now(), **arguments)
    assert rows.values().get() == before
    assert AuditEntry.objects.count() == entries


# --- registrations --------------------------------------------------------------------------------

OFFICERS = {
    "submit": states.SUBMIT,
    "withdraw": states.WITHDRAW,
    "defer": states.DEFER,
    "declare": states.DECLARE_COMPLETE,
}
AUTHORITYS = {"approve": states.AUTHORITY_APPROVE, "withhold": states.AUTHORITY_WITHHOLD}
HANDS = {"return": states.RETURN, "confirm": states.CONFIRM, "reject": states.REJECT}
BY_THE_PORTAL = {
    "begin": states.BEGIN,
    "complete": states.COMPLETE,
    "fail": states.FAIL,
    "wait": states.AWAIT_AUTHORITY,
    "lapse": states.LAPSE,
}


def test_every_step_of_the_table_is_tried():
    tried = {*OFFICERS.values(), *AUTHORITYS.values(), *HANDS.values(), *BY_THE_PORTAL.values()}
    assert tried == set(states.ENROLLMENT_STEPS)
    assert set(PAPER_STEPS.values()) == set(paper_states.STEPS)
    assert {*CLAIMANTS.values(), *DESK.values(), *PAYING.values()} == set(claim_states.CLAIM_STEPS)
    by_the_portal = {*states.CHECKING_STEPS, states.SUPERSEDE, states.REVOKE_CERTIFICATE}
    assert {*REVIEW.values(), *by_the_portal} == set(states.CERTIFICATE_STEPS)


@pytest.mark.parametrize(("state", "name"), outside(OFFICERS, E))
def test_an_officer_takes_no_step_outside_the_table(state, name):
    enrollment = make_enrollment(state=state)
    user = enrollment.officer.user
    action, more = {
        "submit": (registrations.submit_registration, {}),
        "withdraw": (registrations.withdraw_registration, {"reason": "Because"}),
        "defer": (deferrals.defer_registration, {"run_id": 0, "reason": "Because"}),
        "declare": (self_paced.declare_completion, {"completed_on": timezone.localdate()}),
    }[name]

    assert policies.why_not(OFFICERS[name], enrollment, user)
    refused(action, enrollment, enrollment_id=enrollment.pk, acting_user=user, **more)


@pytest.mark.parametrize(("state", "name"), outside(HANDS, E))
def test_the_desk_takes_no_step_on_a_registration_outside_the_table(state, name):
    enrollment, hand = make_enrollment(state=state), make_user(Role.DEALING_HAND)
    action, more = {
        "return": (confirmations.return_enrollment, {"reason": "Because"}),
        "confirm": (confirmations.confirm_enrollment, {}),
        "reject": (confirmations.reject_enrollment, {"reason": "Because"}),
    }[name]

    assert policies.why_not(HANDS[name], enrollment, hand)
    refused(action, enrollment, enrollment_id=enrollment.pk, acting_user=hand, **more)


@pytest.mark.parametrize(("state", "name"), outside(AUTHORITYS, [s for s in E if s != E.DRAFT]))
def test_the_authority_answers_nothing_outside_the_table(state, name):
    enrollment, nodal = make_enrollment(state=state), make_nodal_officer()
    letter = make_intimation(enrollment=enrollment, mode="prior_approval")
    action, more = {
        "approve": (intimations.approve_intimation, {}),
        "withhold": (intimations.withhold_approval, {"reason": "Because"}),
    }[name]

    assert policies.why_not(AUTHORITYS[name], enrollment, nodal)
    refused(action, enrollment, intimation_id=letter.pk, acting_user=nodal, **more)


@pytest.mark.parametrize(("state", "name"), outside(BY_THE_PORTAL, E))
def test_nobody_takes_the_steps_of_the_portal_outside_the_table(state, name):
    enrollment = make_enrollment(state=state)

    for user in (enrollment.officer.user, make_user(*ALL_BUT_OFFICER)):
        assert policies.why_not(BY_THE_PORTAL[name], enrollment, user)


# --- certificates ---------------------------------------------------------------------------------

REVIEW = {
    "verify": states.VERIFY,
    "return": states.RETURN_CERTIFICATE,
    "reject": states.REJECT_CERTIFICATE,
}


@pytest.mark.parametrize(("state", "name"), outside(REVIEW, K))
def test_a_certificate_is_reviewed_from_its_review_only(state, name):
    submission, hand = make_certificate(state=state), make_user(Role.DEALING_HAND)
    action, more = {
        "verify": (certificates.verify_certificate, {}),
        "return": (certificates.return_certificate, {"reason": "Because"}),
        "reject": (certificates.reject_certificate, {"reason": "Because"}),
    }[name]

    assert pool_policies.why_not_review(REVIEW[name], submission, hand)
    refused(action, submission, submission_id=submission.pk, acting_user=hand, **more)


# --- claims ---------------------------------------------------------------------------------------

CLAIMANTS = {
    "submit": claim_states.SUBMIT,
    "withdraw": claim_states.WITHDRAW,
    "pay_again": claim_states.PAY_AGAIN,
}
DESK = {
    "take_up": claim_states.TAKE_UP,
    "return": claim_states.RETURN,
    "recommend": claim_states.RECOMMEND,
    "send_back": claim_states.SEND_BACK,
    "sanction": claim_states.SANCTION,
    "reject": claim_states.REJECT,
}
PAYING = {
    "add": claim_states.ADD_TO_BATCH,
    "paid": claim_states.MARK_PAID,
    "failed": claim_states.MARK_FAILED,
    "take_out": claim_states.TAKE_FROM_BATCH,
}
BANK = {
    "payee_name": "Asha Rao",
    "bank_name": "State Bank of India",
    "ifsc": "SBIN0000691",
    "account_number": "998877665544",
}


@pytest.mark.parametrize(("state", "name"), outside(CLAIMANTS, C))
def test_a_claimant_takes_no_step_outside_the_table(state, name):
    claim = make_claim(state=state)
    action, more = {
        "submit": (money.submit_claim, {}),
        "withdraw": (money.withdraw_claim, {}),
        "pay_again": (money.correct_bank, BANK),
    }[name]
    user = claim.claimant_user

    assert claim_policies.why_not(CLAIMANTS[name], claim, user)
    refused(action, claim, claim_id=claim.pk, acting_user=user, **more)


@pytest.mark.parametrize(("state", "name"), outside(DESK, C))
def test_the_desk_takes_no_step_on_a_claim_outside_the_table(state, name):
    claim = make_claim(state=state)
    is_hand = DESK[name].role == Role.DEALING_HAND
    user = make_user(Role.DEALING_HAND) if is_hand else make_sanctioning_authority()
    admitted = {"fee": money.Admitted(amount=Decimal(6960), reason="As found")}
    action, more = {
        "take_up": (money.take_up_claim, {}),
        "return": (money.return_claim, {"queries": ["Why?"]}),
        "recommend": (money.recommend_claim, {"admitted": admitted}),
        "send_back": (money.send_back_claim, {"remark": "Again"}),
        "sanction": (money.sanction_claim, {"amount": Decimal(100)}),
        "reject": (money.reject_claim, {"reason": "Because"}),
    }[name]

    assert claim_policies.why_not(DESK[name], claim, user)
    refused(action, claim, claim_id=claim.pk, acting_user=user, **more)


@pytest.mark.parametrize(("state", "name"), outside(PAYING, C))
def test_the_paying_officer_takes_no_step_on_a_claim_outside_the_table(state, name):
    claim, payer = make_claim(state=state), make_user(Role.PAYING_OFFICER)

    assert claim_policies.why_not(PAYING[name], claim, payer)


# --- circulars ------------------------------------------------------------------------------------

PAPER_STEPS = {
    "submit": paper_states.SUBMIT,
    "return": paper_states.RETURN,
    "approve": paper_states.APPROVE,
    "issue": paper_states.ISSUE,
    "supersede": paper_states.SUPERSEDE,
    "archive": paper_states.ARCHIVE,
}


@pytest.mark.parametrize(("state", "name"), outside(PAPER_STEPS, P))
def test_a_circular_takes_no_step_outside_the_table(state, name):
    circular = make_circular(state=state)
    user = circular.author if name == "submit" else make_approver()
    action, more = {
        "submit": (paper.submit_circular, {}),
        "return": (paper.return_circular, {"reason": "Because"}),
        "approve": (paper.approve_circular, {}),
        "issue": (paper.issue_circular, {}),
        "supersede": (paper.supersede_circular, {"successor_id": make_circular(state=P.ISSUED).pk}),
        "archive": (paper.archive_circular, {}),
    }[name]

    assert paper_policies.why_not(PAPER_STEPS[name], circular, user)
    refused(action, circular, circular_id=circular.pk, acting_user=user, **more)
