"""What a claim rests on can be taken back: then nothing is recommended, sanctioned or paid."""

from collections.abc import Callable
from decimal import Decimal
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from enrollment.actions.certificates import revoke_certificate
from enrollment.actions.result_reversals import reverse_result
from enrollment.models import Result
from igot.lib.errors import Refused
from reimbursement import actions
from reimbursement.models import Allotment, Claim, PaymentLine, SanctionOrder
from reimbursement.states import BatchState, ClaimState
from tests.factories.accounts import make_user, sign_in
from tests.factories.reimbursement import (
    make_allotment,
    make_claim,
    make_layout,
    make_payment_batch,
    make_sanctioning_authority,
)
from tests.reimbursement.test_sanctions import recommend, sanction

pytestmark = pytest.mark.django_db


def result_reversed(claim: Claim) -> str:
    """Reverse the result below a claim, as the desk does; its certificate goes with it."""
    reverse_result(
        result_id=Result.objects.get(enrollment=claim.enrollment).pk,
        reason="The provider sent another batch's file.",
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )
    return "no longer verified"


def certificate_withdrawn(claim: Claim) -> str:
    revoke_certificate(
        submission_id=claim.certificate_id,
        reason="The provider withdrew it.",
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )
    return "no longer verified"


def another_certificate_verified(claim: Claim) -> str:
    """Leave the certificate standing, as if another pass had borne it, without a result."""
    certificate = claim.certificate
    result_reversed(claim)
    type(certificate).objects.filter(pk=certificate.pk).update(state="verified")
    return "No passing result"


TAKEN_BACK = [result_reversed, certificate_withdrawn, another_certificate_verified]
taken_back = pytest.mark.parametrize("take_back", TAKEN_BACK, ids=lambda call: call.__name__)


@taken_back
def test_nothing_is_sanctioned_on_what_was_taken_back(take_back: Callable[[Claim], str]) -> None:
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    sentence = take_back(claim)

    with pytest.raises(Refused, match=sentence):
        sanction(claim)

    claim.refresh_from_db()
    assert (claim.state, claim.sanction_order) == (ClaimState.RECOMMENDED, None)
    assert not SanctionOrder.objects.exists()
    assert Allotment.objects.get().committed == 0


@taken_back
def test_nothing_is_recommended_on_what_was_taken_back(take_back: Callable[[Claim], str]) -> None:
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)
    sentence = take_back(claim)

    with pytest.raises(Refused, match=sentence):
        recommend(claim)

    claim.refresh_from_db()
    assert (claim.state, claim.recommended_amount) == (ClaimState.UNDER_SCRUTINY, None)


@taken_back
def test_a_sanctioned_claim_is_not_paid_on_what_was_taken_back(
    take_back: Callable[[Claim], str],
) -> None:
    make_layout()
    claim, sound = (make_claim(state=ClaimState.SANCTIONED) for _number in range(2))
    sentence = take_back(claim)
    payer = make_user(Role.PAYING_OFFICER)

    with pytest.raises(Refused, match=sentence):
        actions.make_batch(claim_ids=[claim.pk, sound.pk], acting_user=payer, at=timezone.now())
    assert not PaymentLine.objects.exists()

    actions.make_batch(claim_ids=[sound.pk], acting_user=payer, at=timezone.now())
    assert PaymentLine.objects.get().claim == sound


def test_a_batch_is_not_locked_before_such_a_claim_is_taken_out() -> None:
    batch = make_payment_batch(claims=2)
    line = batch.lines.order_by("pk")[0]
    result_reversed(line.claim)
    payer = batch.made_by

    with pytest.raises(Refused, match=f"Take {line.claim} out of the batch"):
        actions.lock_batch(batch_id=batch.pk, acting_user=payer, at=timezone.now())

    actions.take_from_batch(line_id=line.pk, acting_user=payer, at=timezone.now())
    actions.lock_batch(batch_id=batch.pk, acting_user=payer, at=timezone.now())
    batch.refresh_from_db()
    assert batch.state == BatchState.LOCKED


def test_such_a_claim_can_still_be_sent_back_or_rejected() -> None:
    authority = make_sanctioning_authority()
    sent, declined = (make_claim(state=ClaimState.RECOMMENDED) for _number in range(2))
    for claim in (sent, declined):
        result_reversed(claim)

    given = {"acting_user": authority, "at": timezone.now()}
    actions.send_back_claim(claim_id=sent.pk, remark="The result was reversed.", **given)
    actions.reject_claim(claim_id=declined.pk, reason="The result was reversed.", **given)

    assert Claim.objects.get(pk=sent.pk).state == ClaimState.UNDER_SCRUTINY
    assert Claim.objects.get(pk=declined.pk).state == ClaimState.REJECTED


def test_the_desk_says_so_and_offers_no_sanction(client: Client) -> None:
    call_command("sync_roles", verbosity=0)
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    sign_in(client, make_sanctioning_authority())
    url = reverse("admin:reimbursement_claim_change", args=[claim.pk])
    offered = reverse("admin:reimbursement_claim_step", args=[claim.pk, "sanction"])
    assert offered in client.get(url).content.decode()

    result_reversed(claim)

    page = client.get(url).content.decode()
    assert "no longer verified" in page
    assert offered not in page


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_sanction_waits_for_the_reversal_that_is_under_way_and_sees_it() -> None:
    make_allotment()
    claim, authority = make_claim(state=ClaimState.RECOMMENDED), make_sanctioning_authority()
    answers: list[object] = []

    def try_to_sanction() -> None:
        try:
            answers.append(sanction(claim, by=authority, amount=Decimal(6960)))
        except Refused as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    sanctioning = Thread(target=try_to_sanction)
    with transaction.atomic():
        sentence = certificate_withdrawn(claim)
        sanctioning.start()
        sanctioning.join(0.5)
        assert sanctioning.is_alive(), "it did not wait for the reversal"
    sanctioning.join(30)

    assert [sentence in str(answer) for answer in answers] == [True]
    assert not SanctionOrder.objects.exists()
