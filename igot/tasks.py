"""The project's own task: a sign of life from a worker."""

from typing import Any

from celery import Task, shared_task
from django.core.cache import cache

ANSWER_KEPT = 60  # seconds


@shared_task(bind=True)
def answer_ping(self: "Task[..., None]", *, key: str, **ignored: Any) -> None:
    """Leave the name of the worker that does this under `key` in the shared cache."""
    cache.set(key, str(self.request.hostname or "in process"), ANSWER_KEPT)
