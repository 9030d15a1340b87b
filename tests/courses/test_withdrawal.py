"""Withdrawing a course: its page stays, nobody new registers, and whoever is registered goes on."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from courses.actions import catalogue as actions
from courses.actions import editions as edition_actions
from courses.models import Course, Run
from courses.states import RunState
from enrollment.actions import registrations
from enrollment.models import Enrollment
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment, make_rule_version

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
CIRCULAR = "Circular of 30.05.2022"


def withdraw(course, **changes):
    given = {
        "withdrawn_on": TODAY,
        "reason": "The programme is discontinued.",
        "reason_hi": "कार्यक्रम बंद कर दिया गया है।",
        "reference": CIRCULAR,
        "acting_user": make_user(Role.DEALING_HAND),
        "at": timezone.now(),
        **changes,
    }
    actions.withdraw_course(course_id=course.pk, **given)
    course.refresh_from_db()


def test_a_withdrawn_course_is_in_no_list_and_its_page_stays(client):
    course = make_course(title="Poverty")

    withdraw(course)

    assert not Course.objects.published().exists()
    assert list(Course.objects.with_page()) == [course]
    assert "Poverty" not in client.get(reverse("courses:list")).content.decode()
    entry = AuditEntry.objects.about(course).get(event="course.withdrawn")
    assert entry.details["reference"] == CIRCULAR


def test_a_draft_that_was_never_public_has_no_page(client):
    course = make_course(is_published=False)

    assert not Course.objects.with_page().exists()
    assert client.get(course.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"withdrawn_on": TODAY + timedelta(days=1)}, "lies ahead"),
        ({"acting_user": "auditor"}, "Dealing hand"),
    ],
)
def test_a_withdrawal_that_cannot_be_is_refused(changes, words):
    course = make_course()
    if changes.get("acting_user"):
        changes = {"acting_user": make_user(Role.AUDITOR)}

    with pytest.raises(Refused, match=words):
        withdraw(course, **changes)

    assert Course.objects.published().filter(pk=course.pk).exists()


def test_what_is_withdrawn_or_never_was_public_is_not_withdrawn():
    course = make_course()
    withdraw(course)

    with pytest.raises(Refused, match="was withdrawn on"):
        withdraw(course)
    with pytest.raises(Refused, match="nothing to withdraw"):
        withdraw(make_course(is_published=False))


def test_a_course_is_superseded_by_one_that_is_offered_and_not_by_itself():
    course, successor = make_course(), make_course()
    with pytest.raises(Refused, match="not superseded by itself"):
        withdraw(course, successor=course)
    with pytest.raises(Refused, match="publish it first"):
        withdraw(course, successor=make_course(is_published=False))

    withdraw(course, successor=successor)

    assert course.superseded_by == successor
    assert AuditEntry.objects.about(course).filter(event="course.superseded").exists()


def test_the_database_keeps_withdrawn_and_public_apart():
    course = make_course()
    withdraw(course)

    with pytest.raises(IntegrityError), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(is_published=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(superseded_by=course)


def test_a_new_draft_published_by_two_offers_the_course_again():
    course, author = make_course(), make_user(Role.DEALING_HAND)
    withdraw(course)
    edition = edition_actions.open_edition(
        course_id=course.pk, acting_user=author, at=timezone.now()
    )
    edition_actions.submit_edition(edition_id=edition.pk, acting_user=author, at=timezone.now())
    second = make_user(Role.COMMITTEE_SECRETARY)

    edition_actions.publish_edition(edition_id=edition.pk, acting_user=second, at=timezone.now())

    course.refresh_from_db()
    assert (course.is_published, course.withdrawn_on, course.withdrawn_reason) == (True, None, "")


def test_a_draft_begun_before_the_withdrawal_does_not_undo_it():
    course, author = make_course(), make_user(Role.DEALING_HAND)
    edition = edition_actions.rename_course(
        course_id=course.pk,
        title="New",
        title_hi="",
        reference="L",
        acting_user=author,
        at=timezone.now(),
    )
    withdraw(course)

    with pytest.raises(Refused, match="has changed since"):
        edition_actions.publish_edition(
            edition_id=edition.pk,
            acting_user=make_user(Role.DEALING_HAND),
            at=timezone.now(),
        )


# --- nobody new, everybody else ---------------------------------------------------------------
def test_two_hundred_live_registrations_are_left_exactly_as_they_are():
    run = make_run()
    model = make_enrollment(run=run, state=EnrollmentState.IN_PROGRESS)
    kept = [name for name in (f.attname for f in Enrollment._meta.concrete_fields) if name != "id"]
    values = {name: getattr(model, name) for name in kept}
    officers = [make_officer(name=f"Officer {number}") for number in range(199)]
    Enrollment.objects.bulk_create(
        Enrollment(**{**values, "officer_id": officer.pk, "number": f"IGOT/R/{n}"})
        for n, officer in enumerate(officers)
    )
    before = list(Enrollment.objects.order_by("pk").values())
    assert Enrollment.objects.live().count() == 200

    withdraw(run.course)

    assert list(Enrollment.objects.order_by("pk").values()) == before


@pytest.fixture
def withdrawn():
    make_rule_version()
    run = make_run()
    withdraw(run.course)
    return run


def test_no_registration_begins_by_action_or_page(withdrawn, client):
    officer = make_officer()
    with pytest.raises(Refused, match="not offered"):
        registrations.start_registration(
            officer_id=officer.pk,
            course_id=withdrawn.course_id,
            run_id=withdrawn.pk,
            acting_user=officer.user,
            at=timezone.now(),
        )
    sign_in(client, officer.user)

    answer = client.post(
        reverse("enrollment:start", args=[withdrawn.course.code]), {"run": withdrawn.pk}
    )

    assert answer.status_code == 404
    assert not Enrollment.objects.exists()


def test_neither_checker_nor_calendar_offers_a_withdrawn_course(withdrawn, client):
    sign_in(client, make_officer().user)

    page = client.get(reverse("eligibility:check")).content.decode()

    assert withdrawn.code not in page
    assert not Run.objects.of_published().exists()


@pytest.mark.parametrize("state", ["draft", "submitted", "confirmed", "in_progress"])
def test_the_database_refuses_a_registration_for_a_withdrawn_course(withdrawn, state):
    with pytest.raises(DatabaseError, match="course_withdrawn"), transaction.atomic():
        make_enrollment(run=withdrawn, state=state)


def test_the_database_refuses_to_submit_a_draft_begun_before():
    draft = make_enrollment(state=EnrollmentState.DRAFT)
    submitted = make_enrollment(state=EnrollmentState.SUBMITTED, run=draft.run)
    withdraw(draft.course)
    complete = Enrollment.objects.filter(pk=submitted.pk).values(
        "submitted_at", "declared_at", "decision_id"
    )[0]

    with pytest.raises(DatabaseError, match="course_withdrawn"), transaction.atomic():
        Enrollment.objects.filter(pk=draft.pk).update(state="submitted", number="X", **complete)
    Enrollment.objects.filter(pk=submitted.pk).update(
        state="confirmed", confirmed_at=timezone.now()
    )


# --- batches announced without days -----------------------------------------------------------
def announced(**fields):
    run = make_run(state=RunState.ANNOUNCED, name="June batch", note="After the monsoon.", **fields)
    Run.objects.filter(pk=run.pk).update(
        registration_opens_on=None,
        registration_closes_on=None,
        commences_on=None,
        ends_on=None,
        expected_month=date(2027, 6, 1),
    )
    return run


def schedule(run, user=None, **days):
    given = {
        "commences_on": date(2027, 6, 7),
        "ends_on": date(2027, 8, 30),
        "registration_opens_on": date(2027, 5, 1),
        "registration_closes_on": date(2027, 6, 6),
        **days,
    }
    actions.schedule_run(
        run_id=run.pk,
        acting_user=user or make_user(Role.DEALING_HAND),
        at=timezone.now(),
        **given,
    )
    run.refresh_from_db()


def test_an_announced_batch_is_given_its_days_and_keeps_its_note_and_terms():
    run = announced(fee_usd=175)

    schedule(run)

    assert (run.state, run.commences_on) == (RunState.SCHEDULED, date(2027, 6, 7))
    assert (run.note, run.fee_usd) == ("After the monsoon.", 175)
    assert AuditEntry.objects.about(run).get().event == "run.scheduled"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"registration_closes_on": date(2027, 9, 1)}, "after the run ends on 30.08.2027"),
        ({"registration_opens_on": date(2027, 6, 30)}, "before it opens"),
        ({"ends_on": date(2027, 6, 1)}, "before it commences"),
    ],
)
def test_days_out_of_order_are_refused(days, words):
    run = announced()

    with pytest.raises(Refused, match=words):
        schedule(run, **days)

    assert run.state == RunState.ANNOUNCED


def test_only_a_dealing_hand_and_only_an_announced_batch_of_a_course_that_is_offered():
    run = announced()
    with pytest.raises(Refused, match="Dealing hand"):
        schedule(run, make_user(Role.COMMITTEE_SECRETARY))
    with pytest.raises(Refused, match="Scheduled"):
        schedule(make_run())
    withdraw(run.course)

    with pytest.raises(Refused, match="was withdrawn on"):
        schedule(run)


# --- fees, one after the other ----------------------------------------------------------------
def test_a_new_fee_ends_the_one_before_it():
    course = make_course()
    actions.set_fee(
        course_id=course.pk,
        fee_usd=175,
        cap_usd=100,
        effective_from=date(2022, 6, 1),
        circular_reference="(U)",
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )

    days = course.fees.order_by("effective_from").values_list("effective_from", "effective_to")
    assert list(days)[1:] == [(date(2022, 6, 1), None)]
    assert list(days)[0][1] == date(2022, 5, 31)


def test_a_fee_before_one_that_is_recorded_is_refused():
    course = make_course()

    with pytest.raises(Refused, match="nothing that could begin before it"):
        actions.set_fee(
            course_id=course.pk,
            fee_usd=1,
            cap_usd=1,
            effective_from=date(2019, 5, 17),
            circular_reference="L",
            acting_user=make_user(Role.DEALING_HAND),
            at=timezone.now(),
        )
