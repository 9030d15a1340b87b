"""The desk of claims and payments: what it shows, which buttons are open, and what they do."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from reimbursement.models import (
    Allotment,
    Claim,
    PaymentBatch,
    PaymentLayout,
    ReferenceRate,
    ReimbursementPolicy,
)
from reimbursement.states import BatchState, ClaimState
from tests.factories.accounts import make_user, sign_in
from tests.factories.reimbursement import (
    ACCOUNT,
    make_allotment,
    make_claim,
    make_document,
    make_layout,
    make_payment_batch,
    make_sanctioning_authority,
)
from tests.reimbursement.test_payments import paid_row, return_csv

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def roles_open_the_desk(db):
    """Give the groups their permissions, as the portal's set-up does."""
    call_command("sync_roles", verbosity=0)


def record(thing) -> str:
    name = f"admin:reimbursement_{thing._meta.model_name}_change"
    return reverse(name, args=[thing.pk])


def step(thing, name) -> str:
    return reverse(f"admin:reimbursement_{thing._meta.model_name}_step", args=[thing.pk, name])


def entered(client, role) -> object:
    user = make_sanctioning_authority() if role == Role.SANCTIONING_AUTHORITY else make_user(role)
    sign_in(client, user)
    return user


def press(client, thing, name, **fields):
    return client.post(step(thing, name), {"desk_confirmed": "1", **fields})


@pytest.mark.parametrize(
    ("state", "role", "buttons"),
    [
        (ClaimState.SUBMITTED, Role.DEALING_HAND, {"Take up"}),
        (ClaimState.UNDER_SCRUTINY, Role.DEALING_HAND, {"Return with queries", "Recommend"}),
        (ClaimState.RECOMMENDED, Role.DEALING_HAND, set()),
        (ClaimState.RECOMMENDED, Role.SANCTIONING_AUTHORITY, {"Sanction", "Send back", "Reject"}),
        (ClaimState.SUBMITTED, Role.SANCTIONING_AUTHORITY, set()),
        (ClaimState.SANCTIONED, Role.PAYING_OFFICER, set()),
        (ClaimState.RECOMMENDED, Role.AUDITOR, set()),
    ],
)
def test_a_person_sees_the_buttons_that_are_open_to_them(client, state, role, buttons):
    make_allotment()
    claim = make_claim(state=state)
    entered(client, role)

    response = client.get(record(claim))

    assert {str(entry["step"].label) for entry in response.context["desk_steps"]} == buttons


def test_the_record_shows_papers_checks_and_amounts_without_the_account(client):
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY, markup_inr="244.48")
    entered(client, Role.DEALING_HAND)

    text = client.get(record(claim)).content.decode()

    assert ACCOUNT not in text
    for shown in (
        "fee_receipt.pdf",
        "₹6,960",
        f"••••{ACCOUNT[-4:]}",
        "Bank account used by no other",
    ):
        assert shown in text


def test_drafts_are_not_on_the_desk(client):
    draft = make_claim(state=ClaimState.DRAFT)
    entered(client, Role.DEALING_HAND)

    assert client.get(record(draft)).status_code == 302
    assert (
        client.get(reverse("admin:reimbursement_claim_changelist")).context["cl"].result_count == 0
    )


def test_a_claim_goes_through_the_desk_to_its_sanction(client):
    make_allotment()
    claim = make_claim(state=ClaimState.SUBMITTED, markup_inr="244.48")
    entered(client, Role.DEALING_HAND)
    press(client, claim, "take-up")
    press(
        client,
        claim,
        "recommend",
        fee_amount="6,960.00",
        fee_reason="Above the ceiling",
        markup_amount="0",
        markup_reason="The fee alone comes back",
    )
    client.logout()
    entered(client, Role.SANCTIONING_AUTHORITY)

    response = press(client, claim, "sanction", amount="6960")

    claim.refresh_from_db()
    assert response.status_code == 302
    assert (claim.state, claim.sanctioned_amount) == (ClaimState.SANCTIONED, Decimal(6960))


def test_less_without_a_reason_is_said_at_the_line(client):
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)
    entered(client, Role.DEALING_HAND)

    response = press(client, claim, "recommend", fee_amount="5000", fee_reason="")

    claim.refresh_from_db()
    assert "fee_reason" in response.context["form"].errors
    assert claim.state == ClaimState.UNDER_SCRUTINY


def test_more_than_the_rule_cannot_be_entered(client):
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)
    entered(client, Role.DEALING_HAND)

    response = press(client, claim, "recommend", fee_amount="6985", fee_reason="")

    assert "fee_amount" in response.context["form"].errors


