"""The desk of representations: the oldest first, each with its decision and how it stands now."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from eligibility import representation_page, representation_policies, states
from eligibility.actions import representations as actions
from eligibility.forms.representations import AnswerForm, OverrideAnswerForm
from eligibility.models import Representation


@admin.register(Representation)
class RepresentationAdmin(DeskAdmin):
    list_display = ("number", "officer", "course", "state", "language", "received_at", "waits")
    list_select_related = ("officer__user", "decision__course")
    list_filter = ("state", "language", "outcome")
    search_fields = ("=number", "officer__name", "=officer__employee_code")
    ordering = ("received_at", "pk")
    fields = (
        "number",
        "officer",
        "written",
        "language",
        "paper",
        "why",
        "found",
        "now",
        "state",
        "received_at",
        "waits",
        "taken_up_by",
        "taken_up_at",
        "outcome",
        "given_answer",
        "answered_by",
        "answered_at",
        "new_decision",
        "override_proposal",
        "withdrawn_at",
    )
    readonly_fields = ("written", "given_answer", "paper", "why", "found", "now", "waits")
    summary_fields = ("number", "officer", "written", "language", "paper", "why", "found", "now")
    why_not = staticmethod(representation_policies.why_not)
    event_labels = {
        "representation.received": _("Received"),
        "representation.taken_up": _("Taken up"),
        "representation.answered": _("Answered"),
        "representation.withdrawn": _("Withdrawn"),
    }
    steps = (
        DeskStep(
            name="take-up",
            label=_("Take up"),
            step=states.TAKE_UP_REPRESENTATION,
            action=actions.take_up_representation,
            explain=_("The officer sees that it is under consideration, and with whom."),
        ),
        DeskStep(
            name="uphold",
            label=_("Answer: it stands"),
            step=states.UPHOLD_DECISION,
            action=actions.uphold_decision,
            form=AnswerForm,
            explain=_("The decision stands. Say why; the officer reads your answer."),
        ),
        DeskStep(
            name="decide-anew",
            label=_("Decide anew"),
            step=states.DECIDE_ANEW,
            action=actions.decide_anew,
            form=AnswerForm,
            explain=_(
                "A new decision is made on the record as it stands now and takes the place of "
                "the old one. Have the record corrected first where it is wrong."
            ),
        ),
        DeskStep(
            name="propose",
            label=_("Propose override"),
            step=states.ANSWER_BY_OVERRIDE,
            action=actions.answer_by_override,
            form=OverrideAnswerForm,
            explain=_(
                "You propose to find this officer eligible although the rules do not. A second "
                "person approves or declines it; nobody overrides a decision on themselves."
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request)
        return rows.select_related("officer__user", "decision__course", "decision__run")

    @admin.display(description=_("course"))
    def course(self, sent: Representation) -> str:
        return str(sent.decision.course)

    @admin.display(description=_("days waiting"), ordering="received_at")
    def waits(self, sent: Representation) -> str:
        return "–" if sent.days_waiting is None else str(sent.days_waiting)

    @admin.display(description=_("representation"))
    def written(self, sent: Representation) -> SafeString:
        return format_html('<div lang="{}">{}</div>', sent.language, linebreaksbr(sent.text))

    @admin.display(description=_("answer"))
    def given_answer(self, sent: Representation) -> SafeString | str:
        return linebreaksbr(sent.answer) if sent.answer else "–"

    @admin.display(description=_("attachment"))
    def paper(self, sent: Representation) -> SafeString | str:
        if not sent.attachment:
            return "–"
        url = reverse("eligibility:representation_attachment", args=[sent.pk])
        return format_html('<a href="{}">{}</a>', url, sent.attachment_name)

    @admin.display(description=_("decision"))
    def why(self, sent: Representation) -> SafeString:
        words = gettext("%(number)s: %(outcome)s") % {
            "number": sent.decision.number,
            "outcome": sent.decision.get_outcome_display(),
        }
        return format_html('<a href="{}">{}</a>', sent.decision.get_absolute_url(), words)

    @admin.display(description=_("findings"))
    def found(self, sent: Representation) -> SafeString:
        lines = ((f["verdict_label"], f["reason"]) for f in sent.decision.findings)
        return format_html("<ul>{}</ul>", format_html_join("", "<li><b>{}</b>: {}</li>", lines))

    @admin.display(description=_("by the record as it stands now"))
    def now(self, sent: Representation) -> str:
        ruling = representation_page.ruling_now(sent.decision)
        return str(ruling.outcome.label) if ruling else "–"
