"""What holds of every address: who may open it, how it may change things, what heads it sends."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, UUIDConverter

from accounts.roles import Role
from tests.factories.accounts import make_user, sign_in

# Every address that somebody without a log-in may open. A new one is closed until it stands here.
PUBLIC = {
    "healthz",
    "readyz",
    "set_language",
    "reports:home",
    "reports:about",
    "reports:help",
    "reports:contact",
    "reports:feedback",
    "reports:feedback_received",
    "reports:accessibility",
    "reports:screen_reader",
    "reports:related_links",
    "reports:policies",
    "reports:policy",
    "reports:sitemap",
    "reports:search",
    "reports:preferences",
    "reports:robots",
    "reports:security_txt",
    "circulars:list",
    "circulars:detail",
    "circulars:pdf",
    "circulars:verify",
    "circulars:verify_upload",
    "circulars:verify_number",
    "circulars:verify_malformed",
    "courses:list",
    "courses:detail",
    "courses:programme",
    "courses:institute",
    "courses:decision_list",
    "courses:sitemap",
    "committee:about",
    "courses:institutes",
    "courses:atom",
    "courses:rss",
    "courses:calendar",
    "courses:course_calendar",
    "courses:table",
    "eligibility:check",
    "accounts:service_suggestions",
    "account_login",
    "account_signup",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_request_login_code",
    "account_confirm_login_code",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_signup_webauthn",
    "mfa_trust",
    "admin:login",
}
SAMPLES: dict[type, Any] = {IntConverter: 987654321, UUIDConverter: UUID(int=7)}


def patterns(
    resolver: URLResolver | None = None,
    spaces: tuple[str, ...] = (),
    given: dict[str, Any] | None = None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each address of the portal by its name, with made-up arguments."""
    for entry in (resolver or get_resolver()).url_patterns:
        kwargs = (given or {}) | {
            name: SAMPLES.get(type(converter), "sample")
            for name, converter in entry.pattern.converters.items()
        }
        if isinstance(entry, URLResolver):
            space = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from patterns(entry, space, kwargs)
        elif isinstance(entry, URLPattern) and entry.name:
            if not kwargs and entry.pattern.regex.groups:
                kwargs = dict.fromkeys(entry.pattern.regex.groupindex, "sample")
            yield ":".join((*spaces, entry.name)), kwargs


EVERY = sorted(
    {name: kwargs for name, kwargs in patterns() if not name.startswith("admin:")}.items(),
    key=lambda pair: pair[0],
)
DESK = sorted({name: kwargs for name, kwargs in patterns() if name.startswith("admin:")}.items())


def address(name: str, kwargs: dict[str, Any]) -> str:
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        pytest.skip(f"{name} takes arguments that this test cannot make up")


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kwargs"), EVERY, ids=[name for name, _ in EVERY])
def test_a_page_is_closed_to_strangers_unless_it_is_listed_as_public(client, name, kwargs):
    answer = client.get(address(name, kwargs))

    asks_to_log_in = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
    if name not in PUBLIC:
        assert asks_to_log_in, f"{name} answered {answer.status_code}"
    else:
        assert not asks_to_log_in or name.startswith(("account_", "mfa_", "admin:"))
        assert answer.status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kwargs"), DESK, ids=[name for name, _ in DESK])
def test_the_desk_is_closed_to_strangers_and_to_officers(client, name, kwargs):
    url = address(name, kwargs)

    answer = client.get(url)
    assert answer.status_code in (302, 404), f"{name} answered {answer.status_code}"
    if name not in {"admin:login", "admin:jsi18n"}:
        sign_in(client, make_user(Role.OFFICER))
        assert client.get(url).status_code in (302, 403, 404)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kwargs"), EVERY, ids=[name for name, _ in EVERY])
def test_a_post_without_the_token_changes_nothing(name, kwargs):
    client = Client(enforce_csrf_checks=True)
    user = make_user(*(role for role in Role if role != Role.AUDITOR))
    sign_in(client, user)

    answer = client.post(address(name, kwargs), {"x": "1"})

    assert answer.status_code in (403, 404, 405), f"{name} answered {answer.status_code}"


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kwargs"), EVERY, ids=[name for name, _ in EVERY])
def test_odd_queries_never_break_a_page(client, name, kwargs):
    sign_in(client, make_user(*(role for role in Role if role != Role.AUDITOR)))
    url = address(name, kwargs)

    for query in ("page=-1&q=%00", "page=zzz&q=%ED%A0%80", "o=-9.9&q=" + "a" * 10_000):
        assert client.get(f"{url}?{query}").status_code < 500


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kwargs"), EVERY, ids=[name for name, _ in EVERY])
def test_every_answer_carries_the_headers(client, name, kwargs):
    answer = client.get(address(name, kwargs))

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.django_db
def test_the_auditor_can_write_nothing_anywhere(client):
    user = make_user(Role.AUDITOR)
    sign_in(client, user)
    own = re.compile(r"^(account_|mfa_|usersessions_|set_language|accounts:(inbox|notice))")

    for name, kwargs in EVERY:
        if name in PUBLIC or own.match(name) or name.startswith("reports:"):
            continue
        answer = client.post(address(name, kwargs), {"x": "1"})
        assert answer.status_code in (403, 404, 405), f"{name} answered {answer.status_code}"
