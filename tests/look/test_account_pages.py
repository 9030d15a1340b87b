"""Pages of signing in and of one's own security: our frame, plain words, what limits say."""

import re
import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from tests.factories.accounts import PASSWORD, enrol_second_factor, make_domain, make_user, sign_in
from tests.look.html import Page

pytestmark = pytest.mark.django_db
OWN_PAGES = [
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "account_change_password",
    "account_email",
    "usersessions_list",
]


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def note_fresh_log_in(client: Client, user: User, **also: str) -> None:
    """Note in the session, as allauth does, that `user` has shown who they are just now."""
    session = client.session
    session["account_authentication_methods"] = [
        {"at": time.time(), "reauthenticated": True, "method": "password", **also}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def officer(client: Client) -> User:
    user = make_user(Role.OFFICER, email="meera@example.gov.in")
    user.set_password(PASSWORD)
    user.save()
    sign_in(client, user)
    note_fresh_log_in(client, user)
    return user


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("name", OWN_PAGES)
def test_page_of_ones_own_security_stands_in_our_frame(
    client: Client, officer: User, name: str, language: str
) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    response = client.get(reverse(name))

    page = Page(response.content.decode())
    assert response.status_code == 200
    assert page.faults == []
    assert page.one("h1").text.strip()
    assert page.one("html").attrs["lang"] == {"en": "en-IN", "hi": "hi-IN"}[language]
    assert not [e for e in page.elements if "style" in e.attrs or e.tag == "style"]
    assert "meera@example.gov.in" in page.one("nav", _class="account-nav").text
    assert page.all("form", action=reverse("account_logout"), method="post")


def test_app_is_set_up_by_a_picture_and_the_same_key_as_text(client: Client, officer: User) -> None:
    page = Page(client.get(reverse("mfa_activate_totp")).content.decode())

    assert page.one("img", _class="qr").attrs["src"].startswith("data:image/svg+xml")
    assert re.fullmatch(r"[A-Z2-7]{16,}", page.one("code", _class="key").text)
    assert page.one("input", name="code").attrs["autocomplete"] == "one-time-code"


def test_recovery_codes_are_listed_and_can_be_downloaded(client: Client) -> None:
    user = make_user(Role.OFFICER)
    enrol_second_factor(user)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    sign_in(client, user)
    note_fresh_log_in(client, user, method="mfa", type="totp")

    page = Page(client.get(reverse("mfa_view_recovery_codes")).content.decode())

    assert [code.text for code in page.all("code")] == codes
    assert page.one("a", href=reverse("mfa_download_recovery_codes"))


def test_sign_in_offers_a_code_by_mail_and_says_what_limits_do(client: Client) -> None:
    page = Page(client.get(reverse("account_login")).content.decode())

    assert page.one("a", href=reverse("account_request_login_code"))
    assert "rests for five minutes" in page.one("main").text
    assert page.one("button", id="passkey_login").attrs.keys() >= {"hidden", "data-needs-script"}


def test_wrong_password_is_said_once_on_top(client: Client) -> None:
    make_user(Role.OFFICER, email="meera@example.gov.in")

    page = Page(
        client.post(
            reverse("account_login"), {"login": "meera@example.gov.in", "password": "wrong"}
        ).content.decode()
    )

    assert "not correct" in page.one("div", _class="error-summary").text
    assert page.one("title").text.startswith("Error:")


def test_too_many_tries_give_a_page_that_says_when_and_how_else(client: Client) -> None:
    make_domain()
    address = "/accounts/password/reset/"
    for turn in range(25):
        response = client.post(address, {"email": f"nobody{turn}@example.gov.in"})
        if response.status_code == 429:
            break

    page = Page(response.content.decode())
    assert response.status_code == 429
    assert page.one("h1").text == "Too many tries"
    assert "in five minutes" in page.one("main").text
    assert page.one("a", href=reverse("account_request_login_code"))


def test_sign_up_ends_at_the_page_for_the_code_which_names_the_address(client: Client) -> None:
    make_domain()
    response = client.post(
        reverse("account_signup"),
        {
            "email": "meera@kerala.gov.in",
            "password1": "nine old mango trees",
            "password2": "nine old mango trees",
        },
        follow=True,
    )

    page = Page(response.content.decode())
    assert page.one("h1").text == "Confirm your e-mail address"
    assert "meera@kerala.gov.in" in page.one("main").text
    assert page.one("input", name="code")
    [letter] = mail.outbox
    assert "Type it where the website asks for it" in letter.body
    assert "testserver" not in letter.body


def test_letters_of_the_website_come_in_the_language_of_the_page(client: Client) -> None:
    make_user(Role.OFFICER, email="meera@example.gov.in")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    client.post(reverse("account_request_login_code"), {"email": "meera@example.gov.in"})

    [letter] = mail.outbox
    assert letter.subject == "iGOT: Your sign-in code for the iGOT programme"
    assert re.search(r"^[A-Z0-9-]{6,}$", letter.body, re.MULTILINE)
    assert "Training Division" in letter.body


def test_idle_session_can_be_kept_by_post_only(client: Client, officer: User) -> None:
    page = Page(client.get(reverse("mfa_index")).content.decode())

    warning = page.one("form", _class="session-warning no-print")
    assert warning.attrs["data-idle"] == str(3 * 3600)
    assert "hidden" in warning.attrs
    assert client.post(warning.attrs["action"]).status_code == 204
    assert client.get(warning.attrs["action"]).status_code == 405
    assert Client().post(warning.attrs["action"]).status_code == 302


def test_staff_see_the_way_to_the_desk_and_officers_do_not(client: Client, officer: User) -> None:
    staff = Client()
    sign_in(staff, make_user(Role.DEALING_HAND))

    desk = reverse("admin:index")
    for browser, expected in ((client, 0), (staff, 1)):
        page = Page(browser.get("/about/").content.decode())
        assert len(page.all("a", href=desk)) == expected


def test_frame_asks_the_database_for_unread_notices_only(
    client: Client,
    officer: User,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    client.get("/about/")
    # session, user, session row of allauth, review of the page, unread notices
    with django_assert_max_num_queries(6):
        client.get("/about/")
