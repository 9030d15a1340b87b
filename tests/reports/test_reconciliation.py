from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment import three_way
from enrollment.actions import cases, reconciling
from enrollment.models import CouponIssue, Enrollment, ReconciliationCase
from enrollment.states import CaseState, CouponState, EnrollmentState, UsageState
from igot.lib.errors import Refused
from reimbursement.models import Claim
from reimbursement.states import ClaimState
from reimbursement.tasks import reconcile_coupons
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue
from tests.factories.reimbursement import make_claim
from tests.factories.usage import make_case, make_pool_policy, make_redemption, make_usage_report

pytestmark = pytest.mark.django_db
AT = timezone.now()
TODAY = timezone.localdate()
Kind = ReconciliationCase.Kind


@pytest.fixture
def run():
    """A run that ended long ago, of a course whose provider has reported up to today."""
    run = make_run(commences_on=TODAY - timedelta(days=300), ends_on=TODAY - timedelta(days=200))
    make_pool_policy(provider=run.course.provider)
    make_usage_report(provider=run.course.provider, state=UsageState.APPLIED)
    return run


def issued(run, *, state=CouponState.ISSUED, days_ago=150, **fields):
    batch = run.course.coupon_batches.first() or make_coupon_batch(course=run.course)
    return make_coupon_issue(
        enrollment=make_enrollment(course=run.course, run=run, **fields),
        coupon=make_coupon(batch=batch, state=state),
        issued_at=AT - timedelta(days=days_ago),
        first_revealed_at=AT - timedelta(days=days_ago),
    )


def claim_of(enrollment, state=ClaimState.SUBMITTED):
    enrollment.state = EnrollmentState.COMPLETED
    enrollment.completed_on = TODAY
    enrollment.save()
    claim = make_claim(state=state)
    Claim.objects.filter(pk=claim.pk).update(
        enrollment=enrollment, officer=enrollment.officer, course=enrollment.course
    )
    return claim


def kinds():
    return sorted(ReconciliationCase.objects.open().values_list("kind", flat=True))


# --- what is a case -----------------------------------------------------------------------------


def test_a_code_redeemed_and_not_claimed_long_after_the_run_is_a_case(run):
    issue = issued(run)
    make_redemption(issue=issue)

    assert reconcile_coupons() == 1

    case = ReconciliationCase.objects.get()
    assert (case.kind, case.issue, case.enrollment) == (Kind.UNCLAIMED, issue, issue.enrollment)


def test_a_claim_that_comes_later_settles_the_case(run):
    issue = issued(run)
    make_redemption(issue=issue)
    reconcile_coupons()
    claim_of(issue.enrollment)

    reconcile_coupons()

    case = ReconciliationCase.objects.get()
    assert (case.state, case.reason, case.closed_by) == (CaseState.CLOSED, "settled", None)


def test_who_did_not_pass_has_nothing_to_claim(run):
    make_redemption(issue=issued(run, state=CouponState.ISSUED))
    Enrollment.objects.update(state=EnrollmentState.NOT_COMPLETED)

    assert reconcile_coupons() == 0


def test_a_claim_without_redemption_is_a_case_once_a_report_covers_it(run):
    issue = issued(run, days_ago=5)
    claim_of(issue.enrollment)
    Claim.objects.update(paid_on=TODAY)

    reconcile_coupons()

    assert kinds() == [Kind.CLAIM_ALONE]


def test_a_claim_of_a_day_after_the_report_is_no_case(run):
    issue = issued(run, days_ago=5)
    claim_of(issue.enrollment)
    Claim.objects.update(paid_on=TODAY + timedelta(days=1))

    assert reconcile_coupons() == 0


def test_a_code_issued_long_ago_and_not_redeemed_is_a_case(run):
    issued(run, days_ago=61)
    issued(run, days_ago=59)

    reconcile_coupons()

    assert kinds() == [Kind.UNUSED]


