"""What officers do with registrations: state, audit, notice, and refusals that leave nothing."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Notice, Officer, Service
from accounts.roles import Role
from accounts.tasks import text_of
from courses.models import Course, Run
from courses.states import RunState
from eligibility.models import Decision
from enrollment import declaration
from enrollment.actions import registrations
from enrollment.models import Enrollment, Intimation, ProviderAccount
from enrollment.states import EnrollmentState
from igot.lib.dates import IST
from igot.lib.errors import Refused
from tests.factories.accounts import make_nodal_officer, make_officer, make_service, make_user
from tests.factories.courses import make_course, make_provider, make_run
from tests.factories.enrollment import make_enrollment, make_intimation, make_rule_version
from tests.factories.pool import make_coupon_issue

pytestmark = pytest.mark.django_db
E = EnrollmentState


@pytest.fixture(autouse=True)
def rules_in_force() -> None:
    make_rule_version()


def start(officer: Officer, run: Run, at: datetime | None = None) -> Enrollment:
    return registrations.start_registration(
        officer_id=officer.pk,
        course_id=run.course_id,
        run_id=run.pk,
        acting_user=officer.user,
        at=at or timezone.now(),
    )


def submit(enrollment: Enrollment, at: datetime | None = None) -> Enrollment:
    registrations.submit_registration(
        enrollment_id=enrollment.pk,
        acting_user=enrollment.officer.user,
        at=at or timezone.now(),
    )
    enrollment.refresh_from_db()
    return enrollment


def events(enrollment: Enrollment) -> list[str]:
    return list(AuditEntry.objects.about(enrollment).values_list("event", flat=True))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=IST)


# --- starting ---------------------------------------------------------------------------------
def test_starting_makes_a_draft_and_records_it():
    officer, run = make_officer(), make_run()

    draft = start(officer, run)

    assert (draft.state, draft.run, draft.number) == (E.DRAFT, run, None)
    assert events(draft) == ["enrollment.started"]


def test_starting_again_takes_up_the_same_draft():
    officer, run = make_officer(), make_run()

    assert start(officer, run).pk == start(officer, run).pk
    assert Enrollment.objects.count() == 1


def test_starting_with_another_batch_moves_the_draft_and_asks_for_everything_anew():
    officer, course = make_officer(), make_course()
    first = make_enrollment(state=E.DRAFT, officer=officer, course=course)
    other = make_run(course=course)

    draft = start(officer, other)

    assert (draft.pk, draft.run) == (first.pk, other)
    assert (draft.details_confirmed_at, draft.declared_at, draft.decision) == (None, None, None)


def test_what_was_submitted_cannot_be_started_again():
    standing = make_enrollment(state=E.SUBMITTED)

    with pytest.raises(Refused, match="registered for this already"):
        start(standing.officer, standing.run)


def test_nobody_starts_for_another():
    officer, run = make_officer(), make_run()

    with pytest.raises(Refused, match="Only the officer"):
        registrations.start_registration(
            officer_id=officer.pk,
            course_id=run.course_id,
            run_id=run.pk,
            acting_user=make_officer().user,
            at=timezone.now(),
        )
    assert not Enrollment.objects.exists()


def test_a_course_that_is_not_published_cannot_be_started():
    run = make_run(course=make_course(is_published=False))

    with pytest.raises(Refused, match="not offered"):
        start(make_officer(), run)


def test_a_batch_of_another_course_cannot_be_chosen():
    officer, run, other = make_officer(), make_run(), make_course()

    with pytest.raises(Refused, match="Choose a batch"):
        registrations.start_registration(
            officer_id=officer.pk,
            course_id=other.pk,
            run_id=run.pk,
            acting_user=officer.user,
            at=timezone.now(),
        )


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2027, 3, 31, 23, 59, tzinfo=IST), False),  # the day before the window
        (datetime(2027, 4, 1, 0, 0, tzinfo=IST), True),  # its first day
        (datetime(2027, 5, 21, 23, 59, tzinfo=IST), True),  # its last day, still UTC 18:29
        (datetime(2027, 5, 22, 0, 0, tzinfo=IST), False),  # in UTC still the 21st
    ],
)
def test_the_window_counts_both_days_in_indian_time(at, is_open):
    officer = make_officer()
    run = make_run(opens_on=date(2027, 4, 1), closes_on=date(2027, 5, 21))

    if is_open:
        assert start(officer, run, at=at).run == run
    else:
        with pytest.raises(Refused, match="not open"):
            start(officer, run, at=at)


@pytest.mark.parametrize("state", [RunState.ANNOUNCED, RunState.WITHDRAWN])
def test_a_batch_that_is_not_scheduled_is_not_open(state):
    with pytest.raises(Refused, match="not open"):
        start(make_officer(), make_run(state=state))


# --- choosing another batch ---------------------------------------------------------------------
def test_choosing_another_batch_asks_for_details_and_declaration_anew():
    draft = make_enrollment(state=E.DRAFT)
    other = make_run(course=draft.course)

    registrations.choose_run(
        enrollment_id=draft.pk, run_id=other.pk, acting_user=draft.officer.user, at=timezone.now()
    )

    draft.refresh_from_db()
    assert (draft.run, draft.details_confirmed_at, draft.declared_at) == (other, None, None)
    assert draft.provider_account is not None
    assert events(draft) == ["enrollment.run_chosen"]


def test_choosing_a_batch_that_one_is_registered_for_is_refused():
    taken = make_enrollment(state=E.CONFIRMED)
    draft = make_enrollment(state=E.DRAFT, officer=taken.officer, course=taken.course)

    with pytest.raises(Refused, match="for this batch already"):
        registrations.choose_run(
            enrollment_id=draft.pk,
            run_id=taken.run_id,
            acting_user=draft.officer.user,
            at=timezone.now(),
        )
    draft.refresh_from_db()
    assert draft.run != taken.run


# --- details, accounts, declaration ---------------------------------------------------------------
def confirm_details(draft: Enrollment) -> Decision:
    return registrations.confirm_details(
        enrollment_id=draft.pk, acting_user=draft.officer.user, at=timezone.now()
    )


def test_confirming_details_stores_the_advice_of_the_rules():
    draft = make_enrollment(state=E.DRAFT, decision=None, details_confirmed_at=None)

    decision = confirm_details(draft)

    draft.refresh_from_db()
    assert decision.outcome == "ELIGIBLE"
    assert (draft.decision, decision.is_binding) == (decision, False)
    assert events(draft) == ["enrollment.details_confirmed"]


def test_an_officer_who_is_not_eligible_still_gets_the_decision():
    officer = make_officer(joined_on=timezone.localdate() - timedelta(days=30))
    draft = make_enrollment(state=E.DRAFT, officer=officer, decision=None)

    confirm_details(draft)

    draft.refresh_from_db()
    assert draft.decision.outcome == "NOT_ELIGIBLE"


def give_accounts(draft: Enrollment, platform: str, programme: str = "") -> None:
    registrations.give_accounts(
        enrollment_id=draft.pk,
        platform_username=platform,
        programme_username=programme,
        acting_user=draft.officer.user,
        at=timezone.now(),
    )


def test_accounts_are_kept_for_the_officer_and_the_provider():
    draft = make_enrollment(state=E.DRAFT, provider_account=None)

    give_accounts(draft, "asha_rao", "asha_rao")

    draft.refresh_from_db()
    assert draft.provider_account.platform_username == "asha_rao"
    assert draft.provider_account.officer == draft.officer


def test_giving_accounts_again_corrects_them():
    draft = make_enrollment(state=E.DRAFT, username="wrong")

    give_accounts(draft, "right", "right")

    assert ProviderAccount.objects.get().platform_username == "right"
    entry = AuditEntry.objects.about(draft).get()
    assert entry.details == {"was": ["wrong", "wrong"], "now": ["right", "right"]}


@pytest.mark.parametrize(
    ("platform", "programme"), [("ASHA_rao", "free"), ("free", "Asha_RAO"), ("asha_rao", "")]
)
def test_a_user_name_belongs_to_one_officer_whatever_its_case(platform, programme):
    make_enrollment(state=E.CONFIRMED, username="asha_rao")
    draft = make_enrollment(state=E.DRAFT, provider_account=None)

    with pytest.raises(Refused, match="Another officer"):
        give_accounts(draft, platform, programme)

    draft.refresh_from_db()
    assert draft.provider_account is None
    assert events(draft) == []


def test_the_same_user_name_may_be_used_at_another_provider():
    make_enrollment(state=E.CONFIRMED, username="asha")
    course = make_course(provider=make_provider(code="ignou", name="IGNOU"))
    draft = make_enrollment(state=E.DRAFT, course=course, provider_account=None)

    give_accounts(draft, "asha", "asha")

    assert ProviderAccount.objects.filter(platform_username="asha").count() == 2


def test_the_audit_trail_keeps_which_declaration_was_made():
    draft = make_enrollment(state=E.DRAFT, declared_at=None)

    registrations.declare(enrollment_id=draft.pk, acting_user=draft.officer.user, at=timezone.now())

    draft.refresh_from_db()
    assert draft.declared_at is not None
    assert AuditEntry.objects.about(draft).get().details == {"version": declaration.VERSION}


# --- submitting -----------------------------------------------------------------------------------
def test_submitting_numbers_the_registration_and_tells_the_authority():
    draft = make_enrollment(state=E.DRAFT)
    nodal = make_nodal_officer(authority=draft.officer.authority)

    submit(draft)

    year = timezone.localdate().year
    intimation = draft.intimations.get()
    assert draft.state == E.SUBMITTED
    assert draft.number == f"IGOT/R/{year}/{draft.pk:06d}"
    assert intimation.number == f"IGOT/I/{year}/{intimation.pk:06d}"
    assert (intimation.authority, intimation.run) == (draft.officer.authority, draft.run)
    assert (draft.commences_on, draft.cca_mode) == (draft.run.commences_on, "intimation")
    assert events(draft) == ["enrollment.submitted"]
    assert set(Notice.objects.values_list("user", "template")) == {
        (draft.officer.user_id, "enrollment.submitted"),
        (nodal.pk, "enrollment.intimated"),
    }


def test_where_the_cadre_needs_approval_the_registration_waits_for_it():
    service = make_service(cca_mode=Service.Mode.PRIOR_APPROVAL)
    draft = make_enrollment(state=E.DRAFT, officer=make_officer(service=service))
    nodal = make_nodal_officer(authority=service.authority)

    submit(draft)

    assert draft.state == E.AWAITING_AUTHORITY
    assert draft.intimations.get().mode == Service.Mode.PRIOR_APPROVAL
    assert events(draft) == ["enrollment.submitted", "enrollment.awaiting_authority"]
    assert Notice.objects.get(user=nodal).template == "enrollment.approval_asked"


def test_submitting_decides_anew_on_the_facts_of_the_day():
    draft = make_enrollment(state=E.DRAFT)
    earlier = draft.decision

    submit(draft)

    assert draft.decision != earlier
    assert draft.decision.outcome == "ELIGIBLE"


def test_an_unverified_officer_may_submit():
    draft = make_enrollment(state=E.DRAFT, officer=make_officer(is_verified=False))

    assert submit(draft).decision.is_provisional


def test_a_case_for_the_department_may_be_submitted():
    service = make_service(code="CSCS", family="SECRETARIAT", groups="C", basis="joining_date")
    draft = make_enrollment(
        state=E.DRAFT,
        officer=make_officer(service=service, group="C"),
        course=make_course(rule_set_code="WEB"),
    )

    assert submit(draft).decision.outcome == "REFER"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"details_confirmed_at": None}, "Confirm your details"),
        ({"decision": None}, "Confirm your details"),
        ({"provider_account": None}, "user names"),
        ({"declared_at": None}, "declaration"),
    ],
)
def test_an_incomplete_draft_is_not_submitted(change, reason):
    draft = make_enrollment(state=E.DRAFT, **change)

    with pytest.raises(Refused, match=reason):
        submit(draft)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"joined_on": date(2026, 1, 5), "allotment_year": 2026}, "not eligible"),
        ({"born_on": None}, "lacks facts"),
    ],
)
def test_who_is_not_eligible_cannot_submit_and_nothing_is_left(facts, reason):
    draft = make_enrollment(state=E.DRAFT, officer=make_officer(**facts))
    decisions = Decision.objects.count()

    with pytest.raises(Refused, match=reason):
        submit(draft)

    draft.refresh_from_db()
    assert (draft.state, draft.number) == (E.DRAFT, None)
    assert Decision.objects.count() == decisions
    assert not Intimation.objects.exists()
    assert not Notice.objects.exists()
    assert events(draft) == []


def test_a_draft_is_not_submitted_after_the_window():
    run = make_run(opens_on=date(2027, 4, 1), closes_on=date(2027, 5, 21))
    draft = make_enrollment(state=E.DRAFT, run=run)

    with pytest.raises(Refused, match="not open"):
        submit(draft, at=noon(date(2027, 5, 22)))
    assert submit(draft, at=noon(date(2027, 5, 21))).state == E.SUBMITTED


def test_a_draft_is_not_submitted_once_the_course_is_withdrawn():
    draft = make_enrollment(state=E.DRAFT)
    Course.objects.update(is_published=False)

    with pytest.raises(Refused, match="not offered"):
        submit(draft)


def test_a_second_submission_is_refused_and_makes_no_second_intimation():
    draft = make_enrollment(state=E.DRAFT)
    submit(draft)

    with pytest.raises(Refused, match="“Submitted”"):
        submit(draft)
    assert Intimation.objects.count() == 1


def test_what_came_back_is_submitted_again_under_its_number_even_after_the_window():
    run = make_run(opens_on=date(2027, 4, 1), closes_on=date(2027, 5, 21))
    returned = make_enrollment(state=E.RETURNED, run=run, reason="Wrong user name.")
    make_intimation(enrollment=returned)
    number, submitted_at = returned.number, returned.submitted_at

    submit(returned, at=noon(date(2027, 6, 1)))

    assert (returned.state, returned.number, returned.reason) == (E.SUBMITTED, number, "")
    assert returned.submitted_at == submitted_at
    assert Intimation.objects.count() == 1


def test_what_the_authority_has_approved_does_not_wait_for_it_again():
    service = make_service(cca_mode=Service.Mode.PRIOR_APPROVAL)
    returned = make_enrollment(state=E.RETURNED, officer=make_officer(service=service))
    make_intimation(
        enrollment=returned, answer="approved", answered_by=make_user(Role.NODAL_OFFICER)
    )

    assert submit(returned).state == E.SUBMITTED


def test_a_self_paced_course_commences_on_the_day_of_submission_and_needs_no_account():
    provider = make_provider(code="dopt", name="DoPT", issues_coupons=False)
    course = make_course(mode=Course.Mode.SELF_PACED, provider=provider, fee_usd=None)
    draft = make_enrollment(state=E.DRAFT, course=course)
    assert draft.provider_account is None

    submit(draft)

    assert draft.commences_on == timezone.localdate()
    assert draft.decision.commences_on == timezone.localdate()


# --- withdrawing ------------------------------------------------------------------------------
def withdraw(enrollment: Enrollment, reason: str = "Posted to the field.") -> None:
    registrations.withdraw_registration(
        enrollment_id=enrollment.pk,
        reason=reason,
        acting_user=enrollment.officer.user,
        at=timezone.now(),
    )


def test_withdrawing_tells_the_officer_and_the_authority():
    enrollment = make_enrollment(state=E.SUBMITTED)
    make_intimation(enrollment=enrollment)
    nodal = make_nodal_officer(authority=enrollment.officer.authority)

    withdraw(enrollment)

    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.reason) == (E.WITHDRAWN, "Posted to the field.")
    told = set(Notice.objects.values_list("user", flat=True))
    assert told == {enrollment.officer.user_id, nodal.pk}


def test_what_was_submitted_is_withdrawn_with_a_reason_only():
    enrollment = make_enrollment(state=E.SUBMITTED)

    with pytest.raises(Refused, match="Say why"):
        withdraw(enrollment, reason="")


def test_a_draft_is_discarded_without_a_word_to_anybody():
    draft = make_enrollment(state=E.DRAFT)
    make_nodal_officer(authority=draft.officer.authority)

    withdraw(draft, reason="")

    draft.refresh_from_db()
    assert draft.state == E.WITHDRAWN
    assert not Notice.objects.exists()


def test_withdrawing_gives_an_unseen_coupon_back():
    enrollment = make_enrollment(state=E.CONFIRMED)
    issue = make_coupon_issue(enrollment=enrollment)

    withdraw(enrollment)

    issue.coupon.refresh_from_db()
    assert issue.coupon.state == "available"


@pytest.mark.parametrize("state", [E.COMPLETED, E.NOT_COMPLETED, E.REJECTED, E.WITHDRAWN])
def test_what_has_ended_cannot_be_withdrawn(state):
    enrollment = make_enrollment(state=state)

    with pytest.raises(Refused, match="The registration is"):
        withdraw(enrollment)


def test_a_notice_names_number_and_course_in_the_language_of_its_reader():
    draft = make_enrollment(state=E.DRAFT, course=make_course(title="Poverty & “O'Hara”"))

    submit(draft)

    subject, body = text_of(Notice.objects.get(user=draft.officer.user))
    assert subject == f"Registration {draft.number} is submitted"
    assert "Poverty & “O'Hara”" in body
