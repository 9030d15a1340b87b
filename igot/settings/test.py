"""Settings of the tests: as development, but quick, silent and without leftovers."""

import tempfile

from igot.settings.development import *  # noqa: F403
from igot.settings.development import CACHES, REDIS_URL, env

# A worker started by a test is told so: it shares Redis, files and mail folder with that test.
LIVE_WORKER = env.bool("TEST_LIVE_WORKER", default=False)

DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
CELERY_TASK_ALWAYS_EAGER = not LIVE_WORKER
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BROKER_URL = REDIS_URL if LIVE_WORKER else "memory://"
if not LIVE_WORKER:
    CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    MEDIA_ROOT = tempfile.mkdtemp(prefix="igot-test-media-")
