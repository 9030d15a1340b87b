from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from courses.models import GradeRule
from enrollment.actions.result_rows import put_all_aside
from enrollment.actions.results import apply_results, discard_results, stage_results
from enrollment.models import Result, ResultImport
from enrollment.states import EnrollmentState, ImportState
from enrollment.tasks import carry_out_results
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_result

pytestmark = pytest.mark.django_db
AT = timezone.now()
TODAY = timezone.localdate()


@pytest.fixture
def run():
    course = make_course(programme=make_programme())
    return make_run(course=course, commences_on=TODAY - timedelta(days=60))


@pytest.fixture
def clerk():
    return make_user(Role.DEALING_HAND)


@pytest.fixture
def second():
    return make_user(Role.DEALING_HAND)


def enrolled(run, username, *, state=EnrollmentState.IN_PROGRESS, **fields):
    return make_enrollment(run=run, username=username, state=state, **fields)


def stage(run, clerk, *rows, header="username,grade,exam", **fields):
    content = "\n".join([header, *rows, ""]).encode()
    return stage_results(
        run=run,
        file_name="results.csv",
        file=ContentFile(content),
        acting_user=clerk,
        at=AT,
        **fields,
    )


def settle(staged, by):
    """Put aside whatever waits for a person."""
    for outcome in set(staged.rows.unsettled().values_list("outcome", flat=True)):
        put_all_aside(
            import_id=staged.pk, outcome=outcome, reason="Not ours.", acting_user=by, at=AT
        )


def outcomes(staged):
    return list(staged.rows.order_by("row").values_list("outcome", flat=True))


# --- staging ------------------------------------------------------------------------------------


def test_a_staged_file_changes_nothing_and_tells_nobody(run, clerk):
    enrollment = enrolled(run, "asha_edx")

    staged = stage(run, clerk, "asha_edx,72,passed")

    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.IN_PROGRESS
    assert not Result.objects.exists() and not Notice.objects.exists()
    row = staged.rows.get()
    assert (row.enrollment, row.outcome, row.would_pass) == (enrollment, "new", True)


def test_rows_are_matched_by_account_whatever_its_case_then_by_address_never_by_name(run, clerk):
    by_account = enrolled(run, "Asha_EDX", officer=make_officer(name="Asha Rao"))
    by_address = enrolled(run, "other")
    email = by_address.officer.user.email.upper()

    staged = stage(
        run,
        clerk,
        " asha_edx ,,72,passed,Whoever",
        f"changed_name,{email},60,failed,Whoever",
        ",,60,failed,Asha Rao",
        header="User Name,E-mail,Online grade,Exam outcome,Name",
    )

    rows = list(staged.rows.order_by("row"))
    assert [row.enrollment for row in rows] == [by_account, by_address, None]
    assert outcomes(staged) == ["new", "new", "unknown_officer"]


def test_each_row_says_what_would_come_of_it(run, clerk):
    same, changed, conflict = (enrolled(run, name) for name in ("same", "changed", "conflict"))
    make_result(enrollment=same, online_grade=Decimal("72.00"))
    make_result(enrollment=changed, online_grade=Decimal("40.00"), passed=False)
    make_result(enrollment=conflict, online_grade=Decimal("90.00"))
    enrolled(run, "twice")
    enrolled(run, "unreadable")
    enrolled(make_run(course=run.course), "elsewhere")
    enrolled(run, "draft", state=EnrollmentState.WITHDRAWN)

    staged = stage(
        run,
        clerk,
        "same,72,passed",
        "changed,55,passed",
        "conflict,30,failed",
        "twice,72,passed",
        "TWICE,73,passed",
        "unreadable,very good,passed",
        "elsewhere,72,passed",
        "draft,72,passed",
        "nobody,72,passed",
    )

    assert outcomes(staged) == [
        "same",
        "changed",
        "conflict",
        "ambiguous",
        "ambiguous",
        "bad_score",
        "not_enrolled",
        "not_enrolled",
        "unknown_officer",
    ]
    assert "very good" in staged.rows.get(row=7).reason


def test_an_account_and_an_address_of_two_officers_are_left_to_a_person(run, clerk):
    enrolled(run, "one")
    two = enrolled(run, "two")

    staged = stage(
        run,
        clerk,
        f"one,{two.officer.user.email},72,passed",
        header="username,email,grade,exam",
    )

    assert outcomes(staged) == ["ambiguous"]
    assert staged.rows.get().enrollment is None


