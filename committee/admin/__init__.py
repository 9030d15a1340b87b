"""The committee on the desk, by topic."""

from committee.admin.committees import (
    CommitteeAdmin,
    RubricAdmin,
    ScreeningPointAdmin,
    SeatAdmin,
)
from committee.admin.decisions import PaperDecisionAdmin

__all__ = [
    "CommitteeAdmin",
    "PaperDecisionAdmin",
    "RubricAdmin",
    "ScreeningPointAdmin",
    "SeatAdmin",
]
