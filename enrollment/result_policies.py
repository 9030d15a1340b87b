"""Who may do what with files of results, with their rows, and with a result on record."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Role
from enrollment.models import Result, ResultImport, ResultImportRow
from enrollment.models.result_imports import APPLIABLE
from enrollment.states import (
    APPROVE_IMPORT,
    PUBLISH_IMPORT,
    REVERSE_IMPORT,
    ImportState,
    Step,
)

MATCH, ASIDE = "match", "aside"  # what a person decides on rows is no step of a life cycle


def why_not_results(step: object, results: ResultImport, user: User) -> str:
    """Return why `user` may not take `step` on an import of results now, or "" if they may."""
    if not user.has_role(Role.DEALING_HAND):
        return _("This is for the %(role)s.") % {"role": Role.DEALING_HAND.label}
    if step == ASIDE:
        return _why_not_aside_all(results, user)
    if isinstance(step, Step) and results.state not in step.sources:
        return _("The import is “%(state)s”.") % {"state": results.get_state_display()}
    if step is APPROVE_IMPORT:
        return _why_not_approve(results, user)
    if step is PUBLISH_IMPORT:
        return _why_not_publish(results, user)
    if step is REVERSE_IMPORT:
        return _why_not_reverse(results, user)
    return ""


def why_not_settle(step: object, row: ResultImportRow, user: User) -> str:
    """Return why `user` may not settle a row of results, or "" if they may."""
    if not user.has_role(Role.DEALING_HAND):
        return _("This is for the %(role)s.") % {"role": Role.DEALING_HAND.label}
    if row.result_import.state != ImportState.STAGED:
        return _("The import is “%(state)s”.") % {"state": row.result_import.get_state_display()}
    if row.settled_how or row.outcome in APPLIABLE:
        return _("This row is settled.")
    if row.enrollment and row.enrollment.officer.user_id == user.pk:
        return _("Nobody decides their own case.")
    return ""


def why_not_reverse_result(step: object, result: Result, user: User) -> str:
    """Return why `user` may not reverse a single result, or "" if they may."""
    if not user.has_role(Role.DEALING_HAND):
        return _("This is for the %(role)s.") % {"role": Role.DEALING_HAND.label}
    if Result.every.filter(pk=result.pk, reversal__isnull=False).exists():
        return _("This result is reversed already.")
    if result.enrollment.officer.user_id == user.pk:
        return _("Nobody decides their own case.")
    if result.import_row.result_import.approved_by_id == user.pk:
        return _("Whoever approved the results may not reverse them: ask a second person.")
    return ""


def _why_not_approve(results: ResultImport, user: User) -> str:
    if results.uploaded_by_id == user.pk:
        return _("Whoever uploaded the results may not approve them: ask a second person.")
    if results.rows.filter(settled_by=user).exists():
        return _("You have settled rows of this file by hand: ask another person to approve it.")
    if count := results.rows.unsettled().count():
        return ngettext(
            "%(count)s row is still to be settled: match it to a registration or put it aside.",
            "%(count)s rows are still to be settled: match them to registrations or put them "
            "aside.",
            count,
        ) % {"count": count}
    return _if_own(results, user)


def _why_not_publish(results: ResultImport, user: User) -> str:
    if results.results_recorded_at is None:
        return _("The results are still being recorded. Look again in a minute.")
    if results.uploaded_by_id == user.pk:
        return _("Whoever uploaded the results may not make them public: ask a second person.")
    return _if_own(results, user)


def _why_not_reverse(results: ResultImport, user: User) -> str:
    if results.approved_by_id == user.pk:
        return _("Whoever approved the results may not reverse them: ask a second person.")
    if results.is_at_work:
        return _("The results are still being recorded. Look again in a minute.")
    return _if_own(results, user)


def _why_not_aside_all(results: ResultImport, user: User) -> str:
    if results.state != ImportState.STAGED:
        return _("The import is “%(state)s”.") % {"state": results.get_state_display()}
    if not results.rows.unsettled().exists():
        return _("No row waits for a person.")
    return ""


def _if_own(results: ResultImport, user: User) -> str:
    if results.rows.appliable().filter(enrollment__officer__user=user).exists():
        return _("Your own result is among these. Nobody decides their own case: ask another.")
    return ""
