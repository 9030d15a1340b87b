"""Checks 23 to 30: cookies, headers of every kind of answer, hosts, and where pages may lead."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch, reverse

from accounts.models import AuditEntry
from accounts.roles import Role
from tests.accounts.test_sign_in import PASSWORD, make_member
from tests.factories.accounts import make_domain, make_officer, make_user, sign_in
from tests.factories.courses import make_course
from tests.factories.pool import make_certificate
from tests.test_every_page import EVERY
from tests.test_settings import SOUND

ROOT = Path(__file__).resolve().parents[2]
KINDS = ["page", "moved", "missing", "form", "error", "static", "plain", "alien"]
HOSTILE = [
    "//evil.example",
    "///evil.example",
    "https:evil.example",
    "https://evil.example/",
    "\\\\evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "%2F%2Fevil.example",
    "\t//evil.example",
    "http://testserver.evil.example/",
    "http://testserver@evil.example/",
]
INLINE = re.compile(r"""\sstyle=|\son[a-z]+=["']|javascript:|<script(?![^>]*(src=|nonce=))""", re.I)


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """Return the answers of a portal with production settings, one of each kind."""
    folder = tmp_path_factory.mktemp("production")
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "security" / "production_answers.py"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "igot.settings.production",
            **SOUND,
            "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
            "STATIC_ROOT": str(folder / "static"),
            "MEDIA_ROOT": str(folder / "private"),
        },
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def score(headers):
    """Count as Mozilla's Observatory does, with the bonuses that its recipe gives to headers."""
    policy = headers.get("content-security-policy", "")
    points = 100
    points -= 25 * (not policy) + 20 * ("unsafe-inline" in policy or "unsafe-eval" in policy)
    points -= 20 * ("max-age=" not in headers.get("strict-transport-security", ""))
    framed = "frame-ancestors" not in policy and "x-frame-options" not in headers
    points -= 20 * framed + 5 * (headers.get("x-content-type-options") != "nosniff")
    points += 10 * ("default-src 'none'" in policy and "unsafe" not in policy)
    points += 5 * ("preload" in headers.get("strict-transport-security", ""))
    points += 5 * (headers.get("referrer-policy") in ("same-origin", "no-referrer"))
    return points


# --- headers (24, 30) and what an error tells -----------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_carries_the_headers(production, kind):
    headers = production[kind]["headers"]

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    if kind != "plain":
        assert headers["strict-transport-security"] == (
            "max-age=63072000; includeSubDomains; preload"
        )


def test_each_kind_was_what_it_was_meant_to_be(production):
    statuses = {kind: production[kind]["status"] for kind in KINDS}

    assert statuses == {
        "page": 200,
        "moved": 302,
        "missing": 404,
        "form": 200,
        "error": 500,
        "static": 200,
        "plain": 301,
        "alien": 400,
    }
    assert production["plain"]["headers"]["location"] == "https://igot.example.gov.in/"


def test_the_error_page_tells_nothing_of_the_error(production):
    body = production["error"]["body"]

    assert "planted-secret-0815" not in body
    assert "Traceback" not in body
    assert "RuntimeError" not in body


def test_the_observatory_would_give_a_hundred_or_more(production):
    assert score(production["page"]["headers"]) >= 100
    assert score(production["form"]["headers"]) >= 100
    assert score({}) < 50  # the count itself can fail


@pytest.mark.django_db
def test_a_private_file_is_an_attachment_that_cannot_run(client):
    certificate = make_certificate()
    sign_in(client, certificate.officer.user)

    headers = client.get(f"/me/certificates/{certificate.pk}/file/").headers

    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-store"


# --- cookies (23) ---------------------------------------------------------------------------------


def test_every_cookie_is_bound_to_the_host_and_closed_to_scripts(production):
    seen = {}
    for kind in KINDS:
        seen.update(production[kind]["cookies"])

    assert "__Host-igotcsrf" in seen
    for name, morsel in seen.items():
        assert morsel["secure"], name
        assert morsel["httponly"], name
        assert morsel["samesite"] == "Lax", name
        assert morsel["path"] == "/", name
        assert not morsel["domain"], name


# --- templates (26) -------------------------------------------------------------------------------


def test_no_template_runs_anything_of_its_own():
    found = [
        f"{path.relative_to(ROOT)}: {match.group().strip()}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for match in INLINE.finditer(path.read_text())
        if "pdf" not in path.parts  # printed by WeasyPrint, never sent to a browser
    ]

    assert found == []


@pytest.mark.parametrize(
    "html", ['<p style="x">', '<a onclick="x">', '<a href="javascript:x">', "<script>x</script>"]
)
def test_the_look_at_templates_finds_what_it_looks_for(html):
    assert INLINE.search(html)


# --- hosts (29) -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80@evil"])
def test_another_host_is_refused(client, host):
    assert client.get("/", headers={"host": host}).status_code == 400


