"""A change token is known without asking, and never for longer than it is true."""

import os
import threading
import time
from collections.abc import Iterator

import psycopg2
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper

from igot.lib import token_watch
from igot.lib.change_token import ChangeToken, ChangeTold
from igot.lib.token_watch import TokenWatch

on_postgresql = pytest.mark.postgres
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="of SQLite")
# Outside any transaction; the tables are the tests' own, so that nothing needs to be emptied.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=["igot"])
THING, VERSION = "watched_thing", "watched_version"


def present() -> str:
    """Ask the database for the token."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT token FROM {VERSION} WHERE id = 1")  # noqa: S608
        return cursor.fetchone()[0]


class Asked:
    """A watch that counts how often the database was asked."""

    def __init__(self) -> None:
        self.watch = TokenWatch(VERSION)
        self.times = 0

    def __call__(self) -> str:
        return self.watch.present(self.ask)

    def ask(self) -> str:
        self.times += 1
        return present()

    def asks(self) -> bool:
        """Look once more; say whether the database was asked, and that the answer is right."""
        before = self.times
        assert self() == present()
        return self.times > before


@pytest.fixture(autouse=True)
def tables(transactional_db) -> Iterator[None]:
    """Make a table that is watched, and drop it again."""
    make_tables()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {THING}")
        cursor.execute(f"DROP TABLE {VERSION}")
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION {VERSION}_renew()")


def make_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {THING}")
        cursor.execute(f"DROP TABLE IF EXISTS {VERSION}")
        cursor.execute(f"CREATE TABLE {VERSION} (id integer PRIMARY KEY, token text NOT NULL)")
        cursor.execute(f"CREATE TABLE {THING} (id integer PRIMARY KEY, title text)")
    with connection.schema_editor() as editor:
        ChangeToken(VERSION, [THING])._watch(apps, editor)
        ChangeTold(VERSION)._tell(apps, editor)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {THING} VALUES (1, 'x')")  # noqa: S608


@pytest.fixture
def asked() -> Asked:
    """Return a watch that listens by now."""
    found = Asked()
    for _time in range(3):
        found()
    return found


@pytest.fixture
def other() -> Iterator[psycopg2.extensions.connection]:
    """Return a connection of somebody else, each statement its own transaction."""
    at = connection.get_connection_params()
    names = ("dbname", "host", "port", "user", "password")
    raw = psycopg2.connect(**{name: at[name] for name in names if at.get(name)})
    raw.autocommit = True
    yield raw
    raw.close()


def wait_for(condition, seconds: float = 5) -> float:
    """Wait until `condition()` holds; return how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
    return time.monotonic() - began


def change(raw=None) -> None:
    """Change the watched table, by Django's own connection or another."""
    with (raw or connection).cursor() as cursor:
        cursor.execute(f"UPDATE {THING} SET title = '{time.monotonic_ns()}'")  # noqa: S608


# --- PostgreSQL -----------------------------------------------------------------------------------


@on_postgresql
def test_while_nothing_changes_nothing_is_asked(asked):
    assert [asked.asks() for _time in range(5)] == [False] * 5


@on_postgresql
def test_a_connection_that_serves_one_request_only_does_not_listen():
    asked = Asked()

    assert asked.asks()

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_listening_channels()")
        assert cursor.fetchone() == (0,)


@on_postgresql
def test_what_this_connection_commits_is_seen_by_its_very_next_look(asked):
    for _time in range(20):
        change()
        assert asked.asks()
        assert not asked.asks()


@on_postgresql
def test_what_another_one_commits_is_seen_as_soon_as_it_is_told(asked, other):
    for _time in range(20):
        change(other)
        took = wait_for(lambda: asked() == present())
        assert took < 1
        wait_for(lambda: not asked.asks())


@on_postgresql
def test_what_is_rolled_back_is_not_told(asked, other):
    other.autocommit = False
    change(other)
    other.rollback()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        change()
        _ = 1 / 0
    time.sleep(0.05)

    assert not asked.asks()


@on_postgresql
def test_in_a_transaction_it_is_always_asked(asked):
    with transaction.atomic():
        assert asked.asks()
        change()
        assert asked.asks()
    assert asked.asks()
    assert not asked.asks()


@on_postgresql
def test_a_connection_that_is_cut_off_falls_back_to_asking_and_listens_again(asked, other):
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    time.sleep(0.1)
    change(other)

    assert asked.asks()
    asked()
    assert not asked.asks()
    change(other)
    wait_for(lambda: asked() == present())


