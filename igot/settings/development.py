"""The embedded default: SQLite, no broker, one machine. Its keys are public: for nothing else."""

from pathlib import Path

from igot.settings.base import *  # noqa: F403
from igot.settings.base import BLIND_INDEX_KEY, FIELD_KEYS, SECRET_KEY, STATIC_ROOT, env

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = SECRET_KEY or "development-only-" + "x" * 50
FIELD_KEYS = FIELD_KEYS or {"dev": "ZGV2ZWxvcG1lbnQtb25seS1maWVsZC1rZXktMzJieXQ="}
BLIND_INDEX_KEY = BLIND_INDEX_KEY or "ZGV2ZWxvcG1lbnQtb25seS1ibGluZC1pbmRleC1rZXk="
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder
