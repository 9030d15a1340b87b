"""A certificate: in pieces past a closed browser and a full disk; returned, corrected, verified."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.roles import Role
from credits.models import CreditEntry
from enrollment.models import CertificateUpload, Enrollment
from enrollment.states import CertificateState, EnrollmentState
from igot.lib import pieces
from igot.lib.dates import dmy
from tests.conftest import IN_CI
from tests.factories.accounts import make_user
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate_rule, make_result
from tests.journeys.people import offered, open_row, open_task, picture, take_step
from tests.lib import bad_files

PIECE = 256 * 1024


@pytest.fixture
def completed() -> Enrollment:
    """Make a registration of which the certificate alone is wanted."""
    make_certificate_rule()
    run = make_run(
        course=make_course(programme=make_programme()), commences_on=timezone.localdate()
    )
    enrollment = make_enrollment(state=EnrollmentState.COMPLETED, run=run)
    make_result(enrollment=enrollment)
    return enrollment


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Write a PDF of some 900 KB, four pieces."""
    path = tmp_path / "certificate.pdf"
    path.write_bytes(bad_files.plain_pdf(pages=20, compress=False, text="x" * 45_000))
    return path


@pytest.fixture
def little_room(tmp_path: Path, settings: Any) -> Iterator[Callable[[], None]]:
    """Keep private files where two pieces find room and no third; what it returns makes room."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)

    try:
        run("mount", "-t", "tmpfs", "-o", "size=640k,mode=0700", "tmpfs", str(folder))
    except (subprocess.CalledProcessError, FileNotFoundError) as fault:
        if IN_CI:
            pytest.fail(f"no small disk can be mounted: {fault}")
        pytest.skip("a small disk can only be mounted as root")
    settings.MEDIA_ROOT = str(folder)
    yield lambda: run("mount", "-o", "remount,size=16m", str(folder))
    run("umount", "--lazy", str(folder))


def form_of(page: Page, enrollment: Enrollment) -> Page:
    site = page.url.rstrip("/")
    page.goto(f"{site}/me/registrations/{enrollment.pk}/certificate/")
    return page


def fill_in(page: Page, number: str = "EDX-1") -> None:
    page.get_by_label("Number of the certificate").fill(number)
    page.get_by_label("Date of completion").fill(dmy(timezone.localdate()))


def test_a_file_half_sent_goes_on_from_there_in_another_browser(
    enter: Any, completed: Enrollment, certificate: Path
) -> None:
    officer = completed.officer.log_in

    def two_pieces_alone(route: Route) -> None:
        is_early = int(route.request.headers["upload-offset"]) < 2 * PIECE
        route.continue_() if is_early else route.abort("connectionreset")

    page = form_of(enter(officer), completed)
    page.route("**/me/certificates/pieces/**", two_pieces_alone)
    page.locator("input[type=file]").set_input_files(certificate)
    page.get_by_text("The connection was lost.").wait_for()
    progress = page.get_by_role("progressbar", name="How much of the file has arrived")
    assert progress.evaluate("bar => [bar.value, bar.max]") == [
        2 * PIECE,
        certificate.stat().st_size,
    ]
    page.context.close()

    page = form_of(enter(officer), completed)
    expect(page.get_by_role("main")).to_contain_text("Choose the same file again to go on.")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.headers.get("upload-offset", "")))
    page.locator("input[type=file]").set_input_files(certificate)
    expect(page.get_by_text("The file “certificate.pdf” has arrived.")).to_be_visible()
    fill_in(page)
    page.get_by_role("button", name="Send certificate").click()
    expect(page.get_by_text("has been sent in for review")).to_be_visible()

    assert [offset for offset in sent if offset] == [str(2 * PIECE), str(3 * PIECE)]
    kept = completed.certificates.get()
    assert kept.file.read() == certificate.read_bytes()
    assert not CertificateUpload.objects.exists()


def test_a_disk_that_is_full_during_a_piece_is_said_and_the_file_goes_on_later(
    little_room: Callable[[], None], enter: Any, completed: Enrollment, certificate: Path
) -> None:
    page = form_of(enter(completed.officer.log_in), completed)

    page.locator("input[type=file]").set_input_files(certificate)
    expect(page.get_by_text("The portal has no room for files just now.")).to_be_visible()
    page.wait_for_load_state("networkidle")

    upload = CertificateUpload.objects.get()
    assert upload.received == 2 * PIECE
    assert pieces.path_of(upload.pk).stat().st_size == 2 * PIECE
    assert not completed.certificates.exists()

    little_room()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("The file “certificate.pdf” has arrived.")).to_be_visible()
    fill_in(page)
    page.get_by_role("button", name="Send certificate").click()
    expect(page.get_by_text("has been sent in for review")).to_be_visible()
    assert completed.certificates.get().file.read() == certificate.read_bytes()


def test_a_certificate_is_returned_at_its_fields_sent_again_verified_and_credited(
    enter: Any, completed: Enrollment
) -> None:
    mine = form_of(enter(completed.officer.log_in), completed)
    mine.locator("input[type=file]").set_input_files(picture("first.png", "#fdfcf7"))
    fill_in(mine, "EDX-OLD")
    mine.get_by_role("button", name="Send certificate").click()
    expect(mine.get_by_text("has been sent in for review")).to_be_visible()

    desk = enter(make_user(Role.DEALING_HAND))
    open_task(desk, "certificate to verify")
    open_row(desk, "EDX-OLD")
    drawn = desk.get_by_role("region", name="The document").get_by_role("img")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("img => img.complete && img.naturalWidth") > 0
    expect(desk.get_by_role("region", name="Checks").get_by_role("listitem").first).to_be_visible()
    left, right = drawn.bounding_box(), desk.get_by_role("region", name="Checks").bounding_box()
    assert left and right and left["x"] + left["width"] <= right["x"]
    take_step(
        desk,
        "Return",
        Reason="Please look at the number once more.",
        **{"About the number": "It is the last part of the address."},
    )

    open_task(mine, "Upload your certificate again")
    mine.get_by_role("main").get_by_role("link", name="Send again").click()
    expect(mine.get_by_label("Number of the certificate")).to_have_value("EDX-OLD")
    expect(mine.get_by_role("main")).to_contain_text("It is the last part of the address.")
    mine.locator("input[type=file]").set_input_files(picture("second.png", "#eeeeee"))
    fill_in(mine, "EDX-NEW")
    mine.get_by_role("button", name="Send certificate").click()
    expect(mine.get_by_text("has been sent in for review")).to_be_visible()

    open_task(desk, "certificate to verify")
    open_row(desk, "EDX-NEW")
    before = desk.get_by_role("region", name="Sent in before")
    expect(before.get_by_role("deletion").first).to_have_text("EDX-OLD")
    expect(before.get_by_role("insertion").first).to_have_text("EDX-NEW")
    take_step(desk, "Verify")

    mine.goto(mine.url.partition("/me/")[0] + "/me/points/")
    expect(mine.get_by_role("row").filter(has_text=str(completed.course))).to_contain_text("+10")
    states = set(completed.certificates.values_list("state", flat=True))
    assert states == {CertificateState.SUPERSEDED, CertificateState.VERIFIED}
    assert CreditEntry.objects.get().points == 10
    expect(offered(desk, "Verify")).to_have_count(0)