@pytest.mark.parametrize(
    ("grade", "exam", "passed"),
    [
        ("50", "passed", True),
        ("50.00 %", "Pass", True),
        ("49.99", "passed", False),
        ("100", "P", True),
        ("50", "failed", False),
        ("90", "absent", False),
        ("90", "", False),
        ("५०", "passed", True),
    ],
)
def test_the_grade_rule_decides_at_its_boundary(run, clerk, grade, exam, passed):
    enrolled(run, "asha")

    staged = stage(run, clerk, f"asha,{grade},{exam}")

    assert staged.rows.get().would_pass is passed


@pytest.mark.parametrize("grade", ["", "101", "-1", "1e1", "abc", "50.001", "NaN", "50,5"])
def test_a_grade_that_cannot_be_is_marked(run, clerk, grade):
    enrolled(run, "asha")
    enrolled(run, "ravi")

    staged = stage(run, clerk, f'asha,"{grade}",passed', "ravi,70,passed")

    assert outcomes(staged) == ["bad_score", "new"]


def test_the_rule_in_force_on_the_commencement_counts(run, clerk):
    rule = GradeRule.objects.get()
    rule.effective_to = run.commences_on
    rule.save()
    GradeRule.objects.create(
        programme=rule.programme,
        least_grade=80,
        effective_from=run.commences_on + timedelta(days=1),
        circular_reference="later",
    )
    enrolled(run, "asha")

    assert stage(run, clerk, "asha,60,passed").rows.get().would_pass is True


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"username,grade\na,1\n", "lacks the column: exam"),
        (b"username,grade,exam\n", "no row"),
        (b"username,grade,score,exam\na,1,2,passed\n", "mean the same"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(run, clerk, content, words):
    with pytest.raises(Refused, match=words):
        stage_results(
            run=run, file_name="x.csv", file=ContentFile(content), acting_user=clerk, at=AT
        )
    assert not ResultImport.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"username,grade,exam\na,0.72,passed\nb,0.5,passed\n", "fractions of one"),
        (b"username,grade,exam\n" + b"a,10,p\n" * 3000 + b"\xff\xfe\xfd,1,p\n", "not UTF-8"),
    ],
)
def test_what_shows_only_while_the_rows_are_read_leaves_the_file_refused(
    run, clerk, content, words
):
    read = stage_results(
        run=run, file_name="x.csv", file=ContentFile(content), acting_user=clerk, at=AT
    )

    assert (read.state, read.rows.count()) == (ImportState.REFUSED, 0)
    assert words in read.problem and not read.file


def test_a_course_without_a_grade_rule_takes_no_results(clerk):
    run = make_run(course=make_course())

    with pytest.raises(Refused, match="one grade rule"):
        stage(run, clerk, "asha,60,passed")


def test_the_same_file_again_changes_nothing(run, clerk):
    enrolled(run, "asha")
    stage(run, clerk, "asha,60,passed")

    with pytest.raises(Refused, match="This very file was brought in"):
        stage(run, clerk, "asha,60,passed")
    assert ResultImport.objects.count() == 1


# --- approval -----------------------------------------------------------------------------------


def test_a_second_person_who_knows_the_totals_applies_the_file(run, clerk, second):
    passed, failed, waits = (enrolled(run, name) for name in ("passed", "failed", "waits"))
    staged = stage(run, clerk, "passed,72.5,passed", "failed,30,passed", "waits,80,", "x,1,failed")
    settle(staged, clerk)

    apply_results(import_id=staged.pk, rows=4, passes=1, acting_user=second, at=AT)

    for enrollment in (passed, failed, waits):
        enrollment.refresh_from_db()
    assert [e.state for e in (passed, failed, waits)] == [
        "completed",
        "not_completed",
        "in_progress",
    ]
    result = passed.results.get()
    assert (result.attempt, result.online_grade, result.passed) == (1, Decimal("72.50"), True)
    assert result.grade_rule == GradeRule.objects.get()
    staged.refresh_from_db()
    assert (staged.state, staged.approved_by) == (ImportState.APPLIED, second)
    notices = Notice.objects.order_by("pk").values_list("user", "params__outcome")
    assert list(notices) == [
        (passed.officer.user.pk, "passed"),
        (failed.officer.user.pk, "failed"),
        (waits.officer.user.pk, "waits"),
    ]
    assert AuditEntry.objects.filter(event="result.recorded").count() == 3


@pytest.mark.parametrize(("rows", "passes"), [(2, 0), (2, 2), (1, 1), (3, 1)])
def test_totals_that_do_not_agree_apply_nothing(run, clerk, second, rows, passes):
    enrolled(run, "asha")
    staged = stage(run, clerk, "asha,72,passed", "nobody,90,passed")
    settle(staged, clerk)

    with pytest.raises(Refused, match="totals do not agree"):
        apply_results(import_id=staged.pk, rows=rows, passes=passes, acting_user=second, at=AT)
    assert not Result.objects.exists()


