"""Results and certificates on the desk: the buttons, the pages, and who finds which."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from accounts.roles import Role
from credits.models import CreditEntry
from enrollment.forms.results import ResultFileForm
from enrollment.models import CouponBatch, Result, ResultImport
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.credits import make_credit_entry
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_result
from tests.lib import bad_files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def roles():
    call_command("sync_roles", stdout=StringIO())


@pytest.fixture
def clerk(client):
    clerk = make_user(Role.DEALING_HAND)
    sign_in(client, clerk)
    return clerk


@pytest.fixture
def run():
    return make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=60),
    )


def test_results_are_brought_in_by_one_and_applied_by_another_who_types_the_totals(
    client, clerk, run
):
    enrollment = make_enrollment(run=run, username="asha", state="in_progress")
    file = SimpleUploadedFile("r.csv", b"username,grade,exam\nasha,72,passed\nx,9,failed\n")

    page = client.post(
        "/desk/enrollment/resultimport/add/", {"run": run.pk, "file": file}, follow=True
    )
    staged = ResultImport.objects.get()
    assert "No officer with this user name" in page.content.decode()
    change = f"/desk/enrollment/resultimport/{staged.pk}"
    aside = {"desk_confirmed": "1", "outcome": "unknown_officer", "reason": "Not one of ours."}
    client.post(f"{change}/step/aside/", aside)
    url = f"{change}/step/apply/"
    own = client.post(url, {"desk_confirmed": "1", "rows": "2", "passes": "1"})
    sign_in(client, make_user(Role.DEALING_HAND))
    wrong = client.post(url, {"desk_confirmed": "1", "rows": "2", "passes": "2"})
    more = client.post(url, {"desk_confirmed": "1", "rows": "2", "passes": "3"})
    assert not Result.objects.exists()
    right = client.post(url, {"desk_confirmed": "1", "rows": "2", "passes": "1"})

    assert own.status_code == 409
    assert "totals do not agree" in wrong.content.decode()
    assert "More cannot have passed" in more.content.decode()
    assert right.status_code == 302
    enrollment.refresh_from_db()
    assert enrollment.state == "completed"


def test_a_file_that_cannot_be_read_is_refused_on_the_form(client, clerk, run):
    file = SimpleUploadedFile("r.csv", b"name,grade\nasha,72\n")

    page = client.post("/desk/enrollment/resultimport/add/", {"run": run.pk, "file": file})

    assert "lacks the column: username, exam" in page.content.decode()


def test_a_file_larger_than_the_portal_reads_is_refused_at_the_field(
    client, clerk, run, monkeypatch
):
    monkeypatch.setattr(ResultFileForm.base_fields["file"], "most_bytes", 1_000_000)
    file = SimpleUploadedFile("r.csv", b"x" * 1_000_001)

    page = client.post("/desk/enrollment/resultimport/add/", {"run": run.pk, "file": file})

    assert "The file is larger than 1 MB. Split it." in page.content.decode()


def test_a_file_of_codes_of_many_megabytes_is_taken_in_for_the_task(client, clerk):
    row = f"CODE-%06d,31.12.2099,100,{'what else the provider writes':9900}\n"
    content = "code,valid until,price,note\n" + "".join(row % number for number in range(1_200))
    fields = {
        "course": make_course().pk,
        "letter_reference": "edX/1",
        "file": SimpleUploadedFile("c.csv", content.encode()),
    }

    client.post("/desk/enrollment/couponbatch/add/", fields)

    batch = CouponBatch.objects.get()
    assert (batch.state, batch.rows_total) == ("reading", 1_200)
    assert batch.size == len(content) > 11_000_000


def test_a_certificate_is_reviewed_beside_its_checks_and_verified(client, clerk):
    enrollment = make_enrollment(
        course=make_course(mode="self_paced", certification="modules"), state="in_progress"
    )
    submission = make_certificate(
        enrollment=enrollment,
        state="under_review",
        content=bad_files.picture("PNG"),
        content_type="image/png",
        file_name="zertifikat.png",
    )
    submission.checks.create(
        check_code="name", passed=False, detail="B. Rao / Asha Rao", at=timezone.now()
    )
    change = f"/desk/enrollment/certificatesubmission/{submission.pk}/"

    page = client.get(f"{change}change/").content.decode()
    listed = client.get("/desk/enrollment/certificatesubmission/").content.decode()
    client.post(f"{change}step/verify/", {"desk_confirmed": "1"})

    assert f'src="/me/certificates/{submission.pk}/file/"' in page
    assert "B. Rao / Asha Rao" in page
    assert "Name agrees with the service record" in listed
    submission.refresh_from_db()
    assert (submission.state, submission.reviewed_by) == ("verified", clerk)
    assert CreditEntry.objects.get().points == 10


def test_a_certificate_is_returned_with_a_reason_and_not_without(client, clerk):
    submission = make_certificate(state="under_review")
    url = f"/desk/enrollment/certificatesubmission/{submission.pk}/step/return/"

    without = client.post(url, {"desk_confirmed": "1", "reason": " "})
    client.post(url, {"desk_confirmed": "1", "reason": "Not legible."})

    assert without.status_code == 200
    submission.refresh_from_db()
    assert (submission.state, submission.reason) == ("returned", "Not legible.")


def test_a_line_of_the_ledger_is_reversed_but_neither_changed_nor_deleted(client, clerk):
    line = make_credit_entry()
    url = f"/desk/credits/creditentry/{line.pk}/"

    client.post(f"{url}step/reverse/", {"desk_confirmed": "1", "reason": "Annulled."})

    assert CreditEntry.objects.of(line.officer).balance() == 0
    assert client.post(f"{url}change/", {"points": "1000"}).status_code == 403
    assert client.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert client.get("/desk/credits/creditentry/add/").status_code == 403


@pytest.mark.parametrize("name", ["certificatesubmission", "result", "resultimport"])
def test_lists_take_as_many_queries_for_many_rows_as_for_few(
    client, clerk, name, django_assert_max_num_queries
):
    for _number in range(8):
        make_certificate(state="under_review")
        make_result()

    with django_assert_max_num_queries(15):
        assert client.get(f"/desk/enrollment/{name}/").status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.AUDITOR, 200), (Role.PAYING_OFFICER, 403), (Role.CIRCULAR_APPROVER, 403)],
)
def test_the_auditor_reads_and_other_desks_do_not(client, role, status):
    make_result()
    sign_in(client, make_user(role))

    for path in ("enrollment/resultimport/", "enrollment/result/", "credits/creditentry/"):
        assert client.get(f"/desk/{path}").status_code == status


def test_the_auditor_takes_no_step_and_brings_in_nothing(client, run):
    submission = make_certificate(state="under_review")
    sign_in(client, make_user(Role.AUDITOR))

    step = client.post(
        f"/desk/enrollment/certificatesubmission/{submission.pk}/step/verify/",
        {"desk_confirmed": "1"},
    )

    assert step.status_code == 409
    assert client.get("/desk/enrollment/resultimport/add/").status_code == 403
    submission.refresh_from_db()
    assert submission.state == "under_review"
