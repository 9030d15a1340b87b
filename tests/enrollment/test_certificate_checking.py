"""How the portal checks a certificate before a person sees it: from rows, and fail closed."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from enrollment.actions import checking
from enrollment.actions.certificates import send_certificate
from enrollment.models import CertificatePage, CertificateRule, CertificateSubmission
from enrollment.states import CertificateState
from enrollment.tasks import check_certificates
from igot.lib.errors import Refused
from igot.lib.uploads import check_upload
from reports.awaiting import staff_tasks
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_certificate_rule
from tests.lib import bad_files, pictures, scanners

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def rule():
    return make_certificate_rule()


def sent(*, content=None, name="certificate.png", number="EDX-1", officer=None, **fields):
    """Send a certificate in; nothing has checked it yet."""
    officer = officer or make_officer()
    course = make_course(mode="self_paced", certification="modules")
    enrollment = make_enrollment(course=course, officer=officer, state="in_progress")
    content = content or pictures.saved(pictures.certificate(officer.name, number=number))
    return send_certificate(
        enrollment_id=enrollment.pk,
        file=check_upload(SimpleUploadedFile(name, content)),
        certificate_number=number,
        name_on_certificate=fields.pop("name_on_certificate", officer.name),
        completed_on=TODAY,
        acting_user=officer.user,
        at=timezone.now(),
    )


def checked(**fields):
    submission = sent(**fields)
    check_certificates()
    submission.refresh_from_db()
    return submission


def check(submission, code):
    return submission.checks.get(check_code=code)


def stored(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


# --- the way -------------------------------------------------------------------------------------


def test_what_is_sent_waits_for_its_checks_and_then_for_a_person():
    submission = sent()
    assert submission.state == CertificateState.UPLOADED

    assert check_certificates() == 1

    submission.refresh_from_db()
    assert (submission.state, submission.check_at) == (CertificateState.UNDER_REVIEW, None)
    assert Notice.objects.get().template == "certificate.under_review"
    assert check_certificates() == 0


def test_pages_are_drawn_and_kept_as_pictures():
    submission = checked(content=bad_files.plain_pdf(pages=7), name="a.pdf")

    pages = submission.pages.order_by("number")

    assert [page.number for page in pages] == [1, 2, 3, 4, 5]
    assert pages[0].image.read().startswith(b"\xff\xd8\xff")
    assert check(submission, "drawn").passed


def test_what_cannot_be_drawn_goes_to_the_reviewer_all_the_same(monkeypatch):
    monkeypatch.setattr("igot.lib.page_images.DRAW", ("false",))

    submission = checked(content=bad_files.plain_pdf(), name="a.pdf")

    assert submission.state == CertificateState.UNDER_REVIEW
    assert check(submission, "drawn").passed is False
    assert not submission.pages.exists()


def test_a_worker_that_dies_loses_nothing_and_another_takes_up(monkeypatch):
    submission = sent()
    checking.begin_checks(submission_id=submission.pk, at=timezone.now())
    assert check_certificates() == 0  # somebody is at it

    later = timezone.now() + checking.LEASE + timedelta(seconds=1)
    monkeypatch.setattr("enrollment.tasks.timezone.now", lambda: later)

    assert check_certificates() == 1
    submission.refresh_from_db()
    assert (submission.state, submission.attempts) == (CertificateState.UNDER_REVIEW, 2)


def test_a_document_that_ends_the_worker_each_time_is_no_longer_drawn(monkeypatch):
    submission = sent()
    CertificateSubmission.objects.filter(pk=submission.pk).update(attempts=3)
    check_certificates()

    assert check(submission, "drawn").passed is False


def test_what_is_replaced_while_it_is_checked_stays_replaced(media_of_this_test):
    first = sent()
    _begun, lease = checking.begin_checks(submission_id=first.pk, at=timezone.now())
    send_certificate(
        enrollment_id=first.enrollment_id,
        file=check_upload(SimpleUploadedFile("b.pdf", bad_files.plain_pdf(pages=2))),
        certificate_number="EDX-2",
        name_on_certificate="Asha Rao",
        completed_on=TODAY,
        acting_user=first.officer.user,
        at=timezone.now(),
    )

    with pytest.raises(Refused, match="Replaced by a later"):
        checking.put_off_checks(submission_id=first.pk, lease=lease, problem="x", at=timezone.now())


def test_pages_that_nobody_keeps_leave_the_store(monkeypatch, media_of_this_test):
    submission = sent()
    before = stored(media_of_this_test)

    def refuse(**_fields):
        raise Refused("another worker was first")

    monkeypatch.setattr(checking, "finish_checks", refuse)
    check_certificates()

    assert stored(media_of_this_test) == before
    assert not CertificatePage.objects.filter(submission=submission).exists()


# --- the scanner ---------------------------------------------------------------------------------


@pytest.fixture
def scanner(settings, tmp_path):
    with scanners.stand_in(tmp_path / "scanner") as address:
        settings.CLAMD_URL = address
        yield


def infected():
    return bad_files.plain_pdf(compress=False, text=scanners.MARK.decode())


def test_without_a_scanner_the_check_says_so():
    found = check(checked(), "virus")

    assert (found.passed, found.detail) == (None, "No scanner is configured.")


def test_with_a_scanner_a_clean_file_passes(scanner):
    assert check(checked(), "virus").passed is True


def test_a_file_with_a_virus_is_refused_deleted_logged_and_its_officer_told(
    scanner, media_of_this_test, caplog, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        submission = checked(content=infected(), name="a.pdf")

    assert (submission.state, submission.file.name) == (CertificateState.REFUSED, "")
    assert "Stand-in.Eicar" in submission.reason and "deleted" in submission.reason
    assert stored(media_of_this_test) == []
    assert check(submission, "virus").passed is False
    notice = Notice.objects.get()
    assert (notice.template, notice.params["reason"]) == ("certificate.refused", submission.reason)
    assert submission.sha256 in caplog.text


def test_after_a_refusal_the_officer_sends_another_file_for_the_same_number(scanner):
    first = checked(content=infected(), name="a.pdf")

    second = send_certificate(
        enrollment_id=first.enrollment_id,
        file=check_upload(SimpleUploadedFile("b.pdf", bad_files.plain_pdf())),
        certificate_number=first.certificate_number,
        name_on_certificate="Asha Rao",
        completed_on=TODAY,
        acting_user=first.officer.user,
        at=timezone.now(),
    )

    check_certificates()
    second.refresh_from_db()
    assert second.state == CertificateState.UNDER_REVIEW


def test_while_the_scanner_is_silent_a_file_waits_unopened_and_the_desk_is_told(
    client, settings, caplog
):
    settings.CLAMD_URL = "unix:///nowhere"
    clerk = make_user(Role.DEALING_HAND)
    sign_in(client, clerk)

    submission = checked()

    assert submission.state == CertificateState.CHECKING
    assert submission.problem == "The virus scanner does not answer."
    assert client.get(f"/me/certificates/{submission.pk}/file/").status_code == 404
    assert "1 certificate cannot be checked just now" in [task.name for task in staff_tasks(clerk)]
    assert AuditEntry.objects.filter(event="certificate.put_off").count() == 1
    assert "could not be checked" in caplog.text


def test_when_the_scanner_answers_again_the_file_is_checked(settings, monkeypatch, tmp_path):
    settings.CLAMD_URL = "unix:///nowhere"
    submission = checked()
    assert check_certificates() == 0  # not before a minute has passed
    later = timezone.now() + checking.PUT_OFF + timedelta(seconds=1)
    monkeypatch.setattr("enrollment.tasks.timezone.now", lambda: later)

    with scanners.stand_in(tmp_path / "again") as address:
        settings.CLAMD_URL = address
        check_certificates()

    submission.refresh_from_db()
    assert (submission.state, submission.problem) == (CertificateState.UNDER_REVIEW, "")


def test_what_is_too_large_for_the_scanner_is_refused(settings, tmp_path):
    limit = b"INSTREAM size limit exceeded. ERROR\0"
    with scanners.stand_in(tmp_path / "small", answer=limit) as address:
        settings.CLAMD_URL = address
        submission = checked()

    assert submission.state == CertificateState.REFUSED
    assert "too large for the virus scanner" in submission.reason


def test_a_file_that_left_the_store_is_put_off_not_passed():
    submission = sent()
    submission.file.storage.delete(submission.file.name)
    check_certificates()

    submission.refresh_from_db()
    assert submission.state == CertificateState.CHECKING
    assert submission.problem == "The file is not in the store."


# --- the checks ----------------------------------------------------------------------------------


def test_the_name_has_a_score_and_the_rule_that_it_was_held_against(rule):
    found = check(checked(name_on_certificate="Somebody Else"), "name")

    assert (found.passed, found.score, found.rule) == (False, 0, rule)


def test_a_later_rule_leaves_what_was_found_by_the_earlier(rule):
    submission = checked()
    CertificateRule.objects.filter(pk=rule.pk).update(effective_to=TODAY)
    make_certificate_rule(effective_from=TODAY + timedelta(days=1), least_name_score=100)

    assert check(submission, "name").rule == rule


def test_without_a_rule_nothing_is_held_against_anything(rule):
    rule.delete()
    submission = checked()

    assert check(submission, "name").passed is None
    assert check(submission, "look_alike").passed is None


@pytest.mark.parametrize("how", ["a few pixels", "JPEG", "smaller"])
def test_another_officers_file_in_disguise_is_flagged_and_not_refused(how):
    original = pictures.certificate()
    first = checked(content=pictures.saved(original), number="A1")

    second = checked(
        content=pictures.DISGUISES[how](original),
        name="b.jpg" if how == "JPEG" else "b.png",
        number="B2",
    )

    found = check(second, "look_alike")
    assert (found.passed, found.other) == (False, first)
    assert first.enrollment.number in found.detail
    assert second.state == CertificateState.UNDER_REVIEW


def test_another_certificate_of_the_same_provider_is_not_flagged():
    checked(content=pictures.saved(pictures.certificate("Asha Rao", number="1a")), number="A1")

    other = pictures.certificate("Vikram Singh", number="9f")
    second = checked(content=pictures.saved(other), number="B2")

    assert check(second, "look_alike").passed is True


def test_an_officers_own_earlier_file_is_no_look_alike():
    officer = make_officer()
    page = pictures.certificate()
    checked(content=pictures.saved(page), officer=officer, number="A1")

    second = checked(content=pictures.saved(pictures.edited(page)), officer=officer, number="A2")

    assert check(second, "look_alike").passed is True


# --- what the database keeps ---------------------------------------------------------------------


@pytest.mark.parametrize("state", ["uploaded", "checking", "under_review"])
def test_one_certificate_of_a_registration_is_under_way(state):
    first = make_certificate(state=state)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_certificate(enrollment=first.enrollment, state="under_review")


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("under_review", {"state": "refused"}),  # with its file
        ("under_review", {"file": ""}),
        ("under_review", {"state": "checking"}),  # never to be checked
    ],
)
def test_the_database_refuses_what_never_holds(state, change):
    submission = make_certificate(state=state)

    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateSubmission.objects.filter(pk=submission.pk).update(**change)


def test_a_score_is_of_a_hundred():
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateRule.objects.update(least_name_score=101)


def test_the_rules_are_loaded_once_and_edits_are_kept(rule):
    rule.delete()
    call_command("load_certificate_rules", stdout=io.StringIO())
    CertificateRule.objects.update(most_apart=20)
    call_command("load_certificate_rules", stdout=io.StringIO())

    assert CertificateRule.objects.get().most_apart == 20


# --- pages of the reviewer -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OFFICER, 404), (Role.PAYING_OFFICER, 404), (Role.DEALING_HAND, 200)],
)
def test_a_drawn_page_goes_to_those_who_decide(client, role, status):
    submission = checked()
    sign_in(client, make_user(role))

    answer = client.get(f"/me/certificates/{submission.pk}/pages/1/")

    assert answer.status_code == status
    if status == 200:
        assert answer["Content-Type"] == "image/jpeg"
        assert client.get(f"/me/certificates/{submission.pk}/pages/2/").status_code == 404