def test_without_a_policy_or_a_report_nothing_is_said():
    run = make_run(commences_on=TODAY - timedelta(days=300), ends_on=TODAY - timedelta(days=200))
    make_redemption(issue=issued(run))

    assert reconcile_coupons() == 0


def test_running_again_opens_nothing_twice(run):
    issued(run)
    make_redemption(issue=issued(run))
    reconcile_coupons()

    assert reconcile_coupons() == 0
    assert kinds() == [Kind.UNCLAIMED, Kind.UNUSED]


def test_a_case_closed_by_somebody_stays_closed_for_the_same_facts(run):
    issued(run)
    reconcile_coupons()
    cases.close_case(
        case_id=ReconciliationCase.objects.get().pk,
        reason="explained",
        remark="on leave",
        acting_user=make_user(Role.DEALING_HAND),
        at=AT,
    )

    assert reconcile_coupons() == 0


def test_what_was_settled_opens_again_when_the_difference_returns(run):
    issue = issued(run)
    make_redemption(issue=issue)
    reconcile_coupons()
    claim = claim_of(issue.enrollment)
    reconcile_coupons()
    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.WITHDRAWN)

    reconcile_coupons()

    assert ReconciliationCase.objects.count() == 2
    assert kinds() == [Kind.UNCLAIMED]


def test_reconciling_asks_few_questions_however_many_rows(run, django_assert_max_num_queries):
    for _number in range(5):
        issued(run)
        make_redemption(issue=issued(run))

    with django_assert_max_num_queries(40):
        reconciling.reconcile(claimed=Claim.objects.made(), at=AT)


# --- taking up and closing ----------------------------------------------------------------------


def test_a_case_is_taken_up_and_closed_with_a_reason():
    case, hand = make_case(), make_user(Role.DEALING_HAND)

    cases.take_case(case_id=case.pk, acting_user=hand, at=AT)
    cases.close_case(case_id=case.pk, reason="replaced", remark="file 12", acting_user=hand, at=AT)

    case.refresh_from_db()
    assert (case.taken_by, case.closed_by, case.reason) == (hand, hand, "replaced")
    events = AuditEntry.objects.about(case).values_list("event", flat=True)
    assert list(events) == ["reconciliationcase.taken", "reconciliationcase.closed"]


def test_nobody_closes_their_own_case_or_one_twice():
    case = make_case()
    own = case.enrollment.officer.user
    own.groups.add(*make_user(Role.DEALING_HAND).groups.all())

    with pytest.raises(Refused, match="own case"):
        cases.close_case(case_id=case.pk, reason="explained", acting_user=own, at=AT)
    hand = make_user(Role.DEALING_HAND)
    cases.close_case(case_id=case.pk, reason="explained", acting_user=hand, at=AT)
    with pytest.raises(Refused, match="closed"):
        cases.close_case(case_id=case.pk, reason="explained", acting_user=hand, at=AT)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"reason": "settled"}, "closed_with_reason"),
        ({"state": "closed", "closed_at": AT, "reason": "explained"}, "closed_by_someone"),
    ],
)
def test_the_database_refuses_a_case_closed_without_reason_or_person(changes, constraint):
    case = make_case()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReconciliationCase.objects.filter(pk=case.pk).update(**changes)


def test_the_database_refuses_two_open_cases_on_one_subject():
    case = make_case()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_case(issue=case.issue, facts="others")


def test_cases_are_closed_in_bulk_with_a_result_for_each(client):
    call_command("sync_roles", stdout=StringIO())
    first, second = make_case(), make_case()
    sign_in(client, make_user(Role.DEALING_HAND))

    answer = client.post(
        reverse("admin:enrollment_reconciliationcase_changelist"),
        {
            "action": "step_close",
            "_selected_action": [first.pk, second.pk],
            "desk_confirmed": "1",
            "reason": "explained",
            "remark": "by letter",
        },
    )

    assert answer.status_code == 200
    assert ReconciliationCase.objects.open().count() == 0


# --- the page -----------------------------------------------------------------------------------


