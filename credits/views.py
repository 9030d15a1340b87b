"""The officer's statement of credit points."""

from django.http import HttpResponse
from django.template.response import TemplateResponse

from accounts.access import UserRequest, officer_of, role_required
from accounts.roles import Role
from credits import facts
from credits.forms import StatementForm
from credits.models import CreditEntry
from igot.lib.dates import civil_today
from igot.lib.paging import page_of


@role_required(Role.OFFICER)
def statement(request: UserRequest) -> HttpResponse:
    """Show balance, progress and lines of the officer as of a day."""
    officer = officer_of(request.user)
    form = StatementForm(request.GET or None)
    day = (form.is_valid() and form.cleaned_data["on"]) or civil_today()
    lines = CreditEntry.objects.visible_to(request.user).of(officer).up_to(day)
    balance = lines.balance()
    progress = facts.progress_on(day, balance)
    context = {
        "officer": officer,
        "form": form if form.is_bound else StatementForm(initial={"on": day}),
        "day": day,
        "is_today": day == civil_today(),
        "balance": balance,
        "progress": progress,
        "is_illustrative": any(p.threshold.is_illustrative for p in progress),
        "page_obj": page_of(request, lines.with_balance()),
    }
    return TemplateResponse(request, "credits/statement.html", context)
