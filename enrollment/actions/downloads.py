"""That somebody at the desk has taken rows of an import out of the portal."""

from datetime import datetime

from django.db import transaction
from django.db.models import Model

from accounts import audit
from accounts.models import User
from enrollment import pool_policies
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def note_download(*, source: Model, rows: int, acting_user: User, at: datetime) -> None:
    """Record that the rows of an import were downloaded.

    :raises Refused: not open to `acting_user`
    """
    if reason := pool_policies.why_not_download(acting_user):
        raise Refused(reason)
    event = f"{source._meta.model_name}.rows_downloaded"
    audit.record(source, event, acting_user=acting_user, at=at, rows=rows)
