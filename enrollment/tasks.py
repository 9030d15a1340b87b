"""Work that the schedule finds in the rows: letters to issue, coupons to give, codes run out."""

import uuid
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.actions import postings
from circulars.documents import kept
from courses.models import Programme
from enrollment import completion_letter, completions, documents
from enrollment.actions import completions as completing
from enrollment.actions import coupons, intimations, recomputing
from enrollment.models import Intimation, ProgrammeCompletion
from igot.lib.errors import Refused

LETTERS_AT_ONCE = 50


@shared_task
def issue_missing_letters(**ignored: Any) -> int:
    """Issue the letters of the intimations that have none yet; return how many were issued."""
    waiting = Intimation.objects.without_letter().with_all().order_by("pk")[:LETTERS_AT_ONCE]
    return sum(_issue_letter(intimation) for intimation in waiting)


def _issue_letter(intimation: Intimation) -> bool:
    with kept(documents.letter_of(intimation, public_id=uuid.uuid4())) as pdf:
        try:
            intimations.file_letter(intimation_id=intimation.pk, pdf=pdf, at=timezone.now())
        except Refused:  # another worker was first: `kept` takes the file away again
            return False
    return True


@shared_task
def record_completions(**ignored: Any) -> int:
    """Record the programmes that officers have completed, and issue their letters; return both."""
    recorded = 0
    for programme in Programme.objects.order_by("pk"):
        for officer_id in completions.newly_complete(programme):
            recorded += _record_completion(officer_id, programme.pk)
    waiting = ProgrammeCompletion.objects.without_letter().with_all().order_by("pk")
    return recorded + sum(_issue_completion(row) for row in waiting[:LETTERS_AT_ONCE])


def _record_completion(officer_id: int, programme_id: int) -> bool:
    try:
        completing.record_completion(
            officer_id=officer_id, programme_id=programme_id, at=timezone.now()
        )
    except Refused:  # another worker was first, or a certificate was taken back meanwhile
        return False
    return True


def _issue_completion(completion: ProgrammeCompletion) -> bool:
    with kept(completion_letter.letter_of(completion, public_id=uuid.uuid4())) as pdf:
        try:
            completing.file_completion_letter(
                completion_id=completion.pk, pdf=pdf, at=timezone.now()
            )
        except Refused:  # another worker was first: `kept` takes the file away again
            return False
    return True


@shared_task
def serve_coupon_queue(**ignored: Any) -> int:
    """Give coupons to the confirmed registrations that wait; return how many."""
    return coupons.serve_coupon_queue(at=timezone.now())


@shared_task
def expire_coupons(**ignored: Any) -> int:
    """Mark the codes whose validity is over; return how many."""
    return coupons.expire_coupons(at=timezone.now())


@shared_task
def decide_anew(**ignored: Any) -> int:
    """Decide anew the registrations whose day or record has changed; return how many."""
    return recomputing.decide_all_anew(at=timezone.now()).total()


@shared_task
def put_postings_in_force(**ignored: Any) -> int:
    """Let records follow the postings whose day has come; return how many.

    It stands here because the lowest app's own tasks deliver the notices that actions write.
    """
    return postings.put_due_in_force(at=timezone.now())
