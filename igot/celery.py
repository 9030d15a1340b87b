"""The task queue: Redis where REDIS_URL names one, else in process after the commit."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igot.settings.development")

app = Celery("igot")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
