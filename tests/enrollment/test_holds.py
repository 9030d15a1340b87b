"""A run is moved, or a record changes: decided anew, held where the answer changes, released."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.facts import text_of
from accounts.models import AuditEntry, Notice, User
from accounts.roles import Role
from courses.actions.runs import reschedule_run
from courses.models import Course
from eligibility.actions import decisions
from eligibility.models import Decision
from eligibility.states import Outcome
from enrollment import holds, policies, pool_policies, rules, states, tasks, timeline
from enrollment.actions import confirmations, coupon_queue, coupons, recomputing, registrations
from enrollment.actions.recomputing import Came
from enrollment.models import Enrollment
from enrollment.models.coupons import waiting_for_coupon
from enrollment.next_action import next_action
from enrollment.states import EnrollmentState, HoldReason
from igot.lib.errors import Refused
from reimbursement.actions import open_claim
from reimbursement.policies import why_not as why_not_claim
from reimbursement.states import SUBMIT, ClaimState
from tests.factories.accounts import make_officer, make_posting, make_service, make_user, sign_in
from tests.factories.courses import make_course, make_provider, make_run
from tests.factories.eligibility import make_decision, make_override_proposal
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon_batch, make_coupon_issue
from tests.factories.reimbursement import make_claim

pytestmark = pytest.mark.django_db
E = EnrollmentState
AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
DECEMBER, JANUARY = date(2026, 12, 30), date(2027, 1, 4)
TOO_OLD_IN_2027 = date(1971, 6, 30)  # 56 on 1 July 2027 and a day more; not so in 2026
ON_THE_LIMIT_IN_2027 = date(1971, 7, 1)


def a_run(**fields):
    fields.setdefault("ends_on", date(2027, 3, 24))
    return make_run(opens_on=date(2026, 11, 1), closes_on=DECEMBER, commences_on=DECEMBER, **fields)


def enrolled(run=None, *, state=E.CONFIRMED, at=AT, **facts):
    """Register an officer on a decision that the rules themselves make for the run's day."""
    run = run or a_run()
    officer = make_officer(**facts)
    decision = make_decision(officer=officer, run=run, at=at, is_binding=state == E.CONFIRMED)
    return make_enrollment(officer=officer, run=run, state=state, decision=decision, at=at)


def move(run, *, to=JANUARY, at=AT):
    run.refresh_from_db()
    reschedule_run(
        run_id=run.pk,
        commences_on=to,
        ends_on=run.ends_on,
        registration_opens_on=run.registration_opens_on,
        registration_closes_on=run.registration_closes_on,
        reason="The provider opens its course later.",
        reference="T-16017/42/2018-Trg of 20.12.2026",
        acting_user=make_user(Role.DEALING_HAND),
        at=at,
    )


def held(**facts):
    """Register an officer, move the run into the next year, and let the task find it."""
    facts.setdefault("born_on", TOO_OLD_IN_2027)
    enrollment = enrolled(**facts)
    move(enrollment.run)
    assert recomputing.decide_all_anew(at=LATER)[Came.HELD] == 1
    return fresh(enrollment)


def fresh(enrollment):
    return Enrollment.objects.with_course().with_answers().get(pk=enrollment.pk)


def events(enrollment):
    return list(AuditEntry.objects.about(enrollment).values_list("event", flat=True))


# --- the rule ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("ELIGIBLE", "ELIGIBLE", False),
        ("ELIGIBLE", "NOT_ELIGIBLE", True),
        ("ELIGIBLE", "REFER", True),
        ("ELIGIBLE", "INCOMPLETE", True),
        ("REFER", "REFER", False),
        ("REFER", "ELIGIBLE", False),
        ("REFER", "NOT_ELIGIBLE", True),
        ("NOT_ELIGIBLE", "ELIGIBLE", False),
    ],
)
@pytest.mark.parametrize(
    ("was", "now", "newly_hit"),
    [(False, False, False), (True, True, False), (True, False, False), (False, True, True)],
)
def test_what_needs_a_hold(before, after, expected, was, now, newly_hit):
    answer = rules.needs_hold(before=before, after=after, was_boundary=was, is_boundary=now)

    assert answer == (expected or newly_hit)


