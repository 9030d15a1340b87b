"""Writing a circular: a draft belongs to its author, and its Hindi text to the English of it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Role
from circulars import policies
from circulars.composed import Composed
from circulars.models import Addressee, Circular, OfficeFile, Paragraph
from circulars.rules import digest_of, parse_file_number
from igot.lib.errors import Refused


@transaction.atomic
def file_numbered(number: str, *, subject: str = "") -> OfficeFile:
    """Return the office file of `number`, opened if no spelling of it is known yet."""
    known = OfficeFile.objects.numbered_like(number).first()
    return known or OfficeFile.objects.create(
        number=number, subject=subject[:250], parts=parse_file_number(number)
    )


@transaction.atomic
def create_draft(*, circular: Circular, acting_user: User, at: datetime) -> Circular:
    """Store the new `circular`, which the desk's form has filled in, as a draft of `acting_user`.

    Part of the desk's save, hence not a transaction of its own.
    :raises Refused: `acting_user` is no author of circulars
    """
    if not acting_user.has_role(Role.CIRCULAR_AUTHOR):
        raise Refused(_("This is for the %(role)s.") % {"role": Role.CIRCULAR_AUTHOR.label})
    _check_enclosure(circular)
    circular.author = acting_user
    circular.save(force_insert=True)
    audit.record(circular, "circular.drafted", acting_user=acting_user, at=at)
    return circular


@transaction.atomic
def draft_composed(
    *,
    composed: Composed,
    circular: Circular,
    file_number: str,
    acting_user: User,
    at: datetime,
) -> Circular:
    """Store a paper that the portal composed as a draft of `acting_user`, who edits it further.

    `circular` brings its form and who signs it; all else is taken from `composed`.
    :raises Refused: `acting_user` is no author of circulars
    """
    office_file = file_numbered(file_number, subject=composed.subject.en)
    circular.office_file, circular.number = office_file, office_file.number
    circular.code = _free_code(composed.stem)
    circular.subject, circular.subject_hi = composed.subject.en[:250], composed.subject.hi[:250]
    circular.salutation, circular.salutation_hi = composed.salutation
    draft = create_draft(circular=circular, acting_user=acting_user, at=at)
    for position, passage in enumerate(composed.passages, start=1):
        paragraph = Paragraph.objects.create(
            circular=draft,
            position=position,
            kind=passage.kind,
            label=passage.label,
            text=passage.text.en,
            text_hi=passage.text.hi,
            table=passage.table,
        )
        mark_hindi_current(paragraph=paragraph)
    Addressee.objects.bulk_create(
        Addressee(circular=draft, position=position, text=line.en, text_hi=line.hi)
        for position, line in enumerate(composed.to, start=1)
    )
    return draft


def _free_code(stem: str) -> str:
    stem = slugify(stem)[:40].rstrip("-")
    number, code = 1, stem
    while Circular.objects.filter(code=code).exists():
        number += 1
        code = f"{stem}-{number}"
    return code


@transaction.atomic
def edit_draft(
    *, circular: Circular, changed: list[str], acting_user: User, at: datetime
) -> Circular:
    """Store the fields `changed` of `circular`; the row is locked until its paragraphs are in too.

    Part of the desk's save, hence not a transaction of its own.
    :raises Refused: it is not a draft of `acting_user` any more
    """
    stored = Circular.objects.select_for_update(no_key=True).get(pk=circular.pk)
    if reason := policies.why_not_edit(stored, acting_user):
        raise Refused(reason)
    _check_enclosure(circular)
    if changed:
        circular.save(update_fields=changed)
    audit.record(circular, "circular.edited", acting_user=acting_user, at=at, changed=changed)
    return circular


@transaction.atomic
def mark_hindi_current(*, paragraph: Paragraph) -> None:
    """Note that the Hindi text of `paragraph` was made from, or compared with, its English."""
    paragraph.hindi_of = digest_of(paragraph.text, paragraph.table)
    paragraph.save(update_fields=["hindi_of"])


def _check_enclosure(circular: Circular) -> None:
    parent: Any = circular.enclosed_in
    if parent is None:
        return
    if parent.enclosed_in_id or parent.pk == circular.pk:
        raise Refused(_("A paper cannot be enclosed in an enclosure."))
    if parent.state != Circular._meta.get_field("state").get_default():
        raise Refused(_("The paper that it is to be enclosed in is no longer a draft."))
