"""What must always hold holds against QuerySet.update() too, on either database."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from igot.lib.append_only import AppendOnlyError
from reimbursement.models import (
    Allotment,
    Claim,
    ClaimLine,
    ClaimRevision,
    PaymentBatch,
    PaymentLine,
    ReferenceRate,
    ReimbursementPolicy,
    SanctionOrder,
)
from reimbursement.states import BatchState, ClaimState
from tests.factories.reimbursement import (
    make_allotment,
    make_claim,
    make_order,
    make_payment_batch,
    make_payment_line,
    make_policy,
    make_rate,
    make_sanctioning_authority,
)

pytestmark = pytest.mark.django_db


def refuses(rows, **changes) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**changes)


def sanctioned() -> Claim:
    return make_claim(state=ClaimState.SANCTIONED)


def test_maker_checker_and_claimant_are_three_persons():
    claim = sanctioned()
    one = Claim.objects.filter(pk=claim.pk)

    refuses(one, recommended_by=claim.claimant_user)
    refuses(one, sanctioned_by=claim.claimant_user)
    refuses(one, sanctioned_by=claim.recommended_by)
    refuses(one, recommended_by=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"sanctioned_amount": Decimal(6961)},  # above the recommendation
        {"sanctioned_amount": Decimal(0)},
        {"sanctioned_amount": Decimal(-1)},
        {"recommended_amount": Decimal(6961), "sanctioned_amount": Decimal(6961)},  # above the rule
        {"admissible_amount": Decimal(6986)},  # above the claim
        {"sanctioned_by": None},
        {"sanctioned_at": None},
        {"sanctioned_amount": None},
        {"sanction_order": None},
    ],
)
def test_a_sanctioned_claim_stays_within_its_bounds_and_complete(changes):
    claim = sanctioned()

    refuses(Claim.objects.filter(pk=claim.pk), **changes)


@pytest.mark.parametrize("state", ["sanctioned", "in_payment", "payment_failed", "paid"])
def test_no_claim_becomes_payable_without_its_sanction(state):
    claim = make_claim(state=ClaimState.RECOMMENDED)

    refuses(Claim.objects.filter(pk=claim.pk), state=state)


@pytest.mark.parametrize(
    "changes",
    [
        {"rate": None},
        {"rate": Decimal(0)},
        {"rate_source": ""},
        {"rate_on": None},
        {"cap_usd": Decimal(0)},
        {"cap_usd": None},
        {"policy": None},
        {"number": None},
        {"admissible_amount": None},
        {"claimed_amount": None},
    ],
)
def test_a_submitted_claim_names_rate_ceiling_and_policy(changes):
    claim = make_claim(state=ClaimState.SUBMITTED)

    refuses(Claim.objects.filter(pk=claim.pk), **changes)


def test_one_live_claim_for_an_officer_and_a_course():
    claim = make_claim(state=ClaimState.WITHDRAWN)
    make_claim(certificate=claim.certificate)

    refuses(Claim.objects.filter(pk=claim.pk), state=ClaimState.SUBMITTED)


def test_a_recommended_claim_names_its_maker():
    claim = make_claim(state=ClaimState.RECOMMENDED)

    refuses(Claim.objects.filter(pk=claim.pk), recommended_by=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"admissible": Decimal("6985.01")},
        {"admissible": Decimal(-1)},
        {"admissible": Decimal(100), "reason": ""},
        {"claimed": Decimal(-1)},
    ],
)
def test_a_line_admits_no_more_than_claimed_and_less_with_a_reason(changes):
    make_claim(state=ClaimState.RECOMMENDED)

    refuses(ClaimLine.objects.all(), **changes)


def test_a_revision_is_never_changed_or_deleted():
    revision = make_claim(state=ClaimState.SUBMITTED).revisions.get()

    with pytest.raises(AppendOnlyError):
        revision.delete()
    with pytest.raises(AppendOnlyError):
        ClaimRevision.objects.all().update(sha256="0")
    with pytest.raises(DatabaseError), transaction.atomic():
        super(type(ClaimRevision.objects.all()), ClaimRevision.objects.all()).update(sha256="0")


def test_the_money_of_a_year_is_never_exceeded():
    make_allotment(allotted=Decimal(1000))

    refuses(Allotment.objects.all(), committed=Decimal(1001))
    refuses(Allotment.objects.all(), committed=Decimal(600), spent=Decimal(401))
    refuses(Allotment.objects.all(), committed=Decimal(-1))
    refuses(Allotment.objects.all(), allotted=Decimal(-1))


def test_the_number_of_an_order_is_taken_once():
    authority = make_sanctioning_authority()
    make_order(amount=Decimal(1), signed_by=authority, serial=1)
    second = make_order(amount=Decimal(1), signed_by=authority, serial=2)

    refuses(SanctionOrder.objects.filter(pk=second.pk), serial=1)
    refuses(SanctionOrder.objects.filter(pk=second.pk), amount=Decimal(0))


def test_one_live_payment_line_for_a_claim():
    batch = make_payment_batch(claims=1)
    claim = batch.lines.get().claim
    with pytest.raises(IntegrityError), transaction.atomic():
        make_payment_line(batch=batch, claim=claim, position=2)
    batch.lines.update(outcome="failed")
    make_payment_line(batch=batch, claim=claim, position=2)

    refuses(batch.lines.filter(outcome="failed"), outcome="waiting")


def test_paid_says_utr_and_day_and_a_utr_is_used_once():
    batch = make_payment_batch(claims=2, state=BatchState.EXPORTED)
    one, two = batch.lines.order_by("pk")
    lines = PaymentLine.objects

    refuses(lines.filter(pk=one.pk), outcome="paid")
    refuses(lines.filter(pk=one.pk), outcome="paid", utr="", paid_on=timezone.localdate())
    refuses(lines.filter(pk=one.pk), outcome="paid", utr="U1", paid_on=None)
    refuses(lines.filter(pk=one.pk), outcome="paid", utr=None, paid_on=timezone.localdate())
    lines.filter(pk=one.pk).update(outcome="paid", utr="U1", paid_on=timezone.localdate())
    refuses(lines.filter(pk=two.pk), utr="U1")


def test_locker_and_releaser_of_a_batch_are_two_persons():
    batch = make_payment_batch(state=BatchState.RELEASED)
    one = PaymentBatch.objects.filter(pk=batch.pk)

    refuses(one, released_by=batch.locked_by)
    refuses(one, locked_by=None)
    refuses(one, released_by=None)
    refuses(one, state=BatchState.EXPORTED)  # without its file


def test_rates_and_policies_stay_in_reason():
    make_rate()
    make_policy()

    refuses(ReferenceRate.objects.all(), rate=Decimal(0))
    refuses(ReimbursementPolicy.objects.all(), limitation_years=1)
