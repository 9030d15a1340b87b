"""Who may do what with reports on the use of codes, cases of reconciliation, and requests."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from enrollment.models import (
    CouponIssue,
    CouponRequest,
    ReconciliationCase,
    UsageReport,
)
from enrollment.states import APPROVE_USAGE, CaseState, Step, UsageState
from igot.lib.dates import civil_date, dmy


def why_not_usage(step: Step[UsageState], report: UsageReport, user: User) -> str:
    """Return why `user` may not take `step` on a report now, or "" if they may."""
    if report.state not in step.sources:
        return _("The report is “%(state)s”.") % {"state": report.get_state_display()}
    if not user.has_role(step.role):
        return _for_the(step.role)
    if step is APPROVE_USAGE and report.uploaded_by_id == user.pk:
        return _("Whoever brought the report in may not approve it: ask a second person.")
    return ""


def why_not_case(step: Step[CaseState], case: ReconciliationCase, user: User) -> str:
    """Return why `user` may not take `step` on a case now, or "" if they may."""
    if case.state not in step.sources:
        return _("The case is closed.")
    if not user.has_role(step.role):
        return _for_the(step.role)
    if case.enrollment and case.enrollment.officer.user_id == user.pk:
        return _("Nobody decides their own case.")
    return ""


def why_not_declare(issue: CouponIssue, user: User, *, on: date, today: date) -> str:
    """Return why `user` may not declare to have paid with the code of `issue` on the day `on`."""
    if issue.officer.user_id != user.pk:
        return _("Only the officer concerned may declare the payment.")
    if issue.ended_at is not None:
        return _("The issue has ended already.")
    if issue.first_revealed_at is None:
        return _("The code has not been shown to you yet.")
    shown_on = civil_date(issue.first_revealed_at)
    if not shown_on <= on <= today:
        return _("The code was shown to you on %(day)s: give a day from then until today.") % {
            "day": dmy(shown_on)
        }
    if hasattr(issue, "declaration"):
        return _("You have declared the payment already.")
    return ""


def why_not_ask(user: User) -> str:
    """Return why `user` may not draft a letter that asks the provider for codes, or ""."""
    return "" if user.has_role(Role.CIRCULAR_AUTHOR) else _for_the(Role.CIRCULAR_AUTHOR)


def why_not_give_up(_step: object, request: CouponRequest, user: User) -> str:
    """Return why `user` may not give a request up, or "" if they may."""
    if request.ended_at is not None:
        return _("The request was given up already.")
    return "" if user.has_role(Role.DEALING_HAND) else _for_the(Role.DEALING_HAND)


def _for_the(role: Role) -> str:
    return _("This is for the %(role)s.") % {"role": role.label}
