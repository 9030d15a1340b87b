"""Lists of proposals: read, staged with an outcome for each row, applied as a whole."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import AuditEntry, Notice, User
from accounts.roles import Role
from committee import proposal_columns, proposal_files
from committee.actions import proposal_files as actions
from committee.models import Proposal, ProposalImport, ProposalImportRow
from igot.lib.errors import Refused
from igot.lib.tables import TableError, write_xlsx
from tests.factories.accounts import make_authority, make_nodal_officer, make_user, sign_in
from tests.factories.committee import make_proposal, make_secretary
from tests.factories.courses import make_course, make_institute

pytestmark = pytest.mark.django_db
HEAD = ["Title", "Institute", "Fee", "Currency", "Certification offered"]
HEAD += ["Objective", "Why", "Officers"]
USUAL = {"source": "institute", "received_on": "01.11.2026"}


def row(title: str = "Data for Public Policy", **cells: str) -> list[str]:
    known = {
        "institute": "IIT Madras",
        "fee": "5000",
        "currency": "INR",
        "certification": "Certificate of the institute",
        "objective": "To read figures.",
        "why": "Asked for.",
        "officers": "Group A",
    }
    return [title, *({**known, **cells}).values()]


def table(*rows: list[str], head: list[str] | None = None) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows([head or HEAD, *rows])
    return io.BytesIO(text.getvalue().encode())


def check(*rows: list[str], head: list[str] | None = None, **given: Any) -> list[Any]:
    user = given.pop("user", None) or make_secretary()
    return proposal_files.check_file(table(*rows, head=head), usual={**USUAL, **given}, user=user)


def stage(rows: list[Any], user: User, sha256: str = "a" * 64) -> ProposalImport:
    return actions.stage_file(
        file_name="list.csv",
        sha256=sha256,
        letter_reference="Letter 7",
        rows=rows,
        acting_user=user,
        at=timezone.now(),
    )


def put(imported: ProposalImport, user: User, *, submits: bool = True) -> int:
    return actions.apply_file(
        import_id=imported.pk,
        rows=list(proposal_files.check_again(imported, imported.rows.accepted())),
        submits=submits,
        acting_user=user,
        at=timezone.now(),
    )


# --- reading -------------------------------------------------------------------------------------


def test_a_row_is_read_with_what_holds_where_it_says_nothing() -> None:
    (checked,) = check(row())

    assert checked.outcome == "accepted"
    assert checked.line == 2
    assert checked.fields["proposer"] == "IIT Madras"
    assert checked.fields["mode"] == "run" and checked.fields["language"] == "English"
    assert checked.fields["received_on"].isoformat() == "2026-11-01"


def test_headings_and_values_may_be_hindi() -> None:
    with translation.override("hi"):
        headings = proposal_columns.headings()
        mode = str(proposal_columns.CHOICES["mode"].SELF_PACED.label)
    cells = dict.fromkeys(headings, "")
    names = dict(zip(proposal_columns.COLUMNS, headings, strict=True))
    for name, text in {
        "title": "लोक नीति",
        "institute_name": "आईआईटी मद्रास",
        "certification": "certificate",
        "objective": "उद्देश्य यह है।",
        "reasons": "माँग है।",
        "officers": "समूह क",
        "mode": mode,
        "fee": "₹ 5,000",
    }.items():
        cells[names[name]] = text

    (checked,) = check(list(cells.values()), head=headings)

    assert checked.outcome == "accepted", checked.message
    assert checked.fields["mode"] == "self_paced"
    assert (str(checked.fields["fee"]), checked.fields["currency"]) == ("5000.00", "INR")


@pytest.mark.parametrize(
    ("fee", "currency", "amount"),
    [("US$ 100", "USD", "100.00"), ("Rs. 1,500/-", "INR", "1500.00"), ("€99", "EUR", "99.00")],
)
def test_a_currency_may_stand_before_the_fee(fee: str, currency: str, amount: str) -> None:
    (checked,) = check(row(fee=fee, currency=""))

    assert (str(checked.fields["fee"]), checked.fields["currency"]) == (amount, currency)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"fee": "-5"}, "Fee: A fee cannot be below zero"),
        ({"currency": "Yen"}, "Currency: Select a valid choice. Yen"),
        ({"certification": "badge"}, "Certification offered: Select a valid choice. badge"),
        ({"objective": ""}, "Objective: This field is required."),
        ({"institute": "x" * 151}, "Institute: Ensure this value has at most 150"),
    ],
)
def test_what_is_wrong_is_said_of_its_cell(cells: dict[str, str], sentence: str) -> None:
    wrong, right = check(row(**cells), row("Another course"))

    assert wrong.outcome == "wrong"
    assert sentence in wrong.message
    assert right.outcome == "accepted"


def test_every_wrong_cell_of_a_row_is_named() -> None:
    (checked,) = check(row(fee="-5", objective=""))

    assert len(checked.message.splitlines()) == 2


def test_what_is_there_already_is_not_proposed_again() -> None:
    institute = make_institute(title="Indian Institute of Technology", short_name="IIT Madras")
    make_course(title="Public Finance", institute=institute)
    make_proposal(title="Coal and Climate", institute_name="IIT Madras", number="P/2018/777")

    found = check(
        row("Public finance"),
        row("Climate and coal"),
        row("New one"),
        row("A new one"),
        row("Public Finance", institute="IIM Ranchi"),
    )

    assert [checked.outcome for checked in found] == [
        "same",
        "same",
        "accepted",
        "same",
        "accepted",
    ]
    assert "P/2018/777" in found[1].message
    assert "row 4 of this file" in found[3].message


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (table(row(), head=["Title", *HEAD[2:], "x"]), "lacks the column: Institute"),
        (table(row(), head=[*HEAD[:2], "Cost", "Price", *HEAD[4:]]), "Several columns mean “Fee”"),
        (table(), "no row below"),
        (io.BytesIO(b""), "empty"),
        (io.BytesIO(b"\xff\xfe\xfa"), "not UTF-8|cannot be read|first row"),
    ],
)
def test_a_file_that_is_no_list_is_refused(file: io.BytesIO, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        proposal_files.check_file(file, usual=USUAL, user=make_secretary())


def test_a_workbook_is_read_as_a_table_is() -> None:
    book = io.BytesIO()
    write_xlsx(book, HEAD, [row()])

    (checked,) = proposal_files.check_file(book, usual=USUAL, user=make_secretary())

    assert checked.outcome == "accepted"


def test_a_nodal_officer_brings_in_the_own_ministrys_rows_only() -> None:
    nodal = make_nodal_officer(authority=make_authority(name="Ministry of Coal"))
    head = [*HEAD, "Ministry"]

    own, other = check(
        [*row(), "Ministry of Coal"],
        [*row("Another"), "Ministry of Steel"],
        head=head,
        user=nodal,
        source="ministry",
    )

    assert (own.outcome, other.outcome) == ("accepted", "wrong")
    assert "own Ministry" in other.message


# --- staging and applying ------------------------------------------------------------------------


def test_nothing_is_proposed_until_the_list_is_applied() -> None:
    secretary = make_secretary()

    imported = stage(check(row(), row("Second"), row(fee="-1")), secretary)

    assert not Proposal.objects.exists()
    assert imported.rows.count() == 3
    assert put(imported, secretary) == 2
    assert list(Proposal.objects.order_by("number").values_list("title", "state")) == [
        ("Data for Public Policy", "submitted"),
        ("Second", "submitted"),
    ]
    imported.refresh_from_db()
    assert (imported.state, imported.applied_at is None) == ("applied", False)
    assert imported.rows.get(line=2).proposal.title == "Data for Public Policy"
    assert imported.rows.get(line=4).proposal is None


def test_the_list_is_recorded_for_each_proposal_and_the_other_secretary_is_told() -> None:
    nodal = make_nodal_officer(authority=make_authority(name="Ministry of Coal"))
    secretary = make_secretary()
    rows = check(row(), user=nodal, source="ministry", proposer="Ministry of Coal")

    put(stage(rows, nodal), nodal)

    events = [entry.event for entry in AuditEntry.objects.about(Proposal.objects.get())]
    assert events == ["proposal.brought_in", "proposal.submitted"]
    notice = Notice.objects.get(user=secretary)
    assert notice.template == "proposalimport.applied"
    assert notice.params["count"] == "1"


def test_a_list_may_be_applied_as_drafts() -> None:
    secretary = make_secretary()

    put(stage(check(row()), secretary), secretary, submits=False)

    assert Proposal.objects.get().state == "draft"


def test_the_same_file_is_refused_until_it_is_discarded() -> None:
    secretary = make_secretary()
    imported = stage(check(row()), secretary)

    with pytest.raises(Refused, match="very same file"):
        stage(check(row()), secretary)
    actions.discard_file(import_id=imported.pk, acting_user=secretary, at=timezone.now())

    assert stage(check(row()), secretary).state == "staged"


def test_a_list_is_applied_once() -> None:
    secretary = make_secretary()
    imported = stage(check(row()), secretary)
    put(imported, secretary)

    with pytest.raises(Refused, match="The list is “Applied”"):
        put(imported, secretary)

    assert Proposal.objects.count() == 1


def test_a_row_proposed_meanwhile_is_left_out_and_says_so() -> None:
    secretary = make_secretary()
    imported = stage(check(row(), row("Second")), secretary)
    make_proposal(title="Second", institute_name="IIT Madras", number="P/2018/888")

    assert put(imported, secretary) == 1

    left = imported.rows.get(line=3)
    assert left.outcome == "same" and "P/2018/888" in left.message
    assert left.proposal is None


def test_a_list_of_which_nothing_can_be_applied_stays_staged() -> None:
    secretary = make_secretary()
    imported = stage(check(row(fee="-1")), secretary)

    with pytest.raises(Refused, match="No row"):
        put(imported, secretary)

    imported.refresh_from_db()
    assert imported.state == "staged"


def test_somebody_elses_list_is_settled_by_the_secretary_only() -> None:
    nodal = make_nodal_officer(authority=make_authority(name="Ministry of Coal"))
    rows = check(row(), user=nodal, source="ministry", proposer="Ministry of Coal")
    imported = stage(rows, nodal)

    with pytest.raises(Refused, match="Only who brought in"):
        put(imported, make_user(Role.DEALING_HAND))

    assert put(imported, make_secretary()) == 1
    assert Proposal.objects.get().recorded_by == nodal


def test_five_hundred_rows_take_few_queries() -> None:
    secretary = make_secretary()
    rows = [row(f"Course number {number} of {number * 7919}") for number in range(500)]
    checked = check(*rows, user=secretary)

    with CaptureQueriesContext(connection) as staged:
        imported = stage(checked, secretary)
    with CaptureQueriesContext(connection) as applied:
        assert put(imported, secretary) == 500

    assert len(staged) <= 20
    assert len(applied) <= 60 if connection.vendor == "sqlite" else len(applied) <= 30
    assert ProposalImportRow.objects.filter(proposal__isnull=False).count() == 500


# --- pages ---------------------------------------------------------------------------------------


@pytest.fixture
def browser(client: Client) -> Client:
    sign_in(client, make_secretary())
    return client


def send(client: Client, content: bytes, name: str = "list.csv", **fields: str) -> Any:
    file = SimpleUploadedFile(name, content)
    data = {"file": file, "received_on": "01.11.2026", "source": "institute", **fields}
    return client.post("/committee/proposals/files/new/", data)


def test_a_list_goes_from_upload_to_proposals(browser: Client) -> None:
    sent = send(browser, table(row(), row(fee="-1")).getvalue())
    url = sent["Location"]

    page = browser.get(url).content.decode()
    wrong_only = browser.get(f"{url}?outcome=wrong").context["page_obj"]
    outcomes = b"".join(browser.get(f"{url}rows.csv").streaming_content).decode()
    browser.post(f"{url}apply/", {"submits": "1"})
    after = browser.get(url).content.decode()

    assert "Fee: A fee cannot be below zero" in page and "Apply and submit" in page
    assert len(wrong_only) == 1
    assert "To be corrected" in outcomes and "Data for Public Policy" in outcomes
    number = Proposal.objects.get().number
    assert number in after and "Apply and submit" not in after


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("list.pdf", b"%PDF-", "Send a CSV file"),
        ("list.csv", b"a,b\n1,2\n", "lacks the column"),
        ("list.csv", b"", "empty"),
    ],
)
def test_a_wrong_file_is_refused_at_its_field(
    browser: Client, name: str, content: bytes, sentence: str
) -> None:
    page = send(browser, content, name)

    assert sentence in " ".join(page.context["form"].errors["file"])
    assert not ProposalImport.objects.exists()


def test_a_ministrys_list_needs_its_name(browser: Client) -> None:
    page = send(browser, table(row()).getvalue(), source="ministry")

    assert "Name the Ministry" in page.content.decode()


def test_the_page_of_a_long_list_asks_few_questions(browser: Client) -> None:
    url = send(browser, table(*(row(f"Course {n * 7919}") for n in range(60))).getvalue())
    browser.post(f"{url['Location']}apply/", {"submits": "1"})

    with CaptureQueriesContext(connection) as asked:
        page = browser.get(url["Location"])

    assert len(page.context["page_obj"]) == 50
    assert len(asked) <= 12


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_empty_list_is_itself_a_list(browser: Client, kind: str) -> None:
    template = browser.get(f"/committee/proposals/files/template.{kind}")

    sent = send(browser, template.content, f"proposals.{kind}")

    assert sent.status_code == 302
    assert ProposalImportRow.objects.get().outcome == "accepted"
    assert browser.get("/committee/proposals/files/template.exe").status_code == 404


def test_a_list_is_seen_by_who_brought_it_and_the_secretary(browser: Client) -> None:
    url = send(browser, table(row()).getvalue())["Location"]

    sign_in(browser, make_nodal_officer())
    assert browser.get(url).status_code == 404
    assert browser.post(f"{url}apply/").status_code == 404
    sign_in(browser, make_user(Role.AUDITOR))
    assert browser.get(url).status_code == 200
    assert browser.post(f"{url}apply/").status_code == 403
    sign_in(browser, make_user(Role.OFFICER))
    assert browser.get(url).status_code == 403