# --- the case of the domain page: from 30.12 to 4.1 -------------------------------------------
def test_a_run_moved_into_the_next_year_holds_whom_the_age_rule_now_refuses():
    hand = make_user(Role.DEALING_HAND)
    enrollment = enrolled(born_on=TOO_OLD_IN_2027)
    first = enrollment.decision
    assert first.outcome == Outcome.ELIGIBLE

    move(enrollment.run)
    tasks.decide_anew()

    after = fresh(enrollment)
    assert after.state == E.CONFIRMED  # nothing is cancelled
    assert (after.held_from, after.hold_reason) == (first, HoldReason.RESCHEDULED)
    assert (after.decision.outcome, after.decision.commences_on) == ("NOT_ELIGIBLE", JANUARY)
    assert (after.commences_on, after.decision.is_binding) == (JANUARY, True)
    assert after.decision.supersedes == first  # the earlier decision is kept
    told = Notice.objects.get(user=enrollment.officer.user, template="enrollment.held")
    subject, body = text_of(told)
    assert enrollment.number in subject
    assert "from 30.12.2026 to 04.01.2027" in body
    assert "“Eligible”" in body and "“Not eligible”" in body
    assert "The provider opens its course later." in body
    assert Notice.objects.filter(user=hand, template="run.registrations_held").count() == 1


def test_the_service_rule_is_read_for_the_new_year_as_well():
    """Joined in 2024: two calendar years are over on 1 January 2027, and not on 30 December."""
    run = make_run(
        opens_on=date(2026, 11, 1), closes_on=JANUARY, commences_on=JANUARY, ends_on=None
    )
    enrollment = enrolled(run, joined_on=date(2024, 8, 1), allotment_year=2024)
    assert enrollment.decision.outcome == Outcome.ELIGIBLE

    move(run, to=DECEMBER)
    came = recomputing.decide_all_anew(at=LATER)

    assert came == {Came.HELD: 1}
    assert fresh(enrollment).decision.outcome == Outcome.NOT_ELIGIBLE


def test_a_birth_that_comes_to_stand_on_the_limit_is_held_for_the_department():
    enrollment = held(born_on=ON_THE_LIMIT_IN_2027)

    assert enrollment.decision.outcome == Outcome.ELIGIBLE
    assert "exactly on the limit" in holds.why_held(enrollment)
    notice = Notice.objects.get(user=enrollment.officer.user, template="enrollment.held")
    assert "exactly on the limit" in text_of(notice)[1]


def test_an_answer_that_stays_is_attached_without_a_word():
    enrollment = enrolled()
    move(enrollment.run)

    assert recomputing.decide_all_anew(at=LATER) == {Came.SAME: 1}

    after = fresh(enrollment)
    assert (after.held_at, after.decision.commences_on) == (None, JANUARY)
    assert events(enrollment) == ["enrollment.decided_anew"]
    assert not Notice.objects.filter(template__startswith="enrollment.").exists()


@pytest.mark.parametrize("state", [E.SUBMITTED, E.AWAITING_AUTHORITY, E.CONFIRMED, E.IN_PROGRESS])
def test_whatever_is_under_way_is_decided_anew(state):
    enrollment = enrolled(state=state, born_on=TOO_OLD_IN_2027)
    move(enrollment.run)

    assert recomputing.decide_all_anew(at=LATER) == {Came.HELD: 1}

    after = fresh(enrollment)
    assert after.state == state
    assert after.decision.is_binding == (state in (E.CONFIRMED, E.IN_PROGRESS))


@pytest.mark.parametrize(
    "state", [E.DRAFT, E.RETURNED, E.COMPLETED, E.NOT_COMPLETED, E.WITHDRAWN, E.REJECTED]
)
def test_what_is_over_or_not_yet_submitted_is_left_alone(state):
    enrollment = enrolled(state=state, born_on=TOO_OLD_IN_2027)
    move(enrollment.run)

    assert recomputing.decide_all_anew(at=LATER) == {}
    assert recomputing.decide_anew(enrollment_id=enrollment.pk, at=LATER) == Came.CURRENT

    assert fresh(enrollment).decision == enrollment.decision


