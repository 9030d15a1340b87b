"""The desk's page of a certificate: the document on one side, what is known on the other."""

from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from accounts.roles import Role
from enrollment.actions.certificates import return_certificate
from enrollment.models import CertificateCheck, CertificatePage
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_course
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_certificate_rule
from tests.lib import bad_files

pytestmark = pytest.mark.django_db
AT = timezone.now()


@pytest.fixture(autouse=True)
def roles(db):
    call_command("sync_roles", stdout=StringIO())


@pytest.fixture
def desk(client):
    sign_in(client, make_user(Role.DEALING_HAND))
    return client


def waiting(**fields):
    fields.setdefault("state", "under_review")
    return make_certificate(**fields)


def drawn(submission):
    page = CertificatePage(submission=submission, number=1, width=800, height=600)
    page.image.save("p.jpg", ContentFile(bad_files.picture()), save=False)
    page.save()
    return submission


def page_of(client, submission):
    url = f"/desk/enrollment/certificatesubmission/{submission.pk}/change/"
    return client.get(url).content.decode()


def test_the_reviewer_sees_the_drawn_page_and_never_the_pdf_itself(desk):
    submission = drawn(waiting())

    page = page_of(desk, submission)

    assert f'src="/me/certificates/{submission.pk}/pages/1/"' in page
    assert f'src="/me/certificates/{submission.pk}/file/"' not in page
    assert f'href="/me/certificates/{submission.pk}/file/" download' in page


def test_checks_stand_with_score_rule_and_the_other_certificate(desk):
    rule, other, submission = make_certificate_rule(), make_certificate(), waiting()
    rows = (
        ("name", False, 42, "A / B", None),
        ("virus", None, None, "No scanner is configured.", None),
        ("look_alike", False, None, "Differs in 3 of 32,768 points", other),
    )
    for code, passed, score, detail, alike in rows:
        CertificateCheck.objects.create(
            submission=submission,
            check_code=code,
            passed=passed,
            score=score,
            rule=rule if score else None,
            detail=detail,
            other=alike,
            at=AT,
        )

    page = page_of(desk, submission)

    assert "42 of 100, at least 80 wanted" in page
    assert "Not made" in page and "No scanner is configured." in page
    assert f"/desk/enrollment/certificatesubmission/{other.pk}/change/" in page


def test_what_was_sent_before_is_shown_with_its_differences(desk):
    enrollment = make_enrollment(state="completed")
    clerk = make_user(Role.DEALING_HAND)
    first = waiting(enrollment=enrollment, certificate_number="OLD-1")
    return_certificate(submission_id=first.pk, reason="Not legible.", acting_user=clerk, at=AT)
    second = waiting(enrollment=enrollment, certificate_number="NEW-2")

    page = page_of(desk, second)

    assert "Not legible." in page
    assert "<del>OLD-1</del>" in page and "<ins>NEW-2</ins>" in page


def test_the_queue_leads_on_from_the_oldest_to_the_latest(desk):
    first, second, third = (waiting() for _number in range(3))

    page = page_of(desk, second)

    assert f'rel="prev" href="/desk/enrollment/certificatesubmission/{first.pk}/change/"' in page
    assert f'rel="next" href="/desk/enrollment/certificatesubmission/{third.pk}/change/"' in page


def test_while_it_is_checked_neither_page_nor_file_is_offered(desk):
    submission = waiting(state="checking", problem="The virus scanner does not answer.")

    page = page_of(desk, submission)

    assert "The virus scanner does not answer." in page
    assert "Download the file" not in page


def test_a_record_asks_few_questions_however_much_stands_on_it(desk, django_assert_max_num_queries):
    enrollment = make_enrollment(state="completed")
    for _number in range(4):
        make_certificate(enrollment=enrollment, state="rejected")
    submission = drawn(waiting(enrollment=enrollment))
    page_of(desk, submission)

    with django_assert_max_num_queries(20):
        page_of(desk, submission)


def test_reasons_at_fields_reach_the_officers_form_and_what_was_typed_is_kept(client):
    course = make_course(mode="self_paced", certification="modules")
    enrollment = make_enrollment(course=course, state="in_progress")
    submission = waiting(enrollment=enrollment, certificate_number="EDX-77")
    sign_in(client, make_user(Role.DEALING_HAND))
    url = f"/desk/enrollment/certificatesubmission/{submission.pk}/step/return/"
    client.post(url, {"desk_confirmed": "1", "certificate_number": "The last digit is missing."})

    sign_in(client, enrollment.officer.user)
    page = client.get(f"/me/registrations/{enrollment.pk}/certificate/").content.decode()

    submission.refresh_from_db()
    assert submission.field_reasons == {"certificate_number": "The last digit is missing."}
    assert "Please correct: The last digit is missing." in page
    assert 'value="EDX-77"' in page


def test_a_return_without_any_reason_is_not_taken(desk):
    submission = waiting()
    url = f"/desk/enrollment/certificatesubmission/{submission.pk}/step/return/"

    page = desk.post(url, {"desk_confirmed": "1"}).content.decode()

    assert "Say what is to be corrected." in page
    submission.refresh_from_db()
    assert submission.state == "under_review"
