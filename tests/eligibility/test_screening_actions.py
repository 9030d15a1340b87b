"""Asking for a screening, making it, counting, and deleting its list when its time has passed."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from eligibility import facts, screening, tasks
from eligibility.actions import screenings
from eligibility.actions.screenings import Wanted
from eligibility.models import ScreenedTraining, Screening, ScreeningResult
from eligibility.rules import decide
from eligibility.states import Outcome, ScreeningState
from igot.lib.errors import Refused
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_state,
    make_user,
)
from tests.factories.courses import make_course, make_run
from tests.factories.screenings import make_screening

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_background(monkeypatch):
    """Let every screening wait for the schedule, as that of many officers does."""
    monkeypatch.setattr(screenings, "AT_ONCE", -1)


def numbers(training: ScreenedTraining) -> dict[str, int]:
    found: dict[str, int] = {}
    for _service, _group, outcome, number in training.outcomes:
        found[outcome] = found.get(outcome, 0) + number
    return found


# --- asking ---
def test_few_officers_are_screened_at_once():
    make_officer()
    make_officer(born_on=date(1950, 1, 1), joined_on=date(1975, 1, 1))
    make_officer(born_on=None)

    made = make_screening()

    assert made.state == ScreeningState.DONE
    assert made.officers == 3
    assert numbers(made.trainings.get()) == {
        Outcome.ELIGIBLE: 1,
        Outcome.NOT_ELIGIBLE: 1,
        Outcome.INCOMPLETE: 1,
    }
    assert ScreeningResult.objects.filter(screening=made).count() == 3


def test_each_training_has_its_character_in_its_place():
    year = timezone.localdate().year
    officer = make_officer(allotment_year=year - 1)
    soon = make_run(commences_on=date(year + 1, 1, 5))
    late = make_run(commences_on=date(year + 3, 1, 5))

    made = make_screening(soon, late)
    result = ScreeningResult.objects.get(screening=made, officer=officer)

    for training, character in zip(made.trainings.in_order(), result.codes, strict=True):
        ruling = decide(
            facts=facts.facts_of(officer),
            rules=facts.rule_book(training.rule_set_version),
            commences_on=training.commences_on,
        )
        assert screening.outcome_of(character) == ruling.outcome


def test_only_the_officers_asked_for_are_screened():
    here, there = make_authority(name="Here"), make_authority(name="There")
    ours = make_service(code="IAS", authority=here)
    theirs = make_service(code="IRS", name="Revenue", authority=there, groups="A,B")
    wanted = make_officer(service=theirs, group="B", cadre=make_state(), is_verified=False)
    make_officer(service=ours, group="A")

    for asked in (
        {"authority": there},
        {"service": theirs},
        {"group": "B"},
        {"cadre": make_state()},
        {"record_state": "declared"},
    ):
        made = make_screening(**asked)
        assert list(made.results.values_list("officer_id", flat=True)) == [wanted.pk], asked


def test_a_screening_is_written_down_with_what_was_asked():
    user, service = make_user(Role.DEALING_HAND), make_service()

    made = make_screening(acting_user=user, service=service)

    asked, done = AuditEntry.objects.about(made)
    assert (asked.event, asked.acting_user) == ("screening.requested", user)
    assert asked.details["service"] == service.pk
    assert (done.event, done.details["officers"]) == ("screening.made", 0)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.PAYING_OFFICER])
def test_who_holds_another_role_may_not_screen(role):
    with pytest.raises(Refused, match="This is for"):
        make_screening(acting_user=make_user(role))

    assert not Screening.objects.exists()


def test_a_nodal_officer_screens_the_own_authority_only():
    own, other = make_authority(name="Own"), make_authority(name="Other")
    user = make_nodal_officer(authority=own)

    assert make_screening(acting_user=user, authority=own).is_done
    for authority in (other, None):
        with pytest.raises(Refused, match="your own authority"):
            make_screening(acting_user=user, authority=authority)


def test_nothing_open_is_nothing_to_screen_for():
    with pytest.raises(Refused, match="No run is open"):
        screenings.request_screening(
            wanted=Wanted(),
            trainings=[],
            acting_user=make_user(Role.DEALING_HAND),
            at=timezone.now(),
        )


def test_a_course_without_a_rule_set_is_named_and_nothing_is_kept():
    run = make_run(course=make_course(title="Odd course", rule_set_code="NONE"))

    with pytest.raises(Refused, match="Odd course"):
        make_screening(run)

    assert not Screening.objects.exists()


# --- in the background ---
def test_many_officers_wait_for_the_schedule_and_the_asker_is_told(in_background):
    make_officer()
    made = make_screening()
    assert made.state == ScreeningState.QUEUED

    assert tasks.make_screenings() == 1

    made.refresh_from_db()
    assert (made.state, made.officers, made.attempts) == (ScreeningState.DONE, 1, 1)
    notice = Notice.objects.get(user=made.requested_by)
    assert (notice.template, notice.link) == ("screening.made", made.get_absolute_url())
    assert tasks.make_screenings() == 0


def test_a_screening_that_is_being_made_is_not_taken_twice(in_background):
    made, now = make_screening(), timezone.now()
    screenings.begin_screening(screening_id=made.pk, at=now)

    with pytest.raises(Refused, match="Being made"):
        screenings.begin_screening(screening_id=made.pk, at=now + timedelta(minutes=1))


def test_a_screening_that_was_left_is_taken_again_and_given_up_in_the_end(in_background):
    made, at = make_screening(), timezone.now()
    for _attempt in range(3):
        assert screenings.begin_screening(screening_id=made.pk, at=at).attempts == _attempt + 1
        at += timedelta(minutes=11)

    made = screenings.begin_screening(screening_id=made.pk, at=at)

    assert made.state == ScreeningState.FAILED
    assert Notice.objects.get(user=made.requested_by).template == "screening.failed"
    with pytest.raises(Refused):
        screenings.make_screening(screening_id=made.pk, at=at)


def test_making_again_what_is_made_is_refused():
    made = make_screening()

    with pytest.raises(Refused, match="Ready"):
        screenings.make_screening(screening_id=made.pk, at=timezone.now())


def test_the_database_refuses_a_screening_that_is_done_without_figures(in_background):
    made = make_screening()

    with pytest.raises(IntegrityError), transaction.atomic():
        Screening.objects.filter(pk=made.pk).update(state=ScreeningState.DONE)


# --- files and the end of the list ---
def test_a_list_taken_away_is_written_down():
    made, user = make_screening(), make_user(Role.AUDITOR)

    screenings.record_export(
        screening=made, kind="csv", acting_user=user, at=timezone.now(), rows=7, outcome="REFER"
    )

    entry = AuditEntry.objects.about(made).get(event="screening.exported")
    assert entry.acting_user == user
    assert entry.details == {"kind": "csv", "rows": 7, "outcome": "REFER"}


def test_lists_are_deleted_in_batches_after_their_time_and_the_counts_stay(monkeypatch):
    monkeypatch.setattr(screenings, "DELETED_AT_ONCE", 2)
    for _number in range(5):
        make_officer()
    old, young = make_screening(), make_screening()
    Screening.objects.filter(pk=old.pk).update(kept_until=timezone.localdate() - timedelta(1))

    assert tasks.delete_old_screenings() == 1

    old.refresh_from_db()
    assert old.purged_at and not old.is_listed
    assert not ScreeningResult.objects.filter(screening=old).exists()
    assert ScreeningResult.objects.filter(screening=young).count() == 5
    assert numbers(old.trainings.get()) == {Outcome.ELIGIBLE: 5}
    assert tasks.delete_old_screenings() == 0
    with pytest.raises(Refused, match="not listed"):
        screenings.record_export(
            screening=old, kind="csv", acting_user=old.requested_by, at=timezone.now()
        )


def test_a_list_is_not_deleted_before_its_time():
    made = make_screening()

    with pytest.raises(Refused, match=f"{made.kept_until:%d.%m.%Y}"):
        screenings.delete_results(screening_id=made.pk, at=timezone.now())


def test_the_schedule_knows_both_tasks(settings):
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert {
        "eligibility.tasks.make_screenings",
        "eligibility.tasks.delete_old_screenings",
    } <= named
