"""What statements show: the lines as printed, whose they are, and how far each threshold is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import override

from accounts.models import Officer
from credits.models import CreditEntry, CreditThreshold
from igot.lib.dates import civil_date, dmy


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A balance against one threshold."""

    threshold: CreditThreshold
    balance: int

    @property
    def shown(self) -> int:
        """The length of the bar: it ends at the threshold."""
        return max(0, min(self.balance, self.threshold.points))

    @property
    def missing(self) -> int:
        return max(0, self.threshold.points - self.balance)


def progress_on(day: date, balance: int) -> list[Progress]:
    """Return the progress to each threshold in force on `day`, the lowest first."""
    in_force = CreditThreshold.in_force(day)
    return [Progress(threshold=threshold, balance=balance) for threshold in in_force]


def holder_of(officer: Officer) -> dict[str, str]:
    """Return what a statement says of the officer it is drawn for: no date of birth, no codes."""
    service = officer.service
    return {
        "name": officer.name,
        "post": ", ".join(part for part in (officer.designation, officer.ministry) if part),
        "service": service.name if service else "",
        "service_hi": (service.name_hi or service.name) if service else "",
    }


def lines_of(entries: Iterable[CreditEntry]) -> list[dict[str, Any]]:
    """Return the lines of a statement as printed, oldest first, with the balance after each.

    One that was reversed since, but after the day of the statement, says when: the statement is
    true of its day, and whoever reads it must not be led to believe that the points still stand.
    """
    lines, balance = [], 0
    for entry in entries:
        balance += entry.points
        reversal = getattr(entry, "reversed_by", None)
        with override("en"):
            kind = str(entry.get_kind_display())
        with override("hi"):
            kind_hi = str(entry.get_kind_display())
        lines.append(
            {
                "on": dmy(civil_date(entry.posted_at)),
                "what": f"{kind}: {entry.description}",
                "what_hi": f"{kind_hi}: {entry.description_hi or entry.description}",
                "authority": entry.authority,
                "points": entry.points,
                "balance": balance,
                "reversed_on": dmy(civil_date(reversal.posted_at)) if reversal else "",
            }
        )
    return lines
