"""Rows of results that a person settles: matched by hand or put aside, before a second approves."""

from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from courses.models import GradeRule
from enrollment import result_words
from enrollment.actions.result_rows import match_row, put_all_aside, put_row_aside
from enrollment.actions.results import apply_results, stage_results
from enrollment.models import Result, ResultImportRow
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_result

pytestmark = pytest.mark.django_db
AT = timezone.now()


@pytest.fixture
def run():
    return make_run(
        course=make_course(programme=make_programme()), commences_on=timezone.localdate()
    )


@pytest.fixture
def clerk():
    return make_user(Role.DEALING_HAND)


@pytest.fixture
def second():
    return make_user(Role.DEALING_HAND)


def staged_by(clerk, run, *rows, header="username,email,grade,exam"):
    content = "\n".join([header, *rows, ""]).encode()
    return stage_results(
        run=run, file_name="r.csv", file=ContentFile(content), acting_user=clerk, at=AT
    )


def enrolled(run, username, **fields):
    return make_enrollment(run=run, username=username, state="in_progress", **fields)


def match(row, enrollment, by, **more):
    match_row(
        row_id=row.pk, number=enrollment.number, reason="Letter.", acting_user=by, at=AT, **more
    )


def test_a_row_nobody_is_found_for_waits_until_a_person_gives_it_to_a_registration(
    run, clerk, second
):
    enrollment = enrolled(run, "asha")
    staged = staged_by(clerk, run, "asha_new,,72,passed")
    with pytest.raises(Refused, match="1 row is still to be settled"):
        apply_results(import_id=staged.pk, rows=1, passes=1, acting_user=second, at=AT)

    match(staged.rows.get(), enrollment, clerk)
    apply_results(import_id=staged.pk, rows=1, passes=1, acting_user=second, at=AT)

    row = staged.rows.get()
    assert (row.outcome, row.settled_how, row.settled_by) == ("new", "matched", clerk)
    assert enrollment.results.get().import_row == row
    event = AuditEntry.objects.about(row).get()
    assert (event.event, event.details["reason"]) == ("resultimportrow.matched", "Letter.")


def test_the_approver_reads_what_was_matched_by_hand_and_by_whom(run, clerk):
    staged = staged_by(clerk, run, "asha_new,,72,passed", "x,,9,failed")
    first, other = staged.rows.order_by("row")
    match(first, enrolled(run, "asha"), clerk)
    put_row_aside(row_id=other.pk, reason="Not ours.", acting_user=clerk, at=AT)

    words = result_words.matches_in_words(staged)

    assert "row 2: asha_new is IGOT/R/" in words and str(clerk) in words
    assert "1 row put aside" in words


def test_whoever_settled_a_row_does_not_approve_the_file(run, clerk, second):
    staged = staged_by(clerk, run, "asha_new,,72,passed")
    match(staged.rows.get(), enrolled(run, "asha"), second)

    with pytest.raises(Refused, match="You have settled rows"):
        apply_results(import_id=staged.pk, rows=1, passes=1, acting_user=second, at=AT)


def test_two_rows_of_one_officer_are_settled_by_taking_one_and_leaving_the_other(
    run, clerk, second
):
    enrollment = enrolled(run, "asha")
    staged = staged_by(clerk, run, "asha,,72,passed", "ASHA,,73,passed")
    first, other = staged.rows.order_by("row")

    match(other, enrollment, clerk)
    with pytest.raises(Refused, match="Row 3 of this file is for"):
        match(first, enrollment, clerk)
    put_row_aside(row_id=first.pk, reason="The later mail counts.", acting_user=clerk, at=AT)
    apply_results(import_id=staged.pk, rows=2, passes=1, acting_user=second, at=AT)

    assert str(enrollment.results.get().online_grade) == "73.00"


def test_two_rows_of_one_file_never_both_count_for_a_registration(run, clerk):
    enrollment = enrolled(run, "asha")
    staged = staged_by(clerk, run, "asha,,72,passed", "other,,73,passed")

    with pytest.raises(IntegrityError), transaction.atomic():
        staged.rows.update(enrollment=enrollment, outcome="new")


