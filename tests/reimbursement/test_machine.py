"""Claims, sanctions, payments and money at random: what must hold holds after every step."""

import contextlib
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.roles import Role
from igot.lib.errors import Refused
from igot.lib.money import quantise
from reimbursement import actions, states
from reimbursement.models import Allotment, Claim, PaymentBatch, PaymentLine, SanctionOrder
from reimbursement.states import BatchState, ClaimState
from tests.factories.accounts import make_user
from tests.factories.reimbursement import (
    ACCOUNT,
    make_allotment,
    make_claim,
    make_issued_document,
    make_layout,
    make_sanctioning_authority,
)
from tests.reimbursement.test_payments import failed_row, paid_row, return_csv

HOW_MANY = 3
which = st.integers(min_value=0, max_value=HOW_MANY - 1)
ALLOWED = {(source, step.target) for step in states.CLAIM_STEPS for source in step.sources}


class ClaimsMachine(RuleBasedStateMachine):
    """Three claims on money for two, and everybody who may act on them, pressing what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint._from_testcase = True  # as the test's own: durable actions may run inside
        self.savepoint.__enter__()
        make_layout()
        make_allotment(allotted=Decimal(2 * 6960 + 10))
        starts = (ClaimState.DRAFT, ClaimState.SUBMITTED, ClaimState.RECOMMENDED)
        self.claims = [make_claim(state=state) for state in starts]
        self.hand, self.payer, self.releaser = (
            make_user(role)
            for role in (Role.DEALING_HAND, Role.PAYING_OFFICER, Role.PAYING_OFFICER)
        )
        self.authority = make_sanctioning_authority()
        self.utr = 0
        self.last = {claim.pk: claim.state for claim in self.claims}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def press(self, action, **arguments) -> None:
        """Call an action as its page would: what the office declines leaves nothing behind."""
        with contextlib.suppress(Refused):
            action(**arguments, at=timezone.now())

    def claimant(self, number):
        return self.claims[number].claimant_user

    @rule(number=which)
    def submit(self, number):
        claim = self.claims[number]
        self.press(actions.submit_claim, claim_id=claim.pk, acting_user=self.claimant(number))

    @rule(number=which)
    def take_up(self, number):
        self.press(actions.take_up_claim, claim_id=self.claims[number].pk, acting_user=self.hand)

    @rule(number=which)
    def put_a_query(self, number):
        self.press(
            actions.return_claim,
            claim_id=self.claims[number].pk,
            queries=["Why?"],
            acting_user=self.hand,
        )

    @rule(number=which)
    def answer(self, number):
        claim = self.claims[number]
        answers = {query.pk: "So." for query in claim.queries.open()}
        self.press(
            actions.answer_queries,
            claim_id=claim.pk,
            answers=answers,
            acting_user=self.claimant(number),
        )

    @rule(number=which, amount=st.sampled_from(["6960", "5000.50", "6985", "0"]))
    def recommend(self, number, amount):
        fee = actions.Admitted(amount=Decimal(amount), reason="As found")
        self.press(
            actions.recommend_claim,
            claim_id=self.claims[number].pk,
            admitted={"fee": fee},
            acting_user=self.hand,
        )

    @rule(number=which)
    def send_back(self, number):
        self.press(
            actions.send_back_claim,
            claim_id=self.claims[number].pk,
            remark="Again",
            acting_user=self.authority,
        )

    @rule(number=which, amount=st.sampled_from(["6960", "5001", "100", "9999"]))
    def sanction(self, number, amount):
        self.press(
            actions.sanction_claim,
            claim_id=self.claims[number].pk,
            amount=Decimal(amount),
            acting_user=self.authority,
        )

    @rule(number=which)
    def go_on(self, number):
        """Take whatever step leads on, so that walks come to their ends."""
        claim = self.claims[number]
        claim.refresh_from_db()
        onward = {
            ClaimState.DRAFT: lambda: self.submit(number),
            ClaimState.SUBMITTED: lambda: self.take_up(number),
            ClaimState.UNDER_SCRUTINY: lambda: self.recommend(number, "6960"),
            ClaimState.RETURNED: lambda: (self.answer(number), self.submit(number)),
            ClaimState.RECOMMENDED: lambda: self.sanction(number, "6960"),
            ClaimState.SANCTIONED: lambda: (self.issue_orders(), self.pay(number)),
            ClaimState.IN_PAYMENT: lambda: self.bring_back(True, False),
            ClaimState.PAYMENT_FAILED: lambda: self.correct_account(number),
        }
        onward.get(claim.state, lambda: None)()

    @rule(number=which, is_meant=st.sampled_from([False, False, False, False, True]))
    def withdraw(self, number, is_meant):
        if not is_meant:
            return
        self.press(
            actions.withdraw_claim,
            claim_id=self.claims[number].pk,
            acting_user=self.claimant(number),
        )

    @rule()
    def issue_orders(self):
        for order in SanctionOrder.objects.without_document():
            order.document = make_issued_document(number=order.number)
            order.save()

    @rule(number=which)
    def pay(self, number):
        """Draw up a batch, lock, release and send it."""
        claim_ids = [self.claims[number].pk]
        with contextlib.suppress(Refused):
            at = timezone.now()
            batch = actions.make_batch(claim_ids=claim_ids, acting_user=self.payer, at=at)
            actions.lock_batch(batch_id=batch.pk, acting_user=self.payer, at=at)
            actions.release_batch(batch_id=batch.pk, acting_user=self.releaser, at=at)
            actions.export_batch(batch_id=batch.pk, acting_user=self.payer, at=at)

    @rule(is_paid=st.booleans(), is_repeated=st.booleans())
    def bring_back(self, is_paid, is_repeated):
        for batch in PaymentBatch.objects.filter(state=BatchState.EXPORTED):
            self.utr += 1
            line = batch.lines.first()
            row = paid_row(line, utr=f"U{self.utr}") if is_paid else failed_row(line)
            for _ in range(2 if is_repeated else 1):
                self.press(
                    actions.import_return_file,
                    batch_id=batch.pk,
                    file_name="r.csv",
                    content=return_csv(row),
                    acting_user=self.payer,
                )

    @rule()
    def reject_batches(self):
        for batch in PaymentBatch.objects.filter(state=BatchState.EXPORTED):
            self.press(actions.reject_batch, batch_id=batch.pk, reason="No", acting_user=self.payer)

    @rule(number=which)
    def correct_account(self, number):
        self.press(
            actions.correct_bank,
            claim_id=self.claims[number].pk,
            payee_name="Asha Rao",
            bank_name="Canara Bank",
            ifsc="CNRB0000002",
            account_number=ACCOUNT,
            acting_user=self.claimant(number),
        )

    @invariant()
    def money_adds_up(self):
        allotment = Allotment.objects.get()
        sanctioned = quantise(
            Claim.objects.filter(state__in=states.PAYABLE).aggregate(
                total=Sum("sanctioned_amount")
            )["total"]
        )
        assert allotment.committed + allotment.spent == sanctioned <= allotment.allotted
        assert allotment.spent == PaymentLine.objects.paid().total()

    @invariant()
    def nobody_is_paid_twice_or_too_much(self):
        for claim in Claim.objects.all():
            paid = list(claim.payment_lines.paid())
            assert len(paid) == (claim.state == ClaimState.PAID)
            if claim.sanctioned_amount is not None:
                assert 0 < claim.sanctioned_amount <= claim.admissible_amount

    @invariant()
    def orders_are_numbered_without_gaps(self):
        serials = list(SanctionOrder.objects.order_by("serial").values_list("serial", flat=True))
        assert serials == list(range(1, len(serials) + 1))

    @invariant()
    def claims_went_only_where_the_table_leads(self):
        for claim in Claim.objects.all():
            was, self.last[claim.pk] = self.last[claim.pk], claim.state
            assert was == claim.state or _leads(was, claim.state)


def _leads(was: str, now: str) -> bool:
    """Tell whether some way along the table leads from one state to another (a rule takes many)."""
    found = {was}
    while more := {target for source, target in ALLOWED if source in found} - found:
        found |= more
    return now in found


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_whatever_is_pressed_the_invariants_hold():
    run_state_machine_as_test(
        ClaimsMachine,
        settings=settings(
            max_examples=10,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