def test_the_uploader_does_not_approve(run, clerk):
    staged = stage(run, clerk, "x,72,passed")

    with pytest.raises(Refused, match="ask a second person"):
        apply_results(import_id=staged.pk, rows=1, passes=0, acting_user=clerk, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        ResultImport.objects.update(approved_by=clerk)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND}))
def test_only_the_dealing_hand_brings_in_applies_and_discards(run, clerk, role):
    staged, user = stage(run, clerk, "x,72,passed"), make_user(role)

    with pytest.raises(Refused, match="for the Dealing hand"):
        stage(run, user, "y,72,passed")
    with pytest.raises(Refused, match="for the Dealing hand"):
        apply_results(import_id=staged.pk, rows=1, passes=0, acting_user=user, at=AT)
    with pytest.raises(Refused, match="for the Dealing hand"):
        discard_results(import_id=staged.pk, reason="x", acting_user=user, at=AT)


def test_a_file_is_applied_or_discarded_once(run, clerk, second):
    enrolled(run, "asha")
    staged = stage(run, clerk, "asha,72,passed")
    apply_results(import_id=staged.pk, rows=1, passes=1, acting_user=second, at=AT)

    with pytest.raises(Refused, match="The import is “Applied”"):
        apply_results(import_id=staged.pk, rows=1, passes=1, acting_user=second, at=AT)
    with pytest.raises(Refused, match="The import is “Applied”"):
        discard_results(import_id=staged.pk, reason="x", acting_user=clerk, at=AT)
    assert Result.objects.count() == 1


def test_what_has_changed_since_it_was_staged_is_not_applied(run, clerk, second):
    enrollment = enrolled(run, "asha")
    staged = stage(run, clerk, "asha,72,passed")
    make_result(enrollment=enrollment, online_grade=Decimal("72.00"))

    with pytest.raises(Refused, match="Row 2 would come out differently"):
        apply_results(import_id=staged.pk, rows=1, passes=1, acting_user=second, at=AT)


def test_a_later_file_adds_an_attempt_and_can_turn_a_failure_into_a_pass(run, clerk, second):
    enrollment = enrolled(run, "asha")
    first = stage(run, clerk, "asha,72,absent")
    apply_results(import_id=first.pk, rows=1, passes=0, acting_user=second, at=AT)
    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.NOT_COMPLETED

    later = stage(run, clerk, "asha,72,passed")
    apply_results(import_id=later.pk, rows=1, passes=1, acting_user=second, at=AT)

    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.COMPLETED
    attempts = enrollment.results.order_by("attempt").values_list("attempt", "passed")
    assert list(attempts) == [(1, False), (2, True)]


def test_rows_as_before_add_nothing(run, clerk, second):
    enrolled(run, "asha")
    first = stage(run, clerk, "asha,72,passed")
    apply_results(import_id=first.pk, rows=1, passes=1, acting_user=second, at=AT)

    again = stage(run, clerk, "ASHA,72.00,pass")
    apply_results(import_id=again.pk, rows=1, passes=1, acting_user=second, at=AT)

    assert Result.objects.count() == 1
    assert Notice.objects.count() == 1


def test_a_discarded_file_is_not_applied(run, clerk, second):
    staged = stage(run, clerk, "asha,72,passed")

    discard_results(import_id=staged.pk, reason="Wrong run.", acting_user=clerk, at=AT)

    with pytest.raises(Refused, match="Discarded"):
        apply_results(import_id=staged.pk, rows=1, passes=0, acting_user=second, at=AT)
    assert AuditEntry.objects.about(staged).last().details["reason"] == "Wrong run."


def test_a_fault_midway_leaves_no_result_and_the_task_applies_the_file_later(
    run, clerk, second, monkeypatch
):
    enrolled(run, "one")
    enrolled(run, "two")
    staged = stage(run, clerk, "one,72,passed", "two,72,passed")

    def fail(*_args, **_kwargs):
        raise RuntimeError("a fault")

    with monkeypatch.context() as broken:
        broken.setattr("enrollment.actions.result_writing.notify_each", fail)
        with pytest.raises(RuntimeError):
            apply_results(import_id=staged.pk, rows=2, passes=2, acting_user=second, at=AT)
    assert not Result.every.exists()

    assert carry_out_results() == 1
    assert (Result.objects.count(), Notice.objects.count()) == (2, 2)
    assert carry_out_results() == 0
