"""Who has a registration and what is next in each state; the wording of the declaration."""

import hashlib
from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import Service
from accounts.roles import Role
from courses.models import Course
from enrollment import declaration, pages, timeline
from enrollment.models import Enrollment
from enrollment.next_action import NEXT, next_action
from enrollment.states import EnrollmentState
from tests.factories.accounts import make_officer, make_service, make_user
from tests.factories.courses import make_course, make_provider, make_run
from tests.factories.enrollment import make_enrollment, make_intimation, make_rule_version
from tests.factories.pool import make_certificate, make_coupon_issue
from tests.factories.registrations import make_registration_policy

pytestmark = pytest.mark.django_db
E = EnrollmentState
DIVISION = "Training Division, Department of Personnel and Training"


@pytest.fixture(autouse=True)
def rules_in_force() -> None:
    make_rule_version()


def marks(enrollment: Enrollment) -> dict[str, str]:
    way = timeline.way_of(enrollment, is_own=True)
    return {mark.name: mark.state for mark in timeline.marks_of(way)}


def current(enrollment: Enrollment) -> tuple[str, str]:
    """Return what is under way and who has it."""
    way = timeline.way_of(enrollment, is_own=True)
    return next((m.name, m.who) for m in timeline.marks_of(way) if m.state == "current")


def heading(enrollment: Enrollment) -> str:
    return next_action(timeline.way_of(enrollment, is_own=True)).heading


@pytest.mark.parametrize(
    ("state", "name", "who"),
    [
        (E.DRAFT, "Fill in and submit the registration", "You"),
        (E.SUBMITTED, "Eligibility confirmed by the Department", DIVISION),
        (E.RETURNED, "Returned for correction", "You"),
        (E.CONFIRMED, "Coupon for the course", DIVISION),
        (E.COMPLETED, "Certificate verified", "You"),
    ],
)
def test_one_step_is_under_way_and_somebody_has_it(state, name, who):
    enrollment = make_enrollment(state=state)
    if enrollment.number:
        make_intimation(enrollment=enrollment)

    assert current(enrollment) == (name, who)


def test_a_registration_that_waits_for_approval_is_with_the_authority():
    officer = make_officer(service=make_service(cca_mode=Service.Mode.PRIOR_APPROVAL))
    enrollment = make_enrollment(state=E.AWAITING_AUTHORITY, officer=officer)
    make_intimation(enrollment=enrollment)

    assert current(enrollment) == ("Authority approves", str(officer.authority))
    assert heading(enrollment) == "Your authority has to approve"


def test_a_withheld_approval_ends_the_way_at_the_authority():
    officer = make_officer(service=make_service(cca_mode=Service.Mode.PRIOR_APPROVAL))
    enrollment = make_enrollment(state=E.REJECTED, officer=officer, reason="No.")
    make_intimation(
        enrollment=enrollment,
        answer="withheld",
        answer_reason="No.",
        answered_by=make_user(Role.NODAL_OFFICER),
    )

    assert marks(enrollment) == {"Registration submitted": "done", "Approval withheld": "blocked"}


def test_a_rejection_ends_the_way_at_the_department():
    enrollment = make_enrollment(state=E.REJECTED, reason="Unknown user name.")
    make_intimation(enrollment=enrollment)

    assert list(marks(enrollment).items())[-1] == ("Not confirmed", "blocked")


@pytest.mark.parametrize("state", [E.WITHDRAWN, E.DEFERRED, E.LAPSED])
def test_a_registration_cut_short_shows_where_it_ended(state):
    enrollment = make_enrollment(state=state)
    make_intimation(enrollment=enrollment)

    shown = marks(enrollment)

    assert shown[enrollment.get_state_display()] == "blocked"
    assert "next" not in shown.values()


def test_a_course_without_coupons_has_no_step_for_one():
    provider = make_provider(code="dopt", issues_coupons=False)
    course = make_course(mode=Course.Mode.SELF_PACED, provider=provider, fee_usd=None)

    assert "Coupon for the course" not in marks(make_enrollment(state=E.SUBMITTED, course=course))


def test_an_unseen_coupon_is_the_next_thing_and_a_seen_one_is_done():
    enrollment = make_enrollment(state=E.CONFIRMED)
    issue = make_coupon_issue(enrollment=enrollment)
    assert (current(enrollment)[1], heading(enrollment)) == ("You", "Your coupon is ready")

    issue.first_revealed_at = timezone.now()
    issue.save()

    assert marks(enrollment)["Coupon for the course"] == "done"
    assert heading(enrollment) == "Study and earn the certificate"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("under_review", "The Training Division checks your certificate"),
        ("returned", "Send in the certificate again"),
        ("verified", "Your certificate is verified"),
    ],
)
def test_what_is_next_follows_the_certificate(state, expected):
    enrollment = make_enrollment(state=E.COMPLETED)
    make_certificate(enrollment=enrollment, state=state)

    assert heading(enrollment) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (E.COMPLETED, "Send in your certificate"),
        (E.NOT_COMPLETED, "The course was not completed"),
        (E.REJECTED, "This registration was not confirmed"),
        (E.WITHDRAWN, "You have withdrawn"),
        (E.DEFERRED, "Deferred to a later batch"),
        (E.LAPSED, "This registration has lapsed"),
    ],
)
def test_what_is_next_at_the_ends(state, expected):
    assert heading(make_enrollment(state=state)) == expected


