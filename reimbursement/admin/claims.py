"""Claims on the desk: papers, checks and amounts side by side, and the steps open to a person."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk import DeskAdmin, DeskStep
from accounts.models import User
from accounts.roles import Role
from igot.lib.commits import after_commit
from igot.lib.dates import financial_year
from igot.lib.errors import Refused
from igot.lib.money import rupees
from reimbursement import actions, checks, facts, forms, policies, progress, states, tasks
from reimbursement.models import Allotment, Claim, SanctionLimit, SanctionOrder


def sanction_and_issue(**arguments: Any) -> None:
    """Sanction, and have the order's letter made at once rather than by the next sweep."""
    actions.sanction_claim(**arguments)
    after_commit(tasks.issue_missing_orders.delay)


@admin.register(Claim)
class ClaimAdmin(DeskAdmin):
    """One claim with all that a decision rests on; the account shows by its last four digits."""

    list_display = (
        "claim_number",
        "officer",
        "short_course",
        "state",
        "waits_since",
        "amount",
    )
    list_select_related = ("officer__user", "course")
    list_filter = ("state", "lane")
    search_fields = ("=number", "officer__name__istartswith", "=officer__employee_code")
    ordering = ("submitted_at", "pk")
    summary_fields = ("claim_number", "officer", "course", "claimed", "recommended", "sanctioned")
    fields = (
        "officer",
        "course",
        "enrollment",
        "certificate",
        "state",
        "submitted_at",
        "revision_number",
        "taken_up_by",
        "recommended_by",
        "sanctioned_by",
        "sanctioned_at",
        "sanction_order",
        "reason",
        "lane_note",
    )
    change_form_template = "reimbursement/desk/claim.html"
    why_not = staticmethod(policies.why_not)
    steps = (
        DeskStep(
            name="take-up",
            label=gettext_lazy("Take up"),
            step=states.TAKE_UP,
            action=actions.take_up_claim,
            explain=gettext_lazy("The claimant is told that the claim is under scrutiny."),
            in_bulk=True,
        ),
        DeskStep(
            name="return",
            label=gettext_lazy("Return with queries"),
            step=states.RETURN,
            action=actions.return_claim,
            form=forms.ReturnForm,
            explain=gettext_lazy("The claimant answers each query and submits the claim again."),
        ),
        DeskStep(
            name="recommend",
            label=gettext_lazy("Recommend"),
            step=states.RECOMMEND,
            action=actions.recommend_claim,
            form=forms.RecommendForm,
            explain=gettext_lazy("Admit each line: as the rule has it, or less with a reason."),
        ),
        DeskStep(
            name="sanction",
            label=gettext_lazy("Sanction"),
            step=states.SANCTION,
            action=sanction_and_issue,
            form=forms.SanctionForm,
            explain=gettext_lazy("The money is committed and the order to the PAO is issued."),
        ),
        DeskStep(
            name="send-back",
            label=gettext_lazy("Send back"),
            step=states.SEND_BACK,
            action=actions.send_back_claim,
            form=forms.RemarkForm,
            explain=gettext_lazy("The recommendation is void; the claim is scrutinised again."),
        ),
        DeskStep(
            name="reject",
            label=gettext_lazy("Reject"),
            step=states.REJECT,
            action=actions.reject_claim,
            form=forms.ReasonForm,
            explain=gettext_lazy("The claimant reads the reasons and how to appeal."),
            is_grave=True,
        ),
    )
    actions = ("make_payment_batch",)  # after the steps, which name the module of this name
    event_labels = {
        "claim.started": gettext_lazy("Begun"),
        "claim.payment_recorded": gettext_lazy("Payment entered"),
        "claim.paper_attached": gettext_lazy("Paper attached"),
        "claim.bank_recorded": gettext_lazy("Bank details entered"),
        "claim.queries_answered": gettext_lazy("Queries answered"),
        "claim.submitted": gettext_lazy("Submitted"),
        "claim.under_scrutiny": gettext_lazy("Taken up, or sent back"),
        "claim.returned": gettext_lazy("Returned with queries"),
        "claim.recommended": gettext_lazy("Recommended"),
        "claim.sanctioned": gettext_lazy("Sanctioned, or again ready for payment"),
        "claim.order_issued": gettext_lazy("Sanction order issued"),
        "claim.in_payment": gettext_lazy("Put into a payment batch"),
        "claim.payment_failed": gettext_lazy("Payment failed"),
        "claim.paid": gettext_lazy("Paid"),
        "claim.rejected": gettext_lazy("Rejected"),
        "claim.withdrawn": gettext_lazy("Withdrawn"),
    }

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave drafts to their claimants, for a superuser too."""
        return super().get_queryset(request).exclude(state=states.ClaimState.DRAFT)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Leave out what is not yet filled: nobody reads a column of dashes."""
        fields = list(super().get_fields(request, obj))
        return [name for name in fields if obj is None or getattr(obj, name) not in (None, "")]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)
        if not cast(User, request.user).has_role(Role.PAYING_OFFICER):
            found.pop("make_payment_batch", None)
        if not cast(User, request.user).has_role(Role.DEALING_HAND):
            found.pop("step_take-up", None)
        return found

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        claim = kwargs.get("obj")
        if claim is not None:
            context.update(self._panel(claim, cast(User, request.user)))
        return super().render_change_form(request, context, *args, **kwargs)

    def _panel(self, claim: Claim, user: User) -> dict[str, Any]:
        return {
            "claim": claim,
            "checks": checks.checks_of(claim),
            "derivation": facts.derivation_of(claim),
            "papers": list(claim.documents.current()),
            "lines": list(claim.lines.order_by("pk")),
            "queries": list(claim.queries.order_by("pk")),
            "following": progress.next_of(claim),
            "obstacle": _obstacle(claim, user),
        }

    @admin.action(description=gettext_lazy("Make a payment batch of these"))
    def make_payment_batch(
        self, request: HttpRequest, rows: models.QuerySet[Claim]
    ) -> HttpResponse | None:
        try:
            batch = actions.make_batch(
                claim_ids=list(rows.values_list("pk", flat=True)),
                acting_user=cast(User, request.user),
                at=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return None
        messages.success(request, _("Batch %(batch)s is drawn up.") % {"batch": batch})
        return HttpResponseRedirect(
            reverse("admin:reimbursement_paymentbatch_change", args=[batch.pk])
        )

    @admin.display(description=gettext_lazy("claim"), ordering="number")
    def claim_number(self, claim: Claim) -> str:
        return claim.number or _("Draft")

    @admin.display(description=gettext_lazy("course"), ordering="course__title")
    def short_course(self, claim: Claim) -> str:
        return Truncator(str(claim.course)).chars(32)

    @admin.display(description=gettext_lazy("waits for"), ordering="submitted_at")
    def waits_since(self, claim: Claim) -> str:
        if claim.submitted_at is None or claim.state not in WAITING:
            return "–"
        days = (timezone.now() - claim.submitted_at).days
        return _("%(days)s days") % {"days": days}

    @admin.display(description=gettext_lazy("amount"))
    def amount(self, claim: Claim) -> str:
        """Show the amount as it stands: sanctioned, else recommended, else by the rule."""
        standing = claim.sanctioned_amount or claim.recommended_amount or claim.admissible_amount
        return _money(standing)

    @admin.display(description=gettext_lazy("claimed"), ordering="claimed_amount")
    def claimed(self, claim: Claim) -> str:
        return _money(claim.claimed_amount)

    @admin.display(description=gettext_lazy("recommended"), ordering="recommended_amount")
    def recommended(self, claim: Claim) -> str:
        return _money(claim.recommended_amount)

    @admin.display(description=gettext_lazy("sanctioned"), ordering="sanctioned_amount")
    def sanctioned(self, claim: Claim) -> str:
        return _money(claim.sanctioned_amount)


WAITING = frozenset(
    {
        states.ClaimState.SUBMITTED,
        states.ClaimState.UNDER_SCRUTINY,
        states.ClaimState.RECOMMENDED,
        states.ClaimState.SANCTIONED,
    }
)


def _money(amount: Any) -> str:
    return "–" if amount is None else rupees(amount)


def _obstacle(claim: Claim, user: User) -> str:
    """Tell beforehand what stands in the way: of any payment, and of a sanction by `user`."""
    if claim.state in WAITING and (reason := facts.why_not_grounded(claim)):
        return reason
    if policies.why_not(states.SANCTION, claim, user) or claim.recommended_amount is None:
        return ""
    today = timezone.localdate()
    return policies.why_not_sanction(
        claim,
        amount=claim.recommended_amount,
        limit=SanctionLimit.of(user, today),
        allotment=Allotment.objects.filter(financial_year=financial_year(today)).first(),
    )


@admin.register(SanctionOrder)
class SanctionOrderAdmin(DeskAdmin):
    """A sanction order; nothing of it changes once it is signed."""

    list_display = ("__str__", "dated_on", "amount", "signed_by", "is_issued")
    list_select_related = ("signed_by", "document")
    list_filter = ("year",)
    ordering = ("-year", "-serial")

    @admin.display(description=gettext_lazy("issued"), boolean=True)
    def is_issued(self, order: SanctionOrder) -> bool:
        return order.document_id is not None
