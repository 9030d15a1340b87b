"""Every step of a registration × every role × every state, against the one table of steps."""

import pytest

from accounts.models import Service
from accounts.roles import Role
from courses.models import Course
from enrollment import policies, states
from enrollment.models import Intimation
from enrollment.states import ENROLLMENT_STEPS, EnrollmentState
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
)
from tests.factories.courses import make_course, make_provider, make_run
from tests.factories.enrollment import make_decision, make_enrollment, make_intimation

pytestmark = pytest.mark.django_db
E = EnrollmentState
Answer = Intimation.Answer

NAMES = {
    states.SUBMIT: "submit",
    states.AWAIT_AUTHORITY: "await authority",
    states.AUTHORITY_APPROVE: "approve",
    states.AUTHORITY_WITHHOLD: "withhold",
    states.RETURN: "return",
    states.CONFIRM: "confirm",
    states.REJECT: "reject",
    states.BEGIN: "begin",
    states.COMPLETE: "complete",
    states.FAIL: "fail",
    states.WITHDRAW: "withdraw",
    states.DEFER: "defer",
    states.LAPSE: "lapse",
    states.DECLARE_COMPLETE: "declare complete",
}
# Who may take which step from which state: all else is refused.
OPEN = {
    ("submit", "own officer"): {E.DRAFT, E.RETURNED},
    ("await authority", "own officer"): {E.SUBMITTED},
    ("approve", "nodal officer"): {E.AWAITING_AUTHORITY},
    ("withhold", "nodal officer"): {E.AWAITING_AUTHORITY},
    ("return", "dealing hand"): {E.SUBMITTED, E.AWAITING_AUTHORITY},
    ("confirm", "dealing hand"): {E.SUBMITTED},
    ("reject", "dealing hand"): {E.SUBMITTED},
    ("begin", "dealing hand"): {E.CONFIRMED},
    ("complete", "dealing hand"): {E.CONFIRMED, E.IN_PROGRESS, E.NOT_COMPLETED},
    ("fail", "dealing hand"): {E.CONFIRMED, E.IN_PROGRESS},
    ("withdraw", "own officer"): {
        E.DRAFT,
        E.SUBMITTED,
        E.AWAITING_AUTHORITY,
        E.RETURNED,
        E.CONFIRMED,
        E.IN_PROGRESS,
    },
    ("defer", "own officer"): {E.SUBMITTED, E.AWAITING_AUTHORITY, E.CONFIRMED, E.IN_PROGRESS},
    ("lapse", "dealing hand"): {E.RETURNED, E.AWAITING_AUTHORITY, E.SUBMITTED},
    ("declare complete", "own officer"): {E.CONFIRMED, E.IN_PROGRESS},
}


def test_the_table_names_every_step():
    assert {step for step, _who in OPEN} == {NAMES[step] for step in ENROLLMENT_STEPS}


@pytest.mark.parametrize("state", list(E))
def test_each_step_is_open_to_those_of_the_table_and_to_nobody_else(state):
    enrollment = make_enrollment(state=state)
    users = {role.value: make_user(role) for role in Role}
    users["own officer"] = enrollment.officer.user
    users["nodal officer"] = make_nodal_officer(authority=enrollment.officer.authority)
    users["nodal officer elsewhere"] = make_nodal_officer(authority=make_authority(name="Other"))
    users["superuser"] = make_user(is_superuser=True)

    found = {
        (NAMES[step], who)
        for step in ENROLLMENT_STEPS
        for who, user in users.items()
        if not policies.why_not(step, enrollment, user)
    }

    assert found == {pair for pair, from_states in OPEN.items() if state in from_states}


@pytest.mark.parametrize("role", [Role.DEALING_HAND, Role.NODAL_OFFICER])
@pytest.mark.parametrize("step", [s for s in ENROLLMENT_STEPS if s.role != Role.OFFICER])
def test_nobody_decides_on_their_own_registration(step, role):
    user = make_user(Role.OFFICER, role)
    officer = make_officer(user=user)
    enrollment = make_enrollment(state=sorted(step.sources)[0], officer=officer)

    assert policies.why_not(step, enrollment, user)


def test_every_state_but_the_start_is_reached_by_some_step():
    assert {step.target for step in ENROLLMENT_STEPS} == set(E) - {E.DRAFT}
    assert all(isinstance(step.sources, frozenset) for step in ENROLLMENT_STEPS)


# --- what an authority may answer -------------------------------------------------------------
@pytest.mark.parametrize(
    ("mode", "state", "answers"),
    [
        (Service.Mode.INTIMATION, E.SUBMITTED, {Answer.NOTED}),
        (Service.Mode.INTIMATION, E.CONFIRMED, {Answer.NOTED}),
        (Service.Mode.PRIOR_APPROVAL, E.AWAITING_AUTHORITY, {Answer.APPROVED, Answer.WITHHELD}),
        (Service.Mode.PRIOR_APPROVAL, E.WITHDRAWN, set()),
    ],
)
def test_the_mode_of_the_cadre_decides_what_can_be_answered(mode, state, answers):
    officer = make_officer(service=make_service(cca_mode=mode))
    intimation = make_intimation(enrollment=make_enrollment(state=state, officer=officer))
    nodal = make_nodal_officer(authority=intimation.authority)

    found = {
        answer
        for answer in (Answer.NOTED, Answer.APPROVED, Answer.WITHHELD)
        if not policies.why_not_answer(answer, intimation, nodal)
    }

    assert found == answers


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.NODAL_OFFICER}))
def test_only_a_nodal_officer_notes(role):
    intimation = make_intimation()

    assert policies.why_not_answer(Answer.NOTED, intimation, make_user(role))


def test_a_nodal_officer_whose_appointment_has_ended_notes_nothing():
    intimation = make_intimation()
    nodal = make_nodal_officer(authority=intimation.authority)
    nodal.nodal_appointments.update(until="2020-01-01")

    assert policies.why_not_answer(Answer.NOTED, intimation, nodal)


# --- what a registration needs ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("mode", "issues_coupons", "account", "coupon"),
    [
        (Course.Mode.RUN, True, True, True),
        (Course.Mode.RUN, False, True, False),
        (Course.Mode.SELF_PACED, True, True, False),
        (Course.Mode.SELF_PACED, False, False, False),
    ],
)
def test_which_courses_need_an_account_and_a_coupon(mode, issues_coupons, account, coupon):
    provider = make_provider(code="p", issues_coupons=issues_coupons)
    course = make_course(mode=mode, provider=provider)

    assert policies.needs_account(course) is account
    assert policies.needs_coupon(course) is coupon


@pytest.mark.parametrize(
    ("outcome", "may_submit"),
    [("ELIGIBLE", True), ("REFER", True), ("NOT_ELIGIBLE", False), ("INCOMPLETE", False)],
)
def test_which_outcomes_can_be_submitted(outcome, may_submit):
    run = make_run()
    decision = make_decision(officer=make_officer(), course=run.course, run=run, outcome=outcome)

    assert (policies.why_not_on(decision) == "") is may_submit
    assert (outcome in policies.SUBMITTABLE) is may_submit