def test_a_self_paced_course_keeps_the_day_of_first_enrolment():
    course = make_course(mode=Course.Mode.SELF_PACED, provider=make_provider(code="dopt"))
    officer = make_officer(born_on=TOO_OLD_IN_2027)
    decision = make_decision(officer=officer, course=course, at=AT)
    enrollment = make_enrollment(
        officer=officer,
        course=course,
        state=E.IN_PROGRESS,
        decision=decision,
        at=AT,
        commences_on=decision.commences_on,
    )
    officer.facts_changed_at = datetime(2027, 2, 1, tzinfo=UTC)
    officer.save()

    came = recomputing.decide_all_anew(at=datetime(2027, 2, 2, tzinfo=UTC))

    assert came == {Came.SAME: 1}
    assert fresh(enrollment).decision.commences_on == date(2026, 11, 22)


def test_an_officer_who_has_retired_since_stays_eligible():
    """The rules ask for the day of commencement; what comes after it changes no answer."""
    run = a_run()
    enrollment = enrolled(run, state=E.IN_PROGRESS, born_on=date(1970, 12, 20))
    make_posting(enrollment.officer, starts_on=date(2010, 8, 30), group="A")
    make_posting(enrollment.officer, starts_on=date(2031, 1, 1), group="C")  # re-employed, say
    enrollment.officer.facts_changed_at = datetime(2031, 1, 2, tzinfo=UTC)
    enrollment.officer.save()

    assert recomputing.decide_all_anew(at=datetime(2031, 1, 3, tzinfo=UTC)) == {Came.SAME: 1}


# --- a changed record -------------------------------------------------------------------------
def test_a_changed_fact_of_the_record_is_decided_on_anew_and_says_so():
    enrollment = enrolled()
    officer = enrollment.officer
    officer.born_on, officer.facts_changed_at = date(1965, 1, 1), AT + timedelta(minutes=1)
    officer.save()

    assert recomputing.decide_all_anew(at=LATER) == {Came.HELD: 1}

    after = fresh(enrollment)
    assert after.hold_reason == HoldReason.RECORD
    assert "A fact of the service record has changed" in holds.why_held(after)
    body = text_of(Notice.objects.get(template="enrollment.held"))[1]
    assert "a fact of your service record" in body
    assert "1965" not in body


def test_a_record_that_is_verified_makes_the_decision_final_and_holds_nothing():
    enrollment = enrolled(is_verified=False, state=E.SUBMITTED)
    assert enrollment.decision.is_provisional
    officer = enrollment.officer
    officer.record_state, officer.verified_by = "verified", make_user(Role.DEALING_HAND)
    officer.facts_changed_at = AT + timedelta(minutes=1)
    officer.save()

    assert recomputing.decide_all_anew(at=LATER) == {Came.SAME: 1}

    assert not fresh(enrollment).decision.is_provisional


# --- once more, and back ----------------------------------------------------------------------
def test_the_task_may_run_twice():
    enrollment = held()
    made = Decision.objects.count()

    assert recomputing.decide_all_anew(at=LATER + timedelta(hours=1)) == {}
    assert recomputing.decide_anew(enrollment_id=enrollment.pk, at=LATER) == Came.CURRENT

    assert Decision.objects.count() == made
    assert Notice.objects.filter(template="enrollment.held").count() == 1
    assert AuditEntry.objects.filter(event="run.registrations_held").count() == 1


def test_a_run_moved_back_releases_the_hold_by_itself_and_says_so():
    enrollment = held()
    move(enrollment.run, to=DECEMBER, at=LATER + timedelta(hours=1))

    came = recomputing.decide_all_anew(at=LATER + timedelta(hours=2))

    assert came == {Came.RELEASED: 1}
    after = fresh(enrollment)
    assert (after.held_at, after.held_from, after.hold_reason) == (None, None, "")
    body = text_of(Notice.objects.get(template="enrollment.released"))[1]
    assert "again say what they said before" in body


