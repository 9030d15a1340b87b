"""A verified date of birth is corrected on an order by two persons, and leaks nowhere."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import policies, states
from accounts.actions import births, records
from accounts.models import AuditEntry, BirthDateCorrection, Notice, Officer, ServiceRecordEntry
from accounts.roles import Role
from enrollment.actions import recomputing
from enrollment.models import Enrollment
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_run
from tests.factories.eligibility import make_decision
from tests.factories.enrollment import make_enrollment

pytestmark = pytest.mark.django_db
ORDER = "A-12026/4/2026 of 03.11.2026"
WRONG, RIGHT = date(1985, 8, 15), date(1968, 2, 3)


@pytest.fixture
def officer():
    return make_officer(born_on=WRONG, joined_on=date(2010, 8, 30))


def propose(officer, born_on=RIGHT, *, user=None):
    return births.propose_birth_date(
        officer_id=officer.pk,
        born_on=born_on,
        order_reference=ORDER,
        reason="The certificate of matriculation.",
        acting_user=user or make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )


def approve(correction, *, user=None):
    births.approve_birth_date(
        birthdatecorrection_id=correction.pk,
        acting_user=user or make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )


def declare(officer, **changes):
    names = (*Officer.FACTS, *records.POSTING)
    facts = {**{name: getattr(officer, name) for name in names}, **changes}
    records.declare_record(
        officer_id=officer.pk, facts=facts, acting_user=officer.user, at=timezone.now()
    )


def test_two_persons_correct_it_and_the_officer_is_told(officer):
    approve(propose(officer))

    officer.refresh_from_db()
    assert (officer.born_on, officer.is_verified) == (RIGHT, True)
    assert officer.facts_changed_at is not None
    version = ServiceRecordEntry.objects.get(officer=officer)
    assert (version.facts["born_on"], version.note) == ("1968-02-03", ORDER)
    assert Notice.objects.get(user=officer.user).template == "record.birth_date_corrected"
    correction = BirthDateCorrection.objects.get()
    assert (correction.born_from, correction.born_to) == (WRONG, RIGHT)


def test_the_trail_and_the_notices_name_no_date_of_birth(officer):
    approve(propose(officer))

    said = json.dumps(list(AuditEntry.objects.values_list("details", flat=True)))
    said += json.dumps(list(Notice.objects.values_list("params", flat=True)))
    for day in ("1985-08-15", "15.08.1985", "1968-02-03", "03.02.1968"):
        assert day not in said
    assert "born_on" in said


def test_the_earlier_decision_is_kept_and_a_new_one_is_made(officer):
    run = make_run()
    decision = make_decision(officer=officer, run=run, at=timezone.now() - timedelta(hours=1))
    enrollment = make_enrollment(officer=officer, run=run, decision=decision)
    approve(propose(officer))

    recomputing.decide_all_anew(at=timezone.now())

    after = Enrollment.objects.get(pk=enrollment.pk)
    assert after.decision.supersedes == decision
    assert after.decision.inputs["born_on"] == "1968-02-03"
    assert after.decision.outcome == "NOT_ELIGIBLE" and after.held_at is not None
    decision.refresh_from_db()
    assert decision.inputs["born_on"] == "1985-08-15"


def test_whoever_proposed_does_not_approve(officer):
    hand = make_user(Role.DEALING_HAND)
    correction = propose(officer, user=hand)

    with pytest.raises(Refused, match="second person"):
        approve(correction, user=hand)

    officer.refresh_from_db()
    assert officer.born_on == WRONG


def test_the_officer_concerned_has_no_hand_in_it(officer):
    officer.user.groups.add(*make_user(Role.DEALING_HAND).groups.all())
    own = type(officer.user).objects.get(pk=officer.user.pk)

    with pytest.raises(Refused, match="Nobody corrects their own"):
        propose(officer, user=own)
    correction = propose(officer)
    with pytest.raises(Refused, match="Nobody corrects their own"):
        approve(correction, user=own)


@pytest.mark.parametrize(
    ("born_on", "words"),
    [(WRONG, "on record already"), (date(1993, 1, 1), "younger than 18 years")],
)
def test_a_day_that_cannot_be_is_refused(officer, born_on, words):
    with pytest.raises(Refused, match=words):
        propose(officer, born_on)


def test_one_correction_at_a_time_and_only_of_what_was_verified(officer):
    propose(officer)

    with pytest.raises(Refused, match="waits to be decided already"):
        propose(officer)
    with pytest.raises(Refused, match="never verified"):
        propose(make_officer(is_verified=False))


def test_a_record_that_has_changed_meanwhile_is_not_overwritten(officer):
    correction = propose(officer)
    Officer.objects.filter(pk=officer.pk).update(born_on=date(1984, 1, 1))

    with pytest.raises(Refused, match="has changed since"):
        approve(correction)


def test_declining_leaves_the_record_and_tells_who_proposed(officer):
    hand = make_user(Role.DEALING_HAND)
    correction = propose(officer, user=hand)

    births.decline_birth_date(
        birthdatecorrection_id=correction.pk,
        reason="The order concerns another officer.",
        acting_user=make_user(Role.SANCTIONING_AUTHORITY),
        at=timezone.now(),
    )

    officer.refresh_from_db()
    assert officer.born_on == WRONG
    assert Notice.objects.get(user=hand).template == "birthdatecorrection.declined"
    with pytest.raises(Refused, match="Declined"):
        approve(correction)


@pytest.mark.parametrize("role", sorted(set(Role) - states.CORRECTORS))
def test_only_the_desk_proposes_and_decides(officer, role):
    user, correction = make_user(role), propose(officer)

    assert "This is for" in policies.why_not_propose_birth(None, officer, user)
    for step in (states.APPROVE_CORRECTION, states.DECLINE_CORRECTION):
        assert "This is for" in policies.why_not_correction(step, correction, user)


def test_the_database_wants_two_persons_and_grounds(officer):
    correction = propose(officer)

    for change in (
        {"state": "approved"},
        {"decided_by": correction.proposed_by, "state": "approved"},
        {"order_reference": ""},
        {"born_to": WRONG},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            BirthDateCorrection.objects.update(**change)


# --- the officer's own declaration ------------------------------------------------------------
def test_an_officer_does_not_change_a_date_of_birth_that_was_verified(officer):
    with pytest.raises(Refused, match="only on an order"):
        declare(officer, born_on=RIGHT)
    declare(officer, allotment_year=2011)  # declared again, and still settled

    officer.refresh_from_db()
    with pytest.raises(Refused, match="only on an order"):
        declare(officer, born_on=RIGHT)


def test_the_form_shows_a_verified_date_of_birth_and_takes_no_other(client, officer):
    sign_in(client, officer.user)
    page = client.get("/me/record/edit/")

    assert page.context["form"].fields["born_on"].disabled
    assert "corrected only on an order" in page.content.decode()


def test_a_date_of_birth_that_nobody_verified_is_corrected_by_declaring():
    officer = make_officer(is_verified=False)

    declare(officer, born_on=date(1986, 1, 2))

    officer.refresh_from_db()
    assert officer.born_on == date(1986, 1, 2)


# --- on the desk ------------------------------------------------------------------------------
def test_the_desk_proposes_and_a_second_person_approves(client, officer):
    call_command("sync_roles", stdout=StringIO())
    sign_in(client, make_user(Role.DEALING_HAND))
    form = {"born_on": "03.02.1968", "order_reference": ORDER, "reason": "Certificate."}
    step = reverse("admin:accounts_officer_step", args=[officer.pk, "birth-date"])

    wrong = client.post(step, {**form, "born_on": "31.02.1968", "desk_confirmed": "1"})
    assert "31.02.1968" in wrong.content.decode()
    client.post(step, {**form, "desk_confirmed": "1"})
    correction = BirthDateCorrection.objects.get()
    own = reverse("admin:accounts_birthdatecorrection_step", args=[correction.pk, "approve"])
    assert "second person" in client.get(own).content.decode()

    sign_in(client, make_user(Role.DEALING_HAND))
    client.post(own, {"desk_confirmed": "1"})

    officer.refresh_from_db()
    assert officer.born_on == RIGHT
