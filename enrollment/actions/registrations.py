"""What an officer does with a registration: start, fill in page by page, submit, withdraw."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Officer, User
from accounts.notifications import notify
from courses.models import Course, Run
from eligibility.actions import decisions as eligibility_decisions
from eligibility.models import Decision
from enrollment import declaration, policies, states
from enrollment.actions import coupons, steps, submissions
from enrollment.models import Enrollment, ProviderAccount
from enrollment.states import EnrollmentState
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def start_registration(
    *, officer_id: int, course_id: int, run_id: int | None, acting_user: User, at: datetime
) -> Enrollment:
    """Start a draft for a run (None: a self-paced course), or take up the draft of this course.

    :raises Refused: somebody else's, not open, or already registered
    """
    officer = Officer.objects.select_for_update(no_key=True).get(pk=officer_id)
    if officer.user_id != acting_user.pk:
        raise Refused(_("Only the officer concerned may do this."))
    course = Course.objects.get(pk=course_id)
    _check_offered(course)
    run = _run_of(course, run_id)
    own = Enrollment.objects.filter(officer=officer, course=course)
    standing = own.live().filter(run=run).first()
    if standing and standing.state not in states.OPEN_FOR_CHANGES:
        raise Refused(
            _("You are registered for this already: %(number)s.") % {"number": standing.number}
        )
    draft = standing or own.filter(state=EnrollmentState.DRAFT).first()
    is_new = draft is None
    draft = draft or Enrollment(officer=officer, course=course, run=run, started_at=at)
    if not is_new and draft.run == run:
        return draft
    _put_on(draft, run, at)
    event = "enrollment.started" if is_new else "enrollment.run_chosen"
    audit.record(draft, event, acting_user=acting_user, at=at, run=run.code if run else "")
    return draft


@transaction.atomic(durable=True)
def choose_run(*, enrollment_id: int, run_id: int, acting_user: User, at: datetime) -> None:
    """Put a registration that is still open for changes on another run of its course.

    What was confirmed for the earlier run has to be confirmed again.
    :raises Refused: not open to `acting_user`, the run is not open, or there is one for it already
    """
    enrollment = steps.lock_for(states.SUBMIT, enrollment_id, acting_user)
    run = _run_of(enrollment.course, run_id)
    if enrollment.run == run and policies.why_not_open(enrollment, civil_date(at)) == "":
        return
    _put_on(enrollment, run, at)
    event = "enrollment.run_chosen"
    audit.record(enrollment, event, acting_user=acting_user, at=at, run=run.code if run else "")


@transaction.atomic(durable=True)
def confirm_details(*, enrollment_id: int, acting_user: User, at: datetime) -> Decision:
    """Take down that the service record as shown is right, and store what the rules say of it.

    The answer may be that the officer is not eligible; then the registration goes no further.
    :raises Refused: not open to `acting_user`
    """
    enrollment = steps.lock_for(states.SUBMIT, enrollment_id, acting_user)
    enrollment.decision = _decide(enrollment, acting_user, at)
    enrollment.details_confirmed_at = at
    enrollment.save()
    audit.record(
        enrollment,
        "enrollment.details_confirmed",
        acting_user=acting_user,
        at=at,
        outcome=enrollment.decision.outcome,
    )
    return enrollment.decision


@transaction.atomic(durable=True)
def give_accounts(
    *,
    enrollment_id: int,
    platform_username: str,
    programme_username: str,
    acting_user: User,
    at: datetime,
) -> None:
    """Take down the officer's user names at the provider; they hold for all its courses.

    :raises Refused: not open to `acting_user`, or another officer uses one of the names
    """
    enrollment = steps.lock_for(states.SUBMIT, enrollment_id, acting_user)
    keep_accounts(
        enrollment,
        platform_username=platform_username,
        programme_username=programme_username,
        acting_user=acting_user,
        at=at,
    )


@transaction.atomic(durable=True)
def declare(*, enrollment_id: int, acting_user: User, at: datetime) -> None:
    """Take down that the officer has made the declaration, in the version that is shown.

    :raises Refused: not open to `acting_user`
    """
    enrollment = steps.lock_for(states.SUBMIT, enrollment_id, acting_user)
    enrollment.declared_at = at
    enrollment.save()
    audit.record(
        enrollment,
        "enrollment.declared",
        acting_user=acting_user,
        at=at,
        version=declaration.VERSION,
    )


@transaction.atomic(durable=True)
def submit_registration(*, enrollment_id: int, acting_user: User, at: datetime) -> None:
    """Submit a registration: decide anew, give it its number, and tell the cadre authority.

    It goes to the Training Division, or first to the authority where that must approve.
    :raises Refused: not open to `acting_user`, incomplete, run closed, or not eligible
    """
    enrollment = steps.lock_for(states.SUBMIT, enrollment_id, acting_user)
    steps.hold_run_still(enrollment)
    today, run = civil_date(at), enrollment.run
    if enrollment.submitted_at is None:
        _check_offered(enrollment.course)
    if reason := policies.why_not_open(enrollment, today) or policies.why_not_complete(enrollment):
        raise Refused(reason)
    enrollment.commences_on = run.commences_on if run else enrollment.commences_on or today
    enrollment.decision = _decide(enrollment, acting_user, at)
    if reason := policies.why_not_on(enrollment.decision):
        raise Refused(reason)
    submissions.put_forward(enrollment, acting_user=acting_user, at=at)


@transaction.atomic(durable=True)
def withdraw_registration(
    *, enrollment_id: int, reason: str, acting_user: User, at: datetime
) -> None:
    """Withdraw a registration, with a `reason` once it was submitted, and tell the authority.

    :raises Refused: not open to `acting_user`, or a reason is missing
    """
    enrollment = steps.lock_for(states.WITHDRAW, enrollment_id, acting_user)
    if enrollment.number and not reason:
        raise Refused(_("Say why you withdraw: the authority and the Training Division read it."))
    enrollment.reason = reason
    entry = steps.take(states.WITHDRAW, enrollment, acting_user=acting_user, at=at, reason=reason)
    coupons.end_issue_of(
        enrollment=enrollment, reason=_("Withdrawn by the officer"), acting_user=acting_user, at=at
    )
    params = {**steps.particulars(enrollment), "reason": reason}
    if enrollment.number:
        notify(acting_user, of=entry, link=enrollment.get_absolute_url(), **params)
    steps.tell_authorities(enrollment, of=entry, at=at, besides=acting_user, reason=reason)


def keep_accounts(
    enrollment: Enrollment,
    *,
    platform_username: str,
    programme_username: str,
    acting_user: User,
    at: datetime,
) -> None:
    """Set the user names of a registration that the caller has locked, and record it.

    :raises Refused: another officer uses one of the names
    """
    officer, provider = enrollment.officer, enrollment.course.provider
    account = ProviderAccount.objects.filter(officer=officer, provider=provider).first()
    account = account or ProviderAccount(officer=officer, provider=provider)
    before = (account.platform_username, account.programme_username)
    account.platform_username, account.programme_username = platform_username, programme_username
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:
        raise Refused(
            _(
                "Another officer is registered with this user name. Check the spelling; if the "
                "account is yours, write to the Training Division."
            )
        ) from None
    enrollment.provider_account = account
    enrollment.save()
    audit.record(
        enrollment,
        "enrollment.accounts_given",
        acting_user=acting_user,
        at=at,
        was=list(before),
        now=[platform_username, programme_username],
    )


def _check_offered(course: Course) -> None:
    if not Course.objects.published().filter(pk=course.pk).exists():
        raise Refused(_("This course is not offered at present."))


def _run_of(course: Course, run_id: int | None) -> Run | None:
    if course.is_self_paced:
        return None
    run = Run.objects.filter(course=course, pk=run_id).first() if run_id else None
    if run is None:
        raise Refused(_("Choose a batch of this course."))
    return run


def _put_on(enrollment: Enrollment, run: Run | None, at: datetime) -> None:
    """Save a registration on `run`, with nothing confirmed yet; a draft begins to wait anew."""
    if run is not None and not run.is_open_on(civil_date(at)):
        raise Refused(
            _("Registration for “%(run)s” is not open. Choose another batch.") % {"run": run}
        )
    enrollment.run, enrollment.submitted_at, enrollment.commences_on = run, None, None
    enrollment.details_confirmed_at = enrollment.declared_at = None
    enrollment.decision = None
    if enrollment.state == EnrollmentState.DRAFT:
        enrollment.state_since = at
    steps.drop_hold(enrollment)
    try:
        with transaction.atomic():
            enrollment.save()
    except IntegrityError:
        raise Refused(_("You have a registration for this batch already.")) from None


def _decide(enrollment: Enrollment, acting_user: User, at: datetime) -> Decision:
    return eligibility_decisions.decide(
        officer=enrollment.officer,
        course=enrollment.course,
        run=enrollment.run,
        commences_on=None if enrollment.run else enrollment.commences_on,
        acting_user=acting_user,
        at=at,
    )
