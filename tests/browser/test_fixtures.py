"""The fixtures of the browser tests: the browser shows the portal, and axe finds faults."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.roles import Role
from tests.factories.accounts import make_officer, make_user


def test_axe_reports_what_it_should(live_server: Any, page: Page, axe: Callable[[], None]) -> None:
    page.goto(f"{live_server.url}/")
    page.evaluate(
        """() => document.querySelector("main").insertAdjacentHTML(
            "beforeend", '<img src="/static/missing.png"><input type="text">'
        )"""
    )

    with pytest.raises(AssertionError) as found:
        axe()

    assert "image-alt" in str(found.value)
    assert "label" in str(found.value)


def test_login_gives_the_browser_the_session_of_an_officer(
    live_server: Any, page: Page, login: Callable[..., None]
) -> None:
    officer = make_officer(name="Meera Nair")
    login(officer.user)

    page.goto(f"{live_server.url}/accounts/email/")

    assert page.url == f"{live_server.url}/accounts/email/"


def test_login_of_staff_includes_the_second_factor(
    live_server: Any, page: Page, login: Callable[..., None]
) -> None:
    login(make_user(Role.DEALING_HAND))

    page.goto(f"{live_server.url}/desk/")

    assert page.url == f"{live_server.url}/desk/"


def test_pages_load_nothing_from_another_host_and_break_no_policy(
    live_server: Any, page: Page
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))

    for path in ("/", "/accounts/login/", "/accounts/signup/"):
        page.goto(f"{live_server.url}{path}")

    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
    assert complaints == []
