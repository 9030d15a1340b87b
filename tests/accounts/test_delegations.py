"""Delegation by a nodal officer: who acts on which days, what is refused, and what is recorded."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions import delegations, records
from accounts.models import AuditEntry, NodalAppointment, Notice, User
from accounts.roles import Role
from enrollment import tasks
from igot.lib.dates import IST
from igot.lib.errors import Refused
from tests.factories.accounts import (
    make_authority,
    make_delegation,
    make_nodal_officer,
    make_officer,
    make_user,
    sign_in,
)

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


def appointment_of(user: User) -> NodalAppointment:
    return NodalAppointment.objects.get(user=user, delegated_from=None)


def delegate(nodal: User, receiver: User, *, first: int = 0, last: int = 5) -> NodalAppointment:
    return delegations.delegate(
        appointment_id=appointment_of(nodal).pk,
        delegate_id=receiver.pk,
        starts_on=in_days(first),
        until=in_days(last),
        reason="On leave",
        acting_user=nodal,
        at=timezone.now(),
    )


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def acts(user: User, on: date | None = None) -> bool:
    return NodalAppointment.objects.current(on).filter(user=user).exists()


# --- the days -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "expected"), [(-1, False), (0, True), (3, True), (5, True), (6, False)]
)
def test_a_delegate_acts_from_the_first_to_the_last_day_both_included(day, expected):
    receiver = make_user(Role.OFFICER)
    delegate(make_nodal_officer(), receiver)

    assert acts(receiver, in_days(day)) is expected


def test_a_delegation_ends_with_the_appointment_it_stems_from():
    nodal, receiver = make_nodal_officer(), make_user(Role.OFFICER)
    delegate(nodal, receiver)

    NodalAppointment.objects.filter(user=nodal).update(until=in_days(2))

    assert acts(receiver, in_days(2))
    assert not acts(receiver, in_days(3))


@pytest.mark.parametrize("who", ["nodal", "receiver"])
def test_a_delegation_rests_while_one_of_the_two_may_not_sign_in(who):
    people = {"nodal": make_nodal_officer(), "receiver": make_user(Role.OFFICER)}
    delegate(people["nodal"], people["receiver"])

    User.objects.filter(pk=people[who].pk).update(is_active=False)

    assert not acts(people["receiver"])


def test_ended_early_it_ends_at_once_and_the_other_is_told():
    nodal, receiver = make_nodal_officer(), make_user(Role.OFFICER)
    delegation = delegate(nodal, receiver)

    delegations.end_delegation(delegation_id=delegation.pk, acting_user=nodal, at=timezone.now())

    assert not acts(receiver)
    ended = Notice.objects.get(template="nodalappointment.delegation_ended")
    assert ended.user == receiver
    with pytest.raises(Refused, match="ended already"):
        delegations.end_delegation(
            delegation_id=delegation.pk, acting_user=nodal, at=timezone.now()
        )


@pytest.mark.parametrize("who", ["receiver", "hand"])
def test_the_delegate_and_the_desk_may_end_it_too(who):
    people = {"receiver": make_user(Role.OFFICER), "hand": make_user(Role.DEALING_HAND)}
    delegation = delegate(make_nodal_officer(), people["receiver"])

    delegations.end_delegation(
        delegation_id=delegation.pk, acting_user=people[who], at=timezone.now()
    )

    assert not acts(people["receiver"])


def test_a_stranger_ends_nothing():
    delegation = delegate(make_nodal_officer(), make_user(Role.OFFICER))

    with pytest.raises(Refused, match="Only those concerned"):
        delegations.end_delegation(
            delegation_id=delegation.pk, acting_user=make_nodal_officer(), at=timezone.now()
        )


# --- what is refused ------------------------------------------------------------------------------
def test_nobody_delegates_further():
    receiver = make_user(Role.OFFICER)
    delegation = delegate(make_nodal_officer(), receiver)

    with pytest.raises(Refused, match="cannot be delegated further"):
        delegations.delegate(
            appointment_id=delegation.pk,
            delegate_id=make_user(Role.OFFICER).pk,
            starts_on=today(),
            until=in_days(1),
            reason="On leave too",
            acting_user=fresh(receiver),
            at=timezone.now(),
        )


def test_nobody_delegates_what_another_holds():
    nodal, other = make_nodal_officer(), make_nodal_officer()

    with pytest.raises(Refused, match="You hold no appointment"):
        delegations.delegate(
            appointment_id=appointment_of(nodal).pk,
            delegate_id=make_user(Role.OFFICER).pk,
            starts_on=today(),
            until=in_days(1),
            reason="On leave",
            acting_user=other,
            at=timezone.now(),
        )


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(-1, 3, "day that is past"), (3, 2, "before the first"), (0, 40, "until then at most")],
)
def test_days_that_make_no_sense_are_refused(first, last, words):
    nodal = make_nodal_officer()
    NodalAppointment.objects.filter(user=nodal).update(until=in_days(30))

    with pytest.raises(Refused, match=words):
        delegate(nodal, make_user(Role.OFFICER), first=first, last=last)

    assert not NodalAppointment.objects.delegations().exists()


def test_the_desk_of_the_training_division_answers_for_no_authority():
    with pytest.raises(Refused, match="desk"):
        delegate(make_nodal_officer(), make_user(Role.DEALING_HAND))


def test_the_same_person_is_not_delegated_to_twice_for_one_day():
    nodal, receiver = make_nodal_officer(), make_user(Role.OFFICER)
    delegate(nodal, receiver, last=5)

    with pytest.raises(Refused, match="already acts for you"):
        delegate(nodal, receiver, first=5, last=9)

    delegate(nodal, receiver, first=6, last=9)


def test_after_an_early_end_the_same_person_may_be_asked_again():
    nodal, receiver = make_nodal_officer(), make_user(Role.OFFICER)
    first = delegate(nodal, receiver)
    delegations.end_delegation(delegation_id=first.pk, acting_user=nodal, at=timezone.now())

    delegate(nodal, receiver)

    assert acts(receiver)


@pytest.mark.parametrize("broken", ["further", "self", "elsewhere", "no_reason", "no_end"])
def test_the_database_itself_refuses_an_unsound_delegation(broken):
    nodal, receiver = make_nodal_officer(), make_user(Role.OFFICER)
    delegation = delegate(nodal, receiver)
    rows = NodalAppointment.objects.filter(pk=delegation.pk)
    values = {
        "further": {"delegated_from": make_delegation()},
        "self": {"user": nodal},
        "elsewhere": {"authority": make_authority(name="Elsewhere")},
        "no_reason": {"reason": ""},
        "no_end": {"until": None},
    }[broken]

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**values)


def test_an_appointment_that_was_delegated_from_stays_with_its_holder():
    nodal = make_nodal_officer()
    delegate(nodal, make_user(Role.OFFICER))

    with pytest.raises(IntegrityError), transaction.atomic():
        NodalAppointment.objects.filter(user=nodal).update(user=make_user(Role.NODAL_OFFICER))


# --- the role -------------------------------------------------------------------------------------
def test_the_role_comes_with_the_first_day_and_goes_after_the_last():
    receiver = make_user(Role.OFFICER)
    delegate(make_nodal_officer(), receiver, first=2, last=3)
    assert not fresh(receiver).has_role(Role.NODAL_OFFICER)

    def follow(days: int) -> None:
        noon = datetime.combine(in_days(days), datetime.min.time(), IST) + timedelta(hours=12)
        delegations.follow_days(at=noon)

    follow(1)
    assert not fresh(receiver).has_role(Role.NODAL_OFFICER)
    follow(2)
    follow(2)
    assert fresh(receiver).has_role(Role.NODAL_OFFICER)
    follow(3)
    assert fresh(receiver).has_role(Role.NODAL_OFFICER)
    follow(4)
    assert not fresh(receiver).has_role(Role.NODAL_OFFICER)
    assert AuditEntry.objects.filter(event="user.roles_changed").count() == 2


def test_the_task_changes_nothing_where_nothing_is_due():
    delegate(make_nodal_officer(), make_user(Role.OFFICER))

    assert tasks.follow_delegations() == 0


def test_whoever_was_a_nodal_officer_before_stays_one():
    nodal, receiver = make_nodal_officer(), make_nodal_officer()
    delegation = delegate(nodal, receiver)

    delegations.end_delegation(delegation_id=delegation.pk, acting_user=nodal, at=timezone.now())

    assert fresh(receiver).has_role(Role.NODAL_OFFICER)


def test_the_role_stays_while_another_delegation_is_in_force():
    first, second, receiver = make_nodal_officer(), make_nodal_officer(), make_user(Role.OFFICER)
    ends, stays = delegate(first, receiver), delegate(second, receiver)

    delegations.end_delegation(delegation_id=ends.pk, acting_user=first, at=timezone.now())
    assert fresh(receiver).has_role(Role.NODAL_OFFICER)

    delegations.end_delegation(delegation_id=stays.pk, acting_user=second, at=timezone.now())
    delegations.follow_days(at=timezone.now())
    assert not fresh(receiver).has_role(Role.NODAL_OFFICER)


# --- acting on behalf -----------------------------------------------------------------------------
def test_what_a_delegate_does_is_recorded_as_done_on_behalf():
    nodal, receiver = make_nodal_officer(), make_user(Role.OFFICER)
    delegate(nodal, receiver)
    officer = make_officer(is_verified=False)

    records.verify_record(officer_id=officer.pk, acting_user=fresh(receiver), at=timezone.now())

    entry = AuditEntry.objects.get(event="record.verified")
    assert (entry.acting_user, entry.on_behalf_of) == (receiver, nodal)


def test_a_nodal_officer_acts_on_nobodys_behalf():
    nodal, officer = make_nodal_officer(), make_officer(is_verified=False)
    delegate(nodal, make_user(Role.OFFICER))

    records.verify_record(officer_id=officer.pk, acting_user=nodal, at=timezone.now())

    assert AuditEntry.objects.get(event="record.verified").on_behalf_of is None


def test_a_delegate_leaves_the_case_of_whoever_delegated():
    nodal, receiver = make_nodal_officer(), make_user(Role.OFFICER)
    own_case = make_officer(user=nodal, is_verified=False)
    delegate(nodal, receiver)

    with pytest.raises(Refused, match="You act here for the officer concerned"):
        records.verify_record(
            officer_id=own_case.pk, acting_user=fresh(receiver), at=timezone.now()
        )


# --- the pages ------------------------------------------------------------------------------------
def asked(receiver: User, **values: str) -> dict[str, str]:
    return {
        "email": receiver.email.upper(),
        "starts_on": today().strftime("%d.%m.%Y"),
        "until": in_days(3).strftime("%d.%m.%Y"),
        "reason": "On tour",
        **values,
    }


def test_a_nodal_officer_delegates_on_a_page_and_both_see_it(client):
    nodal, receiver = make_nodal_officer(), make_user(Role.OFFICER, name="Leena Nair")
    sign_in(client, nodal)
    form = asked(receiver, appointment=str(appointment_of(nodal).pk))

    answer = client.post(reverse("accounts:delegation_new"), form)

    assert answer.url == reverse("accounts:delegations")
    assert "Leena Nair" in client.get(answer.url).content.decode()
    sign_in(client, fresh(receiver))
    text = client.get(reverse("accounts:delegations")).content.decode()
    assert (nodal.name in text, "In force" in text) == (True, True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": "nobody@example.gov.in"}, "Nobody signs in with this address"),
        ({"until": "31.02.2030"}, "There is no such day"),
        ({"until": "01.01.2020"}, "on or after"),
        ({"reason": ""}, "Give the reason"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(client, values, words):
    nodal, receiver = make_nodal_officer(), make_user(Role.OFFICER)
    sign_in(client, nodal)
    form = asked(receiver, appointment=str(appointment_of(nodal).pk), **values)

    text = client.post(reverse("accounts:delegation_new"), form).content.decode()

    assert words in text
    assert form["starts_on"] in text
    assert not NodalAppointment.objects.delegations().exists()


def test_the_key_of_anothers_appointment_is_no_choice(client):
    nodal, other = make_nodal_officer(), make_nodal_officer()
    sign_in(client, nodal)
    form = asked(make_user(Role.OFFICER), appointment=str(appointment_of(other).pk))

    answer = client.post(reverse("accounts:delegation_new"), form)

    assert answer.status_code == 200
    assert not NodalAppointment.objects.delegations().exists()


def test_a_delegate_is_told_that_nothing_can_be_delegated_further(client):
    receiver = make_user(Role.OFFICER)
    delegate(make_nodal_officer(), receiver)
    sign_in(client, fresh(receiver))

    text = client.get(reverse("accounts:delegation_new")).content.decode()

    assert "cannot be delegated further" in text


def test_a_delegation_is_ended_on_the_page_by_those_concerned_only(client):
    nodal = make_nodal_officer()
    delegation = delegate(nodal, make_user(Role.OFFICER))
    url = reverse("accounts:delegation_end", args=[delegation.pk])

    sign_in(client, make_nodal_officer())
    assert client.post(url).status_code == 404
    sign_in(client, nodal)
    assert client.get(url).status_code == 405
    assert client.post(url).status_code == 302

    assert NodalAppointment.objects.get(pk=delegation.pk).ended_by == nodal


@pytest.mark.parametrize("count", [1, 15])
def test_the_page_costs_the_same_whatever_its_length(client, count, django_assert_max_num_queries):
    nodal = make_nodal_officer()
    for _number in range(count):
        delegate(nodal, make_user(Role.OFFICER))
    sign_in(client, nodal)
    client.get(reverse("accounts:delegations"))

    with django_assert_max_num_queries(11):
        client.get(reverse("accounts:delegations"))


def test_the_desk_sees_delegations_and_cannot_edit_them(client):
    delegation = delegate(make_nodal_officer(), make_user(Role.OFFICER))
    sign_in(client, make_user(Role.DEALING_HAND, is_superuser=True))

    page = client.get(reverse("admin:accounts_nodalappointment_change", args=[delegation.pk]))

    assert page.status_code == 200
    assert 'name="until"' not in page.content.decode()
    assert "End the delegation" in page.content.decode()
