"""From draft to issue and after: two persons, frozen text, enclosures, successors, documents."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from circulars import actions, documents, tasks
from circulars.models import Circular, IssuedDocument
from circulars.states import CircularState
from igot.lib.errors import Refused
from tests.circulars.examples import sanction_letter
from tests.factories.accounts import make_user
from tests.factories.circulars import (
    AT,
    make_approver,
    make_author,
    make_circular,
    make_paragraph,
)

LATER = AT + timedelta(days=30)


def events_of(thing) -> list[str]:
    return [entry.event for entry in AuditEntry.objects.about(thing).order_by("pk")]


def issued(**fields) -> Circular:
    """An issued circular with its PDF."""
    circular = make_circular(state=CircularState.ISSUED, **fields)
    tasks.render(circular_id=circular.pk)
    circular.refresh_from_db()
    return circular


def test_a_circular_goes_from_draft_to_issue_by_two_people(db) -> None:
    author, approver = make_author(), make_approver()
    circular = make_circular(author=author)

    actions.submit_circular(circular_id=circular.pk, acting_user=author, at=AT)
    actions.approve_circular(circular_id=circular.pk, acting_user=approver, at=AT)
    actions.issue_circular(circular_id=circular.pk, acting_user=approver, at=AT)

    circular.refresh_from_db()
    assert circular.state == CircularState.ISSUED
    assert (circular.approver, circular.issued_at) == (approver, AT)
    assert events_of(circular) == ["circular.submitted", "circular.approved", "circular.issued"]
    assert Notice.objects.filter(user=approver).count() == 1
    assert Notice.objects.filter(user=author).count() == 2


def test_issue_is_dated_the_day_in_india(db) -> None:
    circular = make_circular(state=CircularState.APPROVED)
    after_midnight = datetime(2026, 9, 1, 18, 31, tzinfo=UTC)

    actions.issue_circular(circular_id=circular.pk, acting_user=make_approver(), at=after_midnight)

    circular.refresh_from_db()
    assert circular.dated_on == date(2026, 9, 2)


def test_a_draft_without_text_is_not_submitted(db) -> None:
    author = make_author()
    circular = make_circular(author=author)
    circular.paragraphs.all().delete()

    with pytest.raises(Refused, match="no text"):
        actions.submit_circular(circular_id=circular.pk, acting_user=author, at=AT)

    circular.refresh_from_db()
    assert circular.state == CircularState.DRAFT
    assert events_of(circular) == []


def test_a_returned_paper_loses_its_approval(db) -> None:
    circular = make_circular(state=CircularState.APPROVED)

    actions.return_circular(
        circular_id=circular.pk, reason="Wrong date", acting_user=make_approver(), at=AT
    )

    circular.refresh_from_db()
    assert (circular.state, circular.approver) == (CircularState.DRAFT, None)
    assert AuditEntry.objects.about(circular).get().details["reason"] == "Wrong date"
    assert Notice.objects.get(user=circular.author).params["reason"] == "Wrong date"


def test_whoever_wrote_it_cannot_approve_it(db) -> None:
    both = make_user(Role.CIRCULAR_AUTHOR, Role.CIRCULAR_APPROVER)
    circular = make_circular(state=CircularState.SUBMITTED, author=both)

    with pytest.raises(Refused, match="own draft"):
        actions.approve_circular(circular_id=circular.pk, acting_user=both, at=AT)


def test_the_database_refuses_an_approver_who_is_the_author(db) -> None:
    circular = make_circular()

    with pytest.raises(IntegrityError), transaction.atomic():
        Circular.objects.filter(pk=circular.pk).update(approver=circular.author)


def test_the_database_refuses_an_issue_that_nobody_approved(db) -> None:
    circular = make_circular()

    with pytest.raises(IntegrityError), transaction.atomic():
        Circular.objects.filter(pk=circular.pk).update(
            state=CircularState.ISSUED, issued_at=AT, dated_on=AT.date()
        )


def test_a_general_order_with_stale_hindi_is_not_issued(db) -> None:
    circular = make_circular(state=CircularState.APPROVED)
    circular.paragraphs.update(text="Another text.")

    with pytest.raises(Refused, match="Hindi"):
        actions.issue_circular(circular_id=circular.pk, acting_user=make_approver(), at=AT)

    circular.refresh_from_db()
    assert circular.state == CircularState.APPROVED


def test_a_named_officer_may_let_it_issue_without_hindi(db) -> None:
    approver = make_approver()
    circular = make_circular(state=CircularState.APPROVED, text_hi="")

    actions.issue_circular(
        circular_id=circular.pk,
        acting_user=approver,
        at=AT,
        hindi_override_reason="Urgent; translation follows",
    )

    circular.refresh_from_db()
    assert circular.hindi_override_by == approver
    assert AuditEntry.objects.about(circular).get().details["reason"].startswith("Urgent")


def test_a_reason_given_without_need_is_not_an_override(db) -> None:
    circular = make_circular(state=CircularState.APPROVED)

    actions.issue_circular(
        circular_id=circular.pk, acting_user=make_approver(), at=AT, hindi_override_reason="x"
    )

    circular.refresh_from_db()
    assert (circular.hindi_override_reason, circular.hindi_override_by) == ("", None)


def test_enclosures_go_the_whole_way_with_their_parent(db) -> None:
    author, approver = make_author(), make_approver()
    parent = make_circular(author=author)
    letter = make_circular(author=author, enclosed_in=parent, form="letter")

    actions.submit_circular(circular_id=parent.pk, acting_user=author, at=AT)
    actions.approve_circular(circular_id=parent.pk, acting_user=approver, at=AT)
    actions.issue_circular(circular_id=parent.pk, acting_user=approver, at=AT)

    letter.refresh_from_db()
    assert (letter.state, letter.dated_on) == (CircularState.ISSUED, date(2026, 9, 1))
    assert letter.approver == approver


def test_an_enclosure_with_stale_hindi_holds_its_parent(db) -> None:
    parent = make_circular(state=CircularState.APPROVED)
    make_circular(state=CircularState.APPROVED, enclosed_in=parent, text_hi="")

    with pytest.raises(Refused, match="Hindi"):
        actions.issue_circular(circular_id=parent.pk, acting_user=make_approver(), at=AT)

    parent.refresh_from_db()
    assert parent.state == CircularState.APPROVED


def test_an_enclosure_cannot_be_enclosed_further(db) -> None:
    author = make_author()
    parent = make_circular(author=author)
    letter = make_circular(author=author, enclosed_in=parent)
    third = make_circular(author=author)
    third.enclosed_in = letter

    with pytest.raises(Refused, match="enclosure"):
        actions.edit_draft(circular=third, changed=["enclosed_in"], acting_user=author, at=AT)


@pytest.mark.parametrize("state", [s for s in CircularState.values if s != "draft"])
def test_what_is_no_draft_is_not_edited(db, state) -> None:
    circular = make_circular(state=state)
    circular.subject = "Something else"

    with pytest.raises(Refused, match="Only a draft"):
        actions.edit_draft(
            circular=circular, changed=["subject"], acting_user=circular.author, at=AT
        )

    circular.refresh_from_db()
    assert circular.subject == "Calendar of batches"


def test_a_new_draft_belongs_to_whoever_began_it(db) -> None:
    author = make_author()
    made = make_circular()
    draft = Circular(
        form="order", office_file=made.office_file, number=made.number, code="new", subject="New"
    )

    actions.create_draft(circular=draft, acting_user=author, at=AT)

    assert draft.author == author
    assert events_of(draft) == ["circular.drafted"]
    with pytest.raises(Refused):
        actions.create_draft(circular=Circular(), acting_user=make_approver(), at=AT)


def test_one_file_has_one_row_however_it_is_spelt(db) -> None:
    first = actions.file_numbered("No.T-16017/42/2018-Trg (TFA)")

    assert actions.file_numbered("F.No. T-16017/42/2018-Trg(TFA)") == first
    assert actions.file_numbered("No.T-16017/43/2018-Trg (TFA)") != first
    assert first.parts["section"] == "Trg"


# --- the PDF ------------------------------------------------------------------------------------


def test_the_pdf_is_made_after_the_issue_and_made_once(db) -> None:
    circular = make_circular(state=CircularState.ISSUED)

    assert tasks.render_unrendered() == 1
    circular.refresh_from_db()
    first = circular.document
    tasks.render(circular_id=circular.pk)
    assert tasks.render_unrendered() == 0

    circular.refresh_from_db()
    assert circular.document == first
    assert IssuedDocument.objects.count() == 1
    assert (first.kind, first.number, first.is_public) == (
        "Office Memorandum",
        circular.number,
        True,
    )


def test_a_second_rendering_returns_what_stands_and_leaves_no_file(db) -> None:
    circular = issued()

    with documents.kept(sanction_letter()) as pdf:
        stands = actions.attach_document(circular_id=circular.pk, pdf=pdf, at=AT)

    assert stands == circular.document
    assert not default_storage.exists(pdf.name)


def test_a_draft_gets_no_document(db) -> None:
    circular = make_circular()

    tasks.render(circular_id=circular.pk)

    with documents.kept(sanction_letter()) as pdf, pytest.raises(ValueError, match="not issued"):
        actions.attach_document(circular_id=circular.pk, pdf=pdf, at=AT)
    assert IssuedDocument.objects.count() == 0


def test_a_successor_supersedes_as_it_is_issued(db) -> None:
    old = issued()
    new = make_circular(state=CircularState.APPROVED, supersedes=old)

    actions.issue_circular(circular_id=new.pk, acting_user=make_approver(), at=LATER)
    tasks.render_unrendered()

    old.refresh_from_db()
    new.refresh_from_db()
    assert old.state == CircularState.SUPERSEDED
    assert old.document.standing == IssuedDocument.Standing.REPLACED
    assert old.document.ended_on == date(2026, 10, 1)
    assert old.document.replaced_by == new.document


def test_an_issued_circular_is_superseded_by_another_that_is_issued(db) -> None:
    old, new = issued(), issued()

    actions.supersede_circular(
        circular_id=old.pk, successor_id=new.pk, acting_user=make_approver(), at=LATER
    )

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.supersedes) == (CircularState.SUPERSEDED, old)
    assert old.document.replaced_by == new.document


def test_a_draft_or_the_circular_itself_supersedes_nothing(db) -> None:
    old, draft = issued(), make_circular()

    for successor in (draft, old):
        with pytest.raises(Refused):
            actions.supersede_circular(
                circular_id=old.pk, successor_id=successor.pk, acting_user=make_approver(), at=LATER
            )


def test_an_archived_circular_stays_genuine(db) -> None:
    circular = issued()

    actions.archive_circular(circular_id=circular.pk, acting_user=make_approver(), at=LATER)

    circular.refresh_from_db()
    assert circular.state == CircularState.ARCHIVED
    assert circular.document.standing == IssuedDocument.Standing.VALID


def test_a_document_ends_once(db) -> None:
    document = issued().document

    actions.revoke_document(document_id=document.pk, reason="Error", acting_user=None, at=LATER)

    document.refresh_from_db()
    assert (document.standing, document.ended_on) == ("revoked", date(2026, 10, 1))
    with pytest.raises(Refused):
        actions.replace_document(document_id=document.pk, by=None, acting_user=None, at=LATER)


def test_of_even_number_is_the_previous_issue_on_the_file(db) -> None:
    first = issued(dated_on=date(2026, 1, 5))
    second = issued(dated_on=date(2026, 3, 5))
    issued(dated_on=date(2026, 2, 5), number="No. T-1/2/2026-X")
    make_circular()
    third = issued(dated_on=date(2026, 9, 5))
    enclosure = issued(dated_on=date(2026, 9, 5), enclosed_in=third)

    assert list(Circular.objects.before_on_file(third)) == [second, first]
    assert list(Circular.objects.before_on_file(enclosure)) == [second, first]
    assert list(Circular.objects.before_on_file(first)) == []


def test_search_reads_subject_number_and_text_in_both_languages(db) -> None:
    circular = issued()
    make_paragraph(circular=circular, text="Nairobi", text_hi="नैरोबी")

    for words in ("calendar", "कैलेंडर", "T-16017/14", "nairobi", "नैरोबी"):
        assert list(Circular.objects.public().search(words)) == [circular]
    assert not Circular.objects.public().search("Lagos").exists()
