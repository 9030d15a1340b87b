"""Production: refuses to start with a weak choice, and names all of them at once."""

import base64

from django.core.exceptions import ImproperlyConfigured

from igot.settings.base import *  # noqa: F403
from igot.settings.base import (
    ALLOWED_HOSTS,
    BLIND_INDEX_KEY,
    CONTENT_SECURITY_POLICY,
    FIELD_KEYS,
    SECRET_KEY,
    SECRET_KEY_FALLBACKS,
    STORAGES,
    env,
)


def is_weak_secret(secret: str) -> bool:
    """Say whether `secret` is short, a placeholder or the public one of development."""
    placeholder = secret.startswith(("development-only-", "django-insecure-", "change-me"))
    return placeholder or len(secret) < 50 or len(set(secret)) < 5


def is_weak_key(key: str) -> bool:
    """Say whether `key` is anything but 32 random bytes in base64."""
    try:
        raw = base64.b64decode(key, validate=True)
    except ValueError:
        return True
    return len(raw) != 32 or raw.startswith(b"development-only-") or len(set(raw)) < 5


def problems() -> list[str]:
    """List every setting that keeps the portal from starting, each with what to do."""
    refused = {
        "SECRET_KEY: set a secret of 50 characters or more": is_weak_secret(SECRET_KEY),
        "SECRET_KEY_FALLBACKS: take the short or public secret out": any(
            is_weak_secret(secret) for secret in SECRET_KEY_FALLBACKS
        ),
        "FIELD_KEYS: set keys of your own, as 1:<base64 of 32 random bytes>": not FIELD_KEYS
        or any(not name or is_weak_key(key) for name, key in FIELD_KEYS.items()),
        "BLIND_INDEX_KEY: set a key of your own, base64 of 32 random bytes": is_weak_key(
            BLIND_INDEX_KEY
        ),
        "DEBUG: must not be on in production": env.bool("DEBUG", default=False),
        "ALLOWED_HOSTS: name the hosts that serve the portal, without *": not ALLOWED_HOSTS
        or any(host in {"*", "."} for host in ALLOWED_HOSTS),
        "EMAIL_URL: name the mail server; codes must not be printed into the log": env(
            "EMAIL_URL", default="consolemail://"
        ).startswith(("consolemail", "memorymail")),
    }
    return [problem for problem, holds in refused.items() if holds]


if found := problems():
    raise ImproperlyConfigured("The portal does not start. " + "; ".join(found) + ".")

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
    ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True
    if env.bool("BEHIND_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
