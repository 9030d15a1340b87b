"""Public pages in Chromium: no accessibility fault, no sideways scroll, keyboard, no noise."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from accounts.roles import Role
from tests.factories.accounts import make_user

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

PAGES = [
    "/",
    "/about/",
    "/help/",
    "/contact/",
    "/feedback/",
    "/search/?q=policy",
    "/search/",
    "/sitemap/",
    "/accessibility/",
    "/screen-reader-access/",
    "/related-links/",
    "/website-policies/",
    "/website-policies/privacy/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/login/code/",
    "/nothing/here/",
]
IS_TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def choose(page: "Page", live_server: "LiveServer", language: str) -> None:
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_accessibility_fault(
    page: "Page", live_server: "LiveServer", axe: Callable[[], None], path: str, language: str
) -> None:
    choose(page, live_server, language)

    page.goto(live_server.url + path)

    axe()


@pytest.mark.parametrize("size", ["normal", "larger"])
@pytest.mark.parametrize("language", ["en", "hi"])
def test_no_page_scrolls_sideways_at_320_pixels(
    page: "Page", live_server: "LiveServer", language: str, size: str
) -> None:
    choose(page, live_server, language)
    page.context.add_cookies(
        [{"name": "igot_view", "value": f"{size}.normal", "url": live_server.url}]
    )
    page.set_viewport_size({"width": 320, "height": 640})

    too_wide = []
    for path in PAGES:
        page.goto(live_server.url + path)
        if page.evaluate(IS_TOO_WIDE):
            too_wide.append(path)

    assert too_wide == []


def test_high_contrast_has_no_accessibility_fault(
    page: "Page", live_server: "LiveServer", axe: Callable[[], None]
) -> None:
    page.goto(live_server.url + "/")
    page.get_by_role("button", name="High contrast").click()

    axe()
    assert page.locator("html").get_attribute("data-contrast") == "high"


def test_pages_make_no_noise_and_ask_no_other_host(page: "Page", live_server: "LiveServer") -> None:
    noise: list[str] = []
    strangers: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on(
        "request",
        lambda request: (
            strangers.append(request.url)
            if not request.url.startswith((live_server.url, "data:"))
            else None
        ),
    )

    for path in PAGES[:-1]:
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")

    assert noise == []
    assert strangers == []


def test_first_tab_stop_skips_to_the_content(page: "Page", live_server: "LiveServer") -> None:
    page.goto(live_server.url + "/about/")

    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")

    assert first == "#main"
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_tab_stop_shows_where_it_is(page: "Page", live_server: "LiveServer") -> None:
    page.goto(live_server.url + "/")

    bare = []
    for _stop in range(40):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => {
                const element = document.activeElement;
                if (!element || element === document.body) return null;
                const style = getComputedStyle(element);
                return [element.outerHTML.slice(0, 80), style.outlineStyle, style.outlineWidth];
            }"""
        )
        if shown and (shown[1] == "none" or float(shown[2].removesuffix("px")) < 2):
            bare.append(shown)

    assert bare == []


def test_language_switch_works_from_the_keyboard(page: "Page", live_server: "LiveServer") -> None:
    page.goto(live_server.url + "/about/")

    page.get_by_role("button", name="हिन्दी").focus()
    page.keyboard.press("Enter")
    page.locator("html[lang=hi-IN]").wait_for()

    assert page.url == live_server.url + "/about/"


def test_errors_of_a_form_are_focused_first(page: "Page", live_server: "LiveServer") -> None:
    page.goto(live_server.url + "/feedback/")

    page.get_by_role("button", name="Send message").click()

    assert page.evaluate("document.activeElement.className") == "error-summary"


def test_everything_works_without_script(browser: object, live_server: "LiveServer") -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-IN")  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(live_server.url + "/feedback/")

    page.get_by_role("button", name="A+").click()
    page.get_by_label("What is it about?").select_option("courses")
    page.get_by_label("Your message").fill("Works without script?")
    page.get_by_label("Your e-mail address").fill("meera@example.gov.in")
    page.get_by_role("button", name="Send message").click()

    assert page.locator("h1").inner_text() == "Your message has arrived"
    assert page.locator("html").get_attribute("data-size") == "large"
    context.close()


@pytest.mark.parametrize(
    "path",
    ["/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/email/", "/accounts/sessions/"],
)
def test_page_of_ones_own_security_has_no_fault_and_no_sideways_scroll(
    page: "Page",
    live_server: "LiveServer",
    login: Callable[..., None],
    axe: Callable[[], None],
    path: str,
) -> None:
    login(make_user(Role.OFFICER, email="meera@example.gov.in"))
    page.set_viewport_size({"width": 320, "height": 640})

    page.goto(live_server.url + path)

    axe()
    assert not page.evaluate(IS_TOO_WIDE)


def test_account_menu_opens_and_closes_by_keyboard(
    page: "Page", live_server: "LiveServer", login: Callable[..., None]
) -> None:
    login(make_user(Role.OFFICER, email="meera@example.gov.in"))
    page.goto(live_server.url + "/about/")
    menu = page.locator(".account-menu")

    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    opened = menu.get_attribute("open")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    assert opened is not None
    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
