"""Quorum, scores and the count of votes."""

from decimal import Decimal

import pytest

from committee.rules import (
    Participant,
    Vote,
    mean_score,
    median_score,
    quorum_of,
    tally_of,
    weighted_score,
    why_not_weights,
)


def member(vote: Vote = "", **facts: bool) -> Participant:
    known = {"is_chair": False, "is_voting": True, "is_present": True, "is_recused": False}
    return Participant(**{**known, **facts}, vote=vote)


CHAIR = member(is_chair=True)


def test_chair_and_two_members_make_the_quorum() -> None:
    assert quorum_of([CHAIR, member(), member()], needed=3, chair_needed=True).is_met


def test_three_members_without_the_chair_do_not_where_the_chair_is_needed() -> None:
    quorum = quorum_of([member(), member(), member()], needed=3, chair_needed=True)

    assert not quorum.is_met
    assert quorum.counted == 3


def test_three_members_do_where_the_order_does_not_need_the_chair() -> None:
    assert quorum_of([member()] * 3, needed=3, chair_needed=False).is_met


@pytest.mark.parametrize("fact", ["is_present", "is_voting"])
def test_a_member_who_is_absent_or_without_vote_does_not_count(fact: str) -> None:
    assert (
        not quorum_of([CHAIR, member(), member(**{fact: False})], needed=3, chair_needed=True)[0]
        > 2
    )


def test_a_recused_member_does_not_count() -> None:
    quorum = quorum_of([CHAIR, member(), member(is_recused=True)], needed=3, chair_needed=True)

    assert (quorum.counted, quorum.is_met) == (2, False)


def test_more_votes_for_than_against_carry() -> None:
    tally = tally_of([member("for"), member("for"), member("against"), member("abstain")])

    assert tally == (2, 1, 1)
    assert tally.carries()


@pytest.mark.parametrize(("casting", "carries"), [("for", True), ("against", False), ("", False)])
def test_a_tie_is_broken_by_the_casting_vote_alone(casting: Vote, carries: bool) -> None:
    tally = tally_of([member("for"), member("against")])

    assert tally.is_tied
    assert tally.carries(casting_vote=casting) is carries


def test_the_casting_vote_changes_nothing_where_there_is_no_tie() -> None:
    assert not tally_of([member("against")]).carries(casting_vote="for")


def test_a_vote_of_somebody_who_does_not_count_is_not_counted() -> None:
    assert tally_of([member("for", is_recused=True), member("for", is_voting=False)]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("weights", "misses"), [((40, 30, 30), 0), ((40, 30), -30), ((60, 60), 20)]
)
def test_weights_say_by_how_much_they_miss_a_hundred(weights: tuple[int, ...], misses: int) -> None:
    assert why_not_weights(weights) == misses


def test_a_sheet_is_weighted_to_a_hundred() -> None:
    assert weighted_score({1: 10, 2: 5}, {1: 60, 2: 40}, 10) == Decimal("80.00")


def test_a_sheet_is_rounded_once_half_up() -> None:
    assert weighted_score({1: 1, 2: 1, 3: 2}, {1: 33, 2: 33, 3: 34}, 8) == Decimal("16.75")


def test_a_sheet_that_leaves_a_criterion_out_is_a_fault() -> None:
    with pytest.raises(KeyError):
        weighted_score({1: 10}, {1: 60, 2: 40}, 10)


def test_median_and_mean_of_the_sheets() -> None:
    scores = [Decimal(60), Decimal(70), Decimal(95)]

    assert median_score(scores) == Decimal("70.00")
    assert mean_score(scores) == Decimal("75.00")


def test_no_sheet_has_neither_median_nor_mean() -> None:
    assert (median_score([]), mean_score([])) == (None, None)