def test_a_draft_whose_batch_has_closed_leads_to_another_batch():
    run = make_run(opens_on=date(2026, 1, 5), closes_on=date(2026, 2, 5))
    draft = make_enrollment(state=E.DRAFT, run=run)

    action = next_action(timeline.way_of(draft, is_own=True))

    assert action.url.endswith("/run/")


# --- the pages ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("missing", "page"),
    [
        ({}, "review"),
        ({"declared_at": None}, "declaration"),
        ({"provider_account": None, "declared_at": None}, "accounts"),
        ({"details_confirmed_at": None, "declared_at": None}, "details"),
        ({"outcome": "NOT_ELIGIBLE"}, "details"),
        ({"outcome": "INCOMPLETE"}, "details"),
        ({"outcome": "REFER"}, "review"),
    ],
)
def test_a_draft_is_taken_up_at_the_first_page_that_is_not_filled_in(missing, page):
    assert pages.next_page(make_enrollment(state=E.DRAFT, **missing)) == page


def test_the_declaration_has_a_version_for_each_wording():
    """A change of the words needs a new version here and in enrollment/declaration.py."""
    with translation.override("en"):
        words = "\n".join(str(point) for point in declaration.POINTS)

    digest = hashlib.sha256(words.encode()).hexdigest()[:12]

    assert (declaration.VERSION, digest) == ("2026-11", "c65c0461f72f")


# --- one next action in every state --------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "expected", "who"),
    [
        (E.DRAFT, "Go on with your draft", "You"),
        (E.SUBMITTED, "The Training Division checks your registration", DIVISION),
        (E.AWAITING_AUTHORITY, "Your authority has to approve", "authority"),
        (E.RETURNED, "Correct it and submit it again", "You"),
        (E.CONFIRMED, "A coupon is on its way", DIVISION),
        (E.IN_PROGRESS, "A coupon is on its way", DIVISION),
        (E.COMPLETED, "Send in your certificate", "You"),
        (E.NOT_COMPLETED, "The course was not completed", ""),
        (E.REJECTED, "This registration was not confirmed", ""),
        (E.WITHDRAWN, "You have withdrawn", ""),
        (E.DEFERRED, "Deferred to a later batch", ""),
        (E.LAPSED, "This registration has lapsed", ""),
    ],
)
def test_every_state_has_one_next_action_that_somebody_has_since_some_day(state, expected, who):
    since = timezone.now() - timedelta(days=3)
    enrollment = make_enrollment(state=state, state_since=since)
    if state == E.AWAITING_AUTHORITY:
        who = str(make_intimation(enrollment=enrollment).authority)

    action = next_action(timeline.way_of(enrollment, is_own=True))

    assert (action.heading, action.who, action.since) == (expected, who, since)
    assert set(NEXT) == set(E)


@pytest.mark.parametrize(("state", "days"), [(E.RETURNED, 21), (E.AWAITING_AUTHORITY, 30)])
def test_what_lapses_says_by_which_day(state, days):
    make_registration_policy()
    run = make_run(commences_on=timezone.localdate() + timedelta(days=300))
    enrollment = make_enrollment(state=state, run=run, state_since=timezone.now())

    action = next_action(timeline.way_of(enrollment, is_own=True))

    assert action.by == timezone.localdate() + timedelta(days=days)


def test_a_draft_is_due_when_its_window_closes_and_a_seen_coupon_when_the_run_ends():
    draft = make_enrollment(state=E.DRAFT)
    studying = make_enrollment(state=E.IN_PROGRESS)
    make_coupon_issue(enrollment=studying, first_revealed_at=timezone.now())

    by = [next_action(timeline.way_of(e, is_own=True)).by for e in (draft, studying)]

    assert by == [draft.run.registration_closes_on, studying.run.ends_on]


def test_who_waits_for_a_seat_is_told_the_place():
    run = make_run(seats=1)
    make_enrollment(run=run)

    assert heading(make_enrollment(run=run, state=E.SUBMITTED)) == "You stand on the waiting list"


def test_a_declared_completion_needs_nothing_more():
    course = make_course(mode=Course.Mode.SELF_PACED, certification=Course.Certification.MODULES)
    fields = {"completed_on": timezone.localdate(), "completion_declared_at": timezone.now()}

    assert heading(make_enrollment(course=course, state=E.IN_PROGRESS)) == (
        "Study, and declare completion"
    )
    assert heading(make_enrollment(course=course, state=E.COMPLETED, **fields)) == (
        "The course is completed"
    )
