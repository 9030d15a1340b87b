"""Moving the days of a run: on a letter, kept for good, announced on the course page."""

from datetime import date, timedelta
from io import StringIO
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from courses.actions import runs as actions
from courses.models import Run, RunReschedule
from courses.states import RunState
from igot.lib.append_only import AppendOnlyError
from igot.lib.errors import Refused
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_run

pytestmark = pytest.mark.django_db
LETTER = "T-16017/42/2018-Trg of 20.12.2026"
DAYS = {
    "registration_opens_on": "01.12.2026",
    "registration_closes_on": "30.12.2026",
    "commences_on": "30.12.2026",
    "ends_on": "24.03.2027",
}


def a_run(**fields):
    fields.setdefault("commences_on", date(2026, 12, 30))
    fields.setdefault("opens_on", date(2026, 12, 1))
    return make_run(closes_on=date(2026, 12, 30), ends_on=date(2027, 3, 24), **fields)


def move(run, *, to=date(2027, 1, 4), user=None, **days):
    run.refresh_from_db()
    return actions.reschedule_run(
        run_id=run.pk,
        commences_on=to,
        ends_on=days.pop("ends_on", run.ends_on),
        registration_opens_on=days.pop("opens_on", run.registration_opens_on),
        registration_closes_on=days.pop("closes_on", run.registration_closes_on),
        reason="The provider opens its course later.",
        reference=LETTER,
        acting_user=user or make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )


def test_a_move_changes_the_run_and_keeps_what_its_days_were():
    run = a_run()

    moved = move(run, ends_on=date(2027, 3, 29))

    run.refresh_from_db()
    assert (run.commences_on, run.ends_on) == (date(2027, 1, 4), date(2027, 3, 29))
    assert (moved.commences_from, moved.ends_from) == (date(2026, 12, 30), date(2027, 3, 24))
    entry = AuditEntry.objects.about(run).get()
    assert entry.event == "run.rescheduled"
    assert entry.details["days"]["commences"] == ["2026-12-30", "2027-01-04"]
    assert entry.details["reference"] == LETTER


def test_what_is_kept_of_a_move_is_never_changed():
    moved = move(a_run())

    with pytest.raises(AppendOnlyError):
        moved.save()
    with pytest.raises(AppendOnlyError):
        RunReschedule.objects.update(reason="Another")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"to": date(2026, 12, 30)}, "nothing is moved"),
        ({"to": date(2027, 4, 1)}, "cannot end on 24.03.2027"),
        ({"closes_on": date(2026, 11, 30)}, "cannot close on 30.11.2026"),
    ],
)
def test_days_that_cannot_be_are_refused_and_nothing_is_kept(days, words):
    run = a_run()

    with pytest.raises(Refused, match=words):
        move(run, **days)

    run.refresh_from_db()
    assert run.commences_on == date(2026, 12, 30)
    assert not RunReschedule.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DEALING_HAND])
def test_only_a_dealing_hand_moves_a_run(role):
    with pytest.raises(Refused, match="Dealing hand"):
        move(a_run(), user=make_user(role))


@pytest.mark.parametrize("state", [RunState.ANNOUNCED, RunState.WITHDRAWN])
def test_only_a_scheduled_run_is_moved(state):
    with pytest.raises(Refused, match=str(state.label)):
        move(a_run(state=state))


def test_the_course_page_says_from_when_to_when_and_on_what_paper(client):
    run = a_run()
    address = run.course.get_absolute_url()
    assert "Moved from" not in client.get(address).content.decode()

    move(run)
    page = client.get(address).content.decode()

    assert f"Moved from 30.12.2026 to 04.01.2027 ({LETTER})" in page


def test_a_move_of_the_window_alone_is_not_announced_and_the_latest_of_two_moves_is(client):
    run = a_run()
    move(run, to=date(2026, 12, 30), closes_on=date(2026, 12, 20))
    assert "Moved from" not in client.get(run.course.get_absolute_url()).content.decode()

    move(run, to=date(2027, 1, 4))
    move(run, to=date(2026, 12, 30))
    page = client.get(run.course.get_absolute_url()).content.decode()

    assert "Moved from 04.01.2027 to 30.12.2026" in page  # the latest move, as a paper ordered it


# --- on the desk ------------------------------------------------------------------------------
@pytest.fixture
def desk(client):
    call_command("sync_roles", stdout=StringIO())
    sign_in(client, make_user(Role.DEALING_HAND))
    return client


def step(run):
    return reverse("admin:courses_run_step", args=[run.pk, "reschedule"])


def test_the_desk_moves_a_run_by_a_step(desk):
    run = a_run()
    form = {**DAYS, "commences_on": "04.01.2027", "reason": "Later.", "reference": LETTER}

    asked = desk.get(step(run)).content.decode()
    answer = desk.post(step(run), {**form, "desk_confirmed": "1"})

    assert 'value="30.12.2026"' in asked  # the present days are filled in
    assert answer.status_code == 302
    run.refresh_from_db()
    assert run.commences_on == date(2027, 1, 4)
    page = desk.get(reverse("admin:courses_run_change", args=[run.pk])).content.decode()
    assert "Days moved" in page and LETTER in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "nothing is moved"),
        ({"commences_on": "31.02.2027"}, "31.02.2027"),
        ({"commences_on": ""}, "This field is required"),
        ({"commences_on": "04.04.2027"}, "cannot end on 24.03.2027"),
        ({"commences_on": "04.01.2027", "reference": ""}, "This field is required"),
        ({"commences_on": "04.01.2027", "reason": " "}, "This field is required"),
    ],
)
def test_a_form_that_cannot_be_says_so_and_keeps_what_was_typed(desk, changes, words):
    run = a_run()
    form = {**DAYS, "reason": "Later.", "reference": LETTER, **changes}

    page = desk.post(step(run), {**form, "desk_confirmed": "1"}).content.decode()

    assert words in page
    assert 'value="01.12.2026"' in page
    assert not RunReschedule.objects.exists()


def test_the_days_of_a_scheduled_run_cannot_be_typed_over(desk):
    run = a_run()
    address = reverse("admin:courses_run_change", args=[run.pk])

    assert 'name="commences_on"' not in desk.get(address).content.decode()
    desk.post(address, {"name": "Batch", "name_hi": "", "commences_on": "2027-01-04"})

    run.refresh_from_db()
    assert run.commences_on == date(2026, 12, 30)


def test_the_days_of_an_announced_run_are_free(desk):
    run = make_run(state=RunState.ANNOUNCED)

    page = desk.get(reverse("admin:courses_run_change", args=[run.pk])).content.decode()

    assert 'name="commences_on"' in page


# --- held still -------------------------------------------------------------------------------
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_run_held_still_is_moved_only_after_the_transaction_that_holds_it():
    run, hand = a_run(), make_user(Role.DEALING_HAND)

    def move_it():
        move(run, user=hand)
        connection.close()

    mover = Thread(target=move_it)
    with transaction.atomic():
        held = Run.objects.holding_still(run.pk)
        mover.start()
        mover.join(timeout=0.5)
        assert mover.is_alive()  # it waits
        assert Run.objects.get(pk=run.pk).commences_on == held.commences_on
    mover.join(timeout=10)

    run.refresh_from_db()
    assert run.commences_on == held.commences_on + timedelta(days=5)
