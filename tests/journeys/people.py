"""The people of the journeys: each with a browser of their own, signing in by hand."""

import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from PIL import Image
from playwright.sync_api import Locator, Page, TimeoutError, expect

from accounts.models import User
from tests.factories.accounts import PASSWORD, enrol_second_factor

PATIENCE = 30_000  # milliseconds; the machine may be busy
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Person:
    """Somebody at a browser."""

    page: Page
    user: User
    secret: str = ""

    def sign_in(self, site: str) -> "Person":
        """Sign in from the home page, with the second factor where one is enrolled."""
        page = self.page
        page.goto(site)
        page.get_by_role("link", name="Sign in", exact=True).first.click()
        page.get_by_label("Email*").fill(self.user.email)
        page.get_by_label("Password*").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        if self.secret:
            page.get_by_label(re.compile("code", re.IGNORECASE)).fill(present_code(self.secret))
            page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("link", name="My work").first).to_be_visible()
        return self

    def task(self, words: str) -> Page:
        """Open what awaits one, from “My work”."""
        open_task(self.page, words)
        return self.page


def bring(new_context: Callable[[], Any], user: User) -> Person:
    """Give `user` a password, the second factor that the role needs, and a browser."""
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    secret = enrol_second_factor(user) if user.needs_second_factor else ""
    return Person(new_page(new_context), user, secret)


def open_task(page: Page, words: str) -> None:
    """Open what awaits whoever is signed in, from “My work”."""
    page.get_by_role("link", name="My work").first.click()
    page.get_by_role("main").get_by_role("link", name=re.compile(words)).first.click()


def open_row(page: Page, words: str) -> None:
    """Open the first record of a list of the desk whose link has `words`."""
    page.locator("#result_list").get_by_role("link", name=words).first.click()


def new_page(new_context: Callable[[], Any]) -> Page:
    page: Page = new_context().new_page()
    page.set_default_timeout(PATIENCE)
    return page


def present_code(secret: str, *, ahead: int = 0) -> str:
    """Return what the app on the telephone shows now, or next: no code is taken twice."""
    counter = list(yield_hotp_counters_from_time())[1 + ahead]
    return format_hotp_value(hotp_value(secret, counter))


def wait_on_page(page: Page, wanted: Locator, seconds: float = 60) -> None:
    """Reload the page until `wanted` stands on it: somebody else's work brings it about."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            wanted.wait_for(timeout=1_000)
        except TimeoutError:
            page.reload()
        else:
            return
    expect(wanted).to_be_visible()


def take_step(page: Page, label: str, **fields: str) -> None:
    """Press a step's button on a record of the desk, fill in its form by label, confirm it."""
    offered(page, label).click()
    for name, value in fields.items():
        page.get_by_label(name).fill(value)
    page.get_by_role("button", name=re.compile(f"^{label}")).click()
    expect(page.get_by_text(re.compile("^Done: "))).to_be_visible()


def offered(page: Page, label: str) -> Locator:
    """Return the button of a step, by its first words, on a record of the desk."""
    steps = page.get_by_role("navigation", name="Steps open to you")
    return steps.get_by_role("link", name=re.compile(f"^{label}"))


def papers(page: Page, name: str) -> bytes:
    """Fetch the file behind the link `name`, with the session of the page."""
    link = page.get_by_role("link", name=re.compile(name)).first
    href = link.get_attribute("href") or ""
    answer = page.request.get(page.evaluate("href => new URL(href, location).href", href))
    assert answer.ok, f"{href}: {answer.status}"
    return answer.body()


def csv_file(name: str, text: str) -> Any:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def picture(name: str, colour: str) -> Any:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(file, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}
