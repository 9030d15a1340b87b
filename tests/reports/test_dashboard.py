"""The dashboard: each sees what awaits him or her, in thirteen queries at most for an officer."""

import pytest
from django.utils import timezone

from accounts.roles import Role
from circulars.states import CircularState
from courses.models import CommitteeDecision
from courses.states import DecisionState
from enrollment.states import CertificateState, EnrollmentState
from reimbursement.states import BatchState, ClaimState
from reports import awaiting
from tests.factories.accounts import make_nodal_officer, make_officer, make_user, sign_in
from tests.factories.circulars import make_circular
from tests.factories.courses import make_committee_decision, make_course, make_run
from tests.factories.credits import make_credit_entry, make_threshold
from tests.factories.eligibility import load_rule_sets
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.pool import make_certificate, make_coupon_batch, make_coupon_issue
from tests.factories.reimbursement import make_claim, make_payment_batch

pytestmark = pytest.mark.django_db


def tasks_of(officer):
    enrollments, claims = awaiting.own_enrollments(officer), awaiting.own_claims(officer)
    return [task.name for task in awaiting.officer_tasks(officer, enrollments, claims)]


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (EnrollmentState.DRAFT, "Finish your registration"),
        (EnrollmentState.RETURNED, "Correct your registration"),
        (EnrollmentState.COMPLETED, "Upload your certificate"),
    ],
)
def test_a_registration_says_its_next_step(state, name):
    enrollment = make_enrollment(state=state)

    assert tasks_of(enrollment.officer) == [name]


@pytest.mark.parametrize("state", [EnrollmentState.SUBMITTED, EnrollmentState.NOT_COMPLETED])
def test_what_is_with_somebody_else_or_over_is_no_task(state):
    assert tasks_of(make_enrollment(state=state).officer) == []


def test_a_coupon_that_nobody_has_seen_is_a_task_until_it_is_seen():
    issue = make_coupon_issue()
    assert tasks_of(issue.officer) == ["Get your coupon code"]

    issue.first_revealed_at = timezone.now()
    issue.save()

    assert tasks_of(issue.officer) == []


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (CertificateState.UNDER_REVIEW, []),
        (CertificateState.RETURNED, ["Upload your certificate again"]),
        (CertificateState.VERIFIED, ["Claim the course fee"]),
    ],
)
def test_a_certificate_leads_to_the_claim(state, names):
    certificate = make_certificate(state=state)

    assert tasks_of(certificate.officer) == names


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (ClaimState.DRAFT, ["Finish your claim"]),
        (ClaimState.RETURNED, ["Answer the queries on your claim"]),
        (ClaimState.PAYMENT_FAILED, ["Correct your bank details"]),
        (ClaimState.SUBMITTED, []),
        (ClaimState.PAID, []),
    ],
)
def test_a_claim_says_its_next_step(state, names):
    claim = make_claim(state=state)

    assert tasks_of(claim.officer) == names


def test_an_officer_without_a_record_is_asked_for_it_first(client):
    sign_in(client, make_user(Role.OFFICER))

    page = client.get("/dashboard/").content.decode()

    assert "Declare your service record" in page


def test_an_officers_dashboard_takes_thirteen_queries_whatever_the_rows(
    client, django_assert_max_num_queries
):
    load_rule_sets()
    officer = make_officer()
    make_threshold()
    for number in range(6):
        course = make_course(code=f"of-an-officer-{number}")
        enrollment = make_enrollment(
            officer=officer, course=course, state=EnrollmentState.COMPLETED
        )
        certificate = make_certificate(enrollment=enrollment)
        make_claim(certificate=certificate, state=ClaimState.RETURNED)
        make_credit_entry(officer=officer, key=f"award:{number}")
        make_run(course=make_course())
    sign_in(client, officer.user)
    client.get("/dashboard/")  # the catalogue is now kept in memory

    with django_assert_max_num_queries(13):
        page = client.get("/dashboard/").content.decode()

    assert page.count("Answer the queries on your claim") == 6
    assert "You may join 6 of" in page


