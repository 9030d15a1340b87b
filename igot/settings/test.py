"""Settings of the tests: as development, but quick, silent and without leftovers."""

import hashlib
import tempfile

from igot.settings.development import *  # noqa: F403
from igot.settings.development import BASE_DIR, CACHES, DATABASES, REDIS_URL, env

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

# Migrating takes longer than most of the tests, so the suite copies a database that is migrated.
# SQLite: a file under var/ that the first run leaves for the next ones, until a migration changes
# (`tests/conftest.py`). PostgreSQL: the database that `scripts/test` has made and names here.
TEST_TEMPLATE = env("TEST_TEMPLATE", default="")
if "sqlite" in DATABASES["default"]["ENGINE"]:
    _digest = hashlib.sha256()
    for _pattern in ("*/migrations/*.py", "igot/lib/*.py", "requirements.lock"):
        for _path in sorted(BASE_DIR.glob(_pattern)):
            _digest.update(_path.read_bytes())
    MIGRATED = BASE_DIR / "var" / "suite" / f"{_digest.hexdigest()[:16]}.sqlite3"
    DATABASES["default"]["TEST"] = {"MIGRATE": not MIGRATED.exists()}
elif TEST_TEMPLATE:
    DATABASES["default"]["TEST"] = {"TEMPLATE": TEST_TEMPLATE}
