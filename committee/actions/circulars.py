"""Drafting the circular of a meeting's decisions: the author of circulars owns the draft."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from circulars import actions as papers
from circulars.models import Circular
from committee import circular_text
from committee.models import Meeting
from committee.policies import announcements as policies
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def draft_circular(
    *,
    meeting_id: int,
    file_number: str,
    signatory_name: str,
    signatory_name_hi: str,
    signatory_designation: str,
    signatory_designation_hi: str,
    acting_user: User,
    at: datetime,
) -> Circular:
    """Draft an Office Memorandum of the courses that a meeting shortlisted.

    The text is a beginning, in both languages: its author edits, submits and so on, at the desk.
    :raises Refused: no author of circulars, nothing announced, or drafted already
    """
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
    if reason := policies.why_not_draft_circular(meeting, acting_user):
        raise Refused(reason)
    circular = papers.draft_composed(
        composed=circular_text.composed_of(meeting),
        circular=Circular(
            form=Circular.Form.OFFICE_MEMORANDUM,
            signatory_name=signatory_name,
            signatory_name_hi=signatory_name_hi,
            signatory_designation=signatory_designation,
            signatory_designation_hi=signatory_designation_hi,
            is_general_order=True,
        ),
        file_number=file_number,
        acting_user=acting_user,
        at=at,
    )
    meeting.circular = circular
    meeting.save(update_fields=["circular"])
    audit.record(
        meeting, "meeting.circular_drafted", acting_user=acting_user, at=at, circular=circular.code
    )
    return circular
