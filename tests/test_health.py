"""The two addresses for machines: alive without a database, ready only when everything works."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from igot import health
from igot.celery import app as celery_app
from tests.conftest import send_tasks_to


@pytest.fixture
def unreachable_broker() -> Iterator[None]:
    """Point the task queue at a port where nothing listens."""
    before = (celery_app.conf.broker_url, celery_app.conf.task_always_eager)
    send_tasks_to("redis://127.0.0.1:1/0", in_process=False)
    yield
    send_tasks_to(before[0], in_process=before[1])


def test_alive_without_a_log_in_and_without_the_database(client: Client) -> None:
    response = client.get("/healthz")  # no database fixture: a query would fail this test

    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_everything_works(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "database": "ok",
        "cache": "ok",
        "broker": "ok",
        "disk": "ok",
    }


@pytest.mark.django_db
def test_not_ready_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise DatabaseError("server closed the connection, password=hunter2")

    monkeypatch.setattr(connection, "cursor", refuse)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["database"] == "failing"
    assert b"hunter2" not in response.content


@pytest.mark.django_db
def test_not_ready_without_the_cache(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise RedisConnectionError("Error 111 connecting to redis:6379")

    monkeypatch.setattr(type(cache._connections["default"]), "set", refuse)  # type: ignore[attr-defined]

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["cache"] == "failing"


@pytest.mark.django_db
def test_not_ready_without_the_broker(client: Client, unreachable_broker: None) -> None:
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["broker"] == "failing"


@pytest.mark.django_db
def test_not_ready_on_a_full_disk(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 10**18)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["disk"] == "failing"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_tells_no_version_address_or_secret(client: Client, address: str) -> None:
    response = client.get(address)
    said = response.content.decode() + json.dumps(dict(response.headers))

    for word in ("django", "postgres", "sqlite", "redis", "python", "127.0.0.1", "secret"):
        assert word not in said.lower()


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_only_read(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil"])
def test_a_host_that_is_not_ours_is_refused_with_a_page(client: Client, host: str) -> None:
    client.raise_request_exception = False

    response = client.get("/", HTTP_HOST=host)

    assert response.status_code == 400
    assert b"evil" not in response.content
