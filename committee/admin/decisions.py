"""Decisions recorded from paper: only those older than the first committee on the portal."""

from typing import Any

from django.contrib import admin

from accounts.desk import DeskForm
from committee.policies.announcements import why_not_from_paper
from courses.models import CommitteeDecision
from eligibility.admin.courses import DecisionWithRulesAdmin

admin.site.unregister(CommitteeDecision)


class PaperDecisionForm(DeskForm):
    """A decision as it stands on paper; later ones come from the meetings."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_read = self.instance._state.adding and "decided_on" not in self.errors
        if is_read and (reason := why_not_from_paper(data.get("decided_on"))):
            self.add_error("decided_on", reason)
        return data


@admin.register(CommitteeDecision)
class PaperDecisionAdmin(DecisionWithRulesAdmin):
    """A decision of the committee on the desk; new ones are added from old papers only."""

    form = PaperDecisionForm
