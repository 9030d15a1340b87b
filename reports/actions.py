"""What changes in this app: feedback comes in."""

import secrets
from datetime import datetime
from typing import Final

from django.db import transaction

from igot.lib.dates import civil_date
from reports.models import Feedback, reply_due

# Without letters and digits that are mistaken for one another when read out.
NUMBER_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@transaction.atomic(durable=True)
def receive_feedback(
    *, subject: str, message: str, name: str, email: str, language: str, at: datetime
) -> Feedback:
    """Store a message under a fresh number that cannot be guessed, and set the day of reply.

    It comes from a visitor who may not be signed in, so there is no user to record or notify.
    """
    received_on = civil_date(at)
    letters = "".join(secrets.choice(NUMBER_LETTERS) for _place in range(8))
    return Feedback.objects.create(
        number=f"FB-{received_on.year}-{letters}",
        subject=subject,
        message=message,
        name=name,
        email=email,
        language=language,
        received_at=at,
        reply_by=reply_due(received_on),
    )