@pytest.mark.django_db
def test_a_link_to_reset_a_password_never_names_a_host_of_the_requests_choice(client):
    cache.clear()
    make_domain(domain="gov.in")
    user = make_member()

    refused = client.post(
        reverse("account_reset_password"), {"email": user.email}, headers={"host": "evil.example"}
    )
    client.post(
        reverse("account_reset_password"),
        {"email": user.email},
        headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    )

    assert refused.status_code == 400
    assert [message.to for message in mail.outbox] == [[user.email]]
    assert "evil.example" not in mail.outbox[0].body


# --- where pages lead (28) ------------------------------------------------------------------------


def is_ours(location):
    """Say whether a browser on one of our pages would stay with us; it reads \\ as /."""
    led = urlsplit(urljoin("http://testserver/page/", location.strip().replace("\\", "/")))
    return (led.scheme, led.netloc) == ("http", "testserver")


@pytest.mark.parametrize(
    "location", ["//evil", "/\\evil", "\\\\evil", "https:evil", "javascript:x"]
)
def test_what_leads_away_is_known_as_such(location):
    assert not is_ours(location)


@pytest.mark.django_db
@pytest.mark.parametrize("evil", HOSTILE)
def test_logging_in_leads_to_our_own_pages_only(client, evil):
    cache.clear()
    user = make_member()

    answer = client.post(
        "/accounts/login/", {"login": user.email, "password": PASSWORD, "next": evil}
    )

    assert answer.status_code == 302
    assert is_ours(answer["Location"])


@pytest.mark.django_db
@pytest.mark.parametrize("evil", HOSTILE)
def test_switching_language_and_view_leads_to_our_own_pages_only(client, evil):
    for name in ("set_language", "reports:preferences"):
        for headers in ({}, {"referer": evil.strip()}):
            data = {"language": "hi", "size": "larger", "next": evil}
            answer = client.post(reverse(name), data, headers=headers)
            assert answer.status_code == 302
            assert is_ours(answer["Location"]), (name, answer["Location"])


@pytest.mark.django_db
@pytest.mark.parametrize("evil", HOSTILE)
def test_pages_after_a_log_in_never_link_to_what_next_says(client, evil):
    sign_in(client, make_officer().user)

    for path in ("/me/record/", "/me/record/edit/", "/accounts/logout/"):
        page = client.get(path, {"next": evil}).content.decode()
        assert f'href="{evil}"' not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "evil", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "not an address"]
)
def test_a_course_links_to_addresses_of_the_web_only(client, evil):
    course = make_course()
    links = [f.name for f in course._meta.concrete_fields if f.__class__.__name__ == "URLField"]
    links_of = [(course, name) for name in links] + [
        (thing, f.name)
        for thing in (course.provider, course.institute)
        for f in thing._meta.concrete_fields
        if f.__class__.__name__ == "URLField"
    ]

    assert links_of
    for thing, name in links_of:
        setattr(thing, name, evil)
        with pytest.raises(ValidationError):
            thing._meta.get_field(name).clean(evil, thing)


# --- reading changes nothing (27) -----------------------------------------------------------------

POST_ONLY = [
    ("accounts:inbox_read", {}),
    ("accounts:notice_open", {"notice_id": 1}),
    ("accounts:officer_verify", {"officer_id": 1}),
    ("accounts:officer_return", {"officer_id": 1}),
    ("enrollment:authority_note", {}),
    ("enrollment:intimation_note", {"intimation_id": 1}),
    ("enrollment:intimation_approve", {"intimation_id": 1}),
    ("enrollment:intimation_withhold", {"intimation_id": 1}),
    ("reports:preferences", {}),
    ("reports:stay", {}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kwargs"), POST_ONLY, ids=[name for name, _ in POST_ONLY])
def test_what_only_changes_something_takes_nothing_but_a_post(client, name, kwargs):
    sign_in(client, make_user(*(role for role in Role if role != Role.AUDITOR)))

    for verb in (client.get, client.head, client.put, client.delete):
        assert verb(reverse(name, kwargs=kwargs)).status_code == 405


TAKEN_ALONG = {"enrollment:authority_waiting"}  # particulars that leave the portal are recorded


@pytest.mark.django_db
def test_looking_at_any_page_writes_nothing_into_the_trail(client):
    sign_in(client, make_user(*(role for role in Role if role != Role.AUDITOR)))
    certificate = make_certificate()
    before = AuditEntry.objects.count()

    opened = 0
    for name, kwargs in EVERY:
        if name in TAKEN_ALONG:
            continue
        with contextlib.suppress(NoReverseMatch):  # some addresses cannot be made up
            opened += client.get(reverse(name, kwargs=kwargs)).status_code == 200
    assert opened > 20
    client.get(f"/me/certificates/{certificate.pk}/file/")

    assert AuditEntry.objects.count() == before
