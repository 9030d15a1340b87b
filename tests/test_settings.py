"""Production refuses weak choices and names them all; the example file lists every setting."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from igot.settings import base, development

ROOT = Path(__file__).resolve().parent.parent


def key(seed: int) -> str:
    """Return 32 varied bytes in base64."""
    return base64.b64encode(bytes((seed * 7 + n * 11) % 256 for n in range(32))).decode()


SOUND = {
    "SECRET_KEY": "q7-made-up-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz",
    "FIELD_KEYS": f"1:{key(1)},2:{key(2)}",
    "BLIND_INDEX_KEY": key(3),
    "ALLOWED_HOSTS": "igot.example.gov.in",
    "EMAIL_URL": "smtp://mail.example.gov.in:25",
    "DATABASE_URL": "sqlite://:memory:",
}
READ_BY_DJANGO_ONLY = {"DJANGO_SETTINGS_MODULE"}


def start(environment: dict[str, str], code: str = "pass") -> "subprocess.CompletedProcess[str]":
    """Import the production settings in a process of its own with nothing but `environment`."""
    program = f"from django.conf import settings; settings.DEBUG; {code}"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "igot.settings.production",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_production_starts_with_sound_choices() -> None:
    done = start(SOUND, "print(settings.DEBUG, settings.SESSION_COOKIE_NAME)")

    assert done.stderr == ""
    assert done.stdout == "False __Host-igot\n"


def test_production_names_every_problem_at_once() -> None:
    done = start({"DEBUG": "1"})

    assert done.returncode != 0
    message = done.stderr.splitlines()[-1]
    for name in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "DEBUG", "ALLOWED_HOSTS"):
        assert f"{name}: " in message
    assert "EMAIL_URL: " in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", development.SECRET_KEY),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "django-insecure-" + SOUND["SECRET_KEY"]),
        ("SECRET_KEY_FALLBACKS", "short"),
        ("FIELD_KEYS", ""),
        ("FIELD_KEYS", "1:" + development.FIELD_KEYS["dev"]),
        ("FIELD_KEYS", f"1:{key(1)},2:{development.FIELD_KEYS['dev']}"),
        ("FIELD_KEYS", "1:not base64"),
        ("FIELD_KEYS", key(1)),
        ("FIELD_KEYS", "1:" + base64.b64encode(b"only sixteen byte").decode()),
        ("BLIND_INDEX_KEY", ""),
        ("BLIND_INDEX_KEY", development.BLIND_INDEX_KEY),
        ("DEBUG", "true"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "igot.example.gov.in,*"),
        ("EMAIL_URL", "consolemail://"),
    ],
)
def test_production_refuses_one_weak_choice_by_its_name(name: str, value: str) -> None:
    done = start({**SOUND, name: value})

    assert done.returncode != 0
    assert "The portal does not start." in done.stderr
    assert re.findall(r"([A-Z_]+): \w", done.stderr.splitlines()[-1]) == [name]


def test_a_refusal_does_not_repeat_the_secret() -> None:
    done = start({**SOUND, "SECRET_KEY": "hunter2", "BLIND_INDEX_KEY": "c2VjcmV0"})

    assert "hunter2" not in done.stderr
    assert "c2VjcmV0" not in done.stderr


def test_plain_http_is_a_stated_choice_and_drops_the_secure_cookies() -> None:
    done = start({**SOUND, "HTTPS": "0"}, "print(settings.SESSION_COOKIE_NAME)")

    assert done.stdout == "sessionid\n"


def test_cookies_over_https_are_bound_to_the_host() -> None:
    names = ("SESSION_COOKIE", "CSRF_COOKIE")
    code = "print(" + ", ".join(
        f"settings.{name}_NAME, settings.{name}_SECURE, settings.{name}_HTTPONLY, "
        f"settings.{name}_SAMESITE, settings.{name}_DOMAIN, settings.{name}_PATH"
        for name in names
    )

    done = start(SOUND, code + ")")

    assert done.stdout.split() == [
        *["__Host-igot", "True", "True", "Lax", "None", "/"],
        *["__Host-igotcsrf", "True", "True", "Lax", "None", "/"],
    ]


def test_cache_and_broker_never_share_a_redis_database() -> None:
    for url, cache in [
        ("redis://redis:6379/0", "redis://redis:6379/1"),
        ("redis://redis:6379", "redis://redis:6379/1"),
        ("redis://:p4ss@redis/4", "redis://:p4ss@redis/5"),
    ]:
        done = start(
            {**SOUND, "REDIS_URL": url},
            "print(settings.CELERY_BROKER_URL, settings.CACHES['default']['LOCATION'])",
        )

        assert done.stdout.split() == [url, cache]


def test_without_redis_tasks_run_in_process_and_the_cache_is_a_table() -> None:
    code = "print(settings.CELERY_TASK_ALWAYS_EAGER, settings.CACHES['default']['BACKEND'])"

    done = start(SOUND, code)

    assert done.stdout == "True django.core.cache.backends.db.DatabaseCache\n"


def test_a_task_gives_up_before_the_broker_hands_it_out_again() -> None:
    code = (
        "print(settings.CELERY_TASK_TIME_LIMIT"
        " < settings.CELERY_BROKER_TRANSPORT_OPTIONS['visibility_timeout'])"
    )

    done = start({**SOUND, "REDIS_URL": "redis://redis:6379/0"}, code)

    assert done.stdout == "True\n"


def test_sqlite_is_tuned_and_postgresql_keeps_its_connections() -> None:
    sqlite = start(SOUND, "print(settings.DATABASES['default']['OPTIONS'])").stdout
    postgres = start(
        {**SOUND, "DATABASE_URL": "postgres://igot:x@db:5432/igot"},
        "d = settings.DATABASES['default'];"
        "print(d['ENGINE'], d['CONN_MAX_AGE'] > 0, d['CONN_HEALTH_CHECKS'], d['ATOMIC_REQUESTS'])",
    ).stdout

    assert "IMMEDIATE" in sqlite and "journal_mode=WAL" in sqlite and "busy_timeout" in sqlite
    assert postgres == "django.db.backends.postgresql True True False\n"


def test_an_object_store_takes_the_private_files_when_one_is_set() -> None:
    done = start(
        {**SOUND, "S3_BUCKET": "papers", "S3_ENDPOINT_URL": "https://s3.example.gov.in"},
        "s = settings.STORAGES['default']; print(s['BACKEND'], s['OPTIONS']['default_acl'])",
    )

    assert done.stdout == "storages.backends.s3.S3Storage private\n"


def test_the_example_environment_lists_exactly_what_the_settings_read() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "igot" / "settings").glob("*.py"))
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z][A-Z0-9_]*)"', sources))
    listed = set(
        re.findall(r"^#?\s?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )

    assert listed - READ_BY_DJANGO_ONLY == {name for name in read if not name.startswith("TEST_")}


def test_the_example_environment_holds_no_key_that_production_would_take() -> None:
    example = (ROOT / ".env.example").read_text()
    given = dict(re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", example, re.MULTILINE))

    done = start(given)

    assert done.returncode != 0
    assert "SECRET_KEY: " in done.stderr and "FIELD_KEYS: " in done.stderr


def test_time_is_kept_in_india_and_aware() -> None:
    assert (base.USE_TZ, base.TIME_ZONE) == (True, "Asia/Kolkata")
