"""Papers of items and experts invited to them."""

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from committee.models import AgendaItem, Invitation, ItemPaper
from tests.factories.accounts import make_user


def make_paper(item: AgendaItem, *, content: bytes = b"%PDF-1.7", **fields: Any) -> ItemPaper:
    paper = ItemPaper(
        item=item,
        title=fields.pop("title", "Syllabus"),
        sha256=fields.pop("sha256", "0" * 64),
        size=len(content),
        added_by=item.meeting.convened_by,
        added_at=timezone.now(),
        **fields,
    )
    paper.file.save("syllabus.pdf", ContentFile(content), save=True)
    return paper


def make_invitation(*, item: AgendaItem, user: User | None = None, **fields: Any) -> Invitation:
    return Invitation.objects.create(
        item=item,
        user=user or make_user(Role.NODAL_OFFICER),
        field=fields.pop("field", "Econometrics"),
        invited_by=item.meeting.convened_by,
        invited_at=timezone.now(),
        **fields,
    )
