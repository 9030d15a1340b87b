"""Drafting the circular of a meeting's decisions: the author of circulars owns the draft."""

from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from accounts import audit
from accounts.models import User
from circulars import actions as papers
from circulars.models import Addressee, Circular, Paragraph
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
    subject = circular_text.subject_of(meeting)
    office_file = papers.file_numbered(file_number, subject=subject.en)
    circular = papers.create_draft(
        circular=Circular(
            form=Circular.Form.OFFICE_MEMORANDUM,
            office_file=office_file,
            number=office_file.number,
            code=_free_code(meeting),
            subject=subject.en,
            subject_hi=subject.hi,
            signatory_name=signatory_name,
            signatory_name_hi=signatory_name_hi,
            signatory_designation=signatory_designation,
            signatory_designation_hi=signatory_designation_hi,
            is_general_order=True,
        ),
        acting_user=acting_user,
        at=at,
    )
    _write(circular, meeting)
    meeting.circular = circular
    meeting.save(update_fields=["circular"])
    audit.record(
        meeting, "meeting.circular_drafted", acting_user=acting_user, at=at, circular=circular.code
    )
    return circular


def _free_code(meeting: Meeting) -> str:
    stem = slugify(f"decisions-{meeting.number.replace('/', '-')}")[:40]
    number, code = 1, stem
    while Circular.objects.filter(code=code).exists():
        number += 1
        code = f"{stem}-{number}"
    return code


def _write(circular: Circular, meeting: Meeting) -> None:
    for position, passage in enumerate(circular_text.passages_of(meeting), start=1):
        paragraph = Paragraph.objects.create(
            circular=circular,
            position=position,
            kind=passage.kind,
            label=passage.label,
            text=passage.text.en,
            text_hi=passage.text.hi,
            table=passage.table,
        )
        papers.mark_hindi_current(paragraph=paragraph)
    Addressee.objects.bulk_create(
        Addressee(circular=circular, position=position, text=line.en, text_hi=line.hi)
        for position, line in enumerate(circular_text.TO, start=1)
    )
