"""What awaits whom: the tasks of the dashboard, asked of each app's querysets."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Officer, User
from accounts.states import RecordState
from credits.models import CreditEntry, CreditThreshold
from eligibility.models import Representation
from enrollment import deadlines
from enrollment.models import (
    CertificateSubmission,
    CouponIssue,
    Enrollment,
    RegistrationPolicy,
)
from enrollment.states import SEND_AGAIN, WITH_THE_OFFICE, CertificateState, EnrollmentState
from enrollment.timeline import WAITS_FOR_OTHERS
from igot.lib.dates import civil_today, dmy
from reimbursement.models import Claim
from reimbursement.states import ClaimState
from reports.queues import QUEUES

MOST = 20  # rows of an officer's own that the dashboard reads; the lists have all


class Task(NamedTuple):
    """One thing to do, and where."""

    name: str
    url: str
    note: str = ""
    label: str = ""
    state: str = ""
    tone: str = ""


# --- an officer ------------------------------------------------------------------------------


def officer_tasks(officer: Officer, enrollments: list[Any], claims: list[Claim]) -> list[Task]:
    """Return what the officer can do next, most pressing first."""
    tasks = [_record_task(officer)]
    waits = any(row.state in WAITS_FOR_OTHERS for row in enrollments)
    policy = RegistrationPolicy.on(civil_today()) if waits else None
    tasks += [_enrollment_task(enrollment, policy) for enrollment in enrollments]
    tasks += [_claim_task(claim) for claim in claims]
    return [task for task in tasks if task]


def own_enrollments(officer: Officer) -> list[Any]:
    """Return the officer's latest registrations with what decides their next step; one query."""
    certificates = CertificateSubmission.objects.filter(enrollment=OuterRef("pk"))
    unseen = CouponIssue.objects.live().filter(
        enrollment=OuterRef("pk"), first_revealed_at__isnull=True
    )
    rows = Enrollment.objects.filter(officer=officer).with_course()
    rows = rows.annotate(
        has_unseen_coupon=Exists(unseen),
        has_certificate_in_review=Exists(certificates.filter(state__in=WITH_THE_OFFICE)),
        has_certificate_returned=Exists(certificates.filter(state__in=SEND_AGAIN)),
        has_verified_certificate=Exists(certificates.filter(state=CertificateState.VERIFIED)),
        has_claim=Exists(
            Claim.objects.live().filter(officer=OuterRef("officer"), course=OuterRef("course"))
        ),
    )
    return list(rows.order_by("-pk")[:MOST])


def own_representations(officer: Officer) -> list[Representation]:
    """Return the officer's latest representations; one query."""
    own = Representation.objects.filter(officer=officer).select_related("decision__course")
    return list(own.latest_first()[:3])


def own_claims(officer: Officer) -> list[Claim]:
    """Return the officer's latest claims; one query."""
    return list(Claim.objects.filter(officer=officer).with_course().order_by("-pk")[:MOST])


def _record_task(officer: Officer) -> Task | None:
    url = reverse("accounts:profile")
    if officer.record_state == RecordState.EMPTY:
        note = _("Eligibility is decided on it. It takes about three minutes.")
        return Task(_("Declare your service record"), url, note)
    if officer.record_state == RecordState.RETURNED:
        return Task(_("Correct your service record"), url, officer.return_reason)
    return None


def _enrollment_task(enrollment: Any, policy: RegistrationPolicy | None) -> Task | None:
    name = _enrollment_step(enrollment)
    if not name:
        return None
    url = enrollment.get_absolute_url()
    if enrollment.has_verified_certificate and not enrollment.has_claim:
        url = reverse("reimbursement:start", args=[enrollment.pk])
    day = deadlines.day_of(enrollment, policy)
    words = {"course": enrollment.course, "day": dmy(day) if day else ""}
    note = _("%(course)s, by %(day)s") % words if day else str(enrollment.course)
    return Task(name, url, note)


def _enrollment_step(enrollment: Any) -> str:
    state = enrollment.state
    if state == EnrollmentState.DRAFT:
        return _("Finish your registration")
    if state == EnrollmentState.RETURNED:
        return _("Correct your registration")
    if enrollment.held_at is not None:
        return _("See why your registration is held")
    if state == EnrollmentState.AWAITING_AUTHORITY:
        return _("Obtain the approval of your authority")
    if enrollment.has_unseen_coupon:
        return _("Get your coupon code")
    if enrollment.has_certificate_returned and not (
        enrollment.has_certificate_in_review or enrollment.has_verified_certificate
    ):
        return _("Upload your certificate again")
    if state == EnrollmentState.COMPLETED and not enrollment.has_certificate_in_review:
        if not enrollment.has_verified_certificate:
            return _("Upload your certificate")
        if not enrollment.has_claim and enrollment.course.provider.issues_coupons:
            return _("Claim the course fee")
    return ""


def _claim_task(claim: Claim) -> Task | None:
    names = {
        ClaimState.DRAFT: _("Finish your claim"),
        ClaimState.RETURNED: _("Answer the queries on your claim"),
        ClaimState.PAYMENT_FAILED: _("Correct your bank details"),
    }
    name = names.get(ClaimState(claim.state))
    return Task(name, claim.get_absolute_url(), str(claim.course)) if name else None


def points_of(officer: Officer, on: date) -> dict[str, Any]:
    """Return the balance and the next threshold above it; two queries."""
    balance = CreditEntry.objects.filter(officer=officer).balance()
    thresholds = list(CreditThreshold.in_force(on))
    ahead = next((row for row in thresholds if row.points > balance), None)
    return {"balance": balance, "ahead": ahead, "thresholds": thresholds}


# --- staff -----------------------------------------------------------------------------------


def staff_tasks(user: User) -> list[Task]:
    """Return the queues of the user's roles that have something in them; one count each."""
    tasks = []
    for queue in QUEUES:
        if user.has_role(queue.role) and (number := queue.rows(user).count()):
            url = reverse(queue.url) + queue.query
            tasks.append(Task(queue.words(number) % {"n": number}, url))
    return tasks
