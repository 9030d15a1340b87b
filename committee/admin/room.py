"""What members did on items, and what was resolved, for the secretary and the auditor to read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.desk import DeskAdmin, user_of
from committee.models import Participation, Resolution
from committee.states import ITEM_REVEALED

SEALED = ("vote", "casting_vote", "score", "score_remark")


@admin.register(Participation)
class ParticipationAdmin(DeskAdmin):
    """Read-only; how a member voted and scored is sealed here too until the votes are closed."""

    list_display = ("item", "member", "presence", "interest", "is_recused", "shown_vote")
    list_filter = ("presence", "interest", "is_recused")
    search_fields = ("=item__meeting__number", "seat__user__name")
    list_select_related = ("item__proposal", "item__meeting", "seat__user")
    hidden_fields = SEALED
    readonly_fields = ("shown_vote", "shown_casting_vote", "shown_score", "shown_remark")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        in_order = rows.order_by("-item__meeting", "item__position", "seat")
        return in_order.with_recusals(user_of(request))

    @admin.display(description=pgettext_lazy("committee", "member"))
    def member(self, row: Participation) -> str:
        return str(row.seat.user)

    @admin.display(description=gettext_lazy("vote"))
    def shown_vote(self, row: Participation) -> str:
        if not row.vote:
            return _("Not cast")
        return row.get_vote_display() if _is_open_to(row) else _("Cast, sealed until the close")

    @admin.display(description=gettext_lazy("casting vote"))
    def shown_casting_vote(self, row: Participation) -> str:
        return row.get_casting_vote_display() if _is_open_to(row) else ""

    @admin.display(description=gettext_lazy("score out of 100"))
    def shown_score(self, row: Participation) -> str:
        if not row.scored_at:
            return _("Not handed in")
        return str(row.score) if _is_open_to(row) else _("Handed in, sealed until the close")

    @admin.display(description=gettext_lazy("remark on the sheet"))
    def shown_remark(self, row: Participation) -> str:
        return row.score_remark if row.scored_at and _is_open_to(row) else ""


@admin.register(Resolution)
class ResolutionAdmin(DeskAdmin):
    """Read-only: recorded and put right on the pages of the meeting."""

    list_display = ("number", "proposal", "outcome", "decided_on", "votes", "announced_at")
    list_filter = ("outcome",)
    search_fields = ("=number", "item__proposal__title")
    list_select_related = ("item__proposal",)
    date_hierarchy = "decided_on"
    readonly_fields = ("page",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by("-decided_on", "number")

    @admin.display(description=gettext_lazy("proposal"))
    def proposal(self, row: Resolution) -> str:
        return row.item.proposal.title_in_language

    @admin.display(description=gettext_lazy("votes: for, against, abstained"))
    def votes(self, row: Resolution) -> str:
        return f"{row.votes_for} : {row.votes_against} : {row.votes_abstained}"

    @admin.display(description=gettext_lazy("on its page"))
    def page(self, row: Resolution) -> str:
        return format_html(
            '<a href="{}">{}</a>', row.item.meeting.control_url, _("Conduct of the meeting")
        )


def _is_open_to(row: Any) -> bool:
    """Return whether the seal of a row is broken for whoever looks."""
    return row.item.state in ITEM_REVEALED and not row.reader_is_recused
