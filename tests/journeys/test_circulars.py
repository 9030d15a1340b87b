"""The author and the approver of a circular: two persons, then anybody reads it."""

from typing import Any

from playwright.sync_api import Page, expect

from circulars.states import CircularState
from tests.factories.circulars import make_approver, make_author, make_circular
from tests.journeys.people import offered, open_row, open_task, papers, take_step


def test_a_circular_goes_from_its_author_to_the_approver_and_to_everybody(
    page: Page, live_server: Any, login: Any, axe: Any
) -> None:
    author, approver = make_author(name="Nalini Das"), make_approver(name="Gopal Krishnan")
    circular = make_circular(author=author, subject="Calendar of batches")
    login(author)
    page.goto(live_server.url)
    open_task(page, "draft of yours")
    open_row(page, "Calendar of batches")
    assert papers(page, "Preview as PDF").startswith(b"%PDF-")
    expect(offered(page, "Approve")).to_have_count(0)
    take_step(page, "Submit for approval")
    expect(offered(page, "Approve")).to_have_count(0)

    login(approver)
    page.goto(live_server.url)
    open_task(page, "circular to approve or issue")
    open_row(page, "Calendar of batches")
    take_step(page, "Approve")
    take_step(page, "Issue")

    page.context.clear_cookies()
    page.goto(live_server.url)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Circulars").click()
    axe()
    page.get_by_role("main").get_by_role("link", name="Calendar of batches").click()
    expect(page.get_by_text("The next batch begins in September.")).to_be_visible()
    axe()
    assert papers(page, "PDF").startswith(b"%PDF-")
    circular.refresh_from_db()
    assert circular.state == CircularState.ISSUED
    assert circular.approver == approver


def test_a_paper_sent_back_is_open_to_its_author_again(
    page: Page, live_server: Any, login: Any
) -> None:
    author = make_author()
    circular = make_circular(author=author, state=CircularState.SUBMITTED)
    login(make_approver())
    page.goto(f"{live_server.url}/desk/circulars/circular/{circular.pk}/change/")
    take_step(page, "Return to the author", Reason="Name the closing day.")

    login(author)
    page.goto(f"{live_server.url}/desk/circulars/circular/{circular.pk}/change/")

    expect(page.get_by_text("Name the closing day.").first).to_be_visible()
    expect(offered(page, "Submit for approval")).to_be_visible()
