"""From scrutiny to the sanction: lines, limits, money, people, numbers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from igot.lib.errors import Refused
from reimbursement import actions
from reimbursement.actions import Admitted
from reimbursement.models import Allotment, Claim, ClaimLine, SanctionLimit, SanctionOrder
from reimbursement.states import ClaimState, Lane
from tests.factories.accounts import make_user
from tests.factories.reimbursement import (
    make_allotment,
    make_claim,
    make_completed,
    make_sanctioning_authority,
)

pytestmark = pytest.mark.django_db
FEE = {"fee": Admitted(amount=Decimal(6960), reason="Above the ceiling")}


def now():
    return timezone.now()


def recommend(claim, *, admitted=FEE, hand=None, **more):
    actions.recommend_claim(
        claim_id=claim.pk,
        admitted=admitted,
        acting_user=hand or make_user(Role.DEALING_HAND),
        at=now(),
        **more,
    )
    claim.refresh_from_db()


def sanction(claim, *, by=None, amount=Decimal(6960), **more):
    order = actions.sanction_claim(
        claim_id=claim.pk,
        amount=amount,
        acting_user=by or make_sanctioning_authority(),
        at=now(),
        **more,
    )
    claim.refresh_from_db()
    return order


# --- scrutiny ------------------------------------------------------------------------------------


def test_taking_up_is_recorded_and_told():
    claim = make_claim(state=ClaimState.SUBMITTED)
    hand = make_user(Role.DEALING_HAND)

    actions.take_up_claim(claim_id=claim.pk, acting_user=hand, at=now())

    claim.refresh_from_db()
    entry = AuditEntry.objects.about(claim).get(event="claim.under_scrutiny")
    assert (claim.state, claim.taken_up_by, entry.acting_user) == ("under_scrutiny", hand, hand)
    assert Notice.objects.filter(user=claim.claimant_user, entry=entry).exists()


def test_two_hands_do_not_take_up_the_same_claim():
    claim = make_claim(state=ClaimState.SUBMITTED)
    first, second = make_user(Role.DEALING_HAND), make_user(Role.DEALING_HAND)
    actions.take_up_claim(claim_id=claim.pk, acting_user=first, at=now())

    with pytest.raises(Refused, match="Under scrutiny"):
        actions.take_up_claim(claim_id=claim.pk, acting_user=second, at=now())

    claim.refresh_from_db()
    assert claim.taken_up_by == first


@pytest.mark.parametrize("queries", [[], ["  ", ""]])
def test_a_claim_is_not_returned_without_a_query(queries):
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)

    with pytest.raises(Refused, match="at least one query"):
        actions.return_claim(
            claim_id=claim.pk,
            queries=queries,
            acting_user=make_user(Role.DEALING_HAND),
            at=now(),
        )

    assert not claim.queries.exists()


def test_a_recommendation_carries_lines_amount_and_revision():
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)

    recommend(claim)

    assert (claim.state, claim.recommended_amount) == (ClaimState.RECOMMENDED, Decimal(6960))
    assert claim.recommended_revision == claim.revisions.get().sha256
    assert claim.lines.get().reason == "Above the ceiling"


@pytest.mark.parametrize(
    ("amount", "reason", "sentence"),
    [
        ("6985.01", "x", "can be admitted"),
        ("-1", "x", "can be admitted"),
        ("6000", "  ", "Say why less"),
        ("6985.00", "", "reduced, never raised"),  # all that was claimed, but the rule says 6,960
        ("0", "Not his card", "Nothing is admitted"),
    ],
)
def test_a_line_beyond_the_rule_or_less_without_reason_is_refused(amount, reason, sentence):
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)

    with pytest.raises(Refused, match=sentence):
        recommend(claim, admitted={"fee": Admitted(amount=Decimal(amount), reason=reason)})

    claim.refresh_from_db()
    assert claim.state == ClaimState.UNDER_SCRUTINY
    assert claim.lines.get().admissible is None


def test_every_line_is_decided():
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY, markup_inr="244.48")

    with pytest.raises(Refused, match="mark-up"):
        recommend(claim)


def test_less_may_be_recommended_with_a_reason():
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)

    recommend(claim, admitted={"fee": Admitted(amount=Decimal("5000.50"), reason="Shared fee")})

    assert claim.recommended_amount == Decimal(5001)


def test_a_late_claim_is_recommended_only_with_a_note():
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)
    Claim.objects.update(lane=Lane.INVESTIGATION)
    claim.refresh_from_db()
    revision = claim.revisions.get()
    assert revision.content["lane"] == Lane.NORMAL  # so the revision below would not fit

    with pytest.raises(Refused, match="Head of Department"):
        recommend(claim)


def test_a_claim_changed_behind_its_revision_is_not_recommended():
    claim = make_claim(state=ClaimState.UNDER_SCRUTINY)
    Claim.objects.update(debited_inr=Decimal(6900))

    with pytest.raises(Refused, match="no longer says what was submitted"):
        recommend(claim)


def test_sending_back_voids_the_recommendation():
    claim = make_claim(state=ClaimState.RECOMMENDED)

    actions.send_back_claim(
        claim_id=claim.pk,
        remark="Whose account is it?",
        acting_user=make_sanctioning_authority(),
        at=now(),
    )

    claim.refresh_from_db()
    assert claim.state == ClaimState.UNDER_SCRUTINY
    assert (claim.recommended_by, claim.recommended_amount) == (None, None)


# --- sanction ------------------------------------------------------------------------------------


def test_a_sanction_commits_the_money_and_numbers_the_order():
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)

    order = sanction(claim)

    allotment = Allotment.objects.get()
    assert (claim.state, claim.sanctioned_amount) == (ClaimState.SANCTIONED, Decimal(6960))
    assert (allotment.committed, allotment.spent) == (Decimal(6960), Decimal(0))
    assert claim.sanction_order == order
    assert (order.serial, order.amount, order.dated_on) == (1, 6960, timezone.localdate())
    assert order.number.startswith("iGOT-R/")


def test_orders_are_numbered_in_turn():
    make_allotment()
    authority = make_sanctioning_authority()

    serials = [
        sanction(make_claim(state=ClaimState.RECOMMENDED), by=authority).serial for _ in range(3)
    ]

    assert serials == [1, 2, 3]


def test_the_maker_does_not_sanction():
    make_allotment()
    both = make_sanctioning_authority()
    both.groups.add(*make_user(Role.DEALING_HAND).groups.all())
    claim = make_claim(state=ClaimState.RECOMMENDED, maker=both)

    with pytest.raises(Refused, match="You recommended this claim"):
        sanction(claim, by=both)


def test_who_verified_the_certificate_does_not_sanction():
    make_allotment()
    authority = make_sanctioning_authority()
    claim = make_claim(
        state=ClaimState.RECOMMENDED, certificate=make_completed(reviewed_by=authority)
    )

    with pytest.raises(Refused, match="verified the certificate"):
        sanction(claim, by=authority)
    with pytest.raises(Refused, match="verified the certificate"):
        actions.reject_claim(claim_id=claim.pk, reason="x", acting_user=authority, at=now())


def test_the_claimant_does_not_sanction():
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    claimant = claim.claimant_user
    claimant.groups.add(*make_sanctioning_authority().groups.all())

    with pytest.raises(Refused, match="own claim"):
        sanction(claim, by=claimant)


@pytest.mark.parametrize("amount", ["6961", "7000"])
def test_an_amount_is_never_raised(amount):
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)

    with pytest.raises(Refused, match="reduced, never raised"):
        sanction(claim, amount=Decimal(amount))


@pytest.mark.parametrize("amount", ["0", "-5", "100.50"])
def test_a_sanction_is_for_whole_rupees(amount):
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)

    with pytest.raises(Refused, match="whole number of rupees"):
        sanction(claim, amount=Decimal(amount))


def test_an_amount_may_be_reduced():
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)

    sanction(claim, amount=Decimal(6000))

    assert claim.sanctioned_amount == Allotment.objects.get().committed == Decimal(6000)


@pytest.mark.parametrize(("limit", "is_enough"), [("6959.99", False), ("6960.00", True)])
def test_above_the_delegated_limit_a_higher_authority_is_needed(limit, is_enough):
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    authority = make_sanctioning_authority(limit=Decimal(limit))

    if is_enough:
        sanction(claim, by=authority)
    else:
        with pytest.raises(Refused, match="a higher authority is needed"):
            sanction(claim, by=authority)

    assert SanctionOrder.objects.exists() is is_enough


def test_a_limit_counts_from_its_first_to_its_last_day():
    make_allotment()
    today = timezone.localdate()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    ended = make_sanctioning_authority(effective_to=today - timedelta(days=1))
    last_day = make_sanctioning_authority(effective_to=today)

    with pytest.raises(Refused, match="Under Secretary or above"):
        sanction(claim, by=ended)
    sanction(claim, by=last_day)


def test_below_an_under_secretary_nobody_signs():
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    officer = make_sanctioning_authority(
        designation="Section Officer", is_under_secretary_or_above=False
    )

    with pytest.raises(Refused, match="Under Secretary or above"):
        sanction(claim, by=officer)


def test_a_role_lost_meanwhile_ends_the_power():
    make_allotment()
    authority = make_sanctioning_authority()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    authority.groups.clear()

    with pytest.raises(Refused, match="This is for the"):
        sanction(claim, by=type(authority).objects.get(pk=authority.pk))
    assert SanctionLimit.objects.filter(user=authority).exists()


def test_money_that_is_not_there_is_not_sanctioned():
    make_allotment(allotted=Decimal(10_000))
    authority = make_sanctioning_authority()
    sanction(make_claim(state=ClaimState.RECOMMENDED), by=authority)
    second = make_claim(state=ClaimState.RECOMMENDED)

    with pytest.raises(Refused, match="₹3,040"):
        sanction(second, by=authority)

    assert Allotment.objects.get().committed == Decimal(6960)
    assert SanctionOrder.objects.count() == 1


def test_without_an_allotment_of_the_year_nothing_is_sanctioned():
    claim = make_claim(state=ClaimState.RECOMMENDED)

    with pytest.raises(Refused, match="No allotment"):
        sanction(claim)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "number and date"),
        ({"ifd_number": "12/2026"}, "number and date"),
        ({"ifd_number": "12/2026", "ifd_dated_on": timezone.localdate() + timedelta(1)}, "after"),
    ],
)
def test_finance_concurs_where_the_allotment_says_so(given, sentence):
    make_allotment(needs_ifd_concurrence=True)
    claim = make_claim(state=ClaimState.RECOMMENDED)

    with pytest.raises(Refused, match=sentence):
        sanction(claim, **given)
    order = sanction(claim, ifd_number="12/2026", ifd_dated_on=timezone.localdate())

    assert order.ifd_number == "12/2026"


def test_a_claim_changed_after_the_recommendation_is_not_sanctioned():
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    Claim.objects.update(ifsc="HDFC0000001")

    with pytest.raises(Refused, match="changed since it was recommended"):
        sanction(claim)


def test_a_paper_changed_after_the_recommendation_is_noticed():
    make_allotment()
    claim = make_claim(state=ClaimState.RECOMMENDED)
    claim.documents.filter(kind="debit_proof").update(sha256="0" * 64)

    with pytest.raises(Refused, match="changed since it was recommended"):
        sanction(claim)


def test_a_refused_sanction_leaves_nothing_behind():
    make_allotment(allotted=Decimal(100))
    claim = make_claim(state=ClaimState.RECOMMENDED)
    entries = AuditEntry.objects.count()

    with pytest.raises(Refused):
        sanction(claim)

    assert not SanctionOrder.objects.exists()
    assert AuditEntry.objects.count() == entries
    assert Notice.objects.count() == 0


def test_a_rejection_gives_reasons_and_says_how_to_appeal(
    mailoutbox, django_capture_on_commit_callbacks
):
    claim = make_claim(state=ClaimState.RECOMMENDED)
    claim.policy.appeal_to = "Director (Training)"
    claim.policy.save()

    with django_capture_on_commit_callbacks(execute=True):
        actions.reject_claim(
            claim_id=claim.pk,
            reason="The fee was paid by somebody else.",
            acting_user=make_sanctioning_authority(),
            at=now(),
        )

    claim.refresh_from_db()
    assert claim.state == ClaimState.REJECTED
    assert "paid by somebody else" in mailoutbox[0].body
    assert "Director (Training)" in mailoutbox[0].body


def test_a_rejection_without_reasons_is_refused():
    claim = make_claim(state=ClaimState.RECOMMENDED)

    with pytest.raises(Refused, match="Give the reasons"):
        actions.reject_claim(
            claim_id=claim.pk, reason=" ", acting_user=make_sanctioning_authority(), at=now()
        )
    assert ClaimLine.objects.get().claim == claim
