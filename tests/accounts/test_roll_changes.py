"""A change that a roll proposes: decided by a second person, on an order where a birth changes."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.actions import records, roll_changes
from accounts.models import (
    AuditEntry,
    Notice,
    Officer,
    Posting,
    ProposedChange,
    ServiceRecordEntry,
)
from accounts.roles import Role
from accounts.roll_states import CHANGE_STEPS, ChangeState
from accounts.states import RecordState
from igot.lib.errors import Refused
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_posting,
    make_service,
    make_user,
)
from tests.factories.rolls import AT, HEADER, ROW, make_applied, make_change, make_checked

pytestmark = pytest.mark.django_db
ORDER = "A-12012/3/2019, 01.07.2019"


def accept(change, user=None, **given):
    user = user or make_user(Role.DEALING_HAND)
    roll_changes.accept_change(change_id=change.pk, acting_user=user, at=AT, **given)
    change.refresh_from_db()
    change.officer.refresh_from_db()
    return change.officer


def decline(change, user=None):
    roll_changes.decline_change(
        change_id=change.pk,
        reason="The order was withdrawn.",
        acting_user=user or make_user(Role.DEALING_HAND),
        at=AT,
    )
    change.refresh_from_db()


def test_an_accepted_change_certifies_the_record_and_tells_the_officer():
    officer = make_officer()
    change = make_change(officer=officer, allotment_year="2011", designation="Director")
    user = make_user(Role.DEALING_HAND)

    officer = accept(change, user)

    assert (officer.allotment_year, officer.designation) == (2011, "Director")
    assert officer.record_state == RecordState.VERIFIED
    assert (officer.verified_by, officer.verified_at) == (user, AT)
    assert officer.facts_changed_at == AT
    entry = ServiceRecordEntry.objects.filter(officer=officer).latest("pk")
    assert entry.facts["allotment_year"] == 2011
    assert Notice.objects.get(user=officer.user).template == "record.changed_by_roll"


def test_the_trail_names_the_facts_and_not_their_values():
    change = make_change(officer=make_officer(), date_of_birth="16.08.1985")

    accept(change, order_reference=ORDER)

    details = AuditEntry.objects.get(event="record.changed_by_roll").details
    assert details["changed"] == ["born_on"]
    assert details["order"] == ORDER
    for entry in AuditEntry.objects.all():
        assert "1985" not in str(entry.details)


def test_a_change_of_the_posting_alone_is_no_change_for_decisions():
    officer = make_officer()
    change = make_change(officer=officer, designation="Director")

    assert accept(change).facts_changed_at is None


def test_a_verified_date_of_birth_changes_on_an_order_alone():
    officer = make_officer()
    change = make_change(officer=officer, date_of_birth="16.08.1985")

    with pytest.raises(Refused, match="only on an order"):
        accept(change)

    officer.refresh_from_db()
    assert officer.born_on == date(1985, 8, 15)
    assert accept(change, order_reference=ORDER).born_on == date(1985, 8, 16)
    assert change.order_reference == ORDER


def test_a_date_of_birth_that_nobody_verified_needs_no_order():
    officer = make_officer(is_verified=False)

    officer = accept(make_change(officer=officer, date_of_birth="16.08.1985"))

    assert officer.born_on == date(1985, 8, 16)
    assert officer.is_verified


def test_a_changed_group_says_since_when_and_the_group_of_before_keeps_its_days():
    service = make_service(code="CSS", name="Central Secretariat Service", groups="A,B")
    officer = make_officer(service=service, group="B", joined_on=date(2010, 8, 30))
    change = make_change(officer=officer, group="A")

    with pytest.raises(Refused, match="Give the day from which the officer holds Group A"):
        accept(change)
    officer = accept(change, since=date(2019, 7, 1))

    assert officer.group == "A"
    assert officer.group_on(date(2019, 6, 30)) == "B"
    assert officer.group_on(date(2019, 7, 1)) == "A"


def test_a_roll_that_gives_the_day_itself_is_not_asked_again():
    service = make_service(code="CSS", name="Central Secretariat Service", groups="A,B")
    officer = make_officer(service=service, group="B")
    change = make_change(officer=officer, group="A", group_since="01.07.2019")

    accept(change)

    assert Posting.objects.get(officer=officer, group="A").starts_on == date(2019, 7, 1)


def test_a_group_that_the_history_ends_before_is_refused():
    service = make_service(code="CSS", name="Central Secretariat Service", groups="A,B")
    officer = make_officer(service=service, group="B")
    make_posting(officer, starts_on=date(2020, 1, 1), group="B")
    change = make_change(officer=officer, group="A", group_since="01.07.2019")

    with pytest.raises(Refused, match="Group B from 01.01.2020, a later day"):
        accept(change)

    assert Posting.objects.filter(officer=officer).count() == 1


def test_a_change_read_before_the_record_moved_on_is_refused():
    officer = make_officer()
    change = make_change(officer=officer, designation="Director")
    Officer.objects.filter(pk=officer.pk).update(designation="Joint Secretary")

    with pytest.raises(
        Refused, match="The record has changed since the roll was read: designation"
    ):
        accept(change)

    decline(change)
    assert change.state == ChangeState.DECLINED


def test_facts_that_would_contradict_each_other_are_refused():
    officer = make_officer()
    change = make_change(officer=officer, date_of_joining="01.09.2003", date_of_birth="15.08.1985")
    Officer.objects.filter(pk=officer.pk).update(born_on=date(2004, 1, 1))

    with pytest.raises(Refused, match="would not be after the date of birth"):
        accept(change)


def test_a_code_that_somebody_else_took_meanwhile_is_refused():
    officer = make_officer(employee_code=None)
    make_applied(f"{ROW},{officer.user.email}", header=f"{HEADER},email")
    make_officer(employee_code="E1")

    with pytest.raises(Refused, match="Another officer has this employee code"):
        accept(ProposedChange.objects.get())


def test_an_empty_record_takes_all_its_facts_from_the_roll():
    officer = Officer.objects.create(user=make_user(Role.OFFICER))
    row = f"{ROW},{officer.user.email},30.08.2010"
    make_applied(row, header=f"{HEADER},email,date_of_joining")

    officer = accept(ProposedChange.objects.get())

    assert officer.name == "Asha Rao"
    assert officer.service.code == "IAS"
    assert officer.joined_on == date(2010, 8, 30)
    assert officer.is_verified


def test_a_declined_change_leaves_the_record_and_tells_who_brought_it():
    officer = make_officer()
    change = make_change(officer=officer, designation="Director")

    decline(change)

    officer.refresh_from_db()
    assert officer.designation == "Deputy Secretary"
    notice = Notice.objects.get(user=change.proposed_by)
    assert notice.params["reason"] == "The order was withdrawn."


def test_what_was_declined_is_not_proposed_again_by_the_same_facts():
    officer = make_officer(employee_code="E1")
    decline(make_change(officer=officer, designation="Director"))
    header = f"{HEADER},designation"

    same = make_checked(f"{ROW},Director", header=header)
    other = make_applied(f"{ROW},Secretary", header=header)

    assert same.counts == {"declined": 1}
    assert other.counts == {"changed": 1}


def test_whoever_brought_in_the_roll_decides_nothing_of_it():
    change = make_change(officer=make_officer(), designation="Director")

    with pytest.raises(Refused, match="ask a second person"):
        accept(change, change.proposed_by)
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        ProposedChange.objects.filter(pk=change.pk).update(
            state=ChangeState.DECLINED, decided_by=change.proposed_by, decided_at=AT
        )


def test_nobody_decides_a_change_of_the_own_record():
    user = make_user(Role.OFFICER, Role.DEALING_HAND)
    change = make_change(officer=make_officer(user=user), designation="Director")

    with pytest.raises(Refused, match="own service record"):
        accept(change, user)


def test_nodal_officers_decide_for_their_authority_alone():
    change = make_change(officer=make_officer(), designation="Director")
    other = make_nodal_officer(authority=make_authority(name="Railway Board"))

    with pytest.raises(Refused, match="another cadre controlling authority"):
        accept(change, other)
    assert not ProposedChange.objects.visible_to(other).exists()
    assert accept(change, make_nodal_officer()).designation == "Director"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.SANCTIONING_AUTHORITY])
def test_others_decide_nothing(role):
    change = make_change(officer=make_officer(), designation="Director")

    with pytest.raises(Refused, match="Dealing hand"):
        accept(change, make_user(role))


def test_a_change_is_decided_once():
    change = make_change(officer=make_officer(), designation="Director")
    accept(change)

    with pytest.raises(Refused, match="Accepted"):
        decline(change)


def test_an_officer_who_declares_meanwhile_is_not_overwritten():
    officer = make_officer()
    change = make_change(officer=officer, allotment_year="2011")
    names = (*Officer.FACTS, *records.POSTING)
    facts = {name: getattr(officer, name) for name in names} | {"allotment_year": 2012}
    records.declare_record(officer_id=officer.pk, facts=facts, acting_user=officer.user, at=AT)

    with pytest.raises(Refused, match="has changed since the roll was read"):
        accept(change)

    officer.refresh_from_db()
    assert officer.allotment_year == 2012


def test_one_open_change_for_an_officer_is_all_that_the_database_takes():
    change = make_change(officer=make_officer(), designation="Director")
    change.pk = None

    with pytest.raises(IntegrityError, match="one_open|officer_id"), transaction.atomic():
        change.save(force_insert=True)


def test_every_state_of_a_change_is_reached_by_a_step():
    assert {step.target for step in CHANGE_STEPS} | {ChangeState.PROPOSED} == set(ChangeState)
