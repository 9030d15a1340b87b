"""The committee, proposals, meetings, votes, resolutions and minutes."""

from committee.models.committees import Committee, Seat
from committee.models.meetings import AgendaItem, Attendance, Invitation, ItemPaper, Meeting
from committee.models.minutes import Corrigendum, Minutes
from committee.models.proposals import (
    Currency,
    Outcome,
    Proposal,
    ProposalImport,
    ProposalImportRow,
    ProposalSeries,
)
from committee.models.rubrics import MOST_POINTS, Criterion, CriterionScore, Rubric
from committee.models.screening import ScreeningAnswer, ScreeningPoint
from committee.models.votes import Interest, Participation, Resolution, Vote

__all__ = [
    "MOST_POINTS",
    "AgendaItem",
    "Attendance",
    "Committee",
    "Corrigendum",
    "Criterion",
    "CriterionScore",
    "Currency",
    "Interest",
    "Invitation",
    "ItemPaper",
    "Meeting",
    "Minutes",
    "Outcome",
    "Participation",
    "Proposal",
    "ProposalImport",
    "ProposalImportRow",
    "ProposalSeries",
    "Resolution",
    "Rubric",
    "ScreeningAnswer",
    "ScreeningPoint",
    "Seat",
    "Vote",
]
