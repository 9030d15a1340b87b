"""Groups and postings with their days, breaks in service, and a group declared with its day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import policies
from accounts.actions import postings, records
from accounts.models import AuditEntry, Notice, Officer, Posting, ServiceRecordEntry
from accounts.roles import Role
from enrollment import tasks
from igot.lib.errors import Refused
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_posting,
    make_service,
    make_user,
    sign_in,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
ORDER = "A-32013/1/2026 of 01.07.2026"


def css():
    return make_service(code="CSS", name="Central Secretariat Service", groups="A,B")


def an_officer(**fields):
    service = css()
    return make_officer(service=service, group="B", joined_on=date(2010, 8, 30), **fields)


def note(officer, starts_on, group="A", *, user=None, at=AT, **fields):
    posting = postings.record_posting(
        officer_id=officer.pk,
        starts_on=starts_on,
        group=group,
        rank=fields.pop("rank", None),
        designation=fields.pop("designation", "Under Secretary"),
        ministry="",
        order_reference=ORDER,
        acting_user=user or make_user(Role.DEALING_HAND),
        at=at,
    )
    officer.refresh_from_db()
    return posting


def group_on(officer, day):
    return Officer.objects.get(pk=officer.pk).group_on(day)


def test_a_promotion_is_followed_and_earlier_days_keep_the_earlier_group():
    officer = an_officer()

    note(officer, date(2026, 7, 1))

    assert (officer.group, officer.designation) == ("A", "Under Secretary")
    assert group_on(officer, date(2026, 6, 30)) == "B"
    assert group_on(officer, date(2026, 7, 1)) == "A"
    assert officer.facts_changed_at == AT
    assert officer.is_verified
    assert list(officer.postings.order_by("starts_on").values_list("starts_on", "group")) == [
        (date(2010, 8, 30), "B"),
        (date(2026, 7, 1), "A"),
    ]
    assert ServiceRecordEntry.objects.get(officer=officer).note == ORDER
    assert AuditEntry.objects.about(officer).get().event == "record.posting_recorded"
    assert Notice.objects.get(user=officer.user).template == "record.posting_recorded"


def test_a_promotion_that_lies_ahead_takes_effect_by_itself_on_its_day():
    officer = an_officer()
    posting = note(officer, date(2027, 1, 1))
    assert (officer.group, posting.is_ahead) == ("B", True)
    assert group_on(officer, date(2027, 1, 1)) == "A"  # decisions for that day know it already

    assert postings.put_due_in_force(at=datetime(2026, 12, 31, 12, 0, tzinfo=UTC)) == 0
    new_year = datetime(2026, 12, 31, 19, 0, tzinfo=UTC)  # half past midnight in India
    assert postings.put_due_in_force(at=new_year) == 1
    assert postings.put_due_in_force(at=new_year) == 0

    officer.refresh_from_db()
    assert officer.group == "A"
    assert AuditEntry.objects.filter(event="record.posting_in_force").count() == 1


def test_the_schedule_puts_postings_in_force():
    officer = an_officer()
    today = timezone.localdate()
    make_posting(officer, starts_on=today, group="A", is_ahead=True)

    assert tasks.put_postings_in_force() == 1

    officer.refresh_from_db()
    assert officer.group == "A"


def test_a_posting_of_the_past_does_not_change_what_is_held_now():
    officer = an_officer()
    note(officer, date(2026, 7, 1))

    note(officer, date(2015, 1, 1), group="B", designation="Section Officer")

    assert (officer.group, officer.designation) == ("A", "Under Secretary")
    assert officer.postings.count() == 3


def test_a_posting_in_the_same_group_leaves_the_facts_as_they_are():
    officer = an_officer()

    note(officer, date(2026, 7, 1), group="B", designation="Section Officer")

    assert officer.facts_changed_at is None


@pytest.mark.parametrize(
    ("starts_on", "group", "words"),
    [
        (date(2010, 8, 29), "A", "joined on 30.08.2010"),
        (date(2026, 7, 1), "C", "has no Group C"),
        (date(2020, 1, 1), "A", "from 01.01.2020 is on record already"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(starts_on, group, words):
    officer = an_officer()
    make_posting(officer, starts_on=date(2020, 1, 1), group="B")

    with pytest.raises(Refused, match=words):
        note(officer, starts_on, group)

    assert Posting.objects.count() == 1
    assert not ServiceRecordEntry.objects.exists()


def test_who_notes_in_a_record():
    officer = an_officer()
    own = make_nodal_officer(authority=officer.authority)
    other = make_nodal_officer(authority=make_authority(name="Railway Board"))

    assert policies.why_not_note(officer, own) == ""
    assert policies.why_not_note(officer, make_user(Role.DEALING_HAND)) == ""
    assert "another cadre" in policies.why_not_note(officer, other)
    assert "Nobody" in policies.why_not_note(make_officer(user=own, service=officer.service), own)
    assert "Verify" in policies.why_not_note(make_officer(is_verified=False), own)
    for role in set(Role) - {Role.DEALING_HAND, Role.NODAL_OFFICER}:
        assert "This is for" in policies.why_not_note(officer, make_user(role))


# --- breaks -----------------------------------------------------------------------------------
def test_breaks_are_noted_once_and_change_the_facts():
    officer, hand = make_officer(), make_user(Role.DEALING_HAND)

    def note_breaks():
        postings.record_breaks(
            officer_id=officer.pk,
            break_days=45,
            order_reference="Service book, page 12",
            acting_user=hand,
            at=AT,
        )

    note_breaks()

    officer.refresh_from_db()
    assert (officer.break_days, officer.facts_changed_at) == (45, AT)
    assert ServiceRecordEntry.objects.get(officer=officer).facts["break_days"] == 45
    assert "45" in str(Notice.objects.get(user=officer.user).params)
    with pytest.raises(Refused, match="on record already"):
        note_breaks()


# --- a group that the officer declares --------------------------------------------------------
def declare(officer, **changes):
    names = (*Officer.FACTS, *records.POSTING)
    facts = {**{name: getattr(officer, name) for name in names}, **changes}
    records.declare_record(
        officer_id=officer.pk, facts=facts, acting_user=officer.user, at=timezone.now()
    )
    officer.refresh_from_db()


def verify(officer):
    hand = make_user(Role.DEALING_HAND)
    records.verify_record(officer_id=officer.pk, acting_user=hand, at=timezone.now())
    officer.refresh_from_db()


def test_a_declared_group_with_its_day_stands_in_the_history_once_it_is_verified():
    officer = an_officer(is_verified=False)
    declare(officer)
    verify(officer)

    declare(officer, group="A", group_since=date(2026, 7, 1))
    assert not officer.postings.exists()
    verify(officer)

    assert officer.group_since is None
    assert group_on(officer, date(2026, 6, 30)) == "B"
    assert group_on(officer, date(2026, 7, 1)) == "A"


def test_a_group_that_the_history_does_not_end_with_needs_its_day():
    officer = an_officer()
    make_posting(officer, starts_on=date(2015, 1, 1), group="B")

    with pytest.raises(Refused, match="Give the day since which you hold Group A"):
        declare(officer, group="A")


# --- pages ------------------------------------------------------------------------------------
@pytest.fixture
def nodal(client):
    user = make_nodal_officer()
    sign_in(client, user)
    return user


def posted(**changes):
    form = {"starts_on": "01.07.2026", "group": "A", "rank": "", "order_reference": ORDER}
    return {**form, "designation": "Under Secretary", "ministry": "", **changes}


def test_a_nodal_officer_notes_a_posting_and_it_shows(client, nodal):
    officer = an_officer()

    client.post(reverse("accounts:officer_posting", args=[officer.pk]), posted())
    page = client.get(officer.get_absolute_url()).content.decode()

    assert "01.07.2026" in page and ORDER in page and "30.08.2010" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": "31.02.2026"}, "31.02.2026"),
        ({"starts_on": ""}, "This field is required"),
        ({"starts_on": "01.01.2001"}, "joined on 30.08.2010"),
        ({"group": "C"}, "C is not one of the available choices"),
        ({"order_reference": " "}, "Give number and date of the order"),
    ],
)
def test_a_wrong_posting_is_said_on_the_form_and_nothing_typed_is_lost(
    client, nodal, changes, words
):
    officer = an_officer()

    page = client.post(
        reverse("accounts:officer_posting", args=[officer.pk]), posted(**changes)
    ).content.decode()

    assert words in page
    assert 'value="Under Secretary"' in page
    assert not Posting.objects.exists()


@pytest.mark.parametrize("typed", ["", "-1", "x", "20001", "1.5"])
def test_days_of_break_are_a_number(client, nodal, typed):
    officer = an_officer()
    address = reverse("accounts:officer_breaks", args=[officer.pk])

    answer = client.post(address, {"break_days": typed, "order_reference": "Page 12"})

    assert answer.context["form"].errors["break_days"]
    officer.refresh_from_db()
    assert officer.break_days == 0


def test_breaks_are_noted_on_their_page(client, nodal):
    officer = an_officer()
    address = reverse("accounts:officer_breaks", args=[officer.pk])

    client.post(address, {"break_days": "30", "order_reference": "Page 12"})

    officer.refresh_from_db()
    assert officer.break_days == 30
    assert "Days of break in service" in client.get(officer.get_absolute_url()).content.decode()


def test_the_pages_of_notes_are_for_verifiers_of_the_authority(client, nodal):
    stranger = make_officer(
        service=make_service(code="IRS", authority=make_authority(name="Revenue"))
    )
    unverified = make_officer(is_verified=False, service=css())

    for name in ("accounts:officer_posting", "accounts:officer_breaks"):
        assert client.get(reverse(name, args=[stranger.pk])).status_code == 404
        assert client.get(reverse(name, args=[unverified.pk])).status_code == 409
    sign_in(client, make_officer().user)
    assert client.get(reverse("accounts:officer_posting", args=[1])).status_code == 403


def test_an_officer_sees_the_own_history(client):
    officer = an_officer()
    ahead = timezone.localdate() + timedelta(days=9)
    make_posting(officer, starts_on=ahead, group="A", is_ahead=True)
    sign_in(client, officer.user)

    page = client.get("/me/record/").content.decode()

    assert "Groups and postings" in page and "not yet in force" in page
