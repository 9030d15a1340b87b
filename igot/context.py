"""What every page shows of the site itself: language, view, last update; no app is asked."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from igot.lib import preferences
from igot.lib.dates import IST


def site(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs on every page; a view may give its own `updated_on`."""
    language = get_language() or settings.LANGUAGE_CODE
    user = getattr(request, "user", None)
    idle = (
        settings.SESSION_IDLE_STAFF
        if getattr(user, "is_staff", False)
        else settings.SESSION_IDLE_OFFICER
    )
    return {
        "idle_seconds": int(idle.total_seconds()),
        "html_lang": "hi-IN" if language.startswith("hi") else "en-IN",
        "view": preferences.of(request.COOKIES),
        "updated_on": texts_updated_on(),
        "site_url": settings.SITE_URL,
    }


@lru_cache(maxsize=1)
def texts_updated_on() -> date:
    """Tell the day in India on which the newest of the portal's own texts was put in place."""
    folders = [settings.BASE_DIR / "templates" / "reports", settings.BASE_DIR / "locale"]
    texts = [path for folder in folders for path in folder.rglob("*.*") if path.is_file()]
    newest = max((path.stat().st_mtime for path in texts), default=0.0)
    return datetime.fromtimestamp(newest, tz=IST).date()
