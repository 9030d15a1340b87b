"""Bad input at every address: numbers beyond any key, NUL, foreign encodings, paths, floods."""

from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.roles import Role
from tests.factories.accounts import make_user, sign_in
from tests.lib.bad_files import plain_pdf
from tests.security.probe import ask, taken_back
from tests.security.test_matrix import browser_of
from tests.security.test_permission_matrix import (
    ARGUMENTS,
    PAGES,
    PEOPLE,
    files_of_the_world,
    registered,
)
from tests.security.world import World, make_world

__all__ = ["files_of_the_world"]  # a fixture
pytestmark = pytest.mark.django_db
BEYOND = 2**63  # one more than any key
TEXTS = {
    "NUL": "a\x00b",
    "a number beyond any key": str(BEYOND * 10),
    "another's key": "987654321",
    "a path": "../../../../etc/passwd",
    "a flood": "अ" * 100_000,
}
FILES: dict[str, Callable[[], SimpleUploadedFile]] = {
    "nothing": lambda: SimpleUploadedFile("list.csv", b""),
    "a name with a path": lambda: SimpleUploadedFile("..\\..\\etc\\passwd", b"root:x:0:0"),
    "a program": lambda: SimpleUploadedFile("list.pdf", b"MZ" + b"\0" * 900),
    "NUL in a table": lambda: SimpleUploadedFile("list.csv", b"code,name\nA\0B,C\n"),
    "half of UTF-16": lambda: SimpleUploadedFile("list.csv", b"\xff\xfec\0o\0d\0e"),
    "no columns that are known": lambda: SimpleUploadedFile(
        "list.csv", "é;à\n1;2".encode("latin-1")
    ),
    "the wrong ending": lambda: SimpleUploadedFile("list.csv.exe", plain_pdf()),
}
URLENCODED = "application/x-www-form-urlencoded"
ASKS_NOTHING = {  # they take a press of the button, whatever else comes along
    "accounts:inbox_read",
    "enrollment:declaration",
    "enrollment:details",
    "enrollment:review",
    "reimbursement:review",
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Fill the portal once; unlike in the matrix its pages are drawn: their forms are read."""
    with django_db_blocker.unblock(), taken_back():
        call_command("sync_roles", stdout=StringIO())
        yield make_world()


# --- addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_number_beyond_any_key_finds_nothing(client: Client, method: str) -> None:
    sign_in(client, make_user(*(role for role in Role if role != Role.AUDITOR)))
    unexpected = []
    for name, _of, _may in PAGES:
        url = beyond(name)
        if url and not name.startswith("mfa_"):
            try:
                said = ask(client, method, url)
            except (DatabaseError, OverflowError) as fault:
                unexpected.append(f"{name}: {fault}")
                continue
            if said.status not in (403, 404, 405) or said.wrote:
                unexpected.append(f"{name}: {said}")

    assert not unexpected, "\n".join(unexpected)


def beyond(name: str) -> str:
    """Return the address with a key that no column can hold; "" where it takes no number."""
    keys = dict.fromkeys(ARGUMENTS[name], BEYOND)
    try:
        return reverse(name, kwargs=keys) if keys else ""
    except NoReverseMatch:  # a word or a UUID is asked for
        return ""


def test_a_number_beyond_any_key_is_no_record_of_the_desk(client: Client) -> None:
    sign_in(client, make_user(*Role, is_superuser=True))
    for model in registered():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for key in (BEYOND, "a\x00b", "-1", "1e9"):
            said = ask(client, "get", reverse(f"{base}_change", args=[key]))
            assert said.status in (302, 404), f"{base} {key!r}: {said}"


# --- forms ------------------------------------------------------------------------------------


class Fields(HTMLParser):
    """Reads the names of the fields of a page's forms, and what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.typed: dict[str, str] = {}
        self.files: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name")
        if not name or tag not in ("input", "select", "textarea"):
            return
        if given.get("type") == "file":
            self.files.add(name)
        elif name not in ("csrfmiddlewaretoken", "q", "next"):
            self.typed.setdefault(name, given.get("value") or "on")


def forms_of(world: World) -> Iterator[tuple[str, str, Client, Fields]]:
    """Yield each page with a form, opened by somebody who may post it."""
    browser = cache(browser_of)
    for name, of, may in PAGES:
        sender = next((who for who in PEOPLE if may[who] == "rw"), None)
        if sender is None or name.startswith(("mfa_", "account_")):
            continue
        thing = world.things[of]
        client = browser(thing.owner if sender == "owner" else world.people[PEOPLE[sender]])
        url = reverse(name, kwargs={key: thing.keys[key] for key in ARGUMENTS[name]})
        with taken_back():
            page = client.get(url)
        fields = Fields()
        if page.status_code == 200:
            fields.feed(page.content.decode())
        yield name, url, client, fields


def test_a_form_answers_bad_text_with_a_page(world: World) -> None:
    unexpected, posts = [], 0
    for name, url, client, fields in forms_of(world):
        for kind, text in TEXTS.items():
            posts += 1
            said = ask(client, "post", url, dict.fromkeys(fields.typed, text))
            if said.status >= 500:
                unexpected.append(f"{name}, {kind}: {said.status}")
            if kind == "NUL" and fields.typed and said.wrote and name not in ASKS_NOTHING:
                unexpected.append(f"{name}: kept {kind} in {sorted(said.wrote)}")
        body = "&".join(f"{field}=%ED%A0%80%FF" for field in fields.typed)
        said = ask(client, "post", url, body, content_type=URLENCODED)
        if said.status >= 500:
            unexpected.append(f"{name}, no UTF-8: {said.status}")

    assert not unexpected, "\n".join(unexpected)
    assert posts > 100


def test_a_bad_file_is_refused_with_a_page_and_kept_nowhere(world: World) -> None:
    unexpected, tried = [], set()
    for name, url, client, fields in forms_of(world):
        for field in fields.files:
            tried.add(name)
            for kind, make in FILES.items():
                data = {**fields.typed, field: make()}
                said = ask(client, "post", url, data)
                if said.status not in (200, 400) or said.wrote:
                    unexpected.append(f"{name}, {kind}: {said}")

    assert not unexpected, "\n".join(unexpected)
    assert {"reimbursement:papers", "accounts:roll_upload"} <= tried


def test_a_bad_file_on_the_desk_is_refused_on_the_form(client: Client, world: World) -> None:
    unexpected, tried = [], set()
    sign_in(client, make_user(Role.DEALING_HAND))
    for model in registered():
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        with taken_back():
            page = client.get(url)
        fields = Fields()
        if page.status_code == 200:
            fields.feed(page.content.decode())
        for field in fields.files:
            tried.add(model._meta.label_lower)
            for kind, make in FILES.items():
                said = ask(client, "post", url, {**fields.typed, field: make()})
                if said.status != 200 or said.wrote:
                    unexpected.append(f"{model._meta.label_lower}, {kind}: {said}")

    assert not unexpected, "\n".join(unexpected)
    assert {"enrollment.couponbatch", "enrollment.resultimport"} <= tried
