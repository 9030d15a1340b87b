"""Checks 45, 75, 77 and 78: what is done stands in the trail once; what is refused, in the log."""

import logging
import subprocess
import sys
from contextlib import nullcontext
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.actions import records
from accounts.models import AuditEntry, AuditSeal
from accounts.roles import Role
from circulars import actions as paper
from circulars.states import CircularState
from credits.actions import reverse_entry
from enrollment.actions import certificates, confirmations, coupons, intimations, registrations
from enrollment.states import CertificateState, EnrollmentState
from reimbursement import actions as money
from reimbursement.states import BatchState, ClaimState
from tests.conftest import database_url_of_tests
from tests.factories.accounts import make_nodal_officer, make_officer, make_user, sign_in
from tests.factories.circulars import make_approver, make_circular
from tests.factories.credits import make_credit_entry
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.pool import (
    make_certificate,
    make_coupon_batch,
    make_coupon_issue,
    make_result,
)
from tests.factories.reimbursement import (
    ACCOUNT,
    make_claim,
    make_payment_batch,
    make_sanctioning_authority,
)

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "10.20.30.40"


def hand():
    return make_user(Role.DEALING_HAND)


def payer():
    return make_user(Role.PAYING_OFFICER)


def submitted():
    return make_enrollment(state=EnrollmentState.SUBMITTED)


def awaiting():
    waits = make_enrollment(state=EnrollmentState.AWAITING_AUTHORITY)
    return make_intimation(enrollment=waits, mode="prior_approval")


def reviewed():
    submission = make_certificate(state=CertificateState.UNDER_REVIEW)
    make_result(enrollment=submission.enrollment)
    return submission


def admitted():
    return {"fee": money.Admitted(amount=Decimal(6960), reason="Above the ceiling")}


# what is done: (action, thing, name of its key, who does it, what else, event on the thing)
DONE = {
    "record verified": lambda: (
        records.verify_record, make_officer(is_verified=False), "officer_id", hand(), {},
        "record.verified",
    ),
    "record returned": lambda: (
        records.return_record, make_officer(is_verified=False), "officer_id", hand(),
        {"reason": "Wrong year"}, "record.returned",
    ),
    "registration confirmed": lambda: (
        confirmations.confirm_enrollment, submitted(), "enrollment_id", hand(), {},
        "enrollment.confirmed",
    ),
    "registration returned": lambda: (
        confirmations.return_enrollment, submitted(), "enrollment_id", hand(),
        {"reason": "Why"}, "enrollment.returned",
    ),
    "registration rejected": lambda: (
        confirmations.reject_enrollment, submitted(), "enrollment_id", hand(),
        {"reason": "Why"}, "enrollment.rejected",
    ),
    "registration withdrawn": lambda: (
        registrations.withdraw_registration, submitted(), "enrollment_id", None,
        {"reason": "Why"}, "enrollment.withdrawn",
    ),
    "intimation noted": lambda: (
        intimations.note_intimation, make_intimation(), "intimation_id", make_nodal_officer(), {},
        "intimation.noted",
    ),
    "certificate verified": lambda: (
        certificates.verify_certificate, reviewed(), "submission_id", hand(), {},
        "certificate.verified",
    ),
    "certificate rejected": lambda: (
        certificates.reject_certificate, reviewed(), "submission_id", hand(), {"reason": "Why"},
        "certificate.rejected",
    ),
    "code shown": lambda: (
        coupons.reveal_coupon, make_coupon_issue().enrollment, "enrollment_id", None, {}, "",
    ),
    "coupon taken back": lambda: (
        coupons.revoke_coupon, make_coupon_issue(), "issue_id", hand(), {"reason": "Why"},
        "coupon.ended",
    ),
    "claim taken up": lambda: (
        money.take_up_claim, make_claim(), "claim_id", hand(), {}, "claim.under_scrutiny",
    ),
    "claim returned": lambda: (
        money.return_claim, make_claim(state=ClaimState.UNDER_SCRUTINY), "claim_id", hand(),
        {"queries": ["Why?"]}, "claim.returned",
    ),
    "claim recommended": lambda: (
        money.recommend_claim, make_claim(state=ClaimState.UNDER_SCRUTINY), "claim_id", hand(),
        {"admitted": admitted()}, "claim.recommended",
    ),
    "claim sent back": lambda: (
        money.send_back_claim, make_claim(state=ClaimState.RECOMMENDED), "claim_id",
        make_sanctioning_authority(), {"remark": "Why"}, "claim.under_scrutiny",
    ),
    "claim rejected": lambda: (
        money.reject_claim, make_claim(state=ClaimState.RECOMMENDED), "claim_id",
        make_sanctioning_authority(), {"reason": "Why"}, "claim.rejected",
    ),
    "claim withdrawn": lambda: (
        money.withdraw_claim, make_claim(), "claim_id", None, {}, "claim.withdrawn",
    ),
    "batch locked": lambda: (
        money.lock_batch, make_payment_batch(), "batch_id", payer(), {}, "batch.locked",
    ),
    "batch released": lambda: (
        money.release_batch, make_payment_batch(state=BatchState.LOCKED), "batch_id", payer(), {},
        "batch.released",
    ),
    "batch exported": lambda: (
        money.export_batch, make_payment_batch(state=BatchState.RELEASED), "batch_id", payer(), {},
        "batch.exported",
    ),
    "circular submitted": lambda: (
        paper.submit_circular, make_circular(), "circular_id", None, {}, "circular.submitted",
    ),
    "circular approved": lambda: (
        paper.approve_circular, make_circular(state=CircularState.SUBMITTED), "circular_id",
        make_approver(), {}, "circular.approved",
    ),
    "points reversed": lambda: (
        reverse_entry, make_credit_entry(), "entry_id", hand(), {"reason": "Why"}, "",
    ),
}  # fmt: skip


