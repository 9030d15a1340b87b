"""The committee on the desk, by topic."""

from committee.admin.committees import (
    CommitteeAdmin,
    RubricAdmin,
    ScreeningPointAdmin,
    SeatAdmin,
)
from committee.admin.decisions import PaperDecisionAdmin
from committee.admin.meetings import (
    AgendaItemAdmin,
    InvitationAdmin,
    ItemPaperAdmin,
    MeetingAdmin,
)
from committee.admin.room import ParticipationAdmin, ResolutionAdmin

__all__ = [
    "AgendaItemAdmin",
    "CommitteeAdmin",
    "InvitationAdmin",
    "ItemPaperAdmin",
    "MeetingAdmin",
    "PaperDecisionAdmin",
    "ParticipationAdmin",
    "ResolutionAdmin",
    "RubricAdmin",
    "ScreeningPointAdmin",
    "SeatAdmin",
]
