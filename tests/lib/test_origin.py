"""A post without a token is taken where the browser vouches for the page that sent it."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
ADDRESSES = ["set_language", "reports:preferences"]
TOLD = {"language": "hi", "size": "larger"}


def posted(name, **headers):
    client = Client(enforce_csrf_checks=True)
    return client.post(reverse(name), TOLD, headers=headers)


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "http://testserver"},
        {"origin": "http://testserver"},
    ],
)
def test_our_own_page_needs_no_token(name, headers):
    answer = posted(name, **headers)

    assert answer.status_code == 302
    assert answer.cookies


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "null"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver:8000"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://evil.example", "referer": "http://testserver/"},
    ],
)
def test_any_other_page_is_refused(name, headers):
    answer = posted(name, **headers)

    assert answer.status_code == 403
    assert "django_language" not in answer.cookies
    assert "igot_view" not in answer.cookies


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_token_does_where_the_browser_says_nothing(name):
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "b" * 32

    answer = client.post(reverse(name), TOLD, headers={"x-csrftoken": "b" * 32})

    assert answer.status_code == 302


def test_a_page_without_a_form_of_its_own_sets_no_cookie(client):
    for address in ("/", "/courses/", "/help/", "/circulars/"):
        assert not client.get(address).cookies, address
