"""Two addresses for machines: is the process alive, and can it do its work."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from igot.celery import app as celery_app
from igot.lib import virus_scan

LEAST_FREE_BYTES = 200 * 1024 * 1024


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process serves requests; ask nothing of anyone."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, cache, broker and disk work, else 503 and which does not.

    A scanner, where one is configured, is named too but takes nobody's portal away: without it
    certificates wait, and all else goes on.
    """
    found = {name: "ok" if works() else "failing" for name, works in CHECKS.items()}
    status = 200 if set(found.values()) == {"ok"} else 503
    if virus_scan.is_configured():
        found["scanner"] = "ok" if virus_scan.answers() else "failing"
    return JsonResponse(
        {"status": "ready" if status == 200 else "degraded", **found}, status=status
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def _cache_keeps() -> bool:
    written = str(time.time())
    try:
        cache.set("readyz", written, 60)
        return cache.get("readyz") is not None
    except (DatabaseError, RedisError, OSError):
        return False


def _broker_answers() -> bool:
    if celery_app.conf.task_always_eager:
        return True
    try:
        with celery_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        return True
    except (OperationalError, OSError):
        return False


def _disk_has_room() -> bool:
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >= LEAST_FREE_BYTES


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "cache": _cache_keeps,
    "broker": _broker_answers,
    "disk": _disk_has_room,
}
