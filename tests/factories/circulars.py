"""Circulars for tests: a short bilingual Office Memorandum, and only what a test names changed."""

from datetime import date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from accounts.roles import Role
from circulars.actions import file_numbered
from circulars.models import Addressee, AddressList, AddressListEntry, Circular, Paragraph
from circulars.rules import digest_of
from circulars.states import PUBLIC, CircularState
from tests.factories.accounts import make_user

numbers = count(1)
AT = datetime(2026, 9, 1, 11, 0, tzinfo=ZoneInfo("Asia/Kolkata"))


def make_author(**fields: Any) -> User:
    return make_user(Role.CIRCULAR_AUTHOR, **fields)


def make_approver(**fields: Any) -> User:
    return make_user(Role.CIRCULAR_APPROVER, **fields)


def make_circular(
    *,
    state: str = CircularState.DRAFT,
    form: str = Circular.Form.OFFICE_MEMORANDUM,
    subject: str = "Calendar of batches",
    subject_hi: str = "बैचों का कैलेंडर",
    number: str = "No. T-16017/14/2020-iGOT",
    author: User | None = None,
    approver: User | None = None,
    text: str = "The next batch begins in September.",
    text_hi: str = "अगला बैच सितंबर में प्रारंभ होगा।",
    dated_on: date | None = None,
    address_list: AddressList | None = None,
    **fields: Any,
) -> Circular:
    """Make a circular with one paragraph and one addressee, at `state` by two people."""
    is_approved = state in PUBLIC | {CircularState.APPROVED}
    circular = Circular.objects.create(
        form=form,
        office_file=file_numbered(number),
        number=number,
        code=fields.pop("code", f"paper-{next(numbers)}"),
        subject=subject,
        subject_hi=subject_hi,
        signatory_name="Anita Bilung",
        signatory_designation="Under Secretary to the Government of India",
        author=author or make_author(),
        approver=(approver or make_approver()) if is_approved else None,
        state=state,
        issued_at=AT if state in PUBLIC else None,
        dated_on=dated_on or (date(2026, 9, 1) if state in PUBLIC else None),
        **fields,
    )
    make_paragraph(circular=circular, text=text, text_hi=text_hi)
    Addressee.objects.create(
        circular=circular,
        position=1,
        text="All CCAs",
        text_hi="सभी सीसीए",
        address_list=address_list,
    )
    return circular


def make_paragraph(
    *,
    circular: Circular,
    text: str,
    text_hi: str = "",
    is_hindi_current: bool = True,
    **fields: Any,
) -> Paragraph:
    is_current = is_hindi_current and bool(text_hi)
    return Paragraph.objects.create(
        circular=circular,
        position=fields.pop("position", circular.paragraphs.count() + 1),
        text=text,
        text_hi=text_hi,
        hindi_of=digest_of(text, fields.get("table")) if is_current else "",
        **fields,
    )


def make_address_list(*emails: str, code: str = "ccas") -> AddressList:
    made = AddressList.objects.create(code=code, name="All CCAs")
    for position, email in enumerate(emails, start=1):
        AddressListEntry.objects.create(
            address_list=made, position=position, name=f"Authority {position}", email=email
        )
    return made
