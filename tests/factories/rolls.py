"""Rolls for tests: a file of a few rows, brought in as far as a test needs it."""

import csv
import io
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.actions import rolls
from accounts.models import CadreAuthority, ProposedChange, RollImport, RollSource, User
from accounts.roles import Role
from tests.factories.accounts import make_service, make_user, numbers

HEADER = "employee_code,name,service,group,date_of_birth"
ROW = "E1,Asha Rao,IAS,A,15.08.1985"
AT = timezone.now()


def make_source(*, name: str = "", authority: CadreAuthority | None = None) -> RollSource:
    return RollSource.objects.create(name=name or f"List {next(numbers)}", authority=authority)


def roll_file(*rows: str, header: str = HEADER, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([header, *rows, ""]).encode(encoding)


def make_upload(
    *rows: str,
    content: bytes | None = None,
    header: str = HEADER,
    file_name: str = "roll.csv",
    source: RollSource | None = None,
    uploaded_by: User | None = None,
) -> RollImport:
    """Upload a roll, of one good row unless a test says otherwise."""
    make_service()
    return rolls.upload_roll(
        file=ContentFile(content or roll_file(*(rows or [ROW]), header=header), name=file_name),
        file_name=file_name,
        source=source or make_source(),
        new_source="",
        authority=None,
        acting_user=uploaded_by or make_user(Role.DEALING_HAND),
        at=AT,
    )


def columns_of(header: str) -> dict[str, str]:
    """Name each column of a header that is in our own words."""
    return {name: name for name in next(csv.reader(io.StringIO(header)))}


def make_checked(
    *rows: str, header: str = HEADER, date_order: str = "", **upload: Any
) -> RollImport:
    """Upload a roll in our own words and have it checked."""
    roll = make_upload(*rows, header=header, **upload)
    rolls.map_roll(
        roll_id=roll.pk,
        mapping=columns_of(header),
        date_order=date_order,
        acting_user=roll.uploaded_by,
        at=AT,
    )
    roll.refresh_from_db()
    return roll


def make_applied(*rows: str, approved_by: User | None = None, **upload: Any) -> RollImport:
    """Bring in a roll from the upload to the end."""
    roll = make_checked(*rows, **upload)
    approver = approved_by or make_user(Role.DEALING_HAND)
    rolls.approve_roll(roll_id=roll.pk, acting_user=approver, at=AT)
    roll.refresh_from_db()
    return roll


def make_change(*, officer: Any, **facts: Any) -> ProposedChange:
    """Have a roll propose other `facts` (by column of the roll) of a known officer."""
    cells = {
        "employee_code": officer.employee_code,
        "name": officer.name,
        "service": officer.service.code,
        "group": officer.group,
        "date_of_birth": officer.born_on.strftime("%d.%m.%Y"),
        **facts,
    }
    make_applied(",".join(str(cell) for cell in cells.values()), header=",".join(cells))
    return ProposedChange.objects.get(officer=officer, state="proposed")
