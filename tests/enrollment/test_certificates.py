from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from courses.models import CourseCredit
from credits.models import CreditEntry
from enrollment.actions.certificates import (
    reject_certificate,
    return_certificate,
    send_certificate,
    verify_certificate,
)
from enrollment.models import CertificateSubmission
from enrollment.states import CertificateState, EnrollmentState
from enrollment.tasks import check_certificates
from igot.lib.errors import Refused
from igot.lib.uploads import check_upload
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_certificate_rule, make_result
from tests.lib import bad_files

pytestmark = pytest.mark.django_db
AT = timezone.now()
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def rule():
    return make_certificate_rule()


def make_passed(**fields):
    """Make a completed registration whose result has come; the run began a month ago."""
    course = fields.pop("course", None) or make_course(programme=make_programme())
    run = make_run(course=course, commences_on=TODAY - timedelta(days=30))
    enrollment = make_enrollment(run=run, state=EnrollmentState.COMPLETED, **fields)
    make_result(enrollment=enrollment)
    return enrollment


def make_self_paced(**fields):
    course = make_course(
        mode="self_paced", certification="modules", title="Gandhi in the Contemporary World"
    )
    return make_enrollment(course=course, state=EnrollmentState.IN_PROGRESS, **fields)


def send(enrollment, *, data=None, number="EDX-77-A", user=None, **fields):
    """Send a certificate in and let the portal check it."""
    data = data or bad_files.plain_pdf(text=f"Registration {enrollment.pk}, page")
    fields.setdefault("completed_on", TODAY)
    fields.setdefault("name_on_certificate", enrollment.officer.name)
    submission = send_certificate(
        enrollment_id=enrollment.pk,
        file=check_upload(SimpleUploadedFile("certificate.pdf", data)),
        certificate_number=number,
        acting_user=user or enrollment.officer.user,
        at=AT,
        **fields,
    )
    check_certificates()
    submission.refresh_from_db()
    return submission


def stored_files(folder: Path):
    return [path for path in folder.rglob("*") if path.is_file()]


def checks(submission):
    return dict(submission.checks.values_list("check_code", "passed"))


# --- sending in ---------------------------------------------------------------------------------


def test_a_certificate_is_kept_under_a_name_that_tells_nothing_with_its_checks():
    enrollment = make_passed()

    submission = send(enrollment)

    assert submission.state == CertificateState.UNDER_REVIEW
    assert submission.file.name.startswith("certificates/")
    assert len(Path(submission.file.name).stem) == 32 and submission.file.name.endswith(".pdf")
    found = checks(submission)
    not_made = {code for code, passed in found.items() if passed is None}
    assert not_made == {"virus", "look_alike"}  # no scanner; too little on the page
    assert set(found.values()) == {True, None} and len(found) == 11
    sent, checked = AuditEntry.objects.about(submission)
    assert (sent.event, checked.event) == ("certificate.sent", "certificate.under_review")
    assert checked.details["failed"] == []


def test_without_a_passing_result_none_is_taken(media_of_this_test):
    waiting = make_enrollment(state=EnrollmentState.IN_PROGRESS)

    with pytest.raises(Refused, match="result has not come"):
        send(waiting)

    assert stored_files(media_of_this_test) == []
    assert not CertificateSubmission.objects.exists()


def test_a_course_without_results_takes_one_while_it_is_under_way():
    submission = send(make_self_paced())

    assert checks(submission)["result"] is True


@pytest.mark.parametrize("state", ["draft", "submitted", "withdrawn", "rejected", "not_completed"])
def test_registrations_that_are_not_under_way_take_none(state):
    with pytest.raises(Refused, match="The registration is"):
        send(make_enrollment(state=state))


def test_only_the_officer_concerned_sends_it():
    with pytest.raises(Refused, match="Only the officer concerned"):
        send(make_passed(), user=make_user(Role.OFFICER, Role.DEALING_HAND))


def test_a_file_of_somebody_else_is_refused_while_theirs_is_live_and_nothing_is_kept(
    media_of_this_test,
):
    data = bad_files.plain_pdf(pages=3)
    send(make_passed(), data=data)
    before = stored_files(media_of_this_test)

    with pytest.raises(Refused, match="This very file"):
        send(make_self_paced(), data=data, number="Another")

    assert stored_files(media_of_this_test) == before
    assert CertificateSubmission.objects.count() == 1


def test_a_file_that_somebody_else_had_rejected_is_flagged():
    course = make_course(programme=make_programme())
    data = bad_files.plain_pdf(pages=3)
    first = send(make_passed(course=course), data=data)
    reject_certificate(
        submission_id=first.pk, reason="Forged.", acting_user=make_user(Role.DEALING_HAND), at=AT
    )

    second = send(make_passed(course=course), data=data)

    found = checks(second)
    assert (found["file_seen"], found["number_seen"]) == (False, False)
    assert first.enrollment.number in second.checks.get(check_code="file_seen").detail