def owner_of(thing):
    for name in ("author", "claimant_user"):
        if hasattr(thing, name):
            return getattr(thing, name)
    return thing.officer.user


@pytest.mark.django_db
@pytest.mark.parametrize("name", DONE)
def test_what_is_done_is_recorded_once_with_who_in_what_role_from_where_and_when(name):
    action, thing, key, user, more, event = DONE[name]()
    user = user or owner_of(thing)
    last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    at, token = timezone.now(), audit.request_address.set(ADDRESS)

    action(**{key: thing.pk}, acting_user=user, at=at, **more)

    audit.request_address.reset(token)
    new = list(AuditEntry.objects.filter(pk__gt=last))
    assert new
    for entry in new:
        assert entry.at == at
        assert entry.address == ADDRESS
        if entry.acting_user_id:
            assert entry.acting_user_id == user.pk
            assert entry.acting_roles == ", ".join(sorted(user.role_names))
    by_hand = [e for e in new if e.acting_user_id == user.pk]
    assert by_hand
    if event:
        own = [e for e in new if e.subject_id == thing.pk and e.event == event]
        assert len(own) == 1, [e.event for e in new]
        assert own[0].subject_type == thing._meta.label_lower
    if "reason" in more:
        assert "Why" in str([e.details for e in new]) or "Wrong year" in str(
            [e.details for e in new]
        )
    assert ACCOUNT not in str([e.details for e in new])


@pytest.mark.django_db
def test_a_change_of_state_says_what_was_before():
    claim, user = make_claim(), hand()

    money.take_up_claim(claim_id=claim.pk, acting_user=user, at=timezone.now())

    entry = AuditEntry.objects.about(claim).last()
    assert entry.details["was"] == "submitted"


@pytest.mark.django_db
def test_taking_a_file_out_of_the_portal_is_recorded_with_the_number_of_rows(client):
    call_command("sync_roles", stdout=StringIO())
    batch, user = make_coupon_batch(codes=3), hand()
    sign_in(client, user)

    answer = client.get(f"/desk/enrollment/couponbatch/{batch.pk}/rows.csv")

    assert answer.status_code == 200
    entry = AuditEntry.objects.about(batch).last()
    assert (entry.acting_user, entry.details["rows"]) == (user, 3)


# --- no event, no change (78) ---------------------------------------------------------------------


WITHIN_ANOTHER = ("points reversed",)  # an action of others, in their transaction


