"""Production: refuses to start with a weak choice, and names all of them at once."""

from django.core.exceptions import ImproperlyConfigured

from igot.settings.base import *  # noqa: F403
from igot.settings.base import (
    ALLOWED_HOSTS,
    BLIND_INDEX_KEY,
    CONTENT_SECURITY_POLICY,
    FIELD_KEYS,
    SECRET_KEY,
    STORAGES,
    env,
)

_problems = []
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("development-only-"):
    _problems.append("SECRET_KEY: set a secret of 50 characters or more")
if not FIELD_KEYS or set(FIELD_KEYS.values()) & {"ZGV2ZWxvcG1lbnQtb25seS1maWVsZC1rZXktMzJieXQ="}:
    _problems.append("FIELD_KEYS: set a key of your own, as 1:<base64 of 32 random bytes>")
if not BLIND_INDEX_KEY or BLIND_INDEX_KEY == "ZGV2ZWxvcG1lbnQtb25seS1ibGluZC1pbmRleC1rZXk=":
    _problems.append("BLIND_INDEX_KEY: set a key of your own, base64 of 32 random bytes")
if env.bool("DEBUG", default=False):
    _problems.append("DEBUG: must not be on in production")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    _problems.append("ALLOWED_HOSTS: name the hosts that serve the portal, without *")
if _problems:
    raise ImproperlyConfigured("The portal does not start: " + "; ".join(_problems) + ".")

HTTPS = env.bool("HTTPS", default=True)
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 63072000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-igot"
    CSRF_COOKIE_NAME = "__Host-igotcsrf"
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True
    if env.bool("BEHIND_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
