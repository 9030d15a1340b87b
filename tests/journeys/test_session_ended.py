"""The session ends while somebody writes: what was typed is there after the sign-in."""

from importlib import import_module
from typing import Any

from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.roles import Role
from enrollment.states import EnrollmentState
from tests.factories.accounts import PASSWORD, make_officer, make_user
from tests.factories.enrollment import make_enrollment
from tests.journeys.people import Person, bring, offered, present_code

REASON = "The user name on edX is not known to the provider."


def let_the_session_end(page: Page) -> None:
    """Age the session of a browser by a day."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    store = import_module(settings.SESSION_ENGINE).SessionStore(cookies["sessionid"])
    store["seen_at"] -= 24 * 3600
    store.save()


def sign_in_there(person: Person, *, code: str = "") -> None:
    page = person.page
    expect(page.get_by_text("What you typed is kept for half an hour")).to_be_visible()
    page.get_by_label("Email*").fill(person.user.email)
    page.get_by_label("Password*").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    if code:
        page.get_by_label("code").fill(code)
        page.get_by_role("button", name="Continue").click()


def test_what_an_officer_wrote_is_sent_after_signing_in_again(
    new_context: Any, live_server: Any
) -> None:
    officer = make_officer()
    enrollment = make_enrollment(state=EnrollmentState.SUBMITTED, officer=officer)
    person = bring(new_context, officer.log_in).sign_in(live_server.url)
    page = person.page
    page.goto(f"{live_server.url}/me/registrations/{enrollment.pk}/withdraw/")
    page.get_by_label("Reason").fill("I am posted to the border.\nUntil the spring.")

    let_the_session_end(page)
    page.get_by_role("main").get_by_role("button", name="Withdraw").click()
    sign_in_there(person)
    expect(page.get_by_role("heading", name="What you typed is kept")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Until the spring.")
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("main")).to_contain_text("Withdrawn")

    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.WITHDRAWN
    assert enrollment.reason.split() == "I am posted to the border. Until the spring.".split()


def test_a_step_of_the_desk_waits_for_the_second_factor_and_is_then_taken(
    new_context: Any, live_server: Any
) -> None:
    enrollment = make_enrollment(state=EnrollmentState.SUBMITTED)
    person = bring(new_context, make_user(Role.DEALING_HAND)).sign_in(live_server.url)
    page = person.page
    page.goto(f"{live_server.url}/desk/enrollment/enrollment/{enrollment.pk}/change/")
    offered(page, "Return").click()
    page.get_by_label("Reason").fill(REASON)

    let_the_session_end(page)
    page.get_by_role("button", name="Return").click()
    sign_in_there(person, code=present_code(person.secret, ahead=1))
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("region", name="What was done")).to_contain_text(REASON)

    enrollment.refresh_from_db()
    assert enrollment.state == EnrollmentState.RETURNED
