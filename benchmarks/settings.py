"""Settings of the measured server: as in production, over plain HTTP on this machine."""

from igot.settings.development import *  # noqa: F403
from igot.settings.development import INSTALLED_APPS, MIDDLEWARE, TEMPLATES

DEBUG = False
ROOT_URLCONF = "benchmarks.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
MIDDLEWARE = ["benchmarks.fresh.FreshMiddleware", *MIDDLEWARE]
TEMPLATES[0]["OPTIONS"]["debug"] = False  # type: ignore[index]
ALLOWED_HOSTS = ["127.0.0.1"]
