"""Who may do what with batches, coupons, imports of results and certificates."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from enrollment.models import (
    CertificateSubmission,
    CouponBatch,
    CouponIssue,
    Enrollment,
)
from enrollment.policies import why_not_rely
from enrollment.states import (
    RELEASE_BATCH,
    STOP_READING,
    WITH_COUPON,
    BatchState,
    CertificateState,
    EnrollmentState,
    Step,
)
from igot.lib.dates import civil_date, dmy


def why_not_import(user: User) -> str:
    """Return why `user` may not bring in a file of the provider, or "" if they may."""
    return "" if user.has_role(Role.DEALING_HAND) else _for_the(Role.DEALING_HAND)


def why_not_download(user: User) -> str:
    """Return why `user` may not take the rows of an import out of the portal, or ""."""
    if user.has_role(Role.DEALING_HAND, Role.AUDITOR):
        return ""
    return _for_the(Role.DEALING_HAND)


def why_not_stop(thing: Any, user: User) -> str:
    """Return why `user` may not stop the reading of a provider's file now, or "" if they may."""
    if thing.state not in STOP_READING.sources:
        return _("The file is no longer being read.")
    if not user.has_role(STOP_READING.role):
        return _for_the(STOP_READING.role)
    if thing.stop_asked_at is not None:
        return _("It has been asked for already: the reading stops within seconds.")
    return ""


def why_not_batch(step: Step[BatchState], batch: CouponBatch, user: User) -> str:
    """Return why `user` may not take `step` on `batch` now, or "" if they may."""
    if batch.state not in step.sources:
        return _("The batch is “%(state)s”.") % {"state": batch.get_state_display()}
    if not user.has_role(step.role):
        return _for_the(step.role)
    if step is RELEASE_BATCH and batch.imported_by_id == user.pk:
        return _("Whoever imported a batch may not release it: ask a second person.")
    return ""


def why_not_issue(
    enrollment: Enrollment, user: User | None, *, earlier: CouponIssue | None = None
) -> str:
    """Return why a coupon may not go to `enrollment` at the word of `user`, or "" if it may.

    None stands for the portal itself. `earlier` is an issue that somebody at the desk has ended:
    after it only another person at the desk gives a new one.
    """
    if enrollment.state not in WITH_COUPON:
        return _("The registration is “%(state)s”.") % {"state": enrollment.get_state_display()}
    if not enrollment.course.provider.issues_coupons or enrollment.run is None:
        return _("No coupon is needed for this course.")
    if reason := why_not_rely(enrollment):
        return reason
    is_own = user is not None and enrollment.officer.user_id == user.pk
    at_the_desk = user is not None and user.has_role(Role.DEALING_HAND) and not is_own
    if earlier is not None and not at_the_desk:
        return _("The coupon was taken back. Write to the Training Division for a new one.")
    if earlier is not None and user is not None and earlier.ended_by_id == user.pk:
        return _("Whoever took the coupon back may not give the new one: ask a second person.")
    if user is None or is_own or at_the_desk:
        return ""
    return _for_the(Role.DEALING_HAND)


def why_not_reveal(enrollment: Enrollment, user: User) -> str:
    """Return why the code may not be shown to `user`, or "" if it may."""
    if enrollment.officer.user_id != user.pk:
        return _("Only the officer concerned may see the code.")
    if enrollment.state not in WITH_COUPON:
        return _("The registration is “%(state)s”.") % {"state": enrollment.get_state_display()}
    return why_not_rely(enrollment)


def why_not_shown(issue: CouponIssue, on: date) -> str:
    """Return why the code of `issue` is not shown (again) on the day `on`, or "" if it is."""
    if issue.first_revealed_at is not None:
        return _(
            "The code was shown on %(day)s and is not shown a second time. It ends with "
            "%(ending)s. If you have lost it, write to the Training Division."
        ) % {"day": dmy(civil_date(issue.first_revealed_at)), "ending": issue.coupon.ending}
    if issue.coupon.valid_until < on:
        return _("The code was valid until %(day)s. The Training Division will send a new one.") % {
            "day": dmy(issue.coupon.valid_until)
        }
    return ""


def why_not_revoke(step: object, issue: CouponIssue, user: User) -> str:
    """Return why `user` may not take the coupon of `issue` back, or "" if they may."""
    if issue.ended_at is not None:
        return _("The issue has ended already.")
    if not user.has_role(Role.DEALING_HAND):
        return _for_the(Role.DEALING_HAND)
    if issue.officer.user_id == user.pk:
        return _("Nobody decides their own case.")
    return ""


def why_not_give_again(issue: CouponIssue, user: User) -> str:
    """Return why `user` may not give a new coupon after `issue`, or "" if they may."""
    if issue.ended_at is None:
        return _("The coupon is still in force: take it back first.")
    if CouponIssue.objects.standing_for(issue).exists():
        return _("The officer holds another coupon for this course already.")
    if issue.officer.user_id == user.pk:
        return _("Nobody decides their own case.")
    return why_not_issue(registration_now(issue.enrollment), user, earlier=issue)


def registration_now(enrollment: Enrollment) -> Enrollment:
    """Return a registration, or the one that it was deferred to last."""
    while hasattr(enrollment, "successor"):
        enrollment = enrollment.successor
    return enrollment


def why_not_upload(enrollment: Enrollment, user: User, *, has_passed: bool) -> str:
    """Return why no certificate can be sent in for `enrollment` now, or "" if it can.

    `has_passed` tells whether the latest result of the provider earns the certificate.
    """
    if enrollment.officer.user_id != user.pk:
        return _("Only the officer concerned may send in the certificate.")
    states = {EnrollmentState.CONFIRMED, EnrollmentState.IN_PROGRESS, EnrollmentState.COMPLETED}
    if enrollment.state not in states:
        return _("The registration is “%(state)s”.") % {"state": enrollment.get_state_display()}
    course = enrollment.course
    if course.certification == course.Certification.GRADE_AND_EXAM and not has_passed:
        return _(
            "Your result has not come from the provider yet. You can send in the certificate once "
            "it shows that you have passed."
        )
    return ""


def why_not_review(
    step: Step[CertificateState], submission: CertificateSubmission, user: User
) -> str:
    """Return why `user` may not take `step` on a certificate now, or "" if they may."""
    if submission.state not in step.sources:
        return _("The certificate is “%(state)s”.") % {"state": submission.get_state_display()}
    if not user.has_role(step.role):
        return _for_the(step.role)
    is_own = submission.officer.user_id == user.pk
    if step.role == Role.OFFICER and not is_own:
        return _("Only the officer concerned may do this.")
    if step.role != Role.OFFICER and is_own:
        return _("Nobody reviews their own certificate.")
    return ""


def _for_the(role: Role) -> str:
    return _("This is for the %(role)s.") % {"role": role.label}