@pytest.mark.django_db
@pytest.mark.parametrize("name", [n for n in DONE if n != "code shown"])
def test_what_cannot_be_recorded_is_not_done(name, monkeypatch):
    action, thing, key, user, more, _event = DONE[name]()
    user = user or owner_of(thing)
    rows = type(thing)._base_manager.filter(pk=thing.pk)
    before = rows.values().get()

    def fail(*args, **kwargs):
        raise RuntimeError("no space left")

    monkeypatch.setattr(audit, "fields_of", fail)  # every entry is made of them
    own = transaction.atomic() if name in WITHIN_ANOTHER else nullcontext()
    with pytest.raises(RuntimeError, match="no space left"), own:
        action(**{key: thing.pk}, acting_user=user, at=timezone.now(), **more)

    assert rows.values().get() == before


# --- refusals are logged (40, 45) -----------------------------------------------------------------


@pytest.mark.django_db
def test_a_page_that_is_not_for_a_role_is_logged_with_who_and_what(client, caplog):
    user = make_officer().user
    sign_in(client, user)

    with caplog.at_level(logging.WARNING, logger="igot.access"):
        assert client.get("/officers/").status_code == 403

    assert f"user {user.pk}" in caplog.text
    assert "/officers/" in caplog.text


@pytest.mark.django_db
def test_asking_for_somebody_elses_is_logged_with_who_and_what(client, caplog):
    claim, user = make_claim(), make_officer().user
    sign_in(client, user)

    with caplog.at_level(logging.WARNING, logger="igot.access"):
        assert client.get(f"/me/claims/{claim.pk}/").status_code == 404

    assert f"user {user.pk}" in caplog.text
    assert f"/me/claims/{claim.pk}/" in caplog.text


@pytest.mark.django_db
def test_a_step_that_is_closed_is_logged_with_its_rule(client, caplog):
    call_command("sync_roles", stdout=StringIO())
    claim, user = make_claim(state=ClaimState.PAID), hand()
    sign_in(client, user)
    url = f"/desk/reimbursement/claim/{claim.pk}/step/take-up/"

    with caplog.at_level(logging.WARNING, logger="igot.access"):
        assert client.post(url, {"desk_confirmed": "1"}).status_code == 409

    assert f"user {user.pk}" in caplog.text
    assert "Paid" in caplog.text


@pytest.mark.django_db
def test_what_is_logged_cannot_forge_a_line(client, caplog):
    sign_in(client, make_officer().user)

    with caplog.at_level(logging.WARNING, logger="igot.access"):
        client.get("/register/x%0d%0a2026-01-01 WARNING forged/")
        client.get("/circulars/x%0aforged/")

    for record in caplog.records:
        assert "\n" not in record.getMessage()
        assert "\r" not in record.getMessage()


# --- one chain from two processes (77) ------------------------------------------------------------

SEAL = """
import django
django.setup()
from accounts import audit
for _ in range(6):
    audit.seal_entries(limit=7)
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_keep_one_chain():
    officer, user = make_officer(), hand()
    for step in range(60):
        audit.record(officer, "record.verified", acting_user=user, at=timezone.now(), step=step)
    environment = {
        "PATH": "/usr/bin:/bin",
        "DJANGO_SETTINGS_MODULE": "igot.settings.test",
        "DATABASE_URL": database_url_of_tests(),
    }

    workers = [
        subprocess.Popen([sys.executable, "-c", SEAL], cwd=ROOT, env=environment) for _ in range(2)
    ]
    assert [worker.wait(120) for worker in workers] == [0, 0]

    assert AuditSeal.objects.count() == 60
    assert audit.broken_links() == []
    assert connection.vendor == "postgresql"


@pytest.mark.django_db
def test_an_entry_put_in_between_is_found():
    officer, user = make_officer(), hand()
    for step in range(3):
        audit.record(officer, "record.verified", acting_user=user, at=timezone.now(), step=step)
    audit.seal_entries()
    forged = audit.record(officer, "claim.paid", acting_user=user, at=timezone.now())

    AuditSeal.objects.create(entry=forged, position=4, digest="0" * 64)

    assert audit.broken_links() == [f"position 4: entry {forged.pk} does not fit its seal"]
