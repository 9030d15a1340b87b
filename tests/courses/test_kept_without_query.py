"""Strangers are served without a query, and the next request after any change shows it."""

import time
from collections.abc import Iterator

import psycopg2
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from courses.models import Course
from igot.lib import token_watch
from tests.factories.courses import make_course, make_programme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_rest(request, monkeypatch) -> float:
    """Return the seconds after which what was written is believed to stay."""
    if connection.vendor == "postgresql":
        return 0
    request.getfixturevalue("database_in_a_file")
    monkeypatch.setattr(token_watch, "SETTLED", 20_000_000)
    return 0.03


@pytest.fixture
def other(at_rest) -> Iterator:
    """Return another connection to the same database, each statement its own transaction."""
    if connection.vendor == "postgresql":
        at = connection.get_connection_params()
        names = ("dbname", "host", "port", "user", "password")
        raw = psycopg2.connect(**{name: at[name] for name in names if at.get(name)})
        raw.autocommit = True
    else:
        raw = connection.get_new_connection(connection.get_connection_params())
        raw.isolation_level = None
    yield raw
    raw.close()


def queries(client, *addresses) -> int:
    with CaptureQueriesContext(connection) as captured:
        for address in addresses:
            assert client.get(address).status_code == 200
    return len(captured)


def warm(client, at_rest, *addresses) -> None:
    time.sleep(at_rest)
    for _time in range(3):
        queries(client, *addresses)


def test_list_and_pages_take_no_query(client, at_rest):
    programme = make_programme()
    course = make_course(programme=programme)
    addresses = [
        "/courses/",
        "/courses/?q=economics&sort=title",
        course.get_absolute_url(),
        course.institute.get_absolute_url(),
        programme.get_absolute_url(),
    ]
    warm(client, at_rest, *addresses)

    assert queries(client, *addresses) == 0
    known = client.get("/courses/")["ETag"]
    with CaptureQueriesContext(connection) as captured:
        assert client.head("/courses/").status_code == 200
        assert client.get("/courses/", headers={"if-none-match": known}).status_code == 304
    assert len(captured) == 0


def test_every_change_shows_in_the_next_request(client, at_rest, other):
    course = make_course(title="First")
    addresses = ["/courses/", course.get_absolute_url()]

    def shown(title: str) -> bool:
        return all(f">{title}<" in client.get(address).content.decode() for address in addresses)

    def save() -> None:
        course.title = "Saved"
        course.save()

    def by_another() -> None:
        other.cursor().execute("UPDATE courses_course SET title = 'Told'")

    for title, change in [
        ("Saved", save),
        ("Updated", lambda: Course.objects.update(title="Updated")),
        ("Told", by_another),
    ]:
        warm(client, at_rest, *addresses)
        assert queries(client, *addresses) == 0
        change()
        began = time.monotonic()
        while not shown(title):
            assert title == "Told", "what this process wrote shows at once"
            assert time.monotonic() - began < 1

    warm(client, at_rest, *addresses)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Course.objects.update(title="Never")
        assert shown("Never")
        _ = 1 / 0
    assert shown("Told")