def test_one_officer_sees_nothing_of_another(client):
    make_claim(state=ClaimState.RETURNED)
    sign_in(client, make_officer().user)

    page = client.get("/dashboard/").content.decode()

    assert "Answer the queries" not in page


def test_an_officer_sees_which_courses_are_open_to_him_less_those_under_way(client):
    load_rule_sets()
    officer = make_officer()
    taken = make_enrollment(officer=officer, state=EnrollmentState.SUBMITTED)
    open_run = make_run(course=make_course(title="Data Analysis"), name="June batch")
    make_run(course=make_course(title="Without rules", rule_set_code="NONE"))
    sign_in(client, officer.user)

    page = client.get("/dashboard/").content.decode()

    section = page.split('id="outlook"')[1].split("</section>")[0]
    assert "You may join 1 of 2 courses and batches." in section
    assert section.index("Data Analysis") < section.index("Without rules")
    assert f"commences {open_run.commences_on:%d.%m.%Y}" in section
    assert str(taken.course) not in section
    assert "/eligibility/calendar/" in section


def test_without_a_service_record_no_courses_are_judged(client):
    make_run()
    sign_in(client, make_user(Role.OFFICER))

    assert 'id="outlook"' not in client.get("/dashboard/").content.decode()


def words_for(user):
    return [task.name for task in awaiting.staff_tasks(user)]


def test_a_nodal_officer_sees_the_queues_of_the_own_authority():
    nodal = make_nodal_officer()
    make_officer(is_verified=False)
    make_intimation()

    assert words_for(nodal) == ["1 service record to verify", "1 registration to note"]


def test_a_dealing_hand_sees_each_queue_with_something_in_it():
    hand = make_user(Role.DEALING_HAND)
    make_enrollment(state=EnrollmentState.SUBMITTED)
    make_coupon_batch(is_released=False)
    make_certificate(state=CertificateState.UNDER_REVIEW)
    make_claim(state=ClaimState.SUBMITTED)

    assert words_for(hand) == [
        "1 registration to confirm",
        "1 coupon batch to release",
        "1 certificate to verify",
        "1 claim to take up",
    ]


def test_a_batch_that_one_imported_oneself_is_no_task():
    batch = make_coupon_batch(is_released=False)

    assert words_for(batch.imported_by) == []


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.SANCTIONING_AUTHORITY, "1 claim to decide"),
        (Role.COMMITTEE_MEMBER, "1 decision to confirm"),
        (Role.COMMITTEE_SECRETARY, "1 decision waits for a member"),
        (Role.CIRCULAR_APPROVER, "1 circular to approve or issue"),
    ],
)
def test_other_staff_see_what_waits_for_them(role, words):
    make_claim(state=ClaimState.RECOMMENDED)
    make_circular(state=CircularState.SUBMITTED)
    make_committee_decision(
        course=make_course(code="new"), state=DecisionState.DRAFT, rule_set_code="WEB"
    )
    assert CommitteeDecision.objects.filter(state=DecisionState.DRAFT).count() == 1

    assert words_for(make_user(role)) == [words]


def test_a_paying_officer_sees_batches_to_release_and_those_that_wait_for_a_file():
    make_payment_batch(state=BatchState.LOCKED)
    make_payment_batch(state=BatchState.EXPORTED)

    assert words_for(make_user(Role.PAYING_OFFICER)) == [
        "1 payment batch to release",
        "1 payment batch waits for its return file",
    ]


def test_an_empty_desk_says_so(client):
    sign_in(client, make_user(Role.SANCTIONING_AUTHORITY))

    assert "Nothing waits for you" in client.get("/dashboard/").content.decode()


def test_an_account_without_a_role_is_told_what_to_do(client):
    sign_in(client, make_user())

    assert "no role yet" in client.get("/dashboard/").content.decode()
