"""What is to be announced of a meeting, what was, and what became of it."""

from typing import Any

from accounts.models import User
from committee.models import Meeting, Outcome, Resolution
from committee.policies import announcements as policies
from eligibility.models import RuleSet
from igot.lib.money import dollars, rupees


def shown(meeting: Meeting, user: User) -> dict[str, Any]:
    """Return the decisions of `meeting` with what their announcement does, or did."""
    rows = Resolution.objects.visible_to(user).filter(item__meeting=meeting)
    rows = rows.select_related("item__proposal__course", "decision", "announced_by")
    names = {rule_set.code: rule_set.name_in_language for rule_set in RuleSet.objects.all()}
    resolutions = [_line(row, names) for row in rows.order_by("item__position")]
    return {
        "meeting": meeting,
        "resolutions": resolutions,
        "refusal": policies.why_not_announce(meeting, user),
        "waiting": sum(1 for line in resolutions if not line["row"].announced_at),
        "announced": next((line["row"] for line in resolutions if line["row"].announced_at), None),
    }


def _line(row: Resolution, names: dict[str, str]) -> dict[str, Any]:
    proposal = row.item.proposal
    return {
        "row": row,
        "proposal": proposal,
        "course": proposal.course,
        "officers": names.get(row.rule_set_code, row.rule_set_code),
        "ceiling": _ceiling(row),
        "is_shortlisted": row.outcome == Outcome.SHORTLISTED,
    }


def _ceiling(row: Resolution) -> str:
    if row.fee_ceiling is None:
        return ""
    return dollars(row.fee_ceiling) if row.currency == "USD" else rupees(row.fee_ceiling)
