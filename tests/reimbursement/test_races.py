"""Many at once, each trying to be first: one sanction, one claim, one payment."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from igot.lib.errors import Refused
from reimbursement import actions
from reimbursement.models import Allotment, Claim, PaymentLine, SanctionOrder
from reimbursement.states import BatchState, ClaimState
from tests.factories.accounts import make_user
from tests.factories.reimbursement import (
    make_allotment,
    make_claim,
    make_completed,
    make_layout,
    make_payment_batch,
    make_sanctioning_authority,
)
from tests.reimbursement.test_payments import paid_row, return_csv

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run all `calls` at the same moment, each on its own connection; return what came of each."""
    start = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            results[number] = call()
        except Refused as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def refusals(results: list[object]) -> list[object]:
    return [result for result in results if isinstance(result, Refused)]


def sanctioning(claim, authority) -> Callable[[], object]:
    return lambda: actions.sanction_claim(
        claim_id=claim.pk, amount=Decimal(6960), acting_user=authority, at=timezone.now()
    )


def test_four_authorities_sanction_one_claim_once():
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    authorities = [make_sanctioning_authority() for _ in range(4)]

    results = at_once(*[sanctioning(claim, authority) for authority in authorities])

    assert len(refusals(results)) == 3
    assert SanctionOrder.objects.count() == 1
    assert Allotment.objects.get().committed == Decimal(6960)


def test_the_money_of_the_year_is_never_exceeded():
    make_allotment(allotted=Decimal(3 * 6960 + 100))
    authority = make_sanctioning_authority()
    claims = [make_claim(state=ClaimState.RECOMMENDED) for _ in range(6)]

    results = at_once(*[sanctioning(claim, authority) for claim in claims])

    allotment = Allotment.objects.get()
    orders = SanctionOrder.objects.order_by("serial")
    assert len(refusals(results)) == 3
    assert allotment.committed == Decimal(3 * 6960)
    assert [order.serial for order in orders] == [1, 2, 3]


def test_opening_a_claim_many_times_at_once_opens_one():
    certificate = make_completed()
    user = certificate.officer.user

    results = at_once(
        *[
            lambda: actions.open_claim(
                enrollment_id=certificate.enrollment_id, acting_user=user, at=timezone.now()
            )
            for _ in range(8)
        ]
    )

    assert Claim.objects.count() == 1
    assert {claim.pk for claim in results} == {Claim.objects.get().pk}


def test_submitting_many_times_at_once_submits_once():
    claim = make_claim(state=ClaimState.DRAFT)

    results = at_once(
        *[
            lambda: actions.submit_claim(
                claim_id=claim.pk, acting_user=claim.claimant_user, at=timezone.now()
            )
            for _ in range(8)
        ]
    )

    assert len(refusals(results)) == 7
    assert claim.revisions.count() == 1


def test_two_batches_at_once_take_a_claim_once():
    make_layout()
    claim = make_claim(state=ClaimState.SANCTIONED)
    payers = [make_user(Role.PAYING_OFFICER) for _ in range(4)]

    results = at_once(
        *[
            lambda payer=payer: actions.make_batch(
                claim_ids=[claim.pk], acting_user=payer, at=timezone.now()
            )
            for payer in payers
        ]
    )

    assert len(refusals(results)) == 3
    assert PaymentLine.objects.count() == 1


def test_the_same_return_file_at_once_pays_once():
    batch = make_payment_batch(state=BatchState.EXPORTED, claims=3)
    content = return_csv(
        *[paid_row(line, utr=f"U{line.pk}") for line in batch.lines.order_by("pk")]
    )
    payer = make_user(Role.PAYING_OFFICER)

    results = at_once(
        *[
            lambda: actions.import_return_file(
                batch_id=batch.pk,
                file_name="r.csv",
                content=content,
                acting_user=payer,
                at=timezone.now(),
            )
            for _ in range(4)
        ]
    )

    allotment = Allotment.objects.get()
    assert len(refusals(results)) == 3
    assert (allotment.committed, allotment.spent) == (0, Decimal(3 * 6960))


def test_sanction_and_sending_back_at_once_leave_one_answer():
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    one, other = make_sanctioning_authority(), make_sanctioning_authority()

    results = at_once(
        sanctioning(claim, one),
        lambda: actions.send_back_claim(
            claim_id=claim.pk, remark="Look again", acting_user=other, at=timezone.now()
        ),
    )

    claim.refresh_from_db()
    assert len(refusals(results)) == 1
    sanctioned = claim.state == ClaimState.SANCTIONED
    assert Allotment.objects.get().committed == (Decimal(6960) if sanctioned else 0)
