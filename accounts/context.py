"""What every page shows of the user who is signed in."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Notice


def unread(request: HttpRequest) -> dict[str, object]:
    """Give templates `unread_count`; the count is asked only where a page shows it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"unread_count": 0}
    return {"unread_count": SimpleLazyObject(lambda: Notice.objects.unread_by(user))}
