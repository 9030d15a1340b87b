"""Fixtures that every part of the suite may use: media, log-in, Chromium, axe, a real worker."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.utils import translation

from igot.celery import app as celery_app
from igot.settings.base import cache_beside
from tests.factories.accounts import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# The flags only stop look-ups that the browser would make by itself; root cannot use the sandbox.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# Live-worker tests empty this Redis database and the next (their cache), so nothing else uses them.
TEST_REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they ask for, and leave PostgreSQL's own tests to its run."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if names & {"page", "context", "browser", "new_page"}:
            item.add_marker("browser")
        if "celery_worker_process" in names:
            item.add_marker("live_worker")
            item.add_marker("postgres")
            item.add_marker(pytest.mark.xdist_group("one Redis"))  # one process runs them all
        if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="runs in the PostgreSQL half of make test"))


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a run that mixes CI with a missing Chromium: it must fail there, never skip."""
    if IN_CI and not shutil.which(CHROMIUM):
        pytest.exit(f"{CHROMIUM} is missing: apt-get install chromium", returncode=3)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Fill SQLite's database in memory from the migrated file, or leave that for the next run."""
    if connection.vendor != "sqlite":
        return
    with django_db_blocker.unblock():
        connection.ensure_connection()
        if not settings.DATABASES["default"]["TEST"]["MIGRATE"]:
            with closing(sqlite3.connect(settings.MIGRATED)) as migrated:
                migrated.backup(connection.connection)
            return
        settings.MIGRATED.parent.mkdir(parents=True, exist_ok=True)
        part = settings.MIGRATED.with_suffix(f".{os.getpid()}")
        with closing(sqlite3.connect(part)) as migrated:
            connection.connection.backup(migrated)
        part.replace(settings.MIGRATED)


@pytest.fixture(scope="session", autouse=True)
def flush_passes_append_only_tables() -> Iterator[None]:
    """Let the clean-up after transactional tests empty the append-only tables too.

    On PostgreSQL only the tables that hold rows are emptied, by DELETE: truncating all of them
    makes some thousand new files, and takes seconds after each such test.
    """
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_without_triggers(self: Any, statements: list[str]) -> None:
        with transaction.atomic(), triggers_off():
            flush(self, deletions() if connection.vendor == "postgresql" else statements)

    patch = pytest.MonkeyPatch()
    patch.setattr(operations, "execute_sql_flush", flush_without_triggers)
    yield
    patch.undo()


def deletions() -> list[str]:
    """Say how the tables that hold rows are emptied; what refers to what is checked at the end."""
    tables = connection.introspection.django_table_names(only_existing=True)
    quoted = [connection.ops.quote_name(table) for table in tables]
    with connection.cursor() as cursor:
        looks = [f"SELECT {n} WHERE EXISTS (SELECT FROM {t})" for n, t in enumerate(quoted)]  # noqa: S608 – our own names
        cursor.execute(" UNION ALL ".join(looks) or "SELECT WHERE false")
        filled = [quoted[n] for (n,) in cursor.fetchall()]
    emptied = [f"DELETE FROM {table}" for table in filled]  # noqa: S608 – as above
    return ["SET CONSTRAINTS ALL DEFERRED", *emptied, "SET CONSTRAINTS ALL IMMEDIATE"]


@contextmanager
def triggers_off() -> Iterator[None]:
    """Take our triggers off for a while, inside the transaction that is open."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table may have checks pending
            cursor.execute(
                "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
            )
            off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for (table,) in cursor.fetchall()]
            on = [statement.replace(" DISABLE ", " ENABLE ") for statement in off]
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = cursor.fetchall()
            off, on = [f"DROP TRIGGER {name}" for name, _sql in found], [sql for _, sql in found]
        for statement in off:
            cursor.execute(statement)
        yield
        for statement in on:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def media_of_this_test(settings: Any, tmp_path: Path) -> Path:
    """Keep the files that a test stores in a folder of its own."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Let no test hand its language on to the next."""
    with translation.override("en"):
        yield