def test_queries_are_put_on_the_desk(client):
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)
    entered(client, Role.DEALING_HAND)

    press(client, claim, "return", query_1="Whose card is it?", query_3="Which day?")

    claim.refresh_from_db()
    assert claim.state == ClaimState.RETURNED
    assert list(claim.queries.values_list("text", flat=True)) == ["Whose card is it?", "Which day?"]


def test_above_the_limit_the_desk_says_beforehand_who_is_needed(client):
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    sign_in(client, make_sanctioning_authority(limit=Decimal(1000)))

    shown = client.get(record(claim)).content.decode()
    response = press(client, claim, "sanction", amount="6960")

    claim.refresh_from_db()
    assert "a higher authority is needed" in shown
    assert "a higher authority is needed" in response.content.decode()
    assert claim.state == ClaimState.RECOMMENDED


def test_a_step_that_is_not_open_is_refused_whoever_posts_it(client):
    claim = make_claim(state=ClaimState.RECOMMENDED)
    entered(client, Role.DEALING_HAND)

    response = press(client, claim, "sanction", amount="1")

    claim.refresh_from_db()
    assert response.status_code == 409
    assert claim.state == ClaimState.RECOMMENDED


def test_an_auditor_changes_nothing(client):
    claim = make_claim(state=ClaimState.SUBMITTED)
    entered(client, Role.AUDITOR)

    client.post(record(claim), {"state": "paid"})
    response = press(client, claim, "take-up")

    claim.refresh_from_db()
    assert response.status_code == 409
    assert claim.state == ClaimState.SUBMITTED


@pytest.mark.parametrize("role", [Role.COMMITTEE_SECRETARY, Role.CIRCULAR_AUTHOR])
def test_other_desks_do_not_open_claims(client, role):
    claim = make_claim(state=ClaimState.SUBMITTED)
    entered(client, role)

    assert client.get(record(claim)).status_code in (302, 403)
    assert press(client, claim, "take-up").status_code in (302, 403, 404)


def test_the_same_account_and_the_same_file_elsewhere_are_pointed_out(client):
    other = make_claim(state=ClaimState.SUBMITTED)
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)
    for one in (other, claim):
        one.documents.filter(kind="fee_receipt").delete()
        make_document(claim=one, content=b"%PDF-1.4 the very same\n%%EOF\n")
    entered(client, Role.DEALING_HAND)

    checks = client.get(record(claim)).context["checks"]

    pointed_out = {check.name: check.detail for check in checks if not check.passed}
    assert other.number in pointed_out["Bank account used by no other officer"]
    assert other.number in pointed_out["Fee receipt: used in no other claim"]


def test_a_payment_before_registration_and_an_unusual_rate_are_pointed_out(client):
    day = timezone.localdate() - timedelta(days=200)
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY, paid_on=day, debited_inr="9000.00")
    entered(client, Role.DEALING_HAND)

    checks = client.get(record(claim)).context["checks"]

    pointed_out = {check.name for check in checks if not check.passed}
    assert pointed_out == {
        "Paid on or after the day of registration",
        "Bank's rate near the reference rate",
    }


def test_several_claims_are_taken_up_together_each_on_its_own(client):
    ready, gone = make_claim(state=ClaimState.SUBMITTED), make_claim(state=ClaimState.RECOMMENDED)
    entered(client, Role.DEALING_HAND)

    response = client.post(
        reverse("admin:reimbursement_claim_changelist"),
        {"action": "step_take-up", "_selected_action": [ready.pk, gone.pk], "desk_confirmed": "1"},
    )

    ready.refresh_from_db()
    gone.refresh_from_db()
    assert response.status_code == 200
    assert (ready.state, gone.state) == (ClaimState.UNDER_SCRUTINY, ClaimState.RECOMMENDED)


# --- payments ------------------------------------------------------------------------------------


def test_a_batch_goes_from_the_list_to_the_file_and_back(client):
    make_layout()
    claims = [make_claim(state=ClaimState.SANCTIONED) for _ in range(2)]
    entered(client, Role.PAYING_OFFICER)
    client.post(
        reverse("admin:reimbursement_claim_changelist"),
        {"action": "make_payment_batch", "_selected_action": [claim.pk for claim in claims]},
    )
    batch = PaymentBatch.objects.get()
    press(client, batch, "lock")
    assert press(client, batch, "release").status_code == 409
    client.logout()
    entered(client, Role.PAYING_OFFICER)
    press(client, batch, "release")

    first = press(client, batch, "export")
    again = press(client, batch, "fetch")

    assert first["Content-Disposition"].startswith("attachment")
    assert first.content == again.content
    assert ACCOUNT in first.content.decode()
    rows = [paid_row(line, utr=f"U{line.pk}") for line in batch.lines.all()]
    press(client, batch, "import", file=SimpleUploadedFile("return.csv", return_csv(*rows)))
    batch.refresh_from_db()
    assert batch.state == BatchState.SETTLED
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.PAID}


