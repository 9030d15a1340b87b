"""Officers known from a roll, who sign up later, and the group held on a day."""

from datetime import date

import pytest
from django.utils import timezone

from accounts.access import officer_of
from accounts.actions import records
from accounts.models import AuditEntry, Notice, Officer
from accounts.notifications import notify
from accounts.roles import Role
from tests.factories.accounts import make_officer, make_posting, make_roll_officer, make_user

pytestmark = pytest.mark.django_db


def test_whoever_signs_up_with_the_address_of_a_roll_takes_over_its_record():
    officer = make_roll_officer(official_email="Asha.Rao@example.gov.in")
    user = make_user(Role.OFFICER, email="asha.rao@example.gov.in")

    assert officer_of(user) == officer
    assert Officer.objects.get(pk=officer.pk).user == user
    assert AuditEntry.objects.filter(event="record.taken_over", acting_user=user).count() == 1


def test_an_address_that_two_records_share_gives_neither_away():
    for _ in range(2):
        make_roll_officer(official_email="office@example.gov.in")
    user = make_user(Role.OFFICER, email="office@example.gov.in")

    mine = officer_of(user)

    assert mine.record_state == Officer.RecordState.EMPTY
    assert Officer.objects.filter(user=None).count() == 2


def test_a_record_that_has_a_log_in_is_never_taken_over():
    make_officer(official_email="asha@example.gov.in")
    user = make_user(Role.OFFICER, email="asha@example.gov.in")

    assert records.take_over_record(acting_user=user, at=timezone.now()) is None


def test_nobody_is_told_where_an_officer_has_no_log_in():
    officer = make_roll_officer()
    entry = AuditEntry.objects.create(
        event="record.verified", subject_type="x", subject_id=1, at=timezone.now()
    )

    assert notify(officer.user, of=entry) is None
    assert not Notice.objects.exists()


def test_the_address_of_an_officer_is_that_of_the_log_in_and_else_that_of_the_roll():
    signed_up = make_officer(official_email="old@example.gov.in")

    assert signed_up.email == signed_up.log_in.email
    assert make_roll_officer(official_email="roll@example.gov.in").email == "roll@example.gov.in"


def test_an_officer_known_from_a_roll_only_cannot_act():
    with pytest.raises(ValueError, match="has not signed up"):
        make_roll_officer().log_in  # noqa: B018


@pytest.mark.parametrize(
    ("day", "group"),
    [
        (date(2018, 12, 31), "A"),  # before the history: the record
        (date(2019, 1, 1), "C"),
        (date(2022, 6, 30), "C"),
        (date(2022, 7, 1), "B"),
        (date(2030, 1, 1), "B"),
    ],
)
def test_the_group_on_a_day_is_that_of_the_latest_posting_by_then(day, group):
    officer = make_officer(group="A")
    make_posting(officer, starts_on=date(2022, 7, 1), group="B")
    make_posting(officer, starts_on=date(2019, 1, 1), group="C")

    assert officer.group_on(day) == group
