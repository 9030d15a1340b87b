"""What changes in this app: feedback comes in and is answered."""

import secrets
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts import audit
from accounts.models import User
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from reports import policies, states
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


@transaction.atomic(durable=True)
def answer_feedback(*, feedback_id: int, answer: str, acting_user: User, at: datetime) -> Feedback:
    """Note on which day and in which words a message was answered.

    The reply itself goes from the office's own mailbox, for its writer need not have an account.
    :raises Refused: it has been answered already, or `acting_user` may not
    """
    feedback = Feedback.objects.select_for_update(no_key=True).get(pk=feedback_id)
    if reason := policies.why_not(states.ANSWER, feedback, acting_user):
        raise Refused(reason)
    feedback.answered_on = civil_date(at)
    feedback.answer = answer
    feedback.save(update_fields=["answered_on", "answer"])
    audit.record(feedback, "feedback.answered", acting_user=acting_user, at=at)
    return feedback
