"""The officers of a screening: which are asked for, page by page, and as rows of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import CadreAuthority, Officer, Service, User
from eligibility import reasons, screening
from eligibility.models import ScreenedTraining, Screening, ScreeningResult
from eligibility.models.screenings import ScreeningResultQuerySet
from eligibility.screening_words import FINDINGS
from eligibility.states import MissingData, Outcome
from igot.lib.tables import Cell

PER_PAGE: Final = 50
CHUNK: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which officers of a screening, by what was found of them at one of its trainings."""

    training: ScreenedTraining
    outcome: str = ""
    finding: str = ""
    service: Service | None = None
    authority: CadreAuthority | None = None

    @property
    def missing_data(self) -> MissingData:
        return MissingData(self.training.rule_set_version.missing_data)

    def plain(self) -> dict[str, Any]:
        """Write it down for the audit trail."""
        return {
            "training": self.training.place,
            "outcome": self.outcome,
            "finding": self.finding,
            "service": self.service.pk if self.service else None,
            "authority": self.authority.pk if self.authority else None,
        }


def results(made: Screening, asked: Asked, user: User) -> ScreeningResultQuerySet:
    """Return the results asked for, of officers that `user` may see."""
    found = ScreeningResult.objects.visible_to(user).filter(screening=made)
    if asked.outcome or asked.finding:
        characters = screening.characters(
            outcome=asked.outcome, code=asked.finding, missing_data=asked.missing_data
        )
        found = found.with_characters(asked.training.place, characters)
    if asked.service:
        found = found.filter(service=asked.service)
    if asked.authority:
        found = found.of_authority(asked.authority)
    return found


@dataclass(frozen=True, kw_only=True)
class Line:
    """One officer of a screening, with what was found for one training, in words."""

    result: ScreeningResult
    outcome: Outcome
    findings: Sequence[Any]
    is_boundary: bool

    @property
    def tone(self) -> str:
        return TONES[self.outcome]

    @property
    def group_name(self) -> str:
        names = {str(value): str(label) for value, label in Officer.Group.choices}
        return names.get(self.result.group, "")


TONES: Final = {
    Outcome.ELIGIBLE: "success",
    Outcome.NOT_ELIGIBLE: "error",
    Outcome.REFER: "info",
    Outcome.INCOMPLETE: "warning",
}


def line_of(result: ScreeningResult, asked: Asked) -> Line:
    character = result.codes[asked.training.place - 1]
    codes = screening.read(character)
    return Line(
        result=result,
        outcome=screening.outcome_of(character, asked.missing_data),
        findings=[FINDINGS[code] for code in codes],
        is_boundary=codes.is_boundary,
    )


def page_after(
    found: ScreeningResultQuerySet, asked: Asked, after: int, *, per_page: int = PER_PAGE
) -> tuple[list[Line], int]:
    """Return the officers that follow the one with key `after`, and the key to go on with, or 0.

    The key of the table is walked, so that the last page of a million costs what the first does.
    """
    rows = list(found.with_officers().after(after)[: per_page + 1])
    following = rows[per_page - 1].officer_id if len(rows) > per_page else 0
    return [line_of(row, asked) for row in rows[:per_page]], following


def walk(found: ScreeningResultQuerySet) -> Iterator[ScreeningResult]:
    """Yield all of them, some at a time, so that memory stays what it is."""
    after = 0
    while rows := list(found.with_officers().after(after)[:CHUNK]):
        yield from rows
        after = rows[-1].officer_id


# --- files ----------------------------------------------------------------------------------------
def header(trainings: Sequence[ScreenedTraining]) -> list[str]:
    """Name the columns: who the officer is, the findings of one training, the answer for each."""
    return [
        _("Employee code"),
        _("Name"),
        _("Service"),
        _("Group"),
        _("Designation"),
        _("Ministry or department"),
        _("Cadre controlling authority"),
        _("Answer"),
        _("Service and group"),
        _("Length of service"),
        _("Age"),
        *(str(training) for training in trainings),
    ]


def rows(
    found: ScreeningResultQuerySet, asked: Asked, trainings: Sequence[ScreenedTraining]
) -> Iterator[list[Cell]]:
    """Yield the rows of a file; no date of birth is among them."""
    missing = [MissingData(one.rule_set_version.missing_data) for one in trainings]
    labels = {outcome: str(outcome.label) for outcome in Outcome}
    for result in walk(found):
        line, officer, service = line_of(result, asked), result.officer, result.service
        answers = [
            labels[screening.outcome_of(character, data)]
            for character, data in zip(result.codes, missing, strict=True)
        ]
        yield [
            officer.employee_code,
            officer.name,
            str(service) if service else "",
            reasons.group_name(result.group),
            officer.designation,
            officer.ministry,
            str(service.authority) if service else "",
            labels[line.outcome],
            *(str(words).partition(": ")[2] for words in line.findings),
            *answers,
        ]
