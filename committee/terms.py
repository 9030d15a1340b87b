"""What the committee resolves on an item and on what terms, before it becomes a row."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from committee.models import Outcome, Resolution


@dataclass(frozen=True)
class Terms:
    """The outcome with its reasons; where the course is shortlisted also for whom and how."""

    outcome: str
    reasons: str
    reasons_hi: str = ""
    rule_set_code: str = ""
    audience: str = ""
    audience_hi: str = ""
    certification: str = ""
    fee_ceiling: Decimal | None = None
    currency: str = ""
    credit_points: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def is_shortlisted(self) -> bool:
        return self.outcome == Outcome.SHORTLISTED

    @property
    def columns(self) -> dict[str, Any]:
        """What the resolution stores: terms only where the course is shortlisted."""
        if self.is_shortlisted:
            return asdict(self)
        bare = Terms(outcome=self.outcome, reasons=self.reasons, reasons_hi=self.reasons_hi)
        return asdict(bare)


def terms_of(resolution: Resolution) -> Terms:
    """Return the terms that `resolution` stores."""
    return Terms(**{name: getattr(resolution, name) for name in Terms.__dataclass_fields__})