def test_a_second_move_keeps_the_hold_and_the_first_day_and_tells_once_more():
    enrollment = held()
    since, first = enrollment.held_at, enrollment.held_from
    move(enrollment.run, to=date(2027, 2, 1), at=LATER + timedelta(hours=1))

    assert recomputing.decide_all_anew(at=LATER + timedelta(hours=2)) == {Came.HELD: 1}

    after = fresh(enrollment)
    assert (after.held_at, after.held_from) == (since, first)
    assert "from 30.12.2026 to 01.02.2027" in holds.why_held(after)
    assert Notice.objects.filter(template="enrollment.held").count() == 2


def test_an_approved_override_releases_the_hold():
    enrollment = held()
    proposal = make_override_proposal(decision=enrollment.decision)
    decisions.approve_override(
        overrideproposal_id=proposal.pk,
        acting_user=make_user(Role.SANCTIONING_AUTHORITY),
        at=LATER + timedelta(hours=1),
    )

    came = recomputing.decide_all_anew(at=LATER + timedelta(hours=2))

    assert came == {Came.RELEASED: 1}
    assert fresh(enrollment).decision.is_override


def test_an_override_for_the_earlier_day_does_not_cover_the_new_one():
    run = a_run()
    officer = make_officer(born_on=date(1960, 1, 1))
    refused = make_decision(officer=officer, run=run, at=AT)
    proposal = make_override_proposal(decision=refused)
    decision = decisions.approve_override(
        overrideproposal_id=proposal.pk,
        acting_user=make_user(Role.SANCTIONING_AUTHORITY),
        at=AT,
    )
    make_enrollment(officer=officer, run=run, decision=decision, at=AT)
    move(run)

    assert recomputing.decide_all_anew(at=LATER) == {Came.HELD: 1}


def test_where_no_rule_set_is_in_force_nothing_changes_and_the_others_go_on(caplog):
    stuck, other = enrolled(born_on=TOO_OLD_IN_2027), enrolled(born_on=TOO_OLD_IN_2027)
    for enrollment in (stuck, other):
        move(enrollment.run)
    Course.objects.filter(pk=stuck.course_id).update(rule_set_code="GONE")

    came = recomputing.decide_all_anew(at=LATER)

    assert came == {Came.UNDECIDED: 1, Came.HELD: 1}
    assert fresh(stuck).held_at is None
    assert "cannot be decided anew" in caplog.text
    assert "decided anew within a few minutes" in policies.why_not_rely(fresh(stuck))


# --- the desk is told once a batch ------------------------------------------------------------
def test_the_desk_has_one_notice_for_all_holds_of_a_batch():
    hands = [make_user(Role.DEALING_HAND) for _number in range(2)]
    run = a_run()
    for _number in range(3):
        enrolled(run, born_on=TOO_OLD_IN_2027)
    move(run)

    recomputing.decide_all_anew(at=LATER)

    for hand in hands:
        notice = Notice.objects.get(user=hand)
        assert notice.params["number"] == "3"
        assert notice.link.endswith("?waits=hold")
    assert recomputing.tell_desk(at=LATER) == 0


# --- nothing goes on while it is held ---------------------------------------------------------
def test_a_held_registration_is_not_confirmed():
    enrollment = held(state=E.SUBMITTED)
    hand = make_user(Role.DEALING_HAND)

    with pytest.raises(Refused, match="is held since 22.11.2026"):
        confirmations.confirm_enrollment(enrollment_id=enrollment.pk, acting_user=hand, at=LATER)

    assert policies.why_not(states.REJECT, enrollment, hand) == ""


def test_a_held_registration_gets_no_coupon_and_leaves_the_queue():
    enrollment = held()
    make_coupon_batch(course=enrollment.course, codes=1, valid_until=date(2028, 1, 1))

    assert coupon_queue.serve_coupon_queue(at=LATER) == 0
    assert not waiting_for_coupon().exists()
    assert not Enrollment.objects.without_coupon().exists()
    assert not Enrollment.objects.for_provider(enrollment.course.provider, None).exists()
    with pytest.raises(Refused, match="30.12.2026 to 04.01.2027"):
        coupons.issue_coupon(enrollment_id=enrollment.pk, acting_user=None, at=LATER)


