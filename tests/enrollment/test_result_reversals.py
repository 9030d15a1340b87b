"""Results taken back: a row is added, the earlier one counts again, what rested on it goes."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from credits.actions import post_credits
from credits.models import CreditEntry
from enrollment.actions.certificates import verify_certificate
from enrollment.actions.completions import record_completion
from enrollment.actions.result_reversals import reverse_import, reverse_result
from enrollment.actions.results import apply_results, stage_results
from enrollment.models import (
    CertificateSubmission,
    ProgrammeCompletion,
    Result,
    ResultImport,
    ResultReversal,
)
from igot.lib.append_only import AppendOnlyError
from igot.lib.errors import Refused
from reimbursement import facts as claim_facts
from tests.enrollment.test_coupon_races import in_threads
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_result

pytestmark = pytest.mark.django_db
AT = timezone.now()


@pytest.fixture
def run():
    return make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=60),
    )


@pytest.fixture
def clerk():
    return make_user(Role.DEALING_HAND)


@pytest.fixture
def second():
    return make_user(Role.DEALING_HAND)


def enrolled(run, username="asha", *, state="in_progress", **fields):
    return make_enrollment(run=run, username=username, state=state, **fields)


def applied(run, clerk, second, *rows, public_from=None):
    content = "\n".join(["username,grade,exam", *rows, ""]).encode()
    staged = stage_results(
        run=run,
        file_name="r.csv",
        file=ContentFile(content),
        public_from=public_from,
        acting_user=clerk,
        at=AT,
    )
    passes = staged.rows.filter(would_pass=True).count()
    apply_results(import_id=staged.pk, rows=len(rows), passes=passes, acting_user=second, at=AT)
    return staged


def reverse(staged, by, reason="The provider sent another batch's file."):
    reverse_import(import_id=staged.pk, reason=reason, acting_user=by, at=AT)


def state_of(enrollment):
    enrollment.refresh_from_db()
    return enrollment.state


def certified(enrollment, reviewer):
    certificate = make_certificate(enrollment=enrollment, state="under_review")
    verify_certificate(submission_id=certificate.pk, acting_user=reviewer, at=AT)
    return certificate


@pytest.mark.parametrize("before", ["confirmed", "in_progress"])
def test_registrations_go_back_to_what_they_were_and_rows_are_added(run, clerk, second, before):
    passed, failed = enrolled(run, "one", state=before), enrolled(run, "two", state=before)
    staged = applied(run, clerk, second, "one,72,passed", "two,30,failed")
    told = Notice.objects.count()

    reverse(staged, clerk)

    staged.refresh_from_db()
    assert (staged.state, staged.reversed_by) == ("reversed", clerk)
    assert (state_of(passed), state_of(failed)) == (before, before)
    assert (Result.every.count(), Result.objects.count(), ResultReversal.objects.count()) == (
        2,
        0,
        2,
    )
    notices = Notice.objects.filter(template="result.reversed")
    assert notices.count() == 2 and Notice.objects.count() == told + 2
    assert "another batch" in notices.first().params["reason"]
    assert AuditEntry.objects.filter(event="result.reversed").count() == 2


def test_the_earlier_result_counts_again(run, clerk, second):
    enrollment = enrolled(run)
    applied(run, clerk, second, "asha,40,failed")
    later = applied(run, clerk, second, "asha,72,passed")
    assert state_of(enrollment) == "completed"

    reverse(later, clerk)

    assert state_of(enrollment) == "not_completed"
    assert enrollment.results.get().attempt == 1
    again = applied(run, clerk, second, "asha,73,passed")
    assert (state_of(enrollment), enrollment.results.order_by("attempt").last().attempt) == (
        "completed",
        3,
    )
    assert again.rows.get().outcome == "changed"


def test_a_pass_that_stands_still_keeps_the_course_completed(run, clerk, second):
    enrollment = enrolled(run)
    applied(run, clerk, second, "asha,72,passed")
    later = applied(run, clerk, second, "asha,80,passed")

    reverse(later, clerk)

    assert state_of(enrollment) == "completed"


def test_a_certificate_and_its_points_go_with_the_result_they_rest_on(run, clerk, second):
    enrollment = enrolled(run)
    staged = applied(run, clerk, second, "asha,72,passed")
    certificate = certified(enrollment, second)
    assert CreditEntry.objects.of(enrollment.officer).balance() == 10

    reverse(staged, clerk)

    certificate.refresh_from_db()
    assert (certificate.state, state_of(enrollment)) == ("revoked", "in_progress")
    assert enrollment.completed_on is None
    assert CreditEntry.objects.of(enrollment.officer).balance() == 0
    award, back = CreditEntry.objects.order_by("pk")
    assert (back.key, back.reverses) == (f"reversal:{award.pk}", award)


def test_a_certificate_stays_while_another_pass_stands(run, clerk, second):
    enrollment = enrolled(run)
    applied(run, clerk, second, "asha,72,passed")
    certificate = certified(enrollment, second)
    later = applied(run, clerk, second, "asha,80,passed")

    reverse(later, clerk)

    certificate.refresh_from_db()
    assert certificate.state == "verified"


def test_after_the_right_result_the_certificate_can_be_verified_again(run, clerk, second):
    enrollment = enrolled(run)
    staged = applied(run, clerk, second, "asha,72,passed")
    certified(enrollment, second)
    reverse(staged, clerk)

    applied(run, clerk, second, "asha,72,passed")
    certified(enrollment, second)

    assert CreditEntry.objects.of(enrollment.officer).balance() == 10
    assert list(enrollment.certificates.order_by("pk").values_list("state", flat=True)) == [
        "revoked",
        "verified",
    ]


def test_a_completed_programme_goes_with_the_certificate_that_bore_it(run, clerk, second):
    enrollment = enrolled(run)
    staged = applied(run, clerk, second, "asha,72,passed")
    certified(enrollment, second)
    programme = run.course.programmes.get()
    record_completion(officer_id=enrollment.officer_id, programme_id=programme.pk, at=AT)

    reverse(staged, clerk)

    completion = ProgrammeCompletion.objects.get()
    assert (completion.revoked_by, completion.revoked_at) == (clerk, AT)


def test_points_that_were_used_keep_everything_as_it_was(run, clerk, second):
    enrollment = enrolled(run)
    staged = applied(run, clerk, second, "asha,72,passed")
    certified(enrollment, second)

    post_credits(
        officer=enrollment.officer,
        points=-5,
        kind=CreditEntry.Kind.CONSUMPTION,
        key="used:1",
        description="x",
        acting_user=clerk,
        at=AT,
    )

    with pytest.raises(Refused, match="too few credit points"):
        reverse(staged, clerk)
    assert state_of(enrollment) == "completed" and not ResultReversal.objects.exists()


def test_a_claim_is_left_alone_and_its_guards_find_no_result(run, clerk, second):
    enrollment = enrolled(run)
    staged = applied(run, clerk, second, "asha,72,passed")
    certified(enrollment, second)
    assert claim_facts.passes_grade_rule(enrollment)

    reverse(staged, clerk)

    assert not claim_facts.passes_grade_rule(enrollment)
    assert claim_facts.certificate_of(enrollment) is None


def test_one_result_is_reversed_by_itself(run, clerk, second):
    wrong, right = enrolled(run, "one"), enrolled(run, "two")
    applied(run, clerk, second, "one,72,passed", "two,80,passed")

    reverse_result(
        result_id=wrong.results.get().pk, reason="Another person.", acting_user=clerk, at=AT
    )

    assert (state_of(wrong), state_of(right)) == ("in_progress", "completed")
    assert ResultImport.objects.get().state == "applied"


def test_reversing_the_file_afterwards_leaves_what_is_reversed_already(run, clerk, second):
    enrolled(run, "one")
    enrolled(run, "two")
    staged = applied(run, clerk, second, "one,72,passed", "two,80,passed")
    first = Result.objects.order_by("pk").first()
    reverse_result(result_id=first.pk, reason="x", acting_user=clerk, at=AT)

    reverse(staged, clerk)

    assert ResultReversal.objects.count() == 2


def test_results_that_were_never_public_are_taken_back_in_silence(run, clerk, second):
    enrollment = enrolled(run)
    later = AT + timedelta(days=3)
    staged = applied(run, clerk, second, "asha,72,passed", public_from=later)

    reverse(staged, clerk)

    assert not Notice.objects.exists()
    assert state_of(enrollment) == "in_progress"
    assert applied(run, clerk, second, "asha,72,passed").rows.get().outcome == "new"


def test_the_approver_and_the_officer_concerned_do_not_reverse(run, clerk, second):
    own = make_user(Role.DEALING_HAND)
    enrollment = enrolled(run, officer=make_officer(user=own))
    staged = applied(run, clerk, second, "asha,72,passed")
    result = enrollment.results.get()

    with pytest.raises(Refused, match="Whoever approved the results may not reverse"):
        reverse(staged, second)
    with pytest.raises(Refused, match="Your own result"):
        reverse(staged, own)
    with pytest.raises(Refused, match="Whoever approved the results may not reverse"):
        reverse_result(result_id=result.pk, reason="x", acting_user=second, at=AT)
    with pytest.raises(Refused, match="Nobody decides their own case"):
        reverse_result(result_id=result.pk, reason="x", acting_user=own, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        ResultImport.objects.update(
            reversed_by=second, reversed_at=AT, reversal_reason="x", state="reversed"
        )


def test_a_reversal_is_a_row_that_never_changes(run, clerk):
    result = make_result(enrollment=enrolled(run, state="completed"))
    reverse_result(result_id=result.pk, reason="x", acting_user=clerk, at=AT)
    row = ResultReversal.objects.get()

    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        ResultReversal._base_manager.filter(pk=row.pk)._raw_delete("default")
    with pytest.raises(Refused, match="reversed already"):
        reverse_result(result_id=result.pk, reason="x", acting_user=clerk, at=AT)


def test_an_officer_who_registered_again_meanwhile_stands_in_the_way(run, clerk, second):
    enrollment = enrolled(run)
    staged = applied(run, clerk, second, "asha,30,failed")
    make_enrollment(run=run, officer=enrollment.officer, state="draft")

    with pytest.raises(Refused, match="registered for this batch again"):
        reverse(staged, clerk)
    assert state_of(enrollment) == "not_completed"


def test_an_attempt_that_was_reversed_is_not_counted_against_the_limit(clerk, second):
    run = make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=60),
        most_attempts=1,
        terms_reference="x",
    )
    enrolled(run)
    staged = applied(run, clerk, second, "asha,70,failed")
    reverse(staged, clerk)

    assert applied(run, clerk, second, "asha,71,failed").rows.get().outcome == "new"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_who_reverse_at_once_reverse_once_and_points_go_once():
    run = make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=60),
    )
    clerk, second = make_user(Role.DEALING_HAND), make_user(Role.DEALING_HAND)
    enrollment = enrolled(run)
    staged = applied(run, clerk, second, "asha,72,passed")
    certified(enrollment, second)
    hands = [make_user(Role.DEALING_HAND) for _number in range(4)]

    answers = in_threads(lambda user: reverse(staged, user), hands, threads=4)

    assert sum(isinstance(answer, Refused) for answer in answers) == 3
    assert ResultReversal.objects.count() == 1
    assert CreditEntry.objects.of(enrollment.officer).balance() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_certificate_verified_while_its_result_is_reversed_never_stays():
    run = make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=60),
    )
    clerk, second = make_user(Role.DEALING_HAND), make_user(Role.DEALING_HAND)
    enrollments = [enrolled(run, f"user{number}") for number in range(6)]
    rows = [f"user{number},72,passed" for number in range(6)]
    staged = applied(run, clerk, second, *rows)
    sent = [make_certificate(enrollment=e, state="under_review") for e in enrollments]

    def work(thing):
        if thing == "reverse":
            return reverse(staged, clerk)
        return verify_certificate(submission_id=thing, acting_user=second, at=AT)

    in_threads(work, [*[c.pk for c in sent[:3]], "reverse", *[c.pk for c in sent[3:]]], threads=7)

    assert not CertificateSubmission.objects.filter(state="verified").exists()
    balances = [CreditEntry.objects.of(e.officer).balance() for e in enrollments]
    assert balances == [0] * 6
