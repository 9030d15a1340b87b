"""What a claimant does: open, fill in, submit, answer, withdraw, name another account."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from courses.states import DecisionState
from enrollment.states import CertificateState, EnrollmentState
from igot.lib.errors import Refused
from igot.lib.uploads import CheckedFile
from reimbursement import actions, facts
from reimbursement.models import Claim, ReferenceRate, ReimbursementPolicy
from reimbursement.states import ClaimState, Lane
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate, make_result
from tests.factories.reimbursement import (
    ACCOUNT,
    make_claim,
    make_completed,
    make_policy,
    make_rate,
)

pytestmark = pytest.mark.django_db


def now():
    return timezone.now()


def submit(claim, **changes):
    changes.setdefault("acting_user", claim.claimant_user)
    return actions.submit_claim(claim_id=claim.pk, at=now(), **changes)


def test_a_claim_is_opened_on_a_verified_certificate():
    certificate = make_completed()

    claim = actions.open_claim(
        enrollment_id=certificate.enrollment_id,
        acting_user=certificate.officer.user,
        at=now(),
    )

    assert (claim.state, claim.course) == (ClaimState.DRAFT, certificate.course)
    assert AuditEntry.objects.about(claim).get().event == "claim.started"


def test_opening_twice_gives_the_same_claim():
    certificate = make_completed()
    again = {
        "enrollment_id": certificate.enrollment_id,
        "acting_user": certificate.officer.user,
        "at": now(),
    }

    first, second = actions.open_claim(**again), actions.open_claim(**again)

    assert first == second
    assert Claim.objects.count() == 1


def test_a_paid_claim_is_shown_instead_of_opening_another():
    paid = make_claim(state=ClaimState.PAID)

    claim = actions.open_claim(
        enrollment_id=paid.enrollment_id, acting_user=paid.claimant_user, at=now()
    )

    assert claim == paid


def test_an_unverified_certificate_opens_no_claim():
    certificate = make_certificate(state=CertificateState.UNDER_REVIEW)

    with pytest.raises(Refused, match="verified certificate"):
        actions.open_claim(
            enrollment_id=certificate.enrollment_id,
            acting_user=certificate.officer.user,
            at=now(),
        )


def test_nobody_opens_a_claim_on_another_officers_certificate():
    certificate = make_completed()
    stranger = make_officer(name="Ravi Kumar")

    with pytest.raises(Refused):
        actions.open_claim(
            enrollment_id=certificate.enrollment_id, acting_user=stranger.user, at=now()
        )

    assert not Claim.objects.exists()


def test_submitting_freezes_ceiling_rate_and_amount():
    claim = make_claim(state=ClaimState.DRAFT, markup_inr="244.48", tax_inr="44.01")

    submit(claim)

    claim.refresh_from_db()
    assert claim.state == ClaimState.SUBMITTED
    assert (claim.claimed_amount, claim.admissible_amount) == (Decimal(7273), Decimal(6960))
    assert (claim.cap_usd, claim.rate) == (Decimal(100), Decimal("69.6"))
    assert claim.rate_source and claim.cap_source and claim.policy
    assert claim.number == f"IGOT/C/{timezone.localdate().year}/{claim.pk:05d}"
    assert [line.claimed for line in claim.lines.order_by("pk")] == [
        Decimal("6985.00"),
        Decimal("244.48"),
        Decimal("44.01"),
    ]


def test_a_later_rate_changes_nothing_that_was_submitted():
    claim = make_claim(state=ClaimState.SUBMITTED)
    ReferenceRate.objects.update(rate=Decimal(80))

    derivation = facts.derivation_of(claim)

    assert derivation.payable == claim.admissible_amount == Decimal(6960)


def test_a_submission_keeps_a_revision_without_the_account_number():
    claim = make_claim(state=ClaimState.DRAFT)

    submit(claim)

    revision = claim.revisions.get()
    assert revision.sha256 == facts.digest(revision.content)
    assert revision.content["account_ending"] == ACCOUNT[-4:]
    assert ACCOUNT not in str(revision.content)


def test_a_submission_is_recorded_and_told_without_the_account_number(mailoutbox):
    claim = make_claim(state=ClaimState.DRAFT)

    submit(claim)

    entry = AuditEntry.objects.about(claim).get(event="claim.submitted")
    notice = Notice.objects.get(entry=entry)
    assert notice.user == claim.claimant_user
    assert ACCOUNT not in f"{entry.details} {notice.params}"


def test_the_rate_of_the_previous_working_day_counts():
    claim = make_claim(state=ClaimState.DRAFT)
    ReferenceRate.objects.all().delete()
    make_rate(on=claim.paid_on - timedelta(days=3), rate="70.0000")
    make_rate(on=claim.paid_on + timedelta(days=1), rate="50.0000")

    submit(claim)

    claim.refresh_from_db()
    assert claim.rate == Decimal(70)
    assert claim.rate_on == claim.paid_on - timedelta(days=3)


@pytest.mark.parametrize("days", [8, 400])
def test_a_rate_that_is_too_old_stops_with_a_sentence(days):
    claim = make_claim(state=ClaimState.DRAFT)
    ReferenceRate.objects.update(on=claim.paid_on - timedelta(days=days))

    with pytest.raises(Refused, match="not yet recorded"):
        submit(claim)

    claim.refresh_from_db()
    assert claim.state == ClaimState.DRAFT


def test_without_a_policy_nothing_is_guessed():
    claim = make_claim(state=ClaimState.DRAFT)
    ReimbursementPolicy.objects.all().delete()

    with pytest.raises(Refused, match="No policy"):
        submit(claim)


def test_without_a_ceiling_nothing_comes_back():
    claim = make_claim(state=ClaimState.DRAFT)
    claim.course.fees.all().delete()

    with pytest.raises(Refused, match="No fee of this course"):
        submit(claim)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda claim: claim.documents.filter(kind="fee_receipt").delete(), "fee receipt"),
        (lambda claim: claim.documents.filter(kind="debit_proof").delete(), "proof of debit"),
        (lambda claim: Claim.objects.update(account_digest=""), "bank account"),
        (lambda claim: Claim.objects.update(paid_on=None), "what you paid"),
        (lambda claim: claim.enrollment.results.update(passed=False), "No passing result"),
        (
            lambda claim: claim.course.committee_decisions.update(state=DecisionState.DRAFT),
            "not approved",
        ),
        (
            lambda claim: type(claim.certificate).objects.update(state="returned"),
            "no longer verified",
        ),
    ],
)
def test_a_claim_that_lacks_something_stays_a_draft(spoil, sentence):
    claim = make_claim(state=ClaimState.DRAFT)
    spoil(claim)

    with pytest.raises(Refused, match=sentence):
        submit(claim)

    claim.refresh_from_db()
    assert (claim.state, claim.revision_number) == (ClaimState.DRAFT, 0)


def test_a_decision_withdrawn_later_carries_what_was_registered_before():
    claim = make_claim(state=ClaimState.DRAFT)
    claim.course.committee_decisions.update(
        state=DecisionState.WITHDRAWN, valid_to=timezone.localdate() - timedelta(days=10)
    )

    submit(claim)

    claim.refresh_from_db()
    assert claim.state == ClaimState.SUBMITTED


def test_a_late_claim_says_why_and_goes_into_its_lane():
    claim = late_claim()

    with pytest.raises(Refused, match="say why"):
        submit(claim)
    submit(claim, late_reason="Posted abroad")

    claim.refresh_from_db()
    assert (claim.lane, claim.late_reason) == (Lane.INVESTIGATION, "Posted abroad")


def late_claim() -> Claim:
    paid_on = timezone.localdate() - timedelta(days=900)
    make_policy(effective_from=date(2015, 1, 1))
    certificate = make_completed(completed_on=paid_on)
    certificate.course.fees.update(effective_from=date(2015, 1, 1))
    return make_claim(state=ClaimState.DRAFT, certificate=certificate, paid_on=paid_on)


def test_another_officer_cannot_submit():
    claim = make_claim(state=ClaimState.DRAFT)

    with pytest.raises(Refused, match="Only the claimant"):
        submit(claim, acting_user=make_officer(name="Ravi Kumar").user)


def test_resubmitting_makes_a_new_revision_and_voids_the_old_recommendation():
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)
    hand = make_user(Role.DEALING_HAND)
    actions.return_claim(
        claim_id=claim.pk, queries=["Whose card is it?"], acting_user=hand, at=now()
    )
    query = claim.queries.get()
    with pytest.raises(Refused, match="Answer every query"):
        submit(claim)
    actions.answer_queries(
        claim_id=claim.pk, answers={query.pk: "Mine"}, acting_user=claim.claimant_user, at=now()
    )

    submit(claim)

    claim.refresh_from_db()
    assert (claim.state, claim.revision_number) == (ClaimState.SUBMITTED, 2)
    first, second = claim.revisions.order_by("number")
    assert first.sha256 != second.sha256
    assert second.content["answers"] == [["Whose card is it?", "Mine"]]


def test_resubmitting_keeps_the_number_and_the_day_of_the_first_submission():
    claim = make_claim(state=ClaimState.RETURNED)
    first_number, first_day = claim.number, claim.submitted_at

    submit(claim)

    claim.refresh_from_db()
    assert (claim.number, claim.submitted_at) == (first_number, first_day)


@pytest.mark.parametrize("state", [ClaimState.SUBMITTED, ClaimState.SANCTIONED, ClaimState.PAID])
def test_after_submission_the_claimant_changes_nothing(state):
    claim = make_claim(state=state)

    with pytest.raises(Refused):
        actions.record_payment(
            claim_id=claim.pk,
            paid_on=claim.paid_on,
            fee_usd=Decimal(100),
            debited_inr=Decimal(90_000),
            markup_inr=Decimal(0),
            tax_inr=Decimal(0),
            acting_user=claim.claimant_user,
            at=now(),
        )
    with pytest.raises(Refused):
        actions.record_bank(
            claim_id=claim.pk,
            payee_name="X",
            bank_name="Y",
            ifsc="SBIN0000001",
            account_number="999999999",
            acting_user=claim.claimant_user,
            at=now(),
        )

    claim.refresh_from_db()
    assert (claim.debited_inr, claim.account_number) == (Decimal(6985), ACCOUNT)


def test_a_new_paper_takes_the_place_of_the_old_one_which_is_kept():
    claim = make_claim(state=ClaimState.DRAFT)
    old = claim.documents.get(kind="fee_receipt")

    new = actions.attach_paper(
        claim_id=claim.pk,
        kind="fee_receipt",
        upload=CheckedFile(
            name="receipt.pdf",
            content_type="application/pdf",
            sha256="0" * 64,
            size=8,
            pages=1,
            content=b"%PDF-1.4",
            is_rewritten=False,
        ),
        acting_user=claim.claimant_user,
        at=now(),
    )

    old.refresh_from_db()
    assert old.replaced_at is not None
    assert list(claim.documents.current().filter(kind="fee_receipt")) == [new]
    assert new.file.name.endswith(".pdf")
    assert "receipt" not in new.file.name


def test_a_withdrawn_claim_leaves_room_for_another():
    claim = make_claim(state=ClaimState.SUBMITTED)

    actions.withdraw_claim(claim_id=claim.pk, acting_user=claim.claimant_user, at=now())
    again = actions.open_claim(
        enrollment_id=claim.enrollment_id, acting_user=claim.claimant_user, at=now()
    )

    claim.refresh_from_db()
    assert claim.state == ClaimState.WITHDRAWN
    assert again != claim


def test_a_recommended_claim_is_not_withdrawn():
    claim = make_claim(state=ClaimState.RECOMMENDED)

    with pytest.raises(Refused, match="Recommended"):
        actions.withdraw_claim(claim_id=claim.pk, acting_user=claim.claimant_user, at=now())


def test_after_a_failed_payment_another_account_sends_the_claim_for_payment_again():
    claim = make_claim(state=ClaimState.PAYMENT_FAILED)

    actions.correct_bank(
        claim_id=claim.pk,
        payee_name="Asha Rao",
        bank_name="Canara Bank",
        ifsc="CNRB0000002",
        account_number="987654321098",
        acting_user=claim.claimant_user,
        at=now(),
    )

    claim.refresh_from_db()
    assert (claim.state, claim.account_ending) == (ClaimState.SANCTIONED, "1098")
    assert claim.revisions.count() == 2
    assert claim in Claim.objects.awaiting_payment()


def test_the_account_number_is_sealed_in_the_database():
    claim = make_claim()

    with connection.cursor() as cursor:
        cursor.execute("SELECT account_number FROM reimbursement_claim WHERE id = %s", [claim.pk])
        (stored,) = cursor.fetchone()

    assert ACCOUNT not in stored
    assert stored.startswith("e1:")


@pytest.mark.parametrize(
    ("own", "cap", "source"),
    [
        ({}, 100, "O.M. No.T-16017"),
        ({"fee_usd": Decimal(175)}, 100, "O.M. No.T-16017"),
        ({"cap_usd": Decimal(40), "terms_reference": "Letter of 2022"}, 40, "Letter of 2022"),
    ],
)
def test_the_ceiling_is_that_of_the_batch_with_the_letter_that_gives_it(own, cap, source):
    claim = claim_of_batch(**own)

    submit(claim)

    claim.refresh_from_db()
    assert claim.cap_usd == cap
    assert claim.cap_source.startswith(source)


def test_a_batch_of_which_nothing_comes_back_is_refused_with_a_sentence():
    claim = claim_of_batch(cap_usd=0)

    with pytest.raises(Refused, match="No fee of this course comes back"):
        submit(claim)


def claim_of_batch(**own):
    """Make a draft for a batch with terms of its own: they are there before anybody registers."""
    run = make_run(**own)
    enrollment = make_enrollment(run=run, state=EnrollmentState.COMPLETED)
    make_result(enrollment=enrollment)
    certificate = make_certificate(enrollment=enrollment)
    return make_claim(state=ClaimState.DRAFT, certificate=certificate)
