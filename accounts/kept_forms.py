"""What somebody typed into a form whose session had ended, kept until they have signed in again.

It lies sealed in the session of that browser, for half an hour, for the same user only. Passwords,
bank details and files are not kept (docs/decisions/0190).
"""

import json
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, QueryDict

from igot.lib import crypto

KEPT_FOR: Final = timedelta(minutes=30)
MOST_CHARACTERS: Final = 100_000
KEY: Final = "kept_form"
BOUND_TO: Final = "session.kept_form"
NEVER_KEPT: Final = ("csrfmiddlewaretoken", "password", "account_number", "account_again", "ifsc")
NOT_OF_FORMS: Final = ("/accounts/", "/i18n/")  # signing in itself, and the switch of language


class KeptForm(NamedTuple):
    """A form that was sent too late: whose, where to, and what stood in it."""

    user_id: int
    url: str  # with its query, as it was sent to
    fields: list[tuple[str, str]]
    kept_at: datetime

    @property
    def path(self) -> str:
        return self.url.partition("?")[0]

    @property
    def words(self) -> list[str]:
        """What a person typed or chose in words, to be recognised by."""
        said = (value.strip() for _name, value in self.fields)
        return [value for value in said if len(value) > 3 and not value.isdecimal()]


def is_worth_keeping(request: HttpRequest) -> bool:
    """Tell whether a form of a page was sent, and not what a script or the sign-in sends."""
    return (
        request.method == "POST"
        and not request.path.startswith(NOT_OF_FORMS)
        and "text/html" in request.headers.get("Accept", "")
    )


def keep(session: SessionBase, *, user_id: int, url: str, data: QueryDict, at: datetime) -> bool:
    """Keep the fields of a form for `user_id`; tell whether anything was kept."""
    fields = [
        (name, str(value))
        for name, values in data.lists()
        if not name.rpartition("-")[2].startswith(NEVER_KEPT)  # of one form of many, too
        for value in values
    ]
    written = json.dumps([user_id, url, fields, at.isoformat()])
    if not any(value for _name, value in fields) or len(written) > MOST_CHARACTERS:
        return False
    session[KEY] = crypto.encrypt(written, bound_to=BOUND_TO)
    return True


def kept_for(session: SessionBase, *, user_id: int, at: datetime) -> KeptForm | None:
    """Return what is kept for `user_id`; what is another's, or too old, is dropped."""
    sealed: str | None = session.get(KEY)
    if sealed is None:
        return None
    written: list[Any] = json.loads(crypto.decrypt(sealed, bound_to=BOUND_TO))
    kept = KeptForm(
        user_id=written[0],
        url=written[1],
        fields=[(name, value) for name, value in written[2]],
        kept_at=datetime.fromisoformat(written[3]),
    )
    if kept.user_id != user_id or at - kept.kept_at > KEPT_FOR:
        drop(session)
        return None
    return kept


def drop(session: SessionBase) -> None:
    """Forget what is kept."""
    session.pop(KEY, None)
