"""The committee on the desk, by topic."""

from committee.admin.committees import (
    CommitteeAdmin,
    RubricAdmin,
    ScreeningPointAdmin,
    SeatAdmin,
)

__all__ = ["CommitteeAdmin", "RubricAdmin", "ScreeningPointAdmin", "SeatAdmin"]
