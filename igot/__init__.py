"""The project package: settings, addresses, the task queue and the library that all apps share."""

from igot.celery import app as celery_app

__all__ = ["celery_app"]
