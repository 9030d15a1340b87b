"""The desk of circulars: drafts by their author, steps by buttons, previews, and nothing else."""

import json
from typing import Any

import pytest
from django.urls import reverse

from accounts.management.commands.sync_roles import Command as SyncRoles
from accounts.models import AuditEntry
from accounts.roles import Role
from circulars.actions import file_numbered
from circulars.models import Circular, OfficeFile
from circulars.policies import what_hindi_lacks
from circulars.states import CircularState
from tests.factories.accounts import make_user, sign_in
from tests.factories.circulars import make_approver, make_author, make_circular

ADD = "/desk/circulars/circular/add/"


@pytest.fixture(autouse=True)
def roles(db) -> None:
    """The roles with what they may open on the desk."""
    SyncRoles().handle()


def change_url(circular: Circular) -> str:
    return reverse("admin:circulars_circular_change", args=[circular.pk])


def step_url(circular: Circular, name: str) -> str:
    return reverse("admin:circulars_circular_step", args=[circular.pk, name])


def form_of(circular: Circular | None = None, **changes: Any) -> dict[str, Any]:
    """Return what the browser would send: the fields of a draft, its paragraphs and addressees."""
    office_file = file_numbered("No. T-16017/14/2020-iGOT")
    data: dict[str, Any] = {
        "form": "om",
        "office_file": office_file.pk,
        "number": office_file.number,
        "code": "new-paper",
        "subject": "Calendar",
        "subject_hi": "कैलेंडर",
        "is_general_order": "on",
        "signatory_name": "Anita Bilung",
        "signatory_designation": "Under Secretary",
    }
    rows = list(circular.paragraphs.order_by("position")) if circular else []
    lines = list(circular.addressees.order_by("position")) if circular else []
    data |= management("paragraphs", len(rows)) | management("addressees", len(lines))
    data |= management("deliveries", 0)
    for number, row in enumerate(rows):
        names = ("position", "label", "kind", "text", "text_hi")
        data |= {f"paragraphs-{number}-{name}": getattr(row, name) for name in names}
        data |= {f"paragraphs-{number}-id": row.pk, f"paragraphs-{number}-circular": circular.pk}
        data[f"paragraphs-{number}-table"] = json.dumps(row.table)
    for number, line in enumerate(lines):
        names = ("place", "position", "text", "text_hi")
        data |= {f"addressees-{number}-{name}": getattr(line, name) for name in names}
        data |= {f"addressees-{number}-id": line.pk, f"addressees-{number}-circular": circular.pk}
    if circular:
        data |= {"code": circular.code, "subject": circular.subject}
        data |= {"subject_hi": circular.subject_hi}
    return data | changes


def management(prefix: str, count: int) -> dict[str, int]:
    return {
        f"{prefix}-TOTAL_FORMS": count,
        f"{prefix}-INITIAL_FORMS": count,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }


def test_an_author_begins_a_draft_with_its_paragraphs(client) -> None:
    author = make_author()
    sign_in(client, author)
    paragraph = {"position": 1, "kind": "paragraph", "text": "Text", "text_hi": "पाठ", "table": ""}
    data = form_of() | {"paragraphs-TOTAL_FORMS": 1}
    data |= {f"paragraphs-0-{name}": value for name, value in paragraph.items()}

    response = client.post(ADD, data)

    assert response.status_code == 302, response.context["errors"]
    circular = Circular.objects.get()
    assert (circular.author, circular.state) == (author, CircularState.DRAFT)
    assert circular.paragraphs.get().is_hindi_current
    assert AuditEntry.objects.about(circular).get().event == "circular.drafted"


def test_the_state_and_the_author_cannot_be_posted(client) -> None:
    author, other = make_author(), make_author()
    sign_in(client, author)

    client.post(ADD, form_of(state="issued", author=other.pk, approver=other.pk, issued_at="x"))

    circular = Circular.objects.get()
    assert (circular.state, circular.author, circular.approver) == ("draft", author, None)


def test_a_changed_english_leaves_the_hindi_stale_until_it_is_compared(client) -> None:
    author = make_author()
    circular = make_circular(author=author)
    sign_in(client, author)
    edited = form_of(circular) | {"paragraphs-0-text": "In October."}

    assert client.post(change_url(circular), edited).status_code == 302
    assert "older" in what_hindi_lacks(circular)

    assert client.post(change_url(circular), edited | {"paragraphs-0-hindi_fits": "on"})
    assert what_hindi_lacks(circular) == ""
    assert circular.paragraphs.get().text == "In October."


def test_new_hindi_is_current_with_the_english_of_the_same_save(client) -> None:
    author = make_author()
    circular = make_circular(author=author)
    sign_in(client, author)
    both = {"paragraphs-0-text": "In October.", "paragraphs-0-text_hi": "अक्तूबर में।"}

    client.post(change_url(circular), form_of(circular) | both)

    assert what_hindi_lacks(circular) == ""


def test_hindi_that_was_taken_out_is_not_current(client) -> None:
    author = make_author()
    circular = make_circular(author=author)
    sign_in(client, author)
    emptied = {"paragraphs-0-text": "In October.", "paragraphs-0-text_hi": ""}

    client.post(change_url(circular), form_of(circular) | emptied)

    assert "missing" in what_hindi_lacks(circular)