@pytest.fixture
def database_in_a_file(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """Work on a copy of SQLite's database of this test in a file, as the portal does."""
    path = tmp_path / "portal.sqlite3"
    own = connections["default"]
    own.ensure_connection()
    filed = DatabaseWrapper({**own.settings_dict, "NAME": str(path)}, "default")
    filed.ensure_connection()
    own.connection.backup(filed.connection)
    connections["default"] = filed
    yield str(path)
    filed.close()
    connections["default"] = own


# --- Chromium -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Start Debian's Chromium.

    The synchronous driver keeps an event loop running in the main thread, and Django refuses the
    ORM beside one. The guard is lifted for this process, so browser tests run in one of their own.
    """
    if not shutil.which(CHROMIUM):
        if IN_CI:
            pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium")
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium")
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    yield {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": CHROMIUM_FLAGS,
        "headless": True,
    }
    patch.undo()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Show pages as an officer in India sees them on a laptop."""
    return {
        **browser_context_args,
        "viewport": {"width": 1280, "height": 800},
        "locale": "en-IN",
        "timezone_id": "Asia/Kolkata",
    }


@pytest.fixture
def axe(page: "Page") -> Callable[[], None]:
    """Return a check that the page now open has no accessibility violation."""
    from axe_playwright_python.sync_playwright import Axe

    def check() -> None:
        page.wait_for_load_state()  # a page that has only begun to come has no document yet
        found = Axe().run(page, options={"runOnly": AXE_RULES})
        assert found.violations_count == 0, found.generate_report()

    return check


@pytest.fixture
def login(page: "Page", live_server: "LiveServer", client: Any) -> Callable[..., None]:
    """Return a log-in that gives the browser the session of `user`, second factor included."""

    def log_in(user: Any) -> None:
        sign_in(client, user)
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )

    return log_in


# --- a real worker ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Worker:
    """A running Celery worker: where its log and the mails that it sent are."""

    log: Path
    mail: Path
    process: "subprocess.Popen[bytes]"

    def mails(self) -> list[str]:
        """Return the mails sent so far, as text."""
        texts = [path.read_text() for path in sorted(self.mail.glob("*.log"))]
        return [text for text in texts if text]  # a sweep that sends nothing opens a file as well

    def kill(self) -> None:
        """End the worker and its children at once, as a machine that fails does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


@pytest.fixture
def celery_worker_process(
    transactional_db: None, settings: Any, media_of_this_test: Path, tmp_path: Path
) -> Iterator[Worker]:
    """Run `celery worker` on this test's database, cache and files; tasks sent here go to it."""
    media_of_this_test.mkdir(exist_ok=True)
    with broker_of_tests() as url:
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": cache_beside(url),
            }
        }
        cache.clear()
        with running_worker(tmp_path / "worker", url, media_of_this_test) as worker:
            yield worker


@contextmanager
def running_worker(
    folder: Path, broker: str, media: Path, *, email_url: str = ""
) -> Iterator[Worker]:
    """Start a worker on the test's database; its log, and its mail unless told, go to `folder`."""
    mail = folder / "mail"
    mail.mkdir(parents=True)
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "igot", "worker", "-l", "info"]
            + ["--concurrency", "1", "--pool", "prefork", "--without-gossip", "--without-mingle"],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "igot.settings.test",
                "DATABASE_URL": database_url_of_tests(),
                "REDIS_URL": broker,
                "TEST_LIVE_WORKER": "1",
                "MEDIA_ROOT": str(media),
                "EMAIL_URL": email_url or f"filemail:///{mail}",
            },
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        worker = Worker(log=folder / "worker.log", mail=mail, process=process)
        try:
            wait_until_ready(process, worker.log)
            yield worker
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                worker.kill()


@contextmanager
def broker_of_tests() -> Iterator[str]:
    """Make this process send its tasks to an emptied Redis, and run them in process again after."""
    server = redis.Redis.from_url(TEST_REDIS_URL)
    try:
        server.flushdb()
    except redis.ConnectionError:
        if IN_CI:
            pytest.fail(f"no Redis answers at {TEST_REDIS_URL}")
        pytest.skip(f"no Redis answers at {TEST_REDIS_URL}")
    before = (celery_app.conf.broker_url, celery_app.conf.task_always_eager)
    send_tasks_to(TEST_REDIS_URL, in_process=False)
    try:
        yield TEST_REDIS_URL
    finally:
        send_tasks_to(before[0], in_process=before[1])
        server.flushdb()
        server.close()


def send_tasks_to(broker: str, *, in_process: bool) -> None:
    """Point the task queue elsewhere, and forget the connections that it has kept."""
    celery_app.conf.broker_url = broker
    celery_app.conf.task_always_eager = in_process
    celery_app._after_fork()


def database_url_of_tests() -> str:
    """Name the PostgreSQL test database, so that another process can join it."""
    db = connection.settings_dict
    password = f":{quote(db['PASSWORD'], safe='')}" if db["PASSWORD"] else ""
    host = f"{db['HOST'] or '127.0.0.1'}:{db['PORT'] or 5432}"
    return f"postgres://{quote(db['USER'], safe='')}{password}@{host}/{db['NAME']}"


def wait_until_ready(process: "subprocess.Popen[bytes]", log: Path, seconds: float = 40) -> None:
    """Wait until the worker says that it is ready, or fail with its last words."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and process.poll() is None:
        if " ready." in log.read_text(errors="replace"):
            return
        time.sleep(0.1)
    pytest.fail("the Celery worker did not start:\n" + log.read_text(errors="replace")[-4000:])
