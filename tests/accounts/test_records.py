from datetime import date

import pytest
from django.utils import timezone

from accounts import policies, states
from accounts.actions import records
from accounts.models import AuditEntry, Notice, Officer, ServiceRecordEntry
from accounts.roles import Role
from accounts.states import RecordState
from igot.lib.append_only import AppendOnlyError
from igot.lib.errors import Refused
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db


def facts_of(officer, **changes):
    names = (*Officer.FACTS, *records.POSTING)
    return {**{name: getattr(officer, name) for name in names}, **changes}


def declare(officer, **changes):
    records.declare_record(
        officer_id=officer.pk,
        facts=facts_of(officer, **changes),
        acting_user=officer.user,
        at=timezone.now(),
    )
    officer.refresh_from_db()


def verify(officer, user):
    records.verify_record(officer_id=officer.pk, acting_user=user, at=timezone.now())
    officer.refresh_from_db()


def test_declaring_keeps_the_version_and_tells_the_nodal_officer():
    nodal = make_nodal_officer()
    officer = make_officer(is_verified=False)

    declare(officer, born_on=date(1986, 1, 2))

    assert officer.record_state == RecordState.DECLARED
    entry = ServiceRecordEntry.objects.get(officer=officer)
    assert entry.facts["born_on"] == "1986-01-02"
    assert Notice.objects.get(user=nodal).entry.event == "record.declared"
    assert AuditEntry.objects.about(officer).get().details["changed"] == ["born_on"]


def test_changing_a_verified_fact_makes_the_record_declared_again():
    officer = make_officer()

    declare(officer, allotment_year=2011)

    assert officer.record_state == RecordState.DECLARED
    assert officer.verified_by is None


def test_changing_only_the_posting_keeps_the_record_verified():
    officer = make_officer()

    declare(officer, designation="Director")

    assert officer.record_state == RecordState.VERIFIED
    assert officer.designation == "Director"
    assert not ServiceRecordEntry.objects.exists()


def test_the_nodal_officer_of_the_authority_verifies_and_the_officer_is_told():
    nodal, officer = make_nodal_officer(), make_officer(is_verified=False)

    verify(officer, nodal)

    assert officer.is_verified
    assert officer.verified_by == nodal
    assert officer.user.notices.get().template == "record.verified"


def test_a_nodal_officer_of_another_authority_is_refused_and_nothing_changes():
    stranger = make_nodal_officer(authority=make_authority(name="Railway Board"))
    officer = make_officer(is_verified=False)

    with pytest.raises(Refused, match="another cadre controlling authority"):
        verify(officer, stranger)

    assert not AuditEntry.objects.exists()


def test_nobody_verifies_their_own_record():
    user = make_user(Role.OFFICER, Role.DEALING_HAND)
    officer = make_officer(user=user, is_verified=False)

    with pytest.raises(Refused, match="their own"):
        verify(officer, user)


def test_an_appointment_that_has_ended_gives_no_reach():
    nodal, officer = make_nodal_officer(), make_officer(is_verified=False)
    nodal.nodal_appointments.update(until=date(2020, 1, 1))

    assert not Officer.objects.visible_to(nodal).exists()
    with pytest.raises(Refused):
        verify(officer, nodal)


def test_a_record_comes_back_with_its_reason():
    hand, officer = make_user(Role.DEALING_HAND), make_officer(is_verified=False)

    records.return_record(
        officer_id=officer.pk, reason="Date of joining", acting_user=hand, at=timezone.now()
    )

    officer.refresh_from_db()
    assert (officer.record_state, officer.return_reason) == ("returned", "Date of joining")
    assert officer.user.notices.get().params["reason"] == "Date of joining"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", RecordState)
def test_only_a_declared_record_can_be_verified_and_only_by_verifiers(role, state):
    user = make_nodal_officer() if role == Role.NODAL_OFFICER else make_user(role)
    officer = make_officer(is_verified=False)
    officer.record_state = state

    reason = policies.why_not(states.VERIFY, officer, user)

    assert (reason == "") == (state == RecordState.DECLARED and role in states.VERIFIERS)


def test_the_table_of_steps_holds_together():
    assert all(isinstance(step.sources, frozenset) for step in states.STEPS)
    assert {step.target for step in states.STEPS} | {RecordState.EMPTY} == set(RecordState)


def test_a_version_of_a_record_can_never_be_changed():
    officer = make_officer(is_verified=False)
    declare(officer, name="Asha R. Rao")
    entry = ServiceRecordEntry.objects.get()

    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        ServiceRecordEntry.objects.all().delete()


@pytest.mark.parametrize("role", [Role.PAYING_OFFICER, Role.COMMITTEE_MEMBER, Role.OFFICER])
def test_service_records_are_out_of_reach_of_other_roles(role):
    make_officer()

    assert not Officer.objects.visible_to(make_user(role)).exists()


def test_an_officer_who_moves_to_another_service_leaves_the_reach_of_the_authority_at_once():
    nodal, officer = make_nodal_officer(), make_officer()
    railways = make_service(
        code="IRTS", name="Railway Traffic", authority=make_authority(name="Railway Board")
    )

    Officer.objects.filter(pk=officer.pk).update(service=railways)

    assert not Officer.objects.visible_to(nodal).exists()
