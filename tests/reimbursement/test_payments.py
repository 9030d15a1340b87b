"""Batches by two persons, one file, and the return file that alone says what was paid."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from igot.lib.errors import Refused
from reimbursement import actions
from reimbursement.models import Allotment, Claim, PaymentBatch, PaymentLine, ReturnFile, ReturnRow
from reimbursement.states import BatchState, ClaimState
from tests.factories.accounts import make_officer, make_user
from tests.factories.reimbursement import ACCOUNT, make_claim, make_layout, make_payment_batch

pytestmark = pytest.mark.django_db
HEAD = ["Payment Ref", "Amount", "Account Number", "Status", "UTR", "Paid On", "Reason"]


def now():
    return timezone.now()


def payer():
    return make_user(Role.PAYING_OFFICER)


def return_csv(*rows: list[str], head: list[str] | None = None) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([head or HEAD, *rows])
    return stream.getvalue().encode()


def paid_row(line, *, utr="UTR0001", **changes):
    row = {
        "Payment Ref": line.reference,
        "Amount": str(line.amount),
        "Account Number": f"XXXXXXXX{line.account_ending}",
        "Status": "SUCCESS",
        "UTR": utr,
        "Paid On": timezone.localdate().isoformat(),
        "Reason": "",
        **changes,
    }
    return [row[name] for name in HEAD]


def failed_row(line, *, reason="Account closed"):
    return paid_row(line, utr="", **{"Status": "FAILED", "Paid On": "", "Reason": reason})


def bring_back(batch, *rows, content=None):
    return actions.import_return_file(
        batch_id=batch.pk,
        file_name="return.csv",
        content=content or return_csv(*rows),
        acting_user=payer(),
        at=now(),
    )


# --- batches -------------------------------------------------------------------------------------


def test_a_batch_freezes_the_bank_details_of_its_claims():
    make_layout()
    claim = make_claim(state=ClaimState.SANCTIONED)

    batch = actions.make_batch(claim_ids=[claim.pk], acting_user=payer(), at=now())

    claim.refresh_from_db()
    line = batch.lines.get()
    assert claim.state == ClaimState.IN_PAYMENT
    assert (line.amount, line.account_number, line.ifsc) == (6960, ACCOUNT, claim.ifsc)
    assert batch.number == f"IGOT/P/{timezone.localdate().year}/{batch.pk:04d}"


def test_a_claim_without_its_order_is_not_paid():
    make_layout()
    claim = make_claim(state=ClaimState.SANCTIONED, has_document=False)

    with pytest.raises(Refused, match="order has not yet been issued"):
        actions.make_batch(claim_ids=[claim.pk], acting_user=payer(), at=now())

    assert not PaymentBatch.objects.exists()


def test_one_claim_that_is_not_ready_stops_the_whole_batch():
    make_layout()
    ready, other = make_claim(state=ClaimState.SANCTIONED), make_claim(state=ClaimState.SUBMITTED)

    with pytest.raises(Refused, match="Submitted"):
        actions.make_batch(claim_ids=[ready.pk, other.pk], acting_user=payer(), at=now())

    ready.refresh_from_db()
    assert ready.state == ClaimState.SANCTIONED


def test_a_claim_stands_in_one_batch_only():
    make_layout()
    claim = make_claim(state=ClaimState.SANCTIONED)
    actions.make_batch(claim_ids=[claim.pk, claim.pk], acting_user=payer(), at=now())

    with pytest.raises(Refused, match="With the paying officer"):
        actions.make_batch(claim_ids=[claim.pk], acting_user=payer(), at=now())

    assert PaymentLine.objects.count() == 1


def test_nobody_else_makes_a_batch():
    make_layout()
    claim = make_claim(state=ClaimState.SANCTIONED)

    with pytest.raises(Refused, match="Paying officer"):
        actions.make_batch(claim_ids=[claim.pk], acting_user=make_user(Role.DEALING_HAND), at=now())


def test_nobody_pays_himself():
    make_layout()
    officer = make_officer(user=make_user(Role.OFFICER, Role.PAYING_OFFICER))
    claim = make_claim(state=ClaimState.SANCTIONED, officer=officer)

    with pytest.raises(Refused, match="own claim"):
        actions.make_batch(claim_ids=[claim.pk], acting_user=officer.user, at=now())


def test_a_claim_taken_out_of_a_draft_waits_for_another_batch():
    make_layout()
    claim = make_claim(state=ClaimState.SANCTIONED)
    paying = payer()
    batch = actions.make_batch(claim_ids=[claim.pk], acting_user=paying, at=now())

    actions.take_from_batch(line_id=batch.lines.get().pk, acting_user=paying, at=now())

    claim.refresh_from_db()
    assert claim.state == ClaimState.SANCTIONED
    with pytest.raises(Refused, match="empty"):
        actions.lock_batch(batch_id=batch.pk, acting_user=paying, at=now())


def test_who_locks_does_not_release():
    batch = make_payment_batch(state=BatchState.DRAFT)
    locker = payer()
    actions.lock_batch(batch_id=batch.pk, acting_user=locker, at=now())

    with pytest.raises(Refused, match="You locked this batch"):
        actions.release_batch(batch_id=batch.pk, acting_user=locker, at=now())
    actions.release_batch(batch_id=batch.pk, acting_user=payer(), at=now())

    batch.refresh_from_db()
    assert batch.state == BatchState.RELEASED
    assert batch.locked_by != batch.released_by


def test_a_payee_neither_locks_nor_releases_the_batch():
    batch = make_payment_batch(state=BatchState.DRAFT)
    payee = batch.lines.get().claim.claimant_user
    payee.groups.add(*payer().groups.all())

    with pytest.raises(Refused, match="pays you"):
        actions.lock_batch(batch_id=batch.pk, acting_user=payee, at=now())


def test_a_locked_batch_gives_nothing_up():
    batch = make_payment_batch(state=BatchState.LOCKED)

    with pytest.raises(Refused, match="Locked"):
        actions.take_from_batch(line_id=batch.lines.get().pk, acting_user=payer(), at=now())


def test_the_payment_file_has_the_columns_of_its_layout_and_a_row_for_each_line():
    batch = make_payment_batch(state=BatchState.RELEASED, claims=2)

    actions.export_batch(batch_id=batch.pk, acting_user=payer(), at=now())

    batch.refresh_from_db()
    rows = list(csv.DictReader(io.StringIO(batch.export)))
    assert [row["Payment Ref"] for row in rows] == [
        line.reference for line in batch.lines.order_by("pk")
    ]
    assert rows[0]["Account Number"] == ACCOUNT
    assert rows[0]["Amount"] == "6960.00"


def test_fetching_the_file_again_gives_the_same_bytes_and_is_recorded():
    batch = make_payment_batch(state=BatchState.RELEASED)
    first = actions.export_batch(batch_id=batch.pk, acting_user=payer(), at=now()).export
    Claim.objects.update(payee_name="Somebody Else", bank_name="Another Bank")

    second = actions.export_batch(batch_id=batch.pk, acting_user=payer(), at=now()).export

    assert first == second
    events = list(AuditEntry.objects.about(batch).values_list("event", flat=True))
    assert events == ["batch.exported", "batch.file_fetched"]


def test_the_file_is_sealed_in_the_database():
    batch = make_payment_batch(state=BatchState.RELEASED)
    actions.export_batch(batch_id=batch.pk, acting_user=payer(), at=now())

    with connection.cursor() as cursor:
        cursor.execute("SELECT export FROM reimbursement_paymentbatch WHERE id = %s", [batch.pk])
        (stored,) = cursor.fetchone()

    assert ACCOUNT not in stored


@pytest.mark.parametrize("state", [BatchState.DRAFT, BatchState.LOCKED])
def test_a_batch_that_is_not_released_is_not_exported(state):
    batch = make_payment_batch(state=state)

    with pytest.raises(Refused):
        actions.export_batch(batch_id=batch.pk, acting_user=payer(), at=now())


# --- the return file -----------------------------------------------------------------------------


def test_the_return_file_pays_with_its_utr_and_moves_the_money(
    django_capture_on_commit_callbacks, mailoutbox
):
    batch = make_payment_batch(state=BatchState.EXPORTED)
    line = batch.lines.get()

    with django_capture_on_commit_callbacks(execute=True):
        bring_back(batch, paid_row(line))

    line.refresh_from_db()
    line.claim.refresh_from_db()
    batch.refresh_from_db()
    allotment = Allotment.objects.get()
    assert (line.outcome, line.utr, line.claim.state) == ("paid", "UTR0001", ClaimState.PAID)
    assert (allotment.committed, allotment.spent) == (0, Decimal(6960))
    assert batch.state == BatchState.SETTLED
    assert "UTR0001" in mailoutbox[0].body
    assert ACCOUNT not in mailoutbox[0].body


def test_a_failure_tells_the_officer_why_and_keeps_the_money_committed():
    batch = make_payment_batch(state=BatchState.EXPORTED)
    line = batch.lines.get()

    bring_back(batch, failed_row(line))

    line.refresh_from_db()
    line.claim.refresh_from_db()
    assert (line.outcome, line.failure_reason) == ("failed", "Account closed")
    assert line.claim.state == ClaimState.PAYMENT_FAILED
    assert Allotment.objects.get().committed == Decimal(6960)
    assert Notice.objects.get(user=line.claim.claimant_user).params["reason"] == "Account closed"


def test_after_a_failure_the_claim_is_paid_in_another_batch():
    batch = make_payment_batch(state=BatchState.EXPORTED)
    claim = batch.lines.get().claim
    bring_back(batch, failed_row(batch.lines.get()))
    actions.correct_bank(
        claim_id=claim.pk,
        payee_name="Asha Rao",
        bank_name="Canara Bank",
        ifsc="CNRB0000002",
        account_number="987654321098",
        acting_user=claim.claimant_user,
        at=now(),
    )

    again = actions.make_batch(claim_ids=[claim.pk], acting_user=payer(), at=now())

    assert again.lines.get().account_ending == "1098"
    assert claim.payment_lines.count() == 2


def test_what_comes_back_in_part_leaves_the_rest_waiting():
    batch = make_payment_batch(state=BatchState.EXPORTED, claims=2)
    first, second = batch.lines.order_by("pk")

    bring_back(batch, paid_row(first))

    batch.refresh_from_db()
    second.claim.refresh_from_db()
    assert batch.state == BatchState.PART_SETTLED
    assert second.claim.state == ClaimState.IN_PAYMENT
    bring_back(batch, paid_row(second, utr="UTR0002"))
    batch.refresh_from_db()
    assert batch.state == BatchState.SETTLED


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"Payment Ref": "IGOTP99999900001"}, "unmatched"),
        ({"Payment Ref": ""}, "unmatched"),
        ({"Amount": "6961"}, "wrong_amount"),
        ({"Amount": "-6960"}, "malformed"),
        ({"Amount": "999999999999.99"}, "malformed"),
        ({"Account Number": "XXXX0000"}, "wrong_account"),
        ({"Account Number": ""}, "wrong_account"),
        ({"Status": "MAYBE"}, "malformed"),
        ({"UTR": ""}, "malformed"),
        ({"UTR": "9" * 41}, "malformed"),
        ({"Paid On": ""}, "malformed"),
        ({"Paid On": "31.02.2026"}, "malformed"),
        ({"Paid On": "2099-01-01"}, "malformed"),
    ],
)
def test_a_row_that_does_not_fit_waits_and_is_never_guessed(changes, outcome):
    batch = make_payment_batch(state=BatchState.EXPORTED)
    line = batch.lines.get()

    stored = bring_back(batch, paid_row(line, **changes))

    row = stored.rows.get()
    line.refresh_from_db()
    line.claim.refresh_from_db()
    batch.refresh_from_db()
    assert (row.outcome, bool(row.reason)) == (outcome, True)
    assert (line.outcome, line.claim.state) == ("waiting", ClaimState.IN_PAYMENT)
    assert batch.state == BatchState.EXPORTED
    assert row in ReturnRow.objects.in_question()


def test_the_same_file_is_not_imported_twice():
    batch = make_payment_batch(state=BatchState.EXPORTED, claims=2)
    content = return_csv(paid_row(batch.lines.order_by("pk")[0]))
    bring_back(batch, content=content)

    with pytest.raises(Refused, match="imported before"):
        bring_back(batch, content=content)

    assert ReturnFile.objects.count() == 1


def test_the_same_rows_in_another_order_pay_nothing_twice():
    batch = make_payment_batch(state=BatchState.EXPORTED, claims=3)
    one, two, three = batch.lines.order_by("pk")
    rows = [paid_row(one, utr="U1"), paid_row(two, utr="U2")]
    bring_back(batch, *rows)

    stored = bring_back(batch, *reversed(rows))

    assert {row.outcome for row in stored.rows.all()} == {"duplicate"}
    assert Allotment.objects.get().spent == Decimal(2 * 6960)
    assert three.outcome == "waiting"


def test_a_utr_that_belongs_to_another_payment_is_refused():
    batch = make_payment_batch(state=BatchState.EXPORTED, claims=2)
    one, two = batch.lines.order_by("pk")

    stored = bring_back(batch, paid_row(one, utr="U1"), paid_row(two, utr="U1"))

    assert [row.outcome for row in stored.rows.order_by("row")] == ["paid", "duplicate"]
    two.refresh_from_db()
    assert two.outcome == "waiting"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"Ref,Rs\n1,2\n", "lacks the column"),
        ("Payment Ref,Amount\n".encode("utf-16"), "lacks the column"),
        (b"\xff\xff\xff", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(content, sentence):
    batch = make_payment_batch(state=BatchState.EXPORTED)

    with pytest.raises(Refused, match=sentence):
        actions.import_return_file(
            batch_id=batch.pk, file_name="x.csv", content=content, acting_user=payer(), at=now()
        )

    assert not ReturnFile.objects.exists()


def test_a_file_without_an_account_column_is_matched_by_reference_and_amount():
    batch = make_payment_batch(state=BatchState.EXPORTED)
    line = batch.lines.get()
    head = [name for name in HEAD if name != "Account Number"]
    row = dict(zip(HEAD, paid_row(line), strict=True))

    stored = bring_back(batch, content=return_csv([row[name] for name in head], head=head))

    assert stored.rows.get().outcome == "paid"


def test_no_whole_account_number_is_kept_of_a_return_file():
    batch = make_payment_batch(state=BatchState.EXPORTED)
    line = batch.lines.get()

    stored = bring_back(batch, paid_row(line, **{"Account Number": ACCOUNT, "Reason": ACCOUNT}))

    assert ACCOUNT not in str(stored.rows.get().raw)


@pytest.mark.parametrize("state", [BatchState.DRAFT, BatchState.RELEASED, BatchState.SETTLED])
def test_a_file_comes_back_only_on_a_batch_that_was_sent(state):
    batch = make_payment_batch(state=state)

    with pytest.raises(Refused, match="The batch is"):
        bring_back(batch, paid_row(batch.lines.get()))


def test_a_batch_rejected_whole_sets_every_claim_free():
    batch = make_payment_batch(state=BatchState.EXPORTED, claims=2)

    actions.reject_batch(batch_id=batch.pk, reason="Wrong head", acting_user=payer(), at=now())

    batch.refresh_from_db()
    assert batch.state == BatchState.REJECTED_WHOLE
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.SANCTIONED}
    assert Allotment.objects.get().committed == Decimal(2 * 6960)


def test_a_batch_of_which_a_part_was_paid_is_not_rejected_whole():
    batch = make_payment_batch(state=BatchState.EXPORTED, claims=2)
    bring_back(batch, paid_row(batch.lines.order_by("pk")[0]))

    with pytest.raises(Refused):
        actions.reject_batch(batch_id=batch.pk, reason="x", acting_user=payer(), at=now())


def test_the_trail_of_a_payment_names_no_account():
    make_layout()
    claim = make_claim(state=ClaimState.SANCTIONED)
    batch = actions.make_batch(claim_ids=[claim.pk], acting_user=payer(), at=now())
    actions.lock_batch(batch_id=batch.pk, acting_user=payer(), at=now())
    actions.release_batch(batch_id=batch.pk, acting_user=payer(), at=now())
    actions.export_batch(batch_id=batch.pk, acting_user=payer(), at=now())
    bring_back(batch, failed_row(batch.lines.get(), reason=f"No account {ACCOUNT}"))

    told = list(AuditEntry.objects.values_list("details", flat=True))
    told += list(Notice.objects.values_list("params", flat=True))
    assert ACCOUNT not in str(told)
    assert timezone.localdate() + timedelta(1) > batch.made_at.date()