def test_a_row_with_unreadable_grades_or_against_the_record_is_not_matched(run, clerk):
    passed = enrolled(run, "ravi")
    make_result(enrollment=passed)
    staged = staged_by(clerk, run, "x,,very good,passed", "y,,12,failed")
    unreadable, conflict = staged.rows.order_by("row")

    with pytest.raises(Refused, match="cannot be applied to .*very good"):
        match(unreadable, enrolled(run, "asha"), clerk)
    with pytest.raises(Refused, match="A pass stands on record"):
        match(conflict, passed, clerk)


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_a_row_goes_only_to_a_confirmed_registration_of_the_batch(run, clerk, state):
    staged = staged_by(clerk, run, "x,,72,passed")
    elsewhere = enrolled(make_run(course=run.course), "asha")
    gone = make_enrollment(run=run, state=state, number="IGOT/R/2026/999999")

    for enrollment in (elsewhere, gone):
        with pytest.raises(Refused, match="No confirmed registration of this batch"):
            match(staged.rows.get(), enrollment, clerk)


def test_nobody_settles_or_approves_their_own_result(run, clerk):
    user = make_user(Role.DEALING_HAND)
    own = enrolled(run, "own", officer=make_officer(user=user))
    staged = staged_by(clerk, run, "x,,72,passed", "own,,80,passed")
    put_all_aside(
        import_id=staged.pk, outcome="unknown_officer", reason="x", acting_user=clerk, at=AT
    )
    other = staged_by(clerk, run, "y,,72,passed")

    with pytest.raises(Refused, match="Nobody decides their own case"):
        match(other.rows.get(), own, user)
    with pytest.raises(Refused, match="Your own result is among these"):
        apply_results(import_id=staged.pk, rows=2, passes=1, acting_user=user, at=AT)


def test_all_rows_of_one_outcome_are_put_aside_at_once_and_the_others_wait_on(run, clerk):
    enrolled(run, "asha")
    staged = staged_by(clerk, run, "x,,72,passed", "y,,72,passed", "asha,,bad,passed")

    put_all_aside(
        import_id=staged.pk, outcome="unknown_officer", reason="Others.", acting_user=clerk, at=AT
    )

    assert list(staged.rows.unsettled().values_list("outcome", flat=True)) == ["bad_score"]
    with pytest.raises(Refused, match="No row with this outcome"):
        put_all_aside(
            import_id=staged.pk, outcome="ambiguous", reason="x", acting_user=clerk, at=AT
        )


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND}))
def test_only_the_dealing_hand_settles(run, clerk, role):
    enrollment, user = enrolled(run, "asha"), make_user(role)
    row = staged_by(clerk, run, "x,,72,passed").rows.get()

    with pytest.raises(Refused, match="for the Dealing hand"):
        match(row, enrollment, user)
    with pytest.raises(Refused, match="for the Dealing hand"):
        put_row_aside(row_id=row.pk, reason="x", acting_user=user, at=AT)


def test_a_row_is_settled_with_a_reason_and_by_somebody(run, clerk):
    row = staged_by(clerk, run, "x,,72,passed").rows.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        ResultImportRow.objects.filter(pk=row.pk).update(settled_how="aside")


def test_what_was_matched_by_hand_is_judged_again_when_it_is_approved(run, clerk, second):
    enrollment = enrolled(run, "asha")
    staged = staged_by(clerk, run, "asha_new,,72,passed")
    match(staged.rows.get(), enrollment, clerk)
    make_result(enrollment=enrollment)

    with pytest.raises(Refused, match="Row 2 would come out differently"):
        apply_results(import_id=staged.pk, rows=1, passes=1, acting_user=second, at=AT)


def test_a_rule_that_changed_since_the_file_was_read_refuses_it(run, clerk, second):
    enrolled(run, "asha")
    staged = staged_by(clerk, run, "asha,,72,passed")
    GradeRule.objects.update(least_grade=80)

    with pytest.raises(Refused, match="What passing means in this batch has changed"):
        apply_results(import_id=staged.pk, rows=1, passes=1, acting_user=second, at=AT)
    assert not Result.every.exists()


def test_the_row_is_settled_on_the_desk(client, run, clerk):
    call_command("sync_roles", stdout=StringIO())
    sign_in(client, clerk)
    enrollment = enrolled(run, "asha")
    row = staged_by(clerk, run, "asha_new,,72,passed").rows.get()
    url = f"/desk/enrollment/resultimportrow/{row.pk}/step/match/"

    wrong = client.post(url, {"desk_confirmed": "1", "number": "IGOT/R/1", "reason": "Letter."})
    client.post(url, {"desk_confirmed": "1", "number": enrollment.number, "reason": "Letter."})

    assert "has the number IGOT/R/1" in wrong.content.decode()
    row.refresh_from_db()
    assert row.enrollment == enrollment