@pytest.fixture
def accounts(run):
    """One of each: by holder claimed and not, by another, unredeemed, ended, leaked, no code."""
    claimed = issued(run)
    make_redemption(issue=claimed)
    claim_of(claimed.enrollment)
    make_redemption(issue=issued(run))
    make_redemption(issue=issued(run), is_by_holder=False, account="x")
    issued(run)
    ended = issued(run)
    make_redemption(issue=ended)
    CouponIssue.objects.filter(pk=ended.pk).update(ended_at=AT, end_reason="lost")
    make_redemption(coupon=make_coupon(batch=run.course.coupon_batches.get()))
    claim_of(make_enrollment(course=run.course, run=run))
    return run.course


def test_the_three_accounts_add_up(accounts):
    table = three_way.table_of(accounts, None, Claim.objects.made())

    counts = {line["name"]: [cell.count for cell in line["cells"]] for line in table["lines"]}
    assert counts == {
        "holder": [1, 1, 2],
        "other": [0, 1, 1],
        "unredeemed": [0, 1, 1],
        "ended": [0, 1, 1],
        "leaked": [0, 1, 1],
        "no_code": [1, 0, 1],
    }
    assert (table["issued"], table["redeemed"], table["claimed"]) == (4, 5, 2)
    assert table["codes"]["imported"] == sum(count for _label, count in table["codes"]["states"])
    assert dict(table["codes"]["states"])["Redeemed"] == table["redeemed"]


def test_each_number_is_a_link_to_as_many_rows(client, accounts):
    sign_in(client, make_user(Role.DEALING_HAND))
    table = three_way.table_of(accounts, None, Claim.objects.made())

    for line in table["lines"]:
        for cell in line["cells"]:
            query = {"course": accounts.code, "line": cell.line, "column": cell.column}
            answer = client.get(reverse("reports:reconciliation"), query)
            assert answer.context["page_obj"].paginator.count == cell.count


def test_the_page_is_for_the_desk_and_asks_few_questions(
    client, accounts, django_assert_max_num_queries
):
    url = reverse("reports:reconciliation")
    sign_in(client, make_user(Role.OFFICER))
    assert client.get(url).status_code == 403

    sign_in(client, make_user(Role.DEALING_HAND))
    client.get(url)
    with django_assert_max_num_queries(15):
        answer = client.get(url, {"course": accounts.code, "line": "holder", "column": ""})
    assert answer.status_code == 200


@pytest.mark.parametrize("query", [{"course": "nothing"}, {"batch": "0"}, {"batch": "x'"}])
def test_an_address_that_names_nothing_is_not_found(client, accounts, query):
    sign_in(client, make_user(Role.DEALING_HAND))

    assert client.get(reverse("reports:reconciliation"), query).status_code == 404


def test_rows_leave_as_csv_and_that_is_recorded(client, accounts):
    sign_in(client, make_user(Role.DEALING_HAND))
    url = reverse("reports:reconciliation_csv")

    answer = client.get(url, {"course": accounts.code, "line": "holder", "column": "claimed"})

    assert answer.content.decode().count("\r\n") == 2
    assert AuditEntry.objects.get(event="course.rows_downloaded").details["rows"] == 1
    assert client.get(url, {"course": accounts.code}).status_code == 404


def test_a_page_without_codes_says_so(client):
    make_course()
    sign_in(client, make_user(Role.AUDITOR))

    assert "No codes yet" in client.get(reverse("reports:reconciliation")).content.decode()


def test_a_batch_with_a_large_key_can_be_chosen_and_its_numbers_opened(client, run):
    batch = make_coupon_batch(course=run.course, id=1234)
    issued(run)
    sign_in(client, make_user(Role.DEALING_HAND))

    page = client.get(
        reverse("reports:reconciliation"), {"course": run.course.code, "batch": batch.pk}
    )

    assert '<option value="1234" selected>' in page.text
    assert "&amp;batch=1234&amp;line=" in page.text
