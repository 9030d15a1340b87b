"""A certificate goes up in pieces: seen, paused, through a lost line, and past a closed browser."""

import pytest
from django.utils import timezone

from enrollment.models import CertificateUpload
from tests.factories.courses import make_course
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate_rule
from tests.lib import bad_files

PIECE = 256 * 1024


@pytest.fixture
def enrollment(transactional_db):
    make_certificate_rule()
    course = make_course(mode="self_paced", certification="modules")
    return make_enrollment(course=course, state="in_progress")


@pytest.fixture
def certificate(tmp_path):
    """Write a PDF of some 900 KB, four pieces, into a file."""
    path = tmp_path / "certificate.pdf"
    path.write_bytes(bad_files.plain_pdf(pages=20, compress=False, text="x" * 45_000))
    return path


@pytest.fixture
def form(page, live_server, login, enrollment):
    login(enrollment.officer.user)
    page.goto(f"{live_server.url}/me/registrations/{enrollment.pk}/certificate/")
    return page


def fill_in(page):
    page.get_by_label("Number of the certificate").fill("EDX-1")
    page.get_by_label("Date of completion").fill(f"{timezone.localdate():%d.%m.%Y}")


def test_a_file_is_sent_while_the_rest_is_filled_in(form, enrollment, certificate):
    form.get_by_label("Certificate", exact=False).first.set_input_files(certificate)
    form.get_by_text("The file “certificate.pdf” has arrived.").wait_for()
    fill_in(form)

    form.get_by_role("button", name="Send certificate").click()
    form.get_by_text("has been sent in for review").wait_for()

    assert enrollment.certificates.get().size == certificate.stat().st_size
    assert not CertificateUpload.objects.exists()


def test_pressing_the_button_early_waits_for_the_file(form, enrollment, certificate):
    fill_in(form)
    form.locator("input[type=file]").set_input_files(certificate)
    form.get_by_role("button", name="Send certificate").click()

    form.get_by_text("has been sent in for review").wait_for()

    assert enrollment.certificates.get().size == certificate.stat().st_size


def test_a_lost_line_is_waited_out(form, certificate):
    lost = []

    def lose(route):
        if len(lost) < 2:
            lost.append(route)
            route.abort("connectionreset")
        else:
            route.continue_()

    form.route("**/me/certificates/pieces/**", lose)
    form.locator("input[type=file]").set_input_files(certificate)
    form.get_by_text("The connection was lost.").wait_for()

    form.get_by_text("has arrived.").wait_for(timeout=20_000)

    assert len(lost) == 2


def test_after_the_browser_was_closed_the_same_file_goes_on(form, live_server, certificate):
    sent = []

    def stop_after_two(route):
        sent.append(route.request.headers["upload-offset"])
        route.continue_() if len(sent) <= 2 else route.abort()

    form.route("**/me/certificates/pieces/**", stop_after_two)
    form.locator("input[type=file]").set_input_files(certificate)
    form.get_by_text("The connection was lost.").wait_for()
    url, context = form.url, form.context
    form.close()

    again = context.new_page()
    offsets = []
    again.on("request", lambda asked: offsets.append(asked.headers.get("upload-offset")))
    again.goto(url)
    assert "Choose the same file again" in again.content()
    again.locator("input[type=file]").set_input_files(certificate)
    again.get_by_text("The file “certificate.pdf” has arrived.").wait_for()

    assert [o for o in offsets if o][0] == str(2 * PIECE)


def test_a_refused_file_is_said_at_once(form, tmp_path):
    path = tmp_path / "certificate.gif"
    path.write_bytes(b"GIF89a")

    form.locator("input[type=file]").set_input_files(path)

    form.get_by_text("Send a file of one of these kinds").wait_for()


def test_a_pause_ends_by_the_same_button(form, certificate):
    form.route(
        "**/me/certificates/pieces/**",
        lambda route: (form.wait_for_timeout(150), route.continue_()),
    )
    form.locator("input[type=file]").set_input_files(certificate)
    form.get_by_role("button", name="Pause").click()
    form.get_by_role("button", name="Resume").wait_for()

    form.get_by_role("button", name="Resume").click()

    form.get_by_text("has arrived.").wait_for()


def test_the_form_has_no_barrier(form, axe, certificate):
    form.locator("input[type=file]").set_input_files(certificate)
    form.get_by_text("has arrived.").wait_for()

    axe()
