"""Asking the provider for codes: a drafted letter that goes the way of every letter."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from circulars import actions as papers
from circulars.models import Circular
from courses.models import Course
from enrollment import pool_policies, request_letter, states
from enrollment import reconciliation_policies as policies
from enrollment.models import CouponBatch, CouponRequest
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def draft_request(
    *,
    course_id: int,
    codes: int,
    needed_by: date,
    valid_until: date,
    file_number: str,
    signatory_name: str,
    signatory_name_hi: str,
    signatory_designation: str,
    signatory_designation_hi: str,
    acting_user: User,
    at: datetime,
) -> CouponRequest:
    """Draft the letter that asks for `codes` codes of a course, and take down that they are asked.

    Its author edits it and goes on with it at the desk; somebody else approves it.
    :raises Refused: no author of circulars, or days that cannot be
    """
    if reason := policies.why_not_ask(acting_user):
        raise Refused(reason)
    if not civil_date(at) <= needed_by <= valid_until:
        raise Refused(_("The codes are needed from today on, and valid from then on."))
    course = Course.objects.select_for_update(no_key=True, of=("self",)).get(pk=course_id)
    letter = papers.draft_composed(
        composed=request_letter.composed_of(
            course, codes=codes, needed_by=needed_by, valid_until=valid_until
        ),
        circular=Circular(
            form=Circular.Form.LETTER,
            signatory_name=signatory_name,
            signatory_name_hi=signatory_name_hi,
            signatory_designation=signatory_designation,
            signatory_designation_hi=signatory_designation_hi,
            is_general_order=False,
        ),
        file_number=file_number,
        acting_user=acting_user,
        at=at,
    )
    request = CouponRequest.objects.create(
        course=course,
        codes=codes,
        needed_by=needed_by,
        circular=letter,
        drafted_by=acting_user,
        drafted_at=at,
    )
    audit.record(
        request, "couponrequest.drafted", acting_user=acting_user, at=at, letter=letter.code
    )
    return request


@transaction.atomic(durable=True)
def give_up_request(*, request_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Count no longer on the codes that a letter asks for.

    :raises Refused: not open to `acting_user`, or given up already
    """
    request = CouponRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request_id)
    if refusal := policies.why_not_give_up(None, request, acting_user):
        raise Refused(refusal)
    request.ended_at, request.ended_by, request.end_reason = at, acting_user, reason[:250]
    request.save(update_fields=["ended_at", "ended_by", "end_reason"])
    audit.record(request, "couponrequest.given_up", acting_user=acting_user, at=at, reason=reason)


@transaction.atomic(durable=True)
def name_request(*, batch_id: int, request_id: int, acting_user: User, at: datetime) -> None:
    """Take down which of our letters a batch of codes answers.

    :raises Refused: not open to `acting_user`, or the letter asks for codes of another course
    """
    batch = CouponBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch_id)
    request = CouponRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request_id)
    if reason := pool_policies.why_not_batch(states.NAME_REQUEST, batch, acting_user):
        raise Refused(reason)
    if request.course_id != batch.course_id:
        raise Refused(_("That letter asks for codes of another course."))
    was, batch.request = batch.request, request
    batch.save(update_fields=["request"])
    audit.record(
        batch,
        "couponbatch.request_named",
        acting_user=acting_user,
        at=at,
        request=request.pk,
        was=was and was.pk,
    )