def test_a_number_is_given_once_whatever_its_case_and_hyphens():
    course = make_course(programme=make_programme())
    send(make_passed(course=course), number="EDX-77-A")

    with pytest.raises(Refused, match="number edx77a has been sent in"):
        send(make_passed(course=course), number="edx77a")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name_on_certificate", "Somebody Else", "name"),
        ("completed_on", TODAY - timedelta(days=60), "date"),
    ],
)
def test_what_does_not_agree_is_marked_for_the_reviewer(field, value, code):
    submission = send(make_passed(), **{field: value})

    assert [name for name, passed in checks(submission).items() if passed is False] == [code]


def test_a_later_file_takes_the_place_of_one_under_review():
    enrollment = make_passed()
    first = send(enrollment, data=bad_files.plain_pdf(pages=4))

    second = send(enrollment, data=bad_files.plain_pdf(pages=5))

    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "under_review")


def test_after_a_verified_one_no_further_is_taken():
    enrollment = make_passed()
    make_certificate(enrollment=enrollment)

    with pytest.raises(Refused, match="verified already"):
        send(enrollment)


def test_the_database_refuses_the_same_file_and_a_second_verified_one():
    first = make_certificate()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_certificate(enrollment=first.enrollment)
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateSubmission.objects.filter(pk=make_certificate().pk).update(sha256=first.sha256)


def test_twenty_files_are_enough():
    enrollment = make_passed()
    for _number in range(20):
        make_certificate(enrollment=enrollment, state=CertificateState.REJECTED)

    with pytest.raises(Refused, match="20 files"):
        send(enrollment)


# --- review -------------------------------------------------------------------------------------


def test_verification_completes_the_course_and_posts_the_points_of_the_day(clerk):
    enrollment = make_self_paced()
    enrollment.course.credits.update(effective_to=TODAY)
    CourseCredit.objects.create(
        course=enrollment.course,
        points=15,
        effective_from=TODAY + timedelta(days=1),
        circular_reference="later",
    )
    submission = send(enrollment)

    verify_certificate(submission_id=submission.pk, acting_user=clerk, at=AT)

    submission.refresh_from_db()
    enrollment.refresh_from_db()
    assert (submission.state, submission.reviewed_by) == ("verified", clerk)
    assert (enrollment.state, enrollment.completed_on) == ("completed", TODAY)
    line = CreditEntry.objects.get()
    assert (line.points, line.key, line.officer) == (
        10,
        f"award:{submission.pk}",
        enrollment.officer,
    )
    notice = Notice.objects.get(user=enrollment.officer.user, template="certificate.verified")
    assert notice.params["points"] == "10"


def test_verification_waits_for_a_result_that_agrees(clerk):
    enrollment = make_passed()
    submission = send(enrollment)
    make_result(enrollment=enrollment, attempt=2, online_grade=12, passed=False)

    with pytest.raises(Refused, match="result does not agree: 12"):
        verify_certificate(submission_id=submission.pk, acting_user=clerk, at=AT)

    submission.refresh_from_db()
    assert submission.state == CertificateState.UNDER_REVIEW
    assert not CreditEntry.objects.exists()


def test_a_course_without_points_is_completed_without_a_line(clerk):
    enrollment = make_self_paced()
    enrollment.course.credits.all().delete()

    verify_certificate(submission_id=send(enrollment).pk, acting_user=clerk, at=AT)

    assert not CreditEntry.objects.exists()


def test_if_the_points_cannot_be_posted_nothing_is_verified(clerk, monkeypatch):
    submission = send(make_self_paced())

    def refuse(**_fields):
        raise Refused("no")

    monkeypatch.setattr("enrollment.actions.certificates.ledger.post_credits", refuse)
    with pytest.raises(Refused):
        verify_certificate(submission_id=submission.pk, acting_user=clerk, at=AT)

    submission.refresh_from_db()
    submission.enrollment.refresh_from_db()
    assert submission.state == CertificateState.UNDER_REVIEW
    assert submission.enrollment.state == EnrollmentState.IN_PROGRESS
    assert not AuditEntry.objects.filter(event="certificate.verified").exists()


@pytest.mark.parametrize(
    ("action", "state"), [(return_certificate, "returned"), (reject_certificate, "rejected")]
)
def test_the_officer_reads_why_it_came_back(clerk, action, state):
    submission = send(make_passed())

    action(submission_id=submission.pk, reason="Not legible.", acting_user=clerk, at=AT)

    submission.refresh_from_db()
    assert (submission.state, submission.reason) == (state, "Not legible.")
    notice = Notice.objects.get(user=submission.officer.user, template=f"certificate.{state}")
    assert notice.params["reason"] == "Not legible."


def test_a_returned_certificate_can_be_sent_in_again(clerk):
    enrollment = make_passed()
    data = bad_files.plain_pdf(pages=4)
    first = send(enrollment, data=data)
    return_certificate(submission_id=first.pk, reason="x", acting_user=clerk, at=AT)

    second = send(enrollment, data=data)

    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "under_review")


