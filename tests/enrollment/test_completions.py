"""Programmes completed: found from verified certificates, told by letter, revoked on grounds."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone, translation

from accounts.facts import text_of
from accounts.models import AuditEntry, Notice, Officer
from accounts.roles import Role
from circulars.models import IssuedDocument
from courses.models import Course, Programme
from courses.requirements import tree_of
from enrollment import completions
from enrollment.actions.completions import record_completion, revoke_completion
from enrollment.completion_letter import letter_of
from enrollment.models import CertificateSubmission, CompletionBenefit, ProgrammeCompletion
from enrollment.models.results import ExamOutcome
from enrollment.states import CertificateState, EnrollmentState
from enrollment.tasks import record_completions
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_programme
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_result

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 30)


def make_dedp(courses: int = 5) -> Programme:
    programme = make_programme()
    for number in range(1, courses + 1):
        make_course(programme=programme, title=f"Course {number}")
    return programme


def make_benefit(programme: Programme, **fields: object) -> CompletionBenefit:
    known = {
        "kind": CompletionBenefit.Kind.DFFT_PRIORITY,
        "text": "You are considered on priority.",
        "text_hi": "आप पर प्राथमिकता से विचार होगा।",
        "effective_from": date(2019, 5, 17),
        "circular_reference": "Letter of 17.05.2019, para 5",
    }
    return CompletionBenefit.objects.create(programme=programme, **{**known, **fields})


def passes(
    officer: Officer,
    course: Course,
    *,
    exam: str = ExamOutcome.PASSED,
    completed_on: date = DAY,
) -> CertificateSubmission:
    enrollment = make_enrollment(
        officer=officer, course=course, state=EnrollmentState.COMPLETED, completed_on=completed_on
    )
    make_result(enrollment=enrollment, exam_outcome=exam)
    return make_certificate(enrollment=enrollment, completed_on=completed_on)


def completes(programme: Programme, officer: Officer | None = None) -> Officer:
    officer = officer or make_officer()
    for number, course in enumerate(programme.courses.order_by("pk")):
        passes(officer, course, completed_on=DAY + timedelta(days=number))
    return officer


def test_all_five_courses_with_their_examinations_complete_the_programme() -> None:
    programme = make_dedp()
    make_benefit(programme)
    officer = completes(programme)

    assert record_completions() == 2  # the completion and its letter

    completion = ProgrammeCompletion.objects.get()
    assert completion.officer == officer
    assert completion.completed_on == DAY + timedelta(days=4)
    assert [course["title"] for course in completion.courses] == [
        f"Course {number}" for number in range(1, 6)
    ]
    assert completion.has_dfft_priority
    assert completion.document is not None
    said = {row["name"]["en"]: row["value"] for row in completion.document.particulars}
    assert said["Programme"]["en"] == programme.title
    assert len(said["Courses"]["rows"]) == 5


def test_four_of_five_do_not() -> None:
    programme = make_dedp()
    officer = make_officer()
    for course in programme.courses.order_by("pk")[:4]:
        passes(officer, course)

    assert record_completions() == 0


@pytest.mark.parametrize("exam", [ExamOutcome.NONE, ExamOutcome.FAILED, ExamOutcome.ABSENT])
def test_a_certificate_without_the_examination_does_not_count(exam: str) -> None:
    programme = make_dedp(courses=2)
    officer = make_officer()
    first, second = programme.courses.order_by("pk")
    passes(officer, first)
    passes(officer, second, exam=exam)

    assert list(completions.newly_complete(programme)) == []


def test_a_course_without_an_examination_counts_by_its_certificate() -> None:
    programme = make_programme()
    course = make_course(
        programme=programme, certification=Course.Certification.CERTIFICATE, fee_usd=None
    )
    certificate = make_certificate(
        enrollment=make_enrollment(course=course, state=EnrollmentState.COMPLETED)
    )

    assert list(completions.newly_complete(programme)) == [certificate.officer_id]


def test_a_certificate_under_review_does_not_count() -> None:
    programme = make_dedp(courses=1)
    certificate = passes(make_officer(), programme.courses.get())
    CertificateSubmission.objects.filter(pk=certificate.pk).update(
        state=CertificateState.UNDER_REVIEW
    )

    assert list(completions.newly_complete(programme)) == []


def test_a_course_outside_the_programme_counts_for_nothing() -> None:
    programme = make_dedp(courses=1)
    passes(make_officer(), make_course())

    assert list(completions.newly_complete(programme)) == []


def test_a_completion_is_recorded_once() -> None:
    programme = make_dedp(courses=1)
    officer = completes(programme)
    record_completions()

    with pytest.raises(Refused, match="already"):
        record_completion(officer_id=officer.pk, programme_id=programme.pk, at=timezone.now())

    assert record_completions() == 0
    assert IssuedDocument.objects.count() == 1


def test_recording_what_is_not_complete_is_refused_and_leaves_nothing() -> None:
    programme = make_dedp(courses=1)

    with pytest.raises(Refused, match="still to be completed"):
        record_completion(
            officer_id=make_officer().pk, programme_id=programme.pk, at=timezone.now()
        )

    assert not ProgrammeCompletion.objects.exists()
    assert not AuditEntry.objects.filter(event="programme.completed").exists()


def test_the_officer_is_told_in_the_own_language() -> None:
    programme = make_dedp(courses=1)
    programme.title_hi = "विकास नीति"
    programme.save()
    officer = completes(programme)

    record_completions()

    notice = Notice.objects.get(user=officer.user, entry__event="programme.completed")
    with translation.override("hi"):
        subject, _body = text_of(notice)
    assert "विकास नीति" in subject


def test_benefits_are_those_of_the_day_of_completion() -> None:
    programme = make_dedp(courses=1)
    make_benefit(programme, effective_from=DAY + timedelta(days=1))
    completes(programme)

    record_completions()

    assert not ProgrammeCompletion.objects.get().has_dfft_priority


def test_the_letter_names_courses_and_what_is_opened_in_both_languages() -> None:
    programme = make_dedp(courses=2)
    make_benefit(programme)
    make_benefit(
        programme,
        kind=CompletionBenefit.Kind.APPLICATION,
        text="You may apply to the Master.",
        text_hi="आप आवेदन कर सकते हैं।",
    )
    completes(programme)
    record_completions()

    paper = letter_of(ProgrammeCompletion.objects.with_all().get())

    words = [para.text.both() for para in paper.paragraphs]
    assert any("You may apply to the Master." in text for text in words)
    assert any("प्राथमिकता" in text for text in words)
    table = next(para.table for para in paper.paragraphs if para.table)
    assert [row[1] for row in table.rows] == ["Course 1", "Course 2"]


def test_a_revoked_completion_loses_letter_and_priority() -> None:
    programme = make_dedp(courses=1)
    make_benefit(programme)
    officer = completes(programme)
    record_completions()
    completion = ProgrammeCompletion.objects.get()
    clerk = make_user(Role.DEALING_HAND)

    revoke_completion(
        completion_id=completion.pk,
        reason="The result was reversed.",
        acting_user=clerk,
        at=timezone.now(),
    )

    assert not ProgrammeCompletion.objects.with_priority().exists()
    assert IssuedDocument.objects.get().standing == IssuedDocument.Standing.REVOKED
    assert Notice.objects.filter(user=officer.user, entry__event="programme.revoked").exists()
    assert record_completions() == 0  # not found again on the same certificates


def test_a_revoked_completion_comes_again_with_a_certificate_verified_later() -> None:
    programme = make_dedp(courses=1)
    officer = completes(programme)
    record_completions()
    completion = ProgrammeCompletion.objects.get()
    revoke_completion(
        completion_id=completion.pk,
        reason="Wrong certificate.",
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )
    CertificateSubmission.objects.filter(officer=officer).update(
        reviewed_at=timezone.now() + timedelta(minutes=1)
    )

    assert record_completions() == 2
    assert ProgrammeCompletion.objects.valid().get().pk != completion.pk


def test_nobody_revokes_the_own_completion_or_without_the_role() -> None:
    programme = make_dedp(courses=1)
    officer = completes(programme)
    record_completions()
    completion = ProgrammeCompletion.objects.get()
    assert officer.user
    officer.user.groups.add(make_user(Role.DEALING_HAND).groups.get())

    for user in (officer.user, make_user(Role.AUDITOR)):
        with pytest.raises(Refused):
            revoke_completion(
                completion_id=completion.pk, reason="x", acting_user=user, at=timezone.now()
            )


def test_the_database_refuses_a_second_valid_completion_and_a_revocation_without_reason() -> None:
    programme = make_dedp(courses=1)
    completes(programme)
    record_completions()
    row = ProgrammeCompletion.objects.get()
    rows = ProgrammeCompletion.objects.filter(pk=row.pk)

    with pytest.raises(DatabaseError), transaction.atomic():
        ProgrammeCompletion.objects.create(
            officer=row.officer,
            programme=programme,
            number="another",
            completed_on=DAY,
            found_at=timezone.now(),
            courses=[],
            benefits=[],
        )
    with pytest.raises(DatabaseError, match="revoked_with_reason"), transaction.atomic():
        rows.update(revoked_at=timezone.now())


def test_the_page_shows_what_is_done_and_what_is_missing(client: Client) -> None:
    programme = make_dedp(courses=2)
    officer = make_officer()
    first, second = programme.courses.order_by("pk")
    passes(officer, first)
    make_benefit(programme)
    client.force_login(officer.user)

    page = client.get("/me/programmes/").content.decode()

    assert page.index("Done:") < page.index(first.title)
    assert second.title in page
    assert "You are considered on priority." in page


def test_the_page_leads_to_the_letter_which_is_the_owners(client: Client) -> None:
    programme = make_dedp(courses=1)
    officer = completes(programme)
    record_completions()
    completion = ProgrammeCompletion.objects.get()
    address = f"/me/programmes/{completion.pk}/letter.pdf"
    client.force_login(officer.user)

    assert address in client.get("/me/programmes/").content.decode()
    assert client.get(address)["Content-Type"] == "application/pdf"
    client.force_login(make_officer().user)
    assert client.get(address).status_code == 404


def test_an_officer_without_any_registration_is_led_to_the_courses(client: Client) -> None:
    client.force_login(make_officer().user)

    assert "No programme yet" in client.get("/me/programmes/").content.decode()


def test_the_page_keeps_its_budget_of_queries(
    client: Client, django_assert_max_num_queries: object
) -> None:
    programme = make_dedp()
    officer = completes(programme)
    record_completions()
    client.force_login(officer.user)
    client.get("/me/programmes/")  # notes the minute of the visit in the session

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get("/me/programmes/")


def test_the_benefits_of_the_letter_load_once() -> None:
    make_dedp(courses=1)

    call_command("load_benefits", verbosity=0)
    call_command("load_benefits", verbosity=0)

    assert set(CompletionBenefit.objects.values_list("kind", flat=True)) == {
        "application",
        "dfft_priority",
    }


def test_a_hundred_officers_are_found_in_the_queries_of_one(
    django_assert_num_queries: object,
) -> None:
    programme = make_dedp(courses=1)
    for _number in range(3):
        completes(programme)
    tree_queries = 2

    with django_assert_num_queries(tree_queries + 2):  # type: ignore[operator]
        found = list(completions.newly_complete(programme))

    assert len(found) == 3
    assert tree_of(programme).branches


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="runs in the PostgreSQL half of make test"
)
def test_two_workers_record_one_completion() -> None:
    programme = make_dedp(courses=1)
    officer = completes(programme)
    both, outcomes = Barrier(2), []

    def work() -> None:
        both.wait()
        try:
            record_completion(officer_id=officer.pk, programme_id=programme.pk, at=timezone.now())
        except Refused:
            outcomes.append("refused")
        else:
            outcomes.append("recorded")
        finally:
            connection.close()

    workers = [Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(outcomes) == ["recorded", "refused"]
