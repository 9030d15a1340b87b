"""Bringing in a roll: each row's outcome, approval by a second person, and nothing overwritten."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from accounts.actions import rolls
from accounts.models import (
    AuditEntry,
    Officer,
    Posting,
    ProposedChange,
    RollImport,
    RollRow,
    RollSource,
    ServiceRecordEntry,
)
from accounts.roles import Role
from accounts.roll_states import ROLL_STEPS, RollState, RowOutcome
from accounts.states import RecordState
from igot.lib.errors import Refused
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_roll_officer,
    make_service,
    make_state,
    make_user,
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
FULL = (
    f"{HEADER},date_of_joining,allotment_year,cadre,designation,ministry,email,group_since,"
    "break_days"
)
FULL_ROW = (
    "E1,Asha Rao,IAS,A,15.08.1985,30.08.2010,2010,Kerala,Deputy Secretary,"
    "Ministry of Rural Development,asha.rao@example.gov.in,01.01.2015,12"
)


def outcomes(roll: RollImport) -> list[str]:
    return list(roll.rows.order_by("number").values_list("outcome", flat=True))


# --- from the file to the records ---------------------------------------------------------------


def test_a_check_writes_nothing_but_its_own_rows():
    roll = make_checked()

    assert roll.state == RollState.CHECKED
    assert roll.counts == {"new": 1}
    assert not Officer.objects.exists()


def test_approval_adds_the_officers_with_every_fact_verified_by_the_approver():
    kerala = make_state()
    approver = make_user(Role.DEALING_HAND)

    make_applied(FULL_ROW, header=FULL, approved_by=approver)

    officer = Officer.objects.get()
    assert officer.user is None
    assert officer.name == "Asha Rao"
    assert officer.employee_code == "E1"
    assert officer.service.code == "IAS"
    assert officer.group == "A"
    assert officer.born_on == date(1985, 8, 15)
    assert officer.joined_on == date(2010, 8, 30)
    assert officer.allotment_year == 2010
    assert officer.cadre == kerala
    assert officer.designation == "Deputy Secretary"
    assert officer.ministry == "Ministry of Rural Development"
    assert officer.official_email == "asha.rao@example.gov.in"
    assert officer.break_days == 12
    assert officer.group_since is None
    assert officer.record_state == RecordState.VERIFIED
    assert officer.verified_by == approver
    assert officer.verified_at == officer.facts_changed_at == AT


def test_each_new_officer_has_a_version_of_the_record_and_a_posting():
    make_state()

    roll = make_applied(FULL_ROW, header=FULL)

    entry = ServiceRecordEntry.objects.get()
    assert entry.facts == {
        "name": "Asha Rao",
        "employee_code": "E1",
        "born_on": "1985-08-15",
        "service": "IAS",
        "cadre": "KL",
        "group": "A",
        "rank": None,
        "allotment_year": 2010,
        "joined_on": "2010-08-30",
        "break_days": 12,
    }
    assert entry.acting_user == roll.approved_by
    assert entry.record_state == RecordState.VERIFIED
    assert entry.note == f"{roll.source}: roll.csv"
    posting = Posting.objects.get()
    assert (posting.starts_on, posting.group) == (date(2015, 1, 1), "A")
    assert posting.recorded_by == roll.approved_by


@pytest.mark.django_db(transaction=True)
def test_an_applied_roll_keeps_its_outcomes_and_loses_its_file():
    roll = make_checked()
    name = roll.file.name
    assert default_storage.exists(name)

    rolls.approve_roll(roll_id=roll.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)

    roll.refresh_from_db()
    assert roll.state == RollState.APPLIED
    assert roll.applied_at == AT
    assert not roll.file and not default_storage.exists(name)
    assert outcomes(roll) == ["new"]
    entry = AuditEntry.objects.get(event="roll.applied")
    assert entry.details["new"] == 1 and entry.details["sha256"] == roll.sha256


def test_the_same_file_twice_changes_nothing():
    make_state()
    make_applied(FULL_ROW, header=FULL)
    before = list(Officer.objects.values())

    again = make_checked(FULL_ROW, header=FULL)

    assert again.state == RollState.UNCHANGED
    assert again.counts == {"same": 1}
    assert list(Officer.objects.values()) == before
    assert ServiceRecordEntry.objects.count() == Posting.objects.count() == 1
    assert not ProposedChange.objects.exists()


def test_a_row_says_nothing_by_a_blank_cell():
    make_state()
    make_applied(FULL_ROW, header=FULL)

    again = make_checked("E1,Asha Rao,IAS,A,15.08.1985,,,,,,,,", header=FULL)

    assert outcomes(again) == ["same"]


def test_capitals_make_no_other_name():
    make_applied()

    assert outcomes(make_checked("E1,ASHA RAO,IAS,A,15.08.1985")) == ["same"]


@pytest.mark.parametrize(
    ("column", "cell", "name"),
    [
        ("name", "Asha Rao-Nair", "name"),
        ("date_of_birth", "16.08.1985", "born_on"),
        ("date_of_joining", "31.08.2010", "joined_on"),
        ("allotment_year", "2011", "allotment_year"),
        ("break_days", "7", "break_days"),
        ("designation", "Director", "designation"),
        ("ministry", "Ministry of Coal", "ministry"),
        ("cadre", "Kerala", "cadre"),
        ("group_since", "01.02.2012", "group_since"),
    ],
)
def test_a_changed_fact_is_proposed_and_never_written(column, cell, name):
    make_state()
    officer = make_officer()
    before = Officer.objects.values().get(pk=officer.pk)

    change = make_change(officer=officer, **{column: cell})

    assert list(change.after) == [name]
    assert Officer.objects.values().get(pk=officer.pk) == before
    assert change.row_number == 2


def test_a_new_address_of_somebody_who_never_signed_in_is_proposed():
    officer = make_roll_officer(official_email="old@example.gov.in")

    change = make_change(officer=officer, email="new@example.gov.in")

    assert change.before == {"official_email": "old@example.gov.in"}
    assert change.after == {"official_email": "new@example.gov.in"}


def test_the_address_of_somebody_with_a_log_in_is_left_alone():
    officer = make_officer(employee_code="E1")

    roll = make_checked(f"{ROW},other@example.gov.in", header=f"{HEADER},email")

    assert outcomes(roll) == ["same"]
    assert officer.user.email != "other@example.gov.in"


def test_an_officer_who_declared_no_code_is_found_by_the_address():
    officer = make_officer(employee_code=None)

    roll = make_applied(f"{ROW},{officer.user.email.upper()}", header=f"{HEADER},email")

    assert outcomes(roll) == ["changed"]
    assert ProposedChange.objects.get().after == {"employee_code": "E1"}


def test_an_address_of_somebody_with_another_code_is_not_a_match():
    officer = make_officer(employee_code="E9")

    roll = make_checked(f"{ROW},{officer.user.email}", header=f"{HEADER},email")

    assert outcomes(roll) == ["conflict"]
    assert roll.rows.get().problems == [{"code": "email.other"}]


def test_a_code_of_somebody_with_another_name_and_birth_is_not_a_match():
    make_officer(employee_code="E1", name="Bela Sen", born_on=date(1970, 1, 1))

    roll = make_checked()

    assert outcomes(roll) == ["conflict"]
    assert roll.rows.get().problems == [{"code": "code.other"}]
    assert roll.state == RollState.UNCHANGED


def test_a_second_roll_does_not_propose_beside_an_open_change():
    officer = make_officer(employee_code="E1")
    make_change(officer=officer, designation="Director")

    roll = make_checked("E1,Asha Rao,IAS,A,15.08.1985,Secretary", header=f"{HEADER},designation")

    assert outcomes(roll) == ["waiting"]


def test_what_changed_since_the_check_is_matched_anew_when_it_is_applied():
    roll = make_checked(ROW, "E2,Bela Sen,IAS,A,01.02.1980")
    make_officer(employee_code="E1", name="Asha Rao", designation="Director")

    rolls.approve_roll(roll_id=roll.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)

    assert outcomes(roll) == ["same", "new"]
    assert Officer.objects.get(employee_code="E2").verified_at == AT
    assert Officer.objects.get(employee_code="E1").verified_at != AT


# --- who may -------------------------------------------------------------------------------------


def test_whoever_brought_in_a_roll_may_not_approve_it():
    roll = make_checked()

    with pytest.raises(Refused, match="ask a second person"):
        rolls.approve_roll(roll_id=roll.pk, acting_user=roll.uploaded_by, at=AT)

    roll.refresh_from_db()
    assert roll.state == RollState.CHECKED and not Officer.objects.exists()


def test_the_database_too_wants_two_persons():
    roll = make_checked()

    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        RollImport.objects.filter(pk=roll.pk).update(approved_by=roll.uploaded_by)


def test_nobody_approves_a_roll_with_a_row_about_himself():
    approver = make_user(Role.DEALING_HAND)
    roll = make_checked(f"{ROW},{approver.email}", header=f"{HEADER},email")

    with pytest.raises(Refused, match="Row 2 is about you"):
        rolls.approve_roll(roll_id=roll.pk, acting_user=approver, at=AT)


def test_a_roll_is_applied_once():
    roll = make_applied()

    with pytest.raises(Refused, match="Applied"):
        rolls.approve_roll(roll_id=roll.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)
    with pytest.raises(Refused, match="Applied"):
        rolls.apply_roll(roll_id=roll.pk, at=AT)


def test_a_nodal_officer_brings_in_rolls_of_the_own_authority_only():
    own, other = make_authority(), make_authority(name="Railway Board")
    nodal = make_nodal_officer(authority=own)

    roll = make_checked(source=make_source(authority=own), uploaded_by=nodal)

    assert outcomes(roll) == ["new"]
    for source in (make_source(authority=other), make_source()):
        with pytest.raises(Refused):
            make_upload(source=source, uploaded_by=nodal)


def test_rows_about_another_authority_are_left_out_and_say_so():
    railways = make_authority(name="Railway Board")
    make_service(code="IRTS", name="Indian Railway Traffic Service", authority=railways)
    make_officer(employee_code="E7", service=make_service(code="IRTS"))
    nodal = make_nodal_officer()
    source = make_source(authority=make_authority())

    roll = make_checked(
        "E2,Bela Sen,IRTS,A,01.02.1980",
        "E7,Asha Rao,IAS,A,15.08.1985",
        source=source,
        uploaded_by=nodal,
    )

    assert outcomes(roll) == ["outside", "outside"]
    assert [row.problems[0]["code"] for row in roll.rows.order_by("number")] == [
        "service.outside",
        "officer.outside",
    ]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.PAYING_OFFICER])
def test_others_bring_in_nothing(role):
    with pytest.raises(Refused, match="Dealing hand"):
        make_upload(uploaded_by=make_user(role))

    assert not RollImport.objects.exists() and not default_storage.exists("rolls")


def test_a_roll_is_visible_to_its_authority_and_the_desk_alone():
    own = make_source(authority=make_authority())
    roll = make_checked(source=own)
    other = make_nodal_officer(authority=make_authority(name="Railway Board"))

    seen = RollImport.objects.visible_to
    assert roll in seen(make_nodal_officer())
    assert roll in seen(make_user(Role.AUDITOR))
    assert not seen(other).exists()
    assert not seen(make_user(Role.OFFICER)).exists()
    assert own not in RollSource.objects.visible_to(other)


# --- the life of a roll --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_discarded_roll_loses_its_rows_and_its_file():
    roll = make_checked()
    name = roll.file.name

    rolls.discard_roll(roll_id=roll.pk, acting_user=roll.uploaded_by, at=AT)

    roll.refresh_from_db()
    assert roll.state == RollState.DISCARDED
    assert not roll.rows.exists() and not default_storage.exists(name)


def test_the_source_remembers_its_columns_and_its_order_of_dates():
    header = "employee_code,name,service,group,dob"
    roll = make_upload("E1,Asha Rao,IAS,A,08/15/1985", header=header)
    mapping = {"employee_code": "employee_code", "name": "name", "service": "service"}
    mapping |= {"group": "group", "date_of_birth": "dob", "cadre": ""}

    rolls.map_roll(
        roll_id=roll.pk, mapping=mapping, date_order="mdy", acting_user=roll.uploaded_by, at=AT
    )

    source = RollSource.objects.get()
    assert source.date_order == "mdy"
    assert source.mapping["date_of_birth"] == "dob" and "cadre" not in source.mapping
    assert outcomes(roll) == ["new"]


def test_columns_may_be_named_again_and_the_rows_are_read_anew():
    roll = make_checked("E1,Asha Rao,IAS,A,03/04/1985")
    assert outcomes(roll) == ["invalid"]

    rolls.map_roll(
        roll_id=roll.pk,
        mapping=roll.mapping,
        date_order="dmy",
        acting_user=roll.uploaded_by,
        at=AT,
    )

    assert outcomes(roll) == ["new"]
    assert roll.rows.get().born_on == date(1985, 4, 3)


def test_a_large_roll_waits_for_the_task(monkeypatch):
    monkeypatch.setattr(rolls, "SMALL", 10)
    roll = make_checked()
    assert roll.state == RollState.CHECKING and not roll.rows.exists()

    assert rolls.check_roll(roll_id=roll.pk, at=AT) is True
    rolls.approve_roll(roll_id=roll.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)

    roll.refresh_from_db()
    assert roll.state == RollState.APPLYING and not Officer.objects.exists()
    rolls.apply_roll(roll_id=roll.pk, at=AT)
    assert Officer.objects.count() == 1


def test_a_check_that_broke_off_is_begun_anew_when_its_lease_is_over(monkeypatch):
    monkeypatch.setattr(rolls, "SMALL", 10)
    roll = make_checked()
    RollImport.objects.filter(pk=roll.pk).update(leased_until=AT + timedelta(minutes=1))
    RollRow.objects.create(roll=roll, number=2, outcome=RowOutcome.NEW)

    assert rolls.check_roll(roll_id=roll.pk, at=AT) is False
    assert rolls.check_roll(roll_id=roll.pk, at=AT + timedelta(minutes=2)) is True
    assert roll.rows.count() == 1


def test_many_batches_come_to_one_roll(monkeypatch):
    monkeypatch.setattr(rolls, "STAGED_AT_ONCE", 3)
    rows = [f"E{number},Asha Rao,IAS,A,15.08.1985" for number in range(10)]

    roll = make_applied(*rows)

    assert roll.rows_done == 10
    assert Officer.objects.count() == 10


def test_old_rows_are_forgotten_and_their_counts_stay():
    roll = make_applied()

    assert rolls.forget_old_rows(at=AT + timedelta(days=179)) == 0
    assert rolls.forget_old_rows(at=AT + timedelta(days=181)) == 1

    roll.refresh_from_db()
    assert roll.counts == {"new": 1}


def test_every_state_of_a_roll_is_reached_by_a_step():
    targets = {step.target for step in ROLL_STEPS}

    assert targets | {RollState.UPLOADED} == set(RollState)
    assert all(isinstance(step.sources, frozenset) for step in ROLL_STEPS)


def test_a_file_that_is_no_table_is_refused_before_anything_is_kept():
    for content in (b"", b"\n\n", b"PK\x03\x04 no workbook", "name\u00e9,x".encode("latin-1")):
        with pytest.raises(Refused):
            make_upload(content=content or b"\n")

    assert not RollImport.objects.exists() and not default_storage.exists("rolls")


def test_a_header_alone_is_refused_with_a_sentence():
    roll = make_checked(content=roll_file())

    assert roll.state == RollState.REFUSED
    assert roll.problem == "The file has no row below its header."