def test_a_code_given_before_is_not_shown_while_the_registration_is_held():
    enrollment = enrolled(born_on=TOO_OLD_IN_2027)
    make_coupon_issue(enrollment=enrollment)
    move(enrollment.run)

    for _before_and_after_the_task in range(2):
        with pytest.raises(Refused):
            coupons.reveal_coupon(
                enrollment_id=enrollment.pk, acting_user=enrollment.officer.user, at=LATER
            )
        recomputing.decide_all_anew(at=LATER)

    assert enrollment.coupon_issues.get().first_revealed_at is None


def test_no_coupon_goes_out_between_the_move_and_the_task():
    enrollment = enrolled()
    make_coupon_batch(course=enrollment.course, codes=1, valid_until=date(2028, 1, 1))
    move(enrollment.run)

    assert coupon_queue.serve_coupon_queue(at=LATER) == 0
    recomputing.decide_all_anew(at=LATER)

    assert coupon_queue.serve_coupon_queue(at=LATER) == 1


def test_no_coupon_goes_out_on_a_record_that_is_declared_anew():
    enrollment = enrolled()
    make_coupon_batch(course=enrollment.course, codes=1, valid_until=date(2028, 1, 1))
    officer = enrollment.officer
    officer.record_state, officer.verified_by = "declared", None
    officer.facts_changed_at = AT + timedelta(minutes=1)
    officer.save()
    recomputing.decide_all_anew(at=LATER)

    reason = pool_policies.why_not_issue(fresh(enrollment), None)

    assert "is not verified" in reason


def test_no_claim_is_begun_or_submitted_while_the_registration_is_held():
    claim = make_claim(state=ClaimState.DRAFT)
    enrollment = claim.enrollment
    assert why_not_claim(SUBMIT, claim, claim.officer.user) == ""
    hold(enrollment)
    claim.refresh_from_db()

    assert "is held since" in why_not_claim(SUBMIT, claim, claim.officer.user)
    with pytest.raises(Refused, match="is held since"):
        open_claim(enrollment_id=enrollment.pk, acting_user=claim.officer.user, at=LATER)


def hold(enrollment, **fields):
    """Hold a registration in whatever state, as if the task had."""
    enrollment.held_at, enrollment.held_from = AT, enrollment.decision
    enrollment.hold_reason = HoldReason.RESCHEDULED
    for name, value in fields.items():
        setattr(enrollment, name, value)
    enrollment.save()


# --- the desk releases ------------------------------------------------------------------------
def test_the_desk_releases_a_boundary_case_and_the_registration_goes_on():
    enrollment = held(born_on=ON_THE_LIMIT_IN_2027)
    make_coupon_batch(course=enrollment.course, codes=1, valid_until=date(2028, 1, 1))
    hand = make_user(Role.DEALING_HAND)

    recomputing.release_hold(
        enrollment_id=enrollment.pk, reason="The limit is included.", acting_user=hand, at=LATER
    )

    assert fresh(enrollment).held_at is None
    body = text_of(Notice.objects.get(template="enrollment.released"))[1]
    assert "The limit is included." in body
    assert recomputing.decide_all_anew(at=LATER + timedelta(hours=1)) == {}
    assert coupon_queue.serve_coupon_queue(at=LATER) == 1


def test_the_desk_cannot_release_what_the_rules_refuse():
    enrollment = held()

    with pytest.raises(Refused, match="“Not eligible”. Without an override"):
        recomputing.release_hold(
            enrollment_id=enrollment.pk,
            reason="Because.",
            acting_user=make_user(Role.DEALING_HAND),
            at=LATER,
        )

    assert fresh(enrollment).held_at is not None


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DEALING_HAND])
def test_only_a_dealing_hand_releases(role):
    enrollment = held(born_on=ON_THE_LIMIT_IN_2027)

    assert "Dealing hand" in policies.why_not_release(enrollment, make_user(role))


