"""A batch with terms of its own: results, pages before registering, and what comes back."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from courses.models import GradeRule, ProgrammeCourse, Run
from enrollment import facts
from enrollment.actions.results import apply_results, stage_results
from enrollment.models import Result
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment, make_rule_version
from tests.factories.pool import make_result

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LETTER = "Provider's letter of 01.03.2022"


def a_run(**own):
    course = own.pop("course", None) or make_course(programme=make_programme())
    begins = TODAY - timedelta(days=60)
    return make_run(course=course, commences_on=begins, terms_reference=LETTER, **own)


def staged(run, *rows):
    content = "\n".join(["username,grade,exam", *rows, ""]).encode()
    return stage_results(
        run=run,
        file_name="results.csv",
        file=ContentFile(content),
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )


def enrolled(run, username="asha"):
    return make_enrollment(run=run, username=username, state=EnrollmentState.IN_PROGRESS)


@pytest.mark.parametrize(
    ("own", "row", "passes"),
    [
        ({}, "asha,55,passed", True),
        ({"least_grade": Decimal(60)}, "asha,55,passed", False),
        ({"least_grade": Decimal(60)}, "asha,60,passed", True),
        ({"least_grade": Decimal(40)}, "asha,45,passed", True),
        ({"needs_proctored_exam": False}, "asha,55,", True),
        ({"needs_proctored_exam": True}, "asha,55,", False),
    ],
)
def test_what_passing_means_is_the_batch_s_own_where_it_says_so(own, row, passes):
    run = a_run(**own)
    enrolled(run)

    assert staged(run, row).rows.get().would_pass is passes


def test_a_batch_that_says_all_itself_needs_no_rule_of_a_programme():
    run = a_run(course=make_course(), least_grade=Decimal(70), needs_proctored_exam=False)
    enrolled(run)

    assert staged(run, "asha,71,").rows.get().would_pass is True


def test_two_programmes_that_ask_different_things_refuse_the_file_until_the_batch_says_its_own():
    run = a_run()
    other = make_programme(code="policy", least_grade=Decimal(80))
    ProgrammeCourse.objects.create(programme=other, course=run.course, position=1)
    with pytest.raises(Refused, match="the batch must say its own"):
        staged(run, "asha,60,passed")

    Run.objects.update(least_grade=50, needs_proctored_exam=True)
    run.refresh_from_db()
    enrolled(run)

    assert staged(run, "asha,60,passed").rows.get().would_pass is True


def test_a_result_keeps_what_it_was_decided_under_whatever_changes_later():
    run = a_run(least_grade=Decimal(60))
    enrolled(run)
    brought = staged(run, "asha,61,passed")
    apply_results(
        import_id=brought.pk,
        rows=1,
        passes=1,
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )

    GradeRule.objects.update(least_grade=90)

    result = Result.objects.get()
    assert (result.passed, result.least_grade, result.needs_proctored_exam) == (True, 60, True)
    assert result.grade_rule == GradeRule.objects.get()


@pytest.mark.parametrize(
    ("row", "outcome"),
    [("asha,70,passed", "conflict"), ("asha,70,absent", "changed"), ("asha,70,", "changed")],
)
def test_an_examination_beyond_the_attempts_of_the_batch_is_left_to_a_person(row, outcome):
    run = a_run(most_attempts=1)
    enrollment = enrolled(run)
    make_result(
        enrollment=enrollment, online_grade=Decimal(70), exam_outcome="failed", passed=False
    )

    found = staged(run, row).rows.get()

    assert found.outcome == outcome
    if outcome == "conflict":
        assert found.reason == (
            "The batch allows 1 attempt at the examination; this would be one more."
        )


def test_the_page_before_registering_says_what_a_batch_costs_that_differs(client):
    course = make_course(programme=make_programme())
    make_rule_version()
    make_run(course=course, name="Plain")
    make_run(
        course=course,
        name="Dearer",
        fee_usd=Decimal(175),
        most_attempts=2,
        payment_valid_until=date(2027, 6, 30),
        terms_reference=LETTER,
    )
    sign_in(client, make_officer().user)

    page = client.get(reverse("enrollment:start", args=[course.code])).content.decode()

    assert "US$ 175" in page or "US$175" in page
    assert "Attempts at the examination" in page
    assert "30.06.2027" in page


def test_only_batches_that_differ_are_told_apart():
    course = make_course()
    plain, dearer = make_run(course=course), make_run(course=course, fee_usd=Decimal(175))

    found = facts.terms_by_batch(course, [plain, dearer], TODAY)

    assert found["terms"].fee_usd == 100
    assert [(run, own.fee_usd) for run, own in found["terms_of_batches"]] == [(dearer, 175)]


def test_the_summary_before_submitting_shows_fee_and_share_of_the_batch():
    run = a_run(fee_usd=Decimal(175), cap_usd=Decimal(120))

    rows = facts.summary_of(enrolled(run))

    values = [row["value"] for row in rows]
    assert any("175" in str(value) for value in values)
    assert any("120" in str(value) for value in values)


@pytest.mark.parametrize("change", [{"fee_usd": 9}, {"cap_usd": None}, {"least_grade": 10}])
def test_terms_stay_once_somebody_has_registered_also_in_the_database(change):
    run = a_run(fee_usd=Decimal(175), cap_usd=Decimal(120))
    draft = make_enrollment(run=run, state=EnrollmentState.DRAFT)
    Run.objects.filter(pk=run.pk).update(most_attempts=3)
    enrolled(run)

    with pytest.raises(DatabaseError, match="terms_frozen"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(**change)
    Run.objects.filter(pk=run.pk).update(note="The days may still move.")
    assert draft.run_id == run.pk


def test_the_desk_says_that_the_terms_stay(client):
    call_command("sync_roles", stdout=StringIO())
    run = a_run(fee_usd=Decimal(175))
    sign_in(client, make_user(Role.DEALING_HAND))
    address = reverse("admin:courses_run_change", args=[run.pk])
    assert 'name="fee_usd"' in client.get(address).content.decode()
    enrolled(run)

    page = client.get(address).content.decode()

    assert 'name="fee_usd"' not in page
    assert "Somebody has registered for this batch: its terms stay." in page
