"""Papers of the portal: issued once from rows, shown to whoever verifies, ended when they must."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import audit
from accounts.models import AuditEntry
from accounts.roles import Role
from circulars.documents import verify_url
from circulars.models import IssuedDocument
from circulars.particulars import printed
from credits.actions import draw_statement, reverse_entry
from credits.models import CreditStatement
from enrollment import credit_paper, receipt_paper, tasks
from enrollment.actions.papers import end_receipt, file_receipt
from enrollment.actions.registrations import withdraw_registration
from enrollment.models import Enrollment, Receipt, StatementPaper
from enrollment.states import HAS_RECEIPT, RECEIPT_ENDS, EnrollmentState
from igot.lib.append_only import AppendOnlyError
from igot.lib.errors import Refused
from tests.factories.accounts import make_nodal_officer, make_officer, make_user, sign_in
from tests.factories.courses import make_run
from tests.factories.credits import make_credit_entry
from tests.factories.enrollment import make_enrollment

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 1, 11, 0, tzinfo=ZoneInfo("Asia/Kolkata"))
SUBMITTED = EnrollmentState.SUBMITTED
Standing = IssuedDocument.Standing


@pytest.fixture
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let papers be issued without drawing them, where their look is not the matter."""
    monkeypatch.setattr("circulars.documents.render_paper", lambda paper: b"%PDF-1.7 drawn")
    monkeypatch.setattr("circulars.documents.page_count", lambda pdf: 1)


def said(document: IssuedDocument, language: str = "en") -> dict[str, Any]:
    """Return the frozen texts of a document by their names."""
    return {
        row["name"][language]: row["value"][language]
        for row in document.particulars
        if "rows" not in row["value"]
    }


def look(client: Client, document: IssuedDocument) -> str:
    return client.get(document.get_verify_url()).content.decode()


def end(enrollment: Enrollment, state: str, at: datetime) -> None:
    Enrollment.objects.filter(pk=enrollment.pk).update(state=state, reason="Said")
    audit.record(enrollment, f"enrollment.{state}", acting_user=None, at=at)


def put_on(enrollment: Enrollment, **fields: Any) -> None:
    Enrollment.objects.filter(pk=enrollment.pk).update(**fields)


# --- receipts: issued -----------------------------------------------------------------------------


def test_a_submission_has_one_receipt_however_often_the_task_runs(no_rendering: None) -> None:
    enrollment = make_enrollment(state=SUBMITTED)

    assert [tasks.issue_receipts(), tasks.issue_receipts()] == [1, 0]

    receipt = Receipt.objects.get()
    assert receipt.enrollment == enrollment and receipt.submitted_at == enrollment.submitted_at
    assert receipt.document.number == enrollment.number
    assert AuditEntry.objects.about(receipt.document).get().event == "document.issued"


@pytest.mark.parametrize("state", EnrollmentState.values)
def test_what_is_under_way_has_a_receipt_and_nothing_else(state: str, no_rendering: None) -> None:
    make_enrollment(state=state, reason="Said")

    assert tasks.issue_receipts() == (1 if state in HAS_RECEIPT else 0)


