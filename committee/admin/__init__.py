"""The committee on the desk, by topic."""

from committee.admin.committees import (
    CommitteeAdmin,
    RubricAdmin,
    ScreeningPointAdmin,
    SeatAdmin,
)
from committee.admin.decisions import PaperDecisionAdmin
from committee.admin.room import ParticipationAdmin, ResolutionAdmin

__all__ = [
    "CommitteeAdmin",
    "PaperDecisionAdmin",
    "ParticipationAdmin",
    "ResolutionAdmin",
    "RubricAdmin",
    "ScreeningPointAdmin",
    "SeatAdmin",
]