@on_postgresql
def test_a_connection_that_django_closes_falls_back_too(asked):
    connection.close()
    change()

    assert asked.asks()
    assert asked.asks()  # the second use of the new connection begins to listen
    assert not asked.asks()


@on_postgresql
def test_a_pooler_in_between_is_not_believed(monkeypatch):
    """Behind one, what comes back was told by another process than the connection's own."""
    asked = Asked()
    monkeypatch.setattr(token_watch, "_is_own", lambda raw, told: False)

    assert [asked.asks() for _time in range(5)] == [True] * 5


@on_postgresql
def test_what_a_listener_told_itself_disturbs_no_other_one(asked):
    threads = []

    def begin() -> None:
        mine = Asked()
        threads.extend([mine(), mine(), mine()])
        connection.close()

    one = threading.Thread(target=begin)
    one.start()
    one.join()
    time.sleep(0.05)

    assert len(threads) == 3
    assert not asked.asks()


@on_postgresql
def test_another_thread_sees_what_this_one_wrote_though_it_was_not_told_yet(asked, monkeypatch):
    """A writer bumps the number that every thread of the process compares."""
    changed, looked, seen = threading.Event(), threading.Event(), []

    def read() -> None:
        for _time in range(3):
            asked()
        monkeypatch.setattr(asked.watch, "_hear", lambda known: None)  # deaf from here
        looked.set()
        changed.wait(5)
        seen.append(asked() == present())
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    looked.wait(5)
    monkeypatch.undo()
    change()
    monkeypatch.setattr(asked.watch, "_hear", lambda known: asked.watch._heard())
    asked.watch.written()
    changed.set()
    reader.join()

    assert seen == [True]


@on_postgresql
def test_nothing_is_believed_for_longer_than_the_limit(asked, monkeypatch, other):
    monkeypatch.setattr(asked.watch, "_hear", lambda known: None)  # as if nothing came through
    change(other)
    assert asked() != present()

    monkeypatch.setattr(token_watch, "BELIEVED", 0.05)
    time.sleep(0.06)

    assert asked.asks()


@on_postgresql
def test_how_soon_others_hear(asked, other):
    """The figure of docs/decisions/0115; the bound is wide, for a busy machine."""
    took = []

    for _time in range(50):
        change(other)
        took.append(wait_for(lambda: asked() == present()))

    assert sorted(took)[25] < 0.1


# --- SQLite ---------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(token_watch, "SETTLED", 20_000_000)


@pytest.fixture
def by_files(database_in_a_file, quick) -> Asked:
    time.sleep(0.03)
    found = Asked()
    found()
    return found


@on_sqlite
def test_while_the_files_stay_nothing_is_asked(by_files):
    assert [by_files.asks() for _time in range(5)] == [False] * 5


@on_sqlite
def test_a_commit_moves_the_files(by_files, database_in_a_file):
    for _time in range(5):
        change()
        assert by_files.asks()
        time.sleep(0.03)
        by_files()
        assert not by_files.asks()


@on_sqlite
def test_a_commit_of_another_process_moves_them_too(by_files, database_in_a_file):
    other = DatabaseWrapper({**connection.settings_dict}, "default")

    for checkpoint in (False, True, False):
        with other.cursor() as cursor:
            cursor.execute(f"UPDATE {THING} SET title = hex(randomblob(8))")  # noqa: S608
            if checkpoint:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert by_files.asks()
        time.sleep(0.03)
        by_files()
        assert not by_files.asks()
    other.close()


@on_sqlite
def test_files_that_moved_lately_are_not_trusted(by_files, database_in_a_file):
    wal = f"{database_in_a_file}-wal"
    change()
    by_files()

    assert by_files.asks()
    os.utime(wal, ns=(0, time.time_ns() - 10**9))
    by_files()
    assert not by_files.asks()


@on_sqlite
def test_a_rolled_back_change_leaves_the_token(by_files):
    before = by_files()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        change()
        _ = 1 / 0

    assert by_files() == before


@on_sqlite
def test_in_a_transaction_of_sqlite_it_is_always_asked(by_files):
    with transaction.atomic():
        assert by_files.asks()
        change()
        assert by_files.asks()


@on_sqlite
def test_a_database_in_memory_is_always_asked():
    asked = Asked()

    assert [asked.asks() for _time in range(3)] == [True] * 3


@on_sqlite
def test_the_files_are_believed_no_longer_than_the_limit(by_files, monkeypatch):
    monkeypatch.setattr(token_watch, "BELIEVED", 0.0)

    assert by_files.asks()


@on_sqlite
def test_after_a_write_of_this_process_it_is_asked(by_files):
    by_files.watch.written()

    assert by_files.asks()
    assert not by_files.asks()
