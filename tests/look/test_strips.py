"""A strip with holes says what the same template says when it is rendered for the reader alone."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit import record
from accounts.notifications import notify
from accounts.roles import Role
from igot import strips
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_course

pytestmark = pytest.mark.django_db


def strips_of(page):
    """Return the account menu and the warning of a page, without what is new in every answer."""
    text = page.content.decode()
    found = re.findall(
        r'<nav class="account-nav".*?</nav>|<form class="session-w.*?</form>', text, re.S
    )
    return [re.sub(r'value="\w{64}"|\s+', " ", part) for part in found]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.DEALING_HAND])
@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("notices", [0, 1, 3])
def test_a_kept_page_has_the_strips_of_any_other_page(client, role, language, notices):
    make_course()
    user = make_user(role, email=f"o'neill&{language}@example.gov.in")
    for number in range(notices):
        entry = record(user, f"record.{number}", acting_user=None, at=timezone.now())
        notify(user, of=entry, template="record.verified")
    sign_in(client, user)
    client.cookies["django_language"] = language

    rendered = strips_of(client.get("/"))

    assert len(rendered) == 2
    assert "o&#x27;neill&amp;" in rendered[0]
    for _time in range(2):
        assert strips_of(client.get("/courses/")) == rendered


def test_each_answer_has_a_token_that_works():
    make_course()
    client = Client(enforce_csrf_checks=True)
    sign_in(client, make_user(Role.OFFICER))

    for _time in range(2):
        page = client.get("/courses/").content.decode()
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', page)
        assert len(tokens) == 2
        answer = client.post("/stay-signed-in/", {"csrfmiddlewaretoken": tokens[1]})
        assert answer.status_code == 204
    answer = client.post("/accounts/logout/", {"csrfmiddlewaretoken": tokens[0]})
    assert answer.status_code == 302


def test_nothing_of_a_reader_is_kept(client):
    make_course()
    user = make_user(Role.OFFICER, email="secret@example.gov.in")
    sign_in(client, user)

    client.get("/courses/")

    assert strips._strips
    assert "secret@" not in str(strips._strips)


def test_strips_kept_are_bounded(client, monkeypatch):
    make_course()
    monkeypatch.setattr(strips, "MOST", 2)
    strips._strips.clear()
    sign_in(client, make_user(Role.OFFICER))

    for language in ("en", "hi", "en"):
        client.cookies["django_language"] = language
        client.get("/courses/")

    assert len(strips._strips) <= 2
