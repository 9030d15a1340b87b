"""Registrations for tests, in whatever state a test names, with all that the state requires."""

from datetime import datetime
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import Officer, Service
from accounts.roles import Role
from courses.models import Course, Run
from eligibility import facts
from eligibility.models import Decision, RuleSetVersion
from eligibility.states import Outcome
from enrollment.models import Enrollment, Intimation, ProviderAccount
from enrollment.states import EnrollmentState
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets

numbers = count(1)
UNSUBMITTED = frozenset({EnrollmentState.DRAFT})
CONFIRMED = frozenset(
    {
        EnrollmentState.CONFIRMED,
        EnrollmentState.IN_PROGRESS,
        EnrollmentState.COMPLETED,
        EnrollmentState.NOT_COMPLETED,
    }
)


def make_rule_version(*, code: str = "OM") -> RuleSetVersion:
    """Return the version of a shipped rule set that is in force today."""
    if not RuleSetVersion.objects.exists():
        load_rule_sets()
    version = RuleSetVersion.objects.governing(code, timezone.localdate())
    assert version is not None
    return version


def make_decision(
    *,
    officer: Officer,
    course: Course,
    run: Run | None = None,
    outcome: str = Outcome.ELIGIBLE,
    **fields: Any,
) -> Decision:
    """Make a stored decision, as if the rules had said `outcome`."""
    today = timezone.localdate()
    fields.setdefault("commences_on", run.commences_on if run and run.commences_on else today)
    fields.setdefault("asked_by", officer.user)
    return Decision.objects.create(
        officer=officer,
        course=course,
        run=run,
        registered_on=fields.pop("registered_on", today),
        rule_set_version=fields.pop("rule_set_version", None)
        or make_rule_version(code=course.rule_set_code),
        inputs=fields.pop("inputs", None) or facts.as_inputs(facts.facts_of(officer), officer),
        findings_data=fields.pop("findings_data", []),
        outcome=outcome,
        is_provisional=fields.pop("is_provisional", not officer.is_verified),
        is_boundary=fields.pop("is_boundary", False),
        is_binding=fields.pop("is_binding", False),
        at=fields.pop("at", timezone.now()),
        **fields,
    )


def make_provider_account(
    *, officer: Officer, course: Course, username: str = ""
) -> ProviderAccount:
    username = username or f"officer_{next(numbers)}"
    return ProviderAccount.objects.get_or_create(
        officer=officer,
        provider=course.provider,
        defaults={"platform_username": username, "programme_username": username},
    )[0]


def make_enrollment(
    *,
    state: str = EnrollmentState.CONFIRMED,
    officer: Officer | None = None,
    course: Course | None = None,
    run: Run | None = None,
    username: str = "",
    at: datetime | None = None,
    outcome: str = Outcome.ELIGIBLE,
    **fields: Any,
) -> Enrollment:
    """Make a registration in `state`, complete for it; without a run for a self-paced course.

    A draft has every step done, so that it can be submitted; name a field to leave one out.
    """
    at = at or timezone.now()
    officer = officer or make_officer()
    course = course or (run.course if run else make_course())
    if run is None and not course.is_self_paced:
        run = make_run(course=course)
    needs_account = course.provider.issues_coupons or run is not None
    fields.setdefault("details_confirmed_at", at)
    fields.setdefault("declared_at", at)
    if "provider_account" not in fields and needs_account:
        fields["provider_account"] = make_provider_account(
            officer=officer, course=course, username=username
        )
    if "decision" not in fields:
        fields["decision"] = make_decision(
            officer=officer,
            course=course,
            run=run,
            outcome=outcome,
            is_binding=state in CONFIRMED,
        )
    if state not in UNSUBMITTED:
        number = next(numbers)
        fields.setdefault("number", f"IGOT/R/{at.year}/T{number:05d}")
        fields.setdefault("submitted_at", at)
        fields.setdefault("commences_on", run.commences_on if run else timezone.localdate(at))
        fields.setdefault("cca_mode", officer.service.cca_mode if officer.service else "")
    if state == EnrollmentState.DEFERRED:
        fields.setdefault("reason", "Election duty.")
    if state in CONFIRMED:
        fields.setdefault("confirmed_at", at)
        fields.setdefault("confirmed_by", make_user(Role.DEALING_HAND))
    return Enrollment.objects.create(
        officer=officer, course=course, run=run, state=state, started_at=at, **fields
    )


def make_intimation(*, enrollment: Enrollment | None = None, **fields: Any) -> Intimation:
    """Make the intimation of a registration to the authority of its officer's service."""
    enrollment = enrollment or make_enrollment(state=EnrollmentState.SUBMITTED)
    service = enrollment.officer.service
    assert service is not None
    fields.setdefault("authority", service.authority)
    fields.setdefault("number", f"IGOT/I/{timezone.localdate().year}/T{next(numbers):05d}")
    fields.setdefault("dated_on", timezone.localdate())
    fields.setdefault("mode", enrollment.cca_mode or Service.Mode.INTIMATION)
    return Intimation.objects.create(enrollment=enrollment, run=enrollment.run, **fields)
