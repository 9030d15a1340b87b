"""Quorum, scores and the count of votes: pure functions over what was recorded for an item."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Literal, NamedTuple

Vote = Literal["", "for", "against", "abstain"]
WHOLE = 100  # the weights of a rubric, in per cent, add up to this


class Participant(NamedTuple):
    """What counts of a member for one item."""

    is_chair: bool
    is_voting: bool
    is_present: bool  # in person, by video or by circulation
    is_recused: bool
    vote: Vote = ""


class Quorum(NamedTuple):
    """How many members count for an item, against how many are needed."""

    counted: int
    needed: int
    chair_counts: bool
    chair_needed: bool

    @property
    def is_met(self) -> bool:
        return self.counted >= self.needed and (self.chair_counts or not self.chair_needed)


def counts(member: Participant) -> bool:
    """Return whether `member` counts for the quorum: present, voting and not recused."""
    return member.is_present and member.is_voting and not member.is_recused


def quorum_of(members: Iterable[Participant], *, needed: int, chair_needed: bool) -> Quorum:
    """Count the quorum of one item; the chair is one of the `needed`.

    Committee's procedure: chair and two more members unless its order says otherwise.
    """
    counting = [member for member in members if counts(member)]
    return Quorum(
        counted=len(counting),
        needed=needed,
        chair_counts=any(member.is_chair for member in counting),
        chair_needed=chair_needed,
    )


class Tally(NamedTuple):
    """The votes on an item."""

    in_favour: int
    against: int
    abstained: int

    @property
    def is_tied(self) -> bool:
        return self.in_favour == self.against

    def carries(self, *, casting_vote: Vote = "") -> bool:
        """Return whether it carries: more for than against, or the casting vote of a tie."""
        if self.is_tied:
            return casting_vote == "for"
        return self.in_favour > self.against


def tally_of(members: Iterable[Participant]) -> Tally:
    """Count the votes of those who count; an abstention is no vote against."""
    votes = [member.vote for member in members if counts(member)]
    return Tally(votes.count("for"), votes.count("against"), votes.count("abstain"))


def why_not_weights(weights: Sequence[int]) -> int:
    """Return by how much the weights miss 100: negative where something is missing, 0 if right."""
    return sum(weights) - WHOLE


def weighted_score(points: Mapping[int, int], weights: Mapping[int, int], most: int) -> Decimal:
    """Return a sheet's score from 0 to 100, rounded once to two places, half up.

    :param points: criterion -> points, 0 to `most` inclusive, for each criterion of `weights`
    :raises KeyError: a criterion has no points
    """
    total = sum(Decimal(points[key]) * weight for key, weight in weights.items())
    return _rounded(Decimal(total) / most)


def median_score(scores: Sequence[Decimal]) -> Decimal | None:
    """Return the median of the sheets' scores, None where there is none."""
    return _rounded(Decimal(median(scores))) if scores else None


def mean_score(scores: Sequence[Decimal]) -> Decimal | None:
    """Return the mean of the sheets' weighted scores, None where there is none."""
    return _rounded(sum(scores, Decimal(0)) / len(scores)) if scores else None


def _rounded(score: Decimal) -> Decimal:
    return score.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
