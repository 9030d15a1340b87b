"""By keyboard alone: the skip link first, then the menu; and a registration from end to end."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from enrollment.models import Enrollment
from enrollment.states import EnrollmentState
from tests.factories.accounts import make_officer
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets


def test_the_tab_key_reaches_the_skip_link_first_and_then_the_menu(
    page: Page, live_server: Any
) -> None:
    page.goto(live_server.url)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    menu = page.get_by_role("navigation", name="Main")
    for name in ("Courses", "Am I eligible?", "Circulars", "Help"):
        tab_to(page, menu.get_by_role("link", name=name))

    page.goto(live_server.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_registration_is_submitted_by_keyboard_alone(
    page: Page, live_server: Any, login: Any
) -> None:
    load_rule_sets()
    make_run(course=make_course(code="poverty"))
    login(make_officer().user)
    page.goto(f"{live_server.url}/courses/poverty/")

    press(page, page.get_by_role("link", name="Register", exact=True))
    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Continue"))
    press(page, page.get_by_role("button", name="Details are right"))
    tab_to(page, page.get_by_label("edX user name"))
    page.keyboard.type("asha_rao")
    tab_to(page, page.get_by_label("MicroMasters user name"))
    page.keyboard.type("asha_rao")
    press(page, page.get_by_role("button", name="Continue"))
    tab_to(page, page.get_by_label("I have read this and declare it"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Continue"))
    press(page, page.get_by_role("button", name="Submit registration"))

    expect(page.get_by_text("Your registration is submitted")).to_be_visible()
    assert Enrollment.objects.get().state == EnrollmentState.SUBMITTED


def press(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Press Tab until `wanted` has the focus, which must then be seen."""
    wanted.wait_for()
    for _press in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate("element => element.matches(':focus-visible')")
            return
    raise AssertionError(f"{most} presses of Tab do not reach {wanted}")