def test_a_claim_is_taken_out_of_a_batch_that_is_still_drawn_up(client):
    batch = make_payment_batch(claims=2)
    line, other = batch.lines.order_by("pk")
    entered(client, Role.PAYING_OFFICER)

    press(client, batch, "take-out", line_id=line.pk)

    line.claim.refresh_from_db()
    assert line.claim.state == ClaimState.SANCTIONED
    assert list(batch.lines.in_batch()) == [other]
    assert press(client, batch, "take-out", line_id=line.pk).context["form"].errors


def test_the_batch_shows_rows_in_question_and_no_account(client):
    batch = make_payment_batch(state=BatchState.EXPORTED)
    entered(client, Role.PAYING_OFFICER)
    row = paid_row(batch.lines.get(), **{"Amount": "1"})

    press(client, batch, "import", file=SimpleUploadedFile("return.csv", return_csv(row)))
    text = client.get(record(batch)).content.decode()

    assert "Amount differs" in text
    assert ACCOUNT not in text


@pytest.mark.parametrize("role", [Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY])
def test_others_do_not_open_batches_nor_make_them(client, role):
    batch = make_payment_batch(state=BatchState.EXPORTED)
    claim = make_claim(state=ClaimState.SANCTIONED)
    entered(client, role)

    assert client.get(record(batch)).status_code in (302, 403)
    assert press(client, batch, "fetch").status_code in (302, 403, 404)
    client.post(
        reverse("admin:reimbursement_claim_changelist"),
        {"action": "make_payment_batch", "_selected_action": [claim.pk]},
    )
    claim.refresh_from_db()
    assert claim.state == ClaimState.SANCTIONED


# --- money ---------------------------------------------------------------------------------------


def test_a_rate_is_entered_with_its_source_and_recorded(client):
    entered(client, Role.DEALING_HAND)
    day = timezone.localdate().isoformat()

    client.post(
        reverse("admin:reimbursement_referencerate_add"),
        {"currency": "USD", "on": day, "rate": "83.1234", "source": "FBIL"},
    )

    rate = ReferenceRate.objects.get()
    assert rate.rate == Decimal("83.1234")
    assert AuditEntry.objects.about(rate).get().event == "referencerate.added"


def test_what_is_committed_and_spent_cannot_be_typed(client):
    allotment = make_allotment()
    entered(client, Role.PAYING_OFFICER)
    shown = client.get(record(allotment)).content.decode()

    client.post(record(allotment), {"committed": "5", "spent": "5", "allotted": "2000000"})

    allotment.refresh_from_db()
    assert (allotment.committed, allotment.spent) == (0, 0)
    assert 'name="committed"' not in shown


def test_nobody_deletes(client):
    claim, allotment = make_claim(state=ClaimState.SUBMITTED), make_allotment()
    sign_in(client, make_user(*Role, is_superuser=True, is_staff=True))

    for thing in (claim, allotment):
        url = reverse(f"admin:reimbursement_{thing._meta.model_name}_delete", args=[thing.pk])
        assert client.post(url, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "model",
    ["claim", "paymentbatch", "sanctionorder", "returnfile", "allotment", "referencerate"]
    + ["sanctionlimit", "reimbursementpolicy", "paymentlayout"],
)
def test_lists_stay_within_their_budget_however_many_rows(client, model):
    make_policy_rows()
    for _ in range(3):
        make_claim(state=ClaimState.SANCTIONED)
    for _ in range(6):
        make_payment_batch(claims=1, state=BatchState.EXPORTED)
    sign_in(client, make_user(*Role, is_superuser=True, is_staff=True))
    url = reverse(f"admin:reimbursement_{model}_changelist")
    client.get(url)

    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200

    assert len(asked) <= 15


def make_policy_rows() -> None:
    make_layout()
    make_allotment()
    make_sanctioning_authority()


def test_the_record_of_a_claim_stays_within_a_budget(client):
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY, markup_inr="1.00", tax_inr="1.00")
    entered(client, Role.DEALING_HAND)
    client.get(record(claim))

    with CaptureQueriesContext(connection) as asked:
        client.get(record(claim))

    assert len(asked) <= 35


def test_the_reference_data_loads_twice_without_touching_what_was_edited():
    call_command("load_reimbursement_reference", verbosity=0)
    ReimbursementPolicy.objects.update(time_bar_years=1)
    Allotment.objects.update(demand_number="99")
    call_command("load_reimbursement_reference", verbosity=0)

    assert ReimbursementPolicy.objects.get().time_bar_years == 1
    assert Allotment.objects.get().demand_number == "99"
    assert Allotment.objects.get().is_verified is False
    PaymentLayout.objects.get().full_clean()
