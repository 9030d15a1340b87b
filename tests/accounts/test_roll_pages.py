"""The pages of rolls: upload, columns, rows, approval and changes, each within its reach."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import AuditEntry, Officer, ProposedChange, RollImport, RollSource
from accounts.roles import Role
from accounts.roll_files import MOST_BYTES
from accounts.roll_states import ChangeState, RollState
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
    sign_in,
)
from tests.factories.rolls import (
    AT,
    HEADER,
    ROW,
    make_applied,
    make_change,
    make_checked,
    make_source,
    make_upload,
    roll_file,
)

pytestmark = pytest.mark.django_db
UPLOAD = "/officers/rolls/new/"


def dealing_hand(client):
    user = make_user(Role.DEALING_HAND)
    sign_in(client, user)
    return user


def sent(content=None, name="roll.csv"):
    return SimpleUploadedFile(name, roll_file(ROW) if content is None else content)


def upload(client, **data):
    given = {"file": sent(), "source": "", "new_source": "Civil list", "authority": "", **data}
    return client.post(UPLOAD, given)


def test_a_roll_goes_from_the_file_to_the_records_by_two_persons(client):
    make_service()
    dealing_hand(client)

    uploaded = upload(client)

    roll = RollImport.objects.get()
    assert uploaded["Location"] == reverse("accounts:roll_columns", args=[roll.pk])
    page = client.get(uploaded["Location"])
    chosen = {name: field.initial for name, field in page.context["form"].fields.items()}
    checked = client.post(uploaded["Location"], {k: v or "" for k, v in chosen.items()})
    assert checked["Location"] == roll.get_absolute_url()
    page = client.get(roll.get_absolute_url())
    assert "New officer" in page.content.decode()
    assert "Approve and apply" not in page.content.decode()  # one's own upload

    sign_in(client, make_user(Role.DEALING_HAND))
    assert "Approve and apply" in client.get(roll.get_absolute_url()).content.decode()
    client.post(f"{roll.get_absolute_url()}approve/")
    assert Officer.objects.get().employee_code == "E1"


def test_columns_are_guessed_by_any_name_that_offices_give_them(client):
    dealing_hand(client)
    header = "S.No.,Emp. Code,Name of the Officer,सेवा,Gr.,D.O.B.,Batch"
    make_service()

    upload(client, file=sent(roll_file("1,E1,Asha Rao,IAS,A,15.08.1985,2010", header=header)))

    page = client.get(reverse("accounts:roll_columns", args=[RollImport.objects.get().pk]))
    fields = page.context["form"].fields
    assert fields["employee_code"].initial == "emp._code"
    assert fields["service"].initial == "सेवा"
    assert fields["date_of_birth"].initial == "d.o.b."
    assert fields["allotment_year"].initial == "batch"
    assert fields["cadre"].initial == ""


def test_the_columns_of_the_last_file_of_a_source_are_remembered(client):
    source = make_source()
    source.mapping = {"designation": "stelle"}
    source.save()
    roll = make_upload(f"{ROW},Director", header=f"{HEADER},stelle", source=source)
    sign_in(client, roll.uploaded_by)

    page = client.get(reverse("accounts:roll_columns", args=[roll.pk]))

    assert page.context["form"].fields["designation"].initial == "stelle"


def columns(client, roll, **changes):
    given = {name: name for name in HEADER.split(",")} | {"date_order": ""}
    return client.post(reverse("accounts:roll_columns", args=[roll.pk]), {**given, **changes})


@pytest.mark.parametrize("day", ["03/04/1985", "25/12/1985", "03-04-1985"])
def test_the_order_of_slashed_dates_is_asked_and_never_guessed(client, day):
    roll = make_upload(f"E1,Asha Rao,IAS,A,{day}")
    sign_in(client, roll.uploaded_by)
    assert day in client.get(reverse("accounts:roll_columns", args=[roll.pk])).content.decode()

    asked = columns(client, roll)

    assert asked.context["form"].errors["date_order"] == [
        f"Row 2, column “date_of_birth” holds “{day}”: say whether the day or the month stands "
        "first."
    ]
    roll.refresh_from_db()
    assert roll.state == RollState.UPLOADED
    columns(client, roll, date_order="dmy")
    assert roll.rows.get().born_on.year == 1985


def test_a_needed_column_and_a_column_chosen_twice_are_said_at_the_field(client):
    roll = make_upload()
    sign_in(client, roll.uploaded_by)

    answer = columns(client, roll, service="", name="group")

    errors = answer.context["form"].errors
    assert errors["service"] == ["Say which column this is: it is needed."]
    assert errors["name"] == errors["group"] == ["This column is chosen twice."]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client, monkeypatch):
    dealing_hand(client)
    monkeypatch.setattr("accounts.roll_forms.MOST_BYTES", 20)
    read = []
    monkeypatch.setattr("accounts.roll_files.open_roll", lambda file: read.append(file))

    answer = upload(client)

    assert "larger than" in answer.context["form"].errors["file"][0]
    assert MOST_BYTES == 60_000_000
    assert not read and not RollImport.objects.exists()


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"file": ""}, "file", "Choose a file."),
        ({"file": sent(name="roll.pdf")}, "file", "Send a CSV file or an Excel workbook"),
        ({"file": sent(b"")}, "file", "empty"),
        ({"new_source": ""}, "new_source", "Choose a source, or name a new one."),
        ({"new_source": "OLD LIST"}, "new_source", "There is a source of this name already"),
    ],
)
def test_what_is_wrong_with_an_upload_is_said_at_its_field(client, data, field, words):
    dealing_hand(client)
    make_source(name="Old list")

    answer = upload(client, **data)

    assert words in answer.context["form"].errors[field][0]
    assert not RollImport.objects.exists()


def test_a_nodal_officer_uploads_for_the_own_authority(client):
    make_service()
    own, other = make_authority(), make_authority(name="Railway Board")
    make_source(name="Of the Board", authority=other)
    sign_in(client, make_nodal_officer(authority=own))

    form = client.get(UPLOAD).context["form"]
    assert list(form.fields["authority"].queryset) == [own]
    assert not form.fields["source"].queryset.exists()

    upload(client, authority=own.pk)
    assert RollSource.objects.get(name="Civil list").authority == own


def test_the_page_of_a_roll_counts_filters_and_says_what_is_wrong(client):
    roll = make_checked(ROW, "E2,Bela Sen,IAS,A,31.02.1980", ",Chandra,IAS,D,01.02.1980")
    sign_in(client, roll.uploaded_by)

    page = client.get(f"{roll.get_absolute_url()}?outcome=invalid").content.decode()

    assert "Row 3, column “date_of_birth”: There is no such day as 31.02.1980." in page
    assert "Row 4, column “employee_code”: The cell is empty, and this fact is needed." in page
    assert "Row 4, column “group”: “D” is no group: write A, B or C." in page
    assert "Asha Rao" not in page
    assert "Cannot be used (2)" in page and "New officer (1)" in page


def test_the_same_file_says_when_it_was_applied(client):
    applied = make_applied()
    again = make_checked(source=applied.source)
    sign_in(client, again.uploaded_by)

    page = client.get(again.get_absolute_url()).content.decode()

    assert "The very same file was applied on" in page
    assert "nothing to approve" in page


def test_the_rows_come_as_a_file_in_which_nothing_runs(client):
    roll = make_checked(
        '=HYPERLINK("http://x"),+Asha,IAS,A,15.08.1985', content=None, header=HEADER
    )
    sign_in(client, roll.uploaded_by)

    answer = client.get(f"{roll.get_absolute_url()}rows.csv")

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, row = text.splitlines()
    assert header.startswith("Row,Employee code,Name,Service,Group,Date of birth,Outcome")
    assert "\"'=HYPERLINK" in row or ",'=HYPERLINK" in row
    assert answer["Content-Disposition"] == f'attachment; filename="roll-{roll.pk}-rows.csv"'
    assert AuditEntry.objects.filter(event="roll.rows_downloaded").exists()


def test_a_page_of_a_large_roll_asks_few_questions(client, django_assert_max_num_queries):
    officer = make_officer(employee_code="E1000")
    rows = [f"E{number},Asha Rao,IAS,A,15.08.1985,Director" for number in range(970, 1040)]
    roll = make_checked(*rows, header=f"{HEADER},designation")
    sign_in(client, roll.uploaded_by)
    assert officer.designation != "Director"
    client.get(roll.get_absolute_url())

    with django_assert_max_num_queries(12):
        page = client.get(roll.get_absolute_url())

    assert len(page.context["rows"]) == 50


@pytest.mark.parametrize("address", ["/officers/rolls/", "/officers/changes/"])
def test_lists_ask_as_many_questions_for_one_row_as_for_twenty(client, address):
    dealing_hand(client)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    make_change(officer=make_officer(), designation="Director")
    asked()
    one = asked()
    for _ in range(4):
        make_change(officer=make_officer(), designation="Director")

    assert asked() <= one <= 10


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PAYING_OFFICER, Role.CIRCULAR_AUTHOR])
def test_others_reach_no_page_of_a_roll(client, role):
    roll = make_checked()
    sign_in(client, make_user(role))

    for address in ("/officers/rolls/", UPLOAD, roll.get_absolute_url(), "/officers/changes/"):
        assert client.get(address).status_code == 403


def test_a_roll_of_another_authority_is_not_found(client):
    roll = make_checked(source=make_source(authority=make_authority()))
    sign_in(client, make_nodal_officer(authority=make_authority(name="Railway Board")))

    address = roll.get_absolute_url()
    assert client.get(address).status_code == 404
    assert client.get(f"{address}rows.csv").status_code == 404
    assert client.post(f"{address}approve/").status_code == 404
    assert client.post(f"{address}discard/").status_code == 404


def test_an_auditor_reads_and_does_nothing(client):
    roll = make_checked()
    sign_in(client, make_user(Role.AUDITOR))

    assert client.get(roll.get_absolute_url()).status_code == 200
    assert client.get(UPLOAD).status_code == 403
    assert client.post(f"{roll.get_absolute_url()}approve/").status_code == 403


def test_approving_ones_own_upload_is_a_sentence_and_no_crash(client):
    roll = make_checked()
    sign_in(client, roll.uploaded_by)

    answer = client.post(f"{roll.get_absolute_url()}approve/")

    assert answer.status_code == 409
    assert "ask a second person" in answer.content.decode()


def test_columns_of_an_applied_roll_are_closed(client):
    roll = make_applied()
    sign_in(client, roll.uploaded_by)

    assert client.get(f"{roll.get_absolute_url()}columns/").status_code == 409


def test_a_discarded_roll_leads_back_to_the_list(client):
    roll = make_checked()
    sign_in(client, roll.uploaded_by)

    client.post(f"{roll.get_absolute_url()}discard/")

    roll.refresh_from_db()
    assert roll.state == RollState.DISCARDED


# --- changes -------------------------------------------------------------------------------------


def test_a_change_shows_both_sides_and_is_accepted(client):
    officer = make_officer()
    change = make_change(officer=officer, date_of_birth="16.08.1985", designation="Director")
    dealing_hand(client)

    page = client.get(change.get_absolute_url()).content.decode()
    assert "15.08.1985" in page and "16.08.1985" in page
    refused = client.post(f"{change.get_absolute_url()}accept/", {"order_reference": ""})
    assert "only on an order" in refused.context["accept"].errors["order_reference"][0]
    done = client.post(f"{change.get_absolute_url()}accept/", {"order_reference": "A-1/2019"})

    assert done["Location"] == "/officers/changes/"
    officer.refresh_from_db()
    assert officer.born_on == date(1985, 8, 16)
    assert officer.designation == "Director"


def test_a_change_is_declined_with_a_reason(client):
    officer = make_officer()
    change = make_change(officer=officer, designation="Director")
    dealing_hand(client)

    empty = client.post(f"{change.get_absolute_url()}decline/", {"reason": ""})
    assert empty.context["decline"].errors["reason"] == ["Give the reason."]
    client.post(f"{change.get_absolute_url()}decline/", {"reason": "An old list."})

    change.refresh_from_db()
    assert change.state == ChangeState.DECLINED
    assert change.reason == "An old list."


def test_whoever_brought_in_the_roll_sees_why_he_does_not_decide(client):
    change = make_change(officer=make_officer(), designation="Director")
    sign_in(client, change.proposed_by)

    page = client.get(change.get_absolute_url()).content.decode()

    assert "may not decide its changes" in page
    assert "Accept change" not in page


def test_a_change_of_another_authority_is_not_found(client):
    change = make_change(officer=make_officer(), designation="Director")
    sign_in(client, make_nodal_officer(authority=make_authority(name="Railway Board")))

    assert client.get(change.get_absolute_url()).status_code == 404
    assert client.post(f"{change.get_absolute_url()}accept/").status_code == 404


def test_a_decided_change_stays_to_be_read(client):
    change = make_change(officer=make_officer(), designation="Director")
    user = dealing_hand(client)
    client.post(f"{change.get_absolute_url()}accept/", {})

    page = client.get(change.get_absolute_url()).content.decode()

    assert f"Decided by {user}" in page
    assert ProposedChange.objects.get().decided_by == user


@pytest.mark.parametrize(
    "address", ["/officers/rolls/", UPLOAD, "/officers/changes/"], ids=["list", "upload", "changes"]
)
def test_pages_open_in_hindi(client, address):
    dealing_hand(client)

    with translation.override("hi"):
        answer = client.get(address, headers={"accept-language": "hi"})

    assert answer.status_code == 200
    assert 'lang="hi"' in answer.content.decode()


def test_the_dashboard_names_what_waits_for_a_second_person(client):
    make_checked()
    make_change(officer=make_officer(), designation="Director")
    dealing_hand(client)

    page = client.get(reverse("reports:dashboard")).content.decode()

    assert "1 roll to approve" in page
    assert "1 proposed change of a record to decide" in page


def test_work_of_tasks_is_shown_while_it_runs(client, monkeypatch):
    monkeypatch.setattr("accounts.actions.rolls.SMALL", 10)
    roll = make_checked()
    sign_in(client, roll.uploaded_by)

    page = client.get(roll.get_absolute_url()).content.decode()

    assert "The rows are being checked" in page
    assert "Look again" in page
    assert roll.uploaded_at == AT