def test_nobody_releases_their_own_hold_nor_what_is_not_held_nor_what_is_stale():
    enrollment = held(born_on=ON_THE_LIMIT_IN_2027)
    own = enrollment.officer.user
    own.groups.add(*make_user(Role.DEALING_HAND).groups.all())
    hand = make_user(Role.DEALING_HAND)

    me = User.objects.get(pk=own.pk)
    assert "own registration" in policies.why_not_release(enrollment, me)
    assert "not held" in policies.why_not_release(enrolled(), hand)
    move(enrollment.run, to=date(2027, 2, 1), at=LATER)
    assert "decided anew" in policies.why_not_release(fresh(enrollment), hand)


def test_the_desk_finds_holds_and_releases_by_a_step(client):
    call_command("sync_roles", stdout=StringIO())
    enrollment = held(born_on=ON_THE_LIMIT_IN_2027)
    sign_in(client, make_user(Role.DEALING_HAND))

    listed = client.get("/desk/enrollment/enrollment/?waits=hold").content.decode()
    assert enrollment.number in listed
    page = client.get(reverse("admin:enrollment_enrollment_change", args=[enrollment.pk]))
    assert "30.12.2026 to 04.01.2027" in page.content.decode()
    step = reverse("admin:enrollment_enrollment_step", args=[enrollment.pk, "release"])
    client.post(step, {"reason": "Included.", "desk_confirmed": "1"})

    assert fresh(enrollment).held_at is None


# --- ends and new starts ----------------------------------------------------------------------
def test_withdrawing_ends_the_hold():
    enrollment = held()

    registrations.withdraw_registration(
        enrollment_id=enrollment.pk,
        reason="I take a later batch.",
        acting_user=enrollment.officer.user,
        at=LATER,
    )

    assert (fresh(enrollment).state, fresh(enrollment).held_at) == (E.WITHDRAWN, None)


def test_a_held_registration_that_is_sent_back_can_be_put_on_another_batch():
    enrollment = held(state=E.SUBMITTED)
    confirmations.return_enrollment(
        enrollment_id=enrollment.pk,
        reason="Choose another batch.",
        acting_user=make_user(Role.DEALING_HAND),
        at=LATER,
    )
    assert fresh(enrollment).held_at is not None
    other = make_run(
        course=enrollment.course,
        opens_on=date(2026, 11, 1),
        closes_on=date(2026, 12, 15),
        commences_on=date(2026, 12, 15),
    )

    registrations.choose_run(
        enrollment_id=enrollment.pk,
        run_id=other.pk,
        acting_user=enrollment.officer.user,
        at=LATER,
    )

    assert fresh(enrollment).held_at is None


def test_the_database_refuses_a_hold_without_reason_or_of_what_has_ended():
    enrollment = enrolled()

    with pytest.raises(IntegrityError), transaction.atomic():
        hold(enrollment, hold_reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        hold(enrollment, state=E.WITHDRAWN)


# --- the officer's page -----------------------------------------------------------------------
def test_the_officer_sees_the_hold_both_days_and_what_to_do(client):
    enrollment = held()
    sign_in(client, enrollment.officer.user)

    page = client.get(enrollment.get_absolute_url()).content.decode()

    assert "Your registration is held" in page
    assert "moved from 30.12.2026 to 04.01.2027" in page
    assert enrollment.decision.get_absolute_url() in page
    assert reverse("enrollment:start", args=[enrollment.course.code]) in page
    assert reverse("enrollment:withdraw", args=[enrollment.pk]) in page
    assert (
        "See why your registration is held"
        in client.get(reverse("reports:dashboard")).content.decode()
    )


def test_the_words_of_a_hold_are_made_for_each_reader():
    enrollment = held()
    way = timeline.way_of(enrollment, is_own=True)

    with override("hi"):
        words = next_action(way).text

    assert "30.12.2026" in words and "पात्र" in words


# --- bounded ----------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [2, 6])
def test_each_registration_costs_the_same_and_no_more_than_twenty_queries(number):
    service = make_service()
    run = a_run(course=make_course())
    for _number in range(number):
        enrolled(run, born_on=TOO_OLD_IN_2027, service=service)
    move(run)

    with CaptureQueriesContext(connection) as asked:
        recomputing.decide_all_anew(at=LATER, batch=2)

    ours = [q for q in asked if "SAVEPOINT" not in q["sql"]]
    assert len(ours) <= 12 + 20 * number