def test_a_round_goes_on_until_its_seconds_are_over_and_the_next_one_begins_there(
    no_rendering: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = count()  # a second later each time it is looked at
    monkeypatch.setattr(tasks, "monotonic", lambda: next(clock))
    monkeypatch.setattr(tasks, "SECONDS_OF_A_ROUND", 4)
    for _number in range(6):
        make_enrollment(state=SUBMITTED)

    assert [tasks.issue_receipts() for _round in range(3)] == [4, 2, 0]


def test_a_round_issues_more_than_it_looks_up_at_a_time(
    no_rendering: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "PAPERS_AT_ONCE", 2)
    for _number in range(5):
        make_enrollment(state=SUBMITTED)

    assert tasks.issue_receipts() == 5


def test_a_round_ends_where_all_that_is_left_is_refused(
    no_rendering: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(tasks, "_issue_receipt", lambda row: bool(asked.append(row)))
    make_enrollment(state=SUBMITTED)

    assert tasks.issue_receipts() == 0
    assert len(asked) == 1


def test_the_receipt_says_what_was_received_and_nothing_private(no_rendering: None) -> None:
    officer = make_officer(name="Asha Rao", born_on=date(1985, 7, 1))
    enrollment = make_enrollment(state=SUBMITTED, officer=officer, username="asha_r")

    tasks.issue_receipts()

    document = Receipt.objects.get().document
    shown = said(document)
    assert shown["Officer"] == "Asha Rao" and shown["Course"] == enrollment.course.title
    assert shown["Batch"] == enrollment.run.name  # type: ignore[union-attr]
    assert said(document, "hi")["अधिकारी"] == ""  # one name for both languages
    assert "1985" not in str(document.particulars) and "asha_r" not in str(document.particulars)


def test_what_is_printed_is_what_is_frozen(no_rendering: None) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    drafted = receipt_paper.draft_of(enrollment)
    paper = receipt_paper.paper_of(drafted)

    tasks.issue_receipts()

    table = next(para.table for para in paper.paragraphs if para.table)
    assert table == printed(drafted.particulars)
    assert {name: value for name, value in table.rows} == said(Receipt.objects.get().document)
    words = " ".join(para.text.en for para in paper.paragraphs)
    assert "I do not claim the same fee" in words and "Training Division checks" in words
    assert all(para.text.hi for para in paper.paragraphs if para.text.en)


def test_a_record_corrected_while_the_receipt_is_drawn_leaves_paper_and_page_alike(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = make_officer(name="Asha Rao")
    make_enrollment(state=SUBMITTED, officer=officer)

    def correct_meanwhile(paper: Any) -> bytes:
        type(officer).objects.filter(pk=officer.pk).update(name="Asha Rau")
        return b"%PDF-1.7"

    monkeypatch.setattr("circulars.documents.render_paper", correct_meanwhile)
    monkeypatch.setattr("circulars.documents.page_count", lambda pdf: 1)
    tasks.issue_receipts()

    assert said(Receipt.objects.get().document)["Officer"] == "Asha Rao"


def test_a_registration_withdrawn_while_its_receipt_is_drawn_gets_none(
    monkeypatch: pytest.MonkeyPatch, media_of_this_test: Any
) -> None:
    enrollment = make_enrollment(state=SUBMITTED)

    def withdraw_meanwhile(paper: Any) -> bytes:
        put_on(enrollment, state=EnrollmentState.WITHDRAWN)
        return b"%PDF-1.7"

    monkeypatch.setattr("circulars.documents.render_paper", withdraw_meanwhile)
    monkeypatch.setattr("circulars.documents.page_count", lambda pdf: 1)

    assert tasks.issue_receipts() == 0
    assert not IssuedDocument.objects.exists()
    assert [path for path in media_of_this_test.rglob("*") if path.is_file()] == []


def test_a_worker_killed_in_the_middle_leaves_one_document_in_the_end(
    monkeypatch: pytest.MonkeyPatch, no_rendering: None
) -> None:
    make_enrollment(state=SUBMITTED)

    def killed(**wanted: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Receipt.objects, "create", killed)
        tasks.issue_receipts()
    assert not IssuedDocument.objects.exists()

    assert tasks.issue_receipts() == 1
    assert IssuedDocument.objects.count() == Receipt.objects.count() == 1


# --- receipts: replaced and revoked ---------------------------------------------------------------


def test_a_registration_put_on_another_batch_has_a_new_receipt_in_place_of_the_old(
    client: Client, no_rendering: None
) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    tasks.issue_receipts()
    old = Receipt.objects.get().document
    run = make_run(course=enrollment.course)
    put_on(enrollment, run=run, submitted_at=timezone.now() + timedelta(hours=1))

    assert tasks.issue_receipts() == 1

    new = Receipt.objects.in_force().get().document
    old.refresh_from_db()
    assert (old.standing, old.replaced_by) == (Standing.REPLACED, new)
    assert new.number == f"{enrollment.number}/2" and said(new)["Batch"] == run.name
    assert new.get_verify_url() in look(client, old)


def test_between_two_batches_the_receipt_is_replaced_by_one_still_to_come(
    client: Client, no_rendering: None
) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    tasks.issue_receipts()
    old = Receipt.objects.get().document
    put_on(enrollment, state=EnrollmentState.RETURNED, submitted_at=None)

    assert [tasks.end_papers(), tasks.end_papers()] == [1, 0]
    assert "put on another batch" in look(client, old)

    put_on(enrollment, state=SUBMITTED, submitted_at=timezone.now() + timedelta(hours=1))
    tasks.issue_receipts()
    old.refresh_from_db()
    assert old.replaced_by == Receipt.objects.in_force().get().document


@pytest.mark.parametrize("state", sorted(RECEIPT_ENDS))
def test_an_end_revokes_the_receipt_from_its_day_on(
    client: Client, state: str, no_rendering: None
) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    tasks.issue_receipts()
    end(enrollment, state, at=AT)

    assert [tasks.end_papers(), tasks.end_papers()] == [1, 0]

    page = look(client, Receipt.objects.get().document)
    assert "has been revoked" in page and "01.09.2026" in page
    assert receipt_paper.ENDED[EnrollmentState(state)].en in page


def test_withdrawing_by_the_action_itself_revokes_the_receipt(no_rendering: None) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    tasks.issue_receipts()
    withdraw_registration(
        enrollment_id=enrollment.pk,
        reason="Posted elsewhere",
        acting_user=enrollment.officer.log_in,
        at=timezone.now(),
    )

    tasks.end_papers()

    document = Receipt.objects.get().document
    assert document.standing == Standing.REVOKED
    assert document.ended_on == timezone.localdate()


@pytest.mark.parametrize("state", [EnrollmentState.COMPLETED, EnrollmentState.NOT_COMPLETED])
def test_a_course_taken_to_its_end_leaves_the_receipt_in_force(
    state: str, no_rendering: None
) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    tasks.issue_receipts()
    put_on(enrollment, state=state, confirmed_at=timezone.now())

    assert tasks.end_papers() == 0


def test_a_deferral_waits_for_the_receipt_of_the_later_batch_and_is_replaced_by_it(
    no_rendering: None,
) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    tasks.issue_receipts()
    old = Receipt.objects.get().document
    end(enrollment, EnrollmentState.DEFERRED, at=timezone.now())
    make_enrollment(
        state=SUBMITTED,
        officer=enrollment.officer,
        run=make_run(course=enrollment.course),
        predecessor=enrollment,
    )

    assert tasks.end_papers() == 0
    assert tasks.issue_receipts() == 1

    old.refresh_from_db()
    assert old.standing == Standing.REPLACED
    assert old.replaced_by == Receipt.objects.in_force().get().document
    assert tasks.end_papers() == 0


def test_a_receipt_that_holds_cannot_be_ended(no_rendering: None) -> None:
    make_enrollment(state=SUBMITTED)
    tasks.issue_receipts()

    with pytest.raises(Refused, match="holds"):
        end_receipt(receipt_id=Receipt.objects.get().pk, at=timezone.now())


def test_the_database_refuses_two_receipts_of_one_submission_and_two_in_force(
    no_rendering: None,
) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    other = make_enrollment(state=SUBMITTED)
    tasks.issue_receipts()
    first, second = Receipt.objects.order_by("pk")
    rows = Receipt.objects.filter(pk=second.pk)

    with pytest.raises(DatabaseError, match="in_force|enrollment_id"), transaction.atomic():
        rows.update(enrollment=enrollment)
    with pytest.raises(DatabaseError, match="a_submission|submitted_at"), transaction.atomic():
        rows.update(enrollment=enrollment, submitted_at=first.submitted_at, ended_at=timezone.now())
    assert other.pk == second.enrollment_id


# --- statements of credit points ------------------------------------------------------------------


def drawn(entries: int = 2, **fields: Any) -> CreditStatement:
    officer = make_officer(name="Asha Rao")
    for number in range(entries):
        make_credit_entry(officer=officer, at=timezone.now() - timedelta(days=9 - number))
    fields.setdefault("as_of", timezone.localdate())
    return draw_statement(
        officer_id=officer.pk, acting_user=officer.log_in, at=timezone.now(), **fields
    )


def test_a_statement_is_frozen_and_issued_once(no_rendering: None) -> None:
    statement = drawn()

    assert [tasks.issue_statements(), tasks.issue_statements()] == [1, 0]

    document = StatementPaper.objects.get().document
    assert document.number == statement.number and statement.balance == 20
    assert said(document)["Balance of points"] == "20"
    table = document.particulars[-1]["value"]
    assert [row[2:] for row in table["rows"]] == [["+10", "10"], ["+10", "20"]]


def test_asking_twice_gives_the_statement_that_stands_and_a_new_line_a_new_one() -> None:
    first = drawn()
    officer = first.officer
    again: dict[str, Any] = {"officer_id": officer.pk, "as_of": first.as_of}
    again["acting_user"] = officer.log_in

    assert draw_statement(**again, at=timezone.now()) == first
    make_credit_entry(officer=officer)
    assert draw_statement(**again, at=timezone.now()) != first
    assert AuditEntry.objects.filter(event="credits.statement_drawn").count() == 2


def test_a_statement_of_an_earlier_day_leaves_later_lines_out() -> None:
    statement = drawn(entries=3, as_of=timezone.localdate() - timedelta(days=8))

    assert len(statement.lines) == statement.balance // 10 == 2


@pytest.mark.parametrize("who", ["stranger", "clerk"])
def test_nobody_else_draws_it_and_no_day_to_come_is_stated(who: str) -> None:
    officer = make_officer()
    user = make_officer().log_in if who == "stranger" else make_user(Role.DEALING_HAND)
    today = timezone.localdate()

    with pytest.raises(Refused, match="Only the officer"):
        draw_statement(officer_id=officer.pk, as_of=today, acting_user=user, at=timezone.now())
    with pytest.raises(Refused, match="still to come"):
        draw_statement(
            officer_id=officer.pk,
            as_of=today + timedelta(days=1),
            acting_user=officer.log_in,
            at=timezone.now(),
        )
    assert not CreditStatement.objects.exists()


def test_the_row_of_a_statement_can_neither_be_changed_nor_deleted() -> None:
    statement = drawn()

    with pytest.raises(AppendOnlyError):
        statement.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CreditStatement.objects.all()._raw_delete("default")


def test_points_reversed_later_revoke_the_statement_and_the_page_says_when(
    client: Client, no_rendering: None
) -> None:
    statement = drawn()
    tasks.issue_statements()
    entry = statement.latest_entry
    assert entry is not None and tasks.end_papers() == 0
    reverse_entry(
        entry_id=entry.pk,
        reason="Result reversed",
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )

    assert [tasks.end_papers(), tasks.end_papers()] == [1, 0]

    page = look(client, StatementPaper.objects.get().document)
    today = timezone.localdate().strftime("%d.%m.%Y")
    assert f"Points shown on this statement were reversed on {today}" in page
    assert "has been revoked" in page and "Result reversed" not in page


def test_neither_a_later_statement_nor_a_line_it_does_not_show_ends_a_statement(
    no_rendering: None,
) -> None:
    statement = drawn(as_of=timezone.localdate() - timedelta(days=9))
    later = make_credit_entry(officer=statement.officer)
    drawn_again = draw_statement(
        officer_id=statement.officer_id,
        as_of=timezone.localdate(),
        acting_user=statement.officer.log_in,
        at=timezone.now(),
    )
    tasks.issue_statements()
    reverse_entry(
        entry_id=later.pk, reason="x", acting_user=make_user(Role.DEALING_HAND), at=timezone.now()
    )

    assert tasks.end_papers() == 1
    assert StatementPaper.objects.overtaken().count() == 0
    ended = StatementPaper.objects.get(document__standing=Standing.REVOKED)
    assert ended.statement == drawn_again


def test_points_reversed_before_it_is_drawn_are_marked_and_leave_it_in_force(
    no_rendering: None,
) -> None:
    officer = make_officer()
    entry = make_credit_entry(officer=officer, at=timezone.now() - timedelta(days=5))
    reverse_entry(
        entry_id=entry.pk, reason="x", acting_user=make_user(Role.DEALING_HAND), at=timezone.now()
    )
    statement = draw_statement(
        officer_id=officer.pk,
        as_of=timezone.localdate() - timedelta(days=3),
        acting_user=officer.log_in,
        at=timezone.now(),
    )
    tasks.issue_statements()

    words = credit_paper.paper_of(statement).paragraphs[2].table
    assert words is not None and "reversed on" in words.rows[0][1]
    assert tasks.end_papers() == 0


def test_a_statement_without_lines_says_so() -> None:
    paper = credit_paper.paper_of(drawn(entries=0))

    assert any("no line in the ledger yet" in para.text.en for para in paper.paragraphs)


# --- as drawn -------------------------------------------------------------------------------------


def links_of(pdf: bytes) -> Iterator[str]:
    """Yield the addresses that a PDF links to."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            for annotation in page.get("/Annots", []):
                yield str(annotation.A.URI)


def test_both_papers_are_drawn_with_the_address_that_verifies_them(client: Client) -> None:
    make_enrollment(state=SUBMITTED)
    drawn()

    tasks.issue_receipts()
    tasks.issue_statements()

    documents = list(IssuedDocument.objects.order_by("pk"))
    assert len(documents) == 2
    for document in documents:
        with document.pdf.open() as stored:
            assert set(links_of(stored.read())) == {verify_url(document.public_id)}
        assert "genuine and in force" in look(client, document)


def test_an_edited_field_shows_against_the_page(client: Client, no_rendering: None) -> None:
    drawn()
    tasks.issue_statements()
    edited = {"Balance of points": "200", "Officer": "Asha Rau"}

    page = look(client, StatementPaper.objects.get().document)

    for name, forged in edited.items():
        assert f"<dt>{name}</dt>" in page and f">{forged}</dd>" not in page
    assert ">20</dd>" in page and ">Asha Rao</dd>" in page


def test_the_page_shows_the_fields_in_hindi(client: Client, no_rendering: None) -> None:
    drawn()
    tasks.issue_statements()
    client.cookies["django_language"] = "hi"

    page = look(client, StatementPaper.objects.get().document)

    assert "शेष अंक" in page and "बही की प्रविष्टियाँ" in page
    translation.activate("en")


# --- the officer's pages --------------------------------------------------------------------------


def test_an_officer_draws_a_statement_and_finds_all_papers_in_one_list(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    officer = enrollment.officer
    make_credit_entry(officer=officer)
    tasks.issue_receipts()
    sign_in(client, officer.log_in)

    answer = client.post(reverse("enrollment:draw_statement"), {"on": ""})
    waiting = client.get(reverse("enrollment:papers")).content.decode()
    tasks.issue_statements()
    page = client.get(reverse("enrollment:papers")).content.decode()

    assert answer.status_code == 302 and answer["Location"] == reverse("enrollment:papers")
    assert "is being made" in waiting and "is being made" not in page
    for document in IssuedDocument.objects.order_by("pk"):
        address = reverse("enrollment:paper", args=[document.public_id])
        assert address in page
        assert client.get(address)["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("day", ["31.02.2026", "2099-01-01", "x", "\0"])
def test_a_day_that_is_none_is_said_and_nothing_is_drawn(client: Client, day: str) -> None:
    sign_in(client, make_officer().log_in)

    answer = client.post(reverse("enrollment:draw_statement"), {"on": day}, follow=True)

    assert answer.status_code == 200 and 'role="alert"' in answer.content.decode()
    assert not CreditStatement.objects.exists()


def test_papers_are_for_their_officer_and_the_offices_concerned(
    client: Client, no_rendering: None
) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    tasks.issue_receipts()
    statement = drawn()
    tasks.issue_statements()
    receipt, paper = Receipt.objects.get().document, StatementPaper.objects.get().document
    service = enrollment.officer.service
    assert service is not None
    nodal = make_nodal_officer(authority=service.authority)
    seen = {
        enrollment.officer.log_in: (200, 404),
        statement.officer.log_in: (404, 200),
        make_officer().log_in: (404, 404),
        nodal: (200, 404),
        make_user(Role.DEALING_HAND): (200, 200),
        make_user(Role.PAYING_OFFICER): (404, 404),
    }

    for user, expected in seen.items():
        sign_in(client, user)
        addresses = [reverse("enrollment:paper", args=[d.public_id]) for d in (receipt, paper)]
        assert tuple(client.get(address).status_code for address in addresses) == expected


def test_the_list_keeps_its_budget_of_queries(
    client: Client, no_rendering: None, django_assert_max_num_queries: Any
) -> None:
    officer = make_officer()
    for _number in range(4):
        make_enrollment(state=SUBMITTED, officer=officer)
    tasks.issue_receipts()
    sign_in(client, officer.log_in)
    client.get(reverse("enrollment:papers"))

    with django_assert_max_num_queries(12):
        client.get(reverse("enrollment:papers"))


def test_filing_a_receipt_a_second_time_is_refused(no_rendering: None) -> None:
    enrollment = make_enrollment(state=SUBMITTED)
    drafted = receipt_paper.draft_of(enrollment)
    tasks.issue_receipts()

    with pytest.raises(Refused, match="is issued"):
        file_receipt(drafted=drafted, pdf=None, at=timezone.now())  # type: ignore[arg-type]