@pytest.mark.parametrize("action", [verify_certificate, return_certificate, reject_certificate])
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DEALING_HAND}))
def test_only_the_dealing_hand_reviews(action, role):
    submission = send(make_self_paced())
    reason = {} if action is verify_certificate else {"reason": "x"}

    with pytest.raises(Refused, match="for the Dealing hand"):
        action(submission_id=submission.pk, acting_user=make_user(role), at=AT, **reason)


def test_nobody_reviews_their_own():
    officer = make_officer(user=make_user(Role.OFFICER, Role.DEALING_HAND))
    submission = send(make_self_paced(officer=officer))

    with pytest.raises(Refused, match="their own certificate"):
        verify_certificate(submission_id=submission.pk, acting_user=officer.user, at=AT)


@pytest.mark.parametrize("state", sorted(set(CertificateState) - {"under_review"}))
def test_what_is_decided_is_not_decided_again(clerk, state):
    submission = make_certificate(state=state)

    with pytest.raises(Refused, match="The certificate is"):
        verify_certificate(submission_id=submission.pk, acting_user=clerk, at=AT)


# --- pages --------------------------------------------------------------------------------------


@pytest.fixture
def clerk():
    return make_user(Role.DEALING_HAND)


def post(client, enrollment, data, **fields):
    given = {
        "file": SimpleUploadedFile("certificate.pdf", data),
        "certificate_number": "EDX-1",
        "name_on_certificate": "Asha Rao",
        "completed_on": f"{TODAY:%d.%m.%Y}",
        **fields,
    }
    return client.post(f"/me/registrations/{enrollment.pk}/certificate/", given)


def test_an_officer_sends_a_certificate_and_gets_it_back(client):
    enrollment = make_passed()
    sign_in(client, enrollment.officer.user)
    data = bad_files.plain_pdf()

    assert post(client, enrollment, data).status_code == 302

    submission = enrollment.certificates.get()
    assert client.get(f"/me/certificates/{submission.pk}/file/").status_code == 404
    check_certificates()
    answer = client.get(f"/me/certificates/{submission.pk}/file/")
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"]
    page = client.get(f"/me/registrations/{enrollment.pk}/certificate/").content.decode()
    assert "Under review" in page and "EDX-1" in page


@pytest.mark.parametrize("case", ["script on opening", "encrypted", "a page", "second ending"])
def test_a_hostile_file_is_refused_at_the_field_and_not_kept(client, case, media_of_this_test):
    enrollment = make_passed()
    sign_in(client, enrollment.officer.user)
    name, make, words = bad_files.BAD[case]

    page = post(client, enrollment, b"", file=SimpleUploadedFile(name, make()))

    assert words in page.content.decode()
    assert not enrollment.certificates.exists()
    assert stored_files(media_of_this_test) == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("completed_on", f"{TODAY + timedelta(days=1):%d.%m.%Y}", "on or before"),
        ("completed_on", f"{TODAY - timedelta(days=31):%d.%m.%Y}", "on or after"),
        ("certificate_number", "---", "letters and digits"),
        ("name_on_certificate", "\u202eoaR ahsA", "reverses the reading order"),
    ],
)
def test_impossible_particulars_are_refused_at_the_field(client, field, value, words):
    enrollment = make_passed()
    sign_in(client, enrollment.officer.user)

    page = post(client, enrollment, bad_files.plain_pdf(), **{field: value})

    assert words in page.content.decode()
    assert not enrollment.certificates.exists()


def test_the_name_of_the_file_is_escaped(client):
    enrollment = make_passed()
    make_certificate(enrollment=enrollment, state="under_review", file_name="<b>x</b>.pdf")
    sign_in(client, enrollment.officer.user)

    page = client.get(f"/me/registrations/{enrollment.pk}/certificate/").content.decode()

    assert "&lt;b&gt;x&lt;/b&gt;.pdf" in page


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.OFFICER, 404),
        (Role.NODAL_OFFICER, 404),
        (Role.PAYING_OFFICER, 404),
        (Role.COMMITTEE_MEMBER, 404),
        (Role.DEALING_HAND, 200),
        (Role.SANCTIONING_AUTHORITY, 200),
        (Role.AUDITOR, 200),
    ],
)
def test_the_file_goes_to_its_officer_and_to_who_decides(client, role, status):
    submission = make_certificate()
    sign_in(client, make_user(role))

    assert client.get(f"/me/certificates/{submission.pk}/file/").status_code == status


def test_another_officers_page_is_not_there(client):
    enrollment = make_passed()
    sign_in(client, make_officer().user)

    assert client.get(f"/me/registrations/{enrollment.pk}/certificate/").status_code == 404
    assert post(client, enrollment, bad_files.plain_pdf()).status_code == 404
