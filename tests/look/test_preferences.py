"""Text size and contrast: an essential cookie, set by POST, on every page, never a way out."""

import pytest
from django.test import Client

from igot.lib import preferences
from igot.lib.preferences import View
from tests.look.html import Page

pytestmark = pytest.mark.django_db
URL = "/preferences/"


def test_larger_text_is_remembered_on_every_page(client: Client) -> None:
    client.post(URL, {"size": "larger", "next": "/help/"})

    page = Page(client.get("/about/").content.decode())

    assert page.one("html").attrs["data-size"] == "large"


def test_contrast_can_be_switched_on_and_off(client: Client) -> None:
    client.post(URL, {"contrast": "high"})
    on = Page(client.get("/").content.decode())
    client.post(URL, {"contrast": on.one("button", name="contrast").attrs["value"]})
    off = Page(client.get("/").content.decode())

    assert on.one("html").attrs["data-contrast"] == "high"
    assert on.one("button", name="contrast").attrs["aria-pressed"] == "true"
    assert off.one("html").attrs["data-contrast"] == "normal"


def test_text_grows_and_shrinks_between_its_ends() -> None:
    sizes = [View()]
    for press in ["larger", "larger", "larger", "smaller", "normal", "smaller", "smaller"]:
        sizes.append(preferences.changed(sizes[-1], size=press, contrast=""))

    assert [view.size for view in sizes] == [
        "normal",
        "large",
        "larger",
        "larger",
        "large",
        "normal",
        "small",
        "small",
    ]


@pytest.mark.parametrize("text", ["", "huge.high", "large", "large.loud", '"><script>'])
def test_unknown_cookie_means_the_normal_view(text: str) -> None:
    assert preferences.of({preferences.COOKIE: text}) == View()


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example/",
        "\\\\evil.example",
        "/\\evil.example",
        "https:evil",
    ],
)
def test_it_never_leads_to_another_host(client: Client, path: str) -> None:
    response = client.post(URL, {"size": "larger", "next": path})

    assert response.status_code == 302
    assert response.headers["Location"] == "/"


def test_it_goes_back_to_the_page_with_its_search(client: Client) -> None:
    response = client.post(URL, {"size": "larger", "next": "/search/?q=a%20b"})

    assert response.headers["Location"] == "/search/?q=a%20b"


def test_it_is_changed_by_post_only_and_with_a_token() -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.get(URL).status_code == 405
    assert client.post(URL, {"size": "larger"}).status_code == 403


def test_cookie_is_kept_from_scripts(client: Client) -> None:
    cookie = client.post(URL, {"contrast": "high"}).cookies[preferences.COOKIE]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
