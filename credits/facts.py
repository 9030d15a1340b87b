"""What the statement shows beside its lines: how far the balance is from each threshold."""

from dataclasses import dataclass
from datetime import date

from credits.models import CreditThreshold


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