def test_a_table_has_as_many_cells_in_each_row(client) -> None:
    author = make_author()
    circular = make_circular(author=author)
    sign_in(client, author)

    def post(table: object) -> int:
        data = form_of(circular) | {"paragraphs-0-table": json.dumps(table)}
        return client.post(change_url(circular), data).status_code

    assert post({"rows": [["a", "b"], ["c"]]}) == 200
    assert post(["a"]) == 200
    assert post({"rows": [["a", "b"]], "style": "x"}) == 200
    assert post({"rows": [["a", "b"]], "rows_hi": [["क", "ख"]]}) == 302
    assert circular.paragraphs.get().table["rows"] == [["a", "b"]]


def test_text_with_hidden_marks_is_refused_at_the_field(client) -> None:
    author = make_author()
    sign_in(client, author)

    response = client.post(ADD, form_of(subject="Calendar \u202e reversed"))

    assert "reading order" in response.content.decode()
    assert not Circular.objects.exists()


@pytest.mark.parametrize("state", [s for s in CircularState.values if s != "draft"])
def test_what_is_no_draft_is_read_only(client, state) -> None:
    author = make_author()
    circular = make_circular(author=author, state=state)
    sign_in(client, author)

    assert client.get(change_url(circular)).status_code == 200
    assert client.post(change_url(circular), form_of(circular, subject="Else")).status_code == 403
    circular.refresh_from_db()
    assert circular.subject == "Calendar of batches"


def test_a_draft_of_somebody_else_is_read_only(client) -> None:
    circular = make_circular()
    sign_in(client, make_author())

    assert client.get(change_url(circular)).status_code == 200
    assert client.post(change_url(circular), form_of(circular)).status_code == 403


def test_buttons_lead_from_draft_to_issue(client, django_capture_on_commit_callbacks) -> None:
    author, approver = make_author(), make_approver()
    circular = make_circular(author=author)

    sign_in(client, author)
    assert step_url(circular, "submit") in client.get(change_url(circular)).content.decode()
    client.post(step_url(circular, "submit"), {"desk_confirmed": "1"})
    sign_in(client, approver)
    client.post(step_url(circular, "approve"), {"desk_confirmed": "1"})
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(step_url(circular, "issue"), {"desk_confirmed": "1"})

    circular.refresh_from_db()
    assert response.status_code == 302
    assert circular.state == CircularState.ISSUED
    assert circular.document is not None


def test_a_refusal_stands_on_the_confirm_page(client) -> None:
    circular = make_circular(state=CircularState.APPROVED, text_hi="")
    sign_in(client, make_approver())

    page = client.post(step_url(circular, "issue"), {"desk_confirmed": "1"}).content.decode()

    assert "Hindi text is missing" in page
    circular.refresh_from_db()
    assert circular.state == CircularState.APPROVED


def test_a_return_needs_its_reason(client) -> None:
    circular = make_circular(state=CircularState.SUBMITTED)
    sign_in(client, make_approver())

    client.post(step_url(circular, "return"), {"desk_confirmed": "1", "reason": ""})
    circular.refresh_from_db()
    assert circular.state == CircularState.SUBMITTED

    client.post(step_url(circular, "return"), {"desk_confirmed": "1", "reason": "Date"})
    circular.refresh_from_db()
    assert circular.state == CircularState.DRAFT


def test_a_circular_is_superseded_by_one_of_those_in_force(client) -> None:
    old, new = (make_circular(state=CircularState.ISSUED) for _number in range(2))
    draft = make_circular()
    sign_in(client, make_approver())
    url = step_url(old, "supersede")

    client.post(url, {"desk_confirmed": "1", "successor_id": draft.pk})
    old.refresh_from_db()
    assert old.state == CircularState.ISSUED

    client.post(url, {"desk_confirmed": "1", "successor_id": new.pk})
    old.refresh_from_db()
    assert old.state == CircularState.SUPERSEDED


@pytest.mark.parametrize("role", [Role.CIRCULAR_APPROVER, Role.AUDITOR])
def test_a_preview_is_a_pdf_for_who_may_look(client, role) -> None:
    circular = make_circular()
    sign_in(client, make_user(role))

    response = client.get(reverse("admin:circulars_circular_preview", args=[circular.pk]))

    assert response.content.startswith(b"%PDF")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("role", [Role.DEALING_HAND, Role.PAYING_OFFICER])
def test_other_desks_do_not_see_drafts(client, role) -> None:
    circular = make_circular()
    sign_in(client, make_user(role))

    for url in (change_url(circular), reverse("admin:circulars_circular_changelist")):
        assert client.get(url).status_code in {302, 403}
    preview = reverse("admin:circulars_circular_preview", args=[circular.pk])
    assert client.get(preview).status_code in {403, 404}


def test_a_file_is_opened_once(client) -> None:
    sign_in(client, make_author())
    url = "/desk/circulars/officefile/add/"

    client.post(url, {"number": "No. T-28/27/2025-iGOT", "subject": ""})
    response = client.post(url, {"number": "F.No. T-28/27/2025 -iGOT", "subject": ""})

    assert "known already" in response.content.decode()
    assert OfficeFile.objects.get().parts["year"] == "2025"


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_as_much_for_one_row_as_for_many(
    client, django_assert_max_num_queries, count
) -> None:
    for _number in range(count):
        make_circular()
    sign_in(client, make_author())
    url = reverse("admin:circulars_circular_changelist")
    client.get(url)

    with django_assert_max_num_queries(15):
        client.get(url)
