import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from enrollment.actions import usage
from enrollment.actions.coupons import give_again, revoke_coupon
from enrollment.models import (
    ColumnMap,
    Coupon,
    ReconciliationCase,
    Redemption,
    UsageReport,
    UsageReportRow,
)
from enrollment.states import CouponState, UsageState
from igot.lib.dates import dmy
from igot.lib.errors import Refused
from tests.factories.accounts import make_user
from tests.factories.courses import make_provider
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue
from tests.factories.usage import apply, bring_in, make_redemption, make_usage_report, usage_file

pytestmark = pytest.mark.django_db
AT = timezone.now()
TODAY = dmy(timezone.localdate())
Outcome = UsageReportRow.Outcome
Kind = ReconciliationCase.Kind


@pytest.fixture
def issue():
    """An issued, shown code that only its officer knows."""
    enrollment = make_enrollment(username="Asha_K")
    coupon = make_coupon(
        batch=make_coupon_batch(course=enrollment.course),
        code="SECRETCODE0001",
        state=CouponState.ISSUED,
    )
    return make_coupon_issue(
        enrollment=enrollment, coupon=coupon, first_revealed_at=AT - timedelta(days=3)
    )


def provider_of(issue):
    return issue.coupon.provider


def outcomes(report):
    return list(report.rows.order_by("row").values_list("outcome", flat=True))


def state_of(coupon):
    return Coupon.objects.get(pk=coupon.pk).state


# --- reading ------------------------------------------------------------------------------------


def test_reading_changes_nothing_but_its_own_rows(issue):
    report = bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},asha_k")

    assert report.state == UsageState.READ
    assert outcomes(report) == [Outcome.REDEEMED]
    assert state_of(issue.coupon) == CouponState.ISSUED
    assert not Redemption.objects.exists()


def test_each_row_has_its_outcome(issue):
    course = issue.course
    batch = issue.coupon.batch
    make_coupon(batch=batch, code="STILLINPOOL01")
    make_coupon(batch=batch, code="REVOKEDCODE01", state=CouponState.DEAD)
    dead = Coupon.objects.get(ending="DE01")
    make_coupon_issue(
        enrollment=make_enrollment(course=course, run=issue.enrollment.run),
        coupon=dead,
        first_revealed_at=AT,
        ended_at=AT,
        end_reason="lost",
    )
    known = make_redemption(account="bina").coupon
    Coupon.objects.filter(pk=known.pk).update(provider=course.provider)
    other = make_coupon_issue(
        coupon=make_coupon(batch=batch, code="GIVENAWAY0001", state=CouponState.ISSUED),
        enrollment=make_enrollment(course=course, run=issue.enrollment.run),
    )

    report = bring_in(
        provider_of(issue),
        f"SECRETCODE0001,Redeemed,{TODAY},ASHA_K",
        f"{other.coupon.code},redeemed,{TODAY},somebody@example.com",
        f"STILLINPOOL01,redeemed,{TODAY},x",
        f"REVOKEDCODE01,redeemed,{TODAY},x",
        f"{known.code},redeemed,{TODAY},Bina",
        "NOTOURS000001,redeemed,,x",
        "SECRETCODE0001,assigned,,",
        ",redeemed,,x",
        f"GIVENAWAY0001,perhaps,{TODAY},x",
        "GIVENAWAY0001,redeemed,31/31/2020,x",
    )

    assert outcomes(report) == [
        Outcome.REDEEMED,
        Outcome.OTHER_ACCOUNT,
        Outcome.NEVER_ISSUED,
        Outcome.TAKEN_BACK,
        Outcome.ALREADY_KNOWN,
        Outcome.UNKNOWN_CODE,
        Outcome.DUPLICATE,
        Outcome.MALFORMED,
        Outcome.MALFORMED,
        Outcome.MALFORMED,
    ]


def test_a_code_that_stands_twice_speaks_by_its_redeemed_row(issue):
    report = bring_in(
        provider_of(issue),
        "SECRETCODE0001,assigned,,",
        f"SECRETCODE0001,redeemed,{TODAY},asha_k",
        f"SECRETCODE0001,redeemed,{TODAY},asha_k",
    )

    assert outcomes(report) == [Outcome.DUPLICATE, Outcome.REDEEMED, Outcome.DUPLICATE]


def test_two_rows_in_two_chunks_are_merged_alike(issue, monkeypatch):
    monkeypatch.setattr(usage.UsageReader, "rows_at_once", 1)

    report = bring_in(
        provider_of(issue),
        "SECRETCODE0001,assigned,,",
        f"SECRETCODE0001,redeemed,{TODAY},asha_k",
        f"SECRETCODE0001,redeemed,{TODAY},thief",
        "SECRETCODE0001,assigned,,",
    )

    assert outcomes(report) == [
        Outcome.DUPLICATE,
        Outcome.CONFLICT,
        Outcome.CONFLICT,
        Outcome.DUPLICATE,
    ]


def test_a_provider_with_its_own_columns_is_read_by_its_map(issue):
    """The reports of edX: a row of the batch first, and dates such as Sep 30, 20."""
    ColumnMap.objects.create(
        provider=provider_of(issue),
        kind=ColumnMap.Kind.USAGE,
        columns={
            "code": "Coupon Code",
            "status": "Code Status",
            "redeemed_on": "Redeemed Date",
            "redeemed_by": "Redeemed By Username",
        },
        words={"status": {"Redeemed": "redeemed", "Partial": "unused"}},
        date_form=ColumnMap.DateForm.NAMED_MONTH,
        passed_over_without="code",
        effective_from=timezone.localdate(),
        circular_reference="a test",
    )

    report = bring_in(
        provider_of(issue),
        '"DoPT batch 4",,Partial,,',
        '"DoPT batch 4",SECRETCODE0001,Redeemed,"Sep 30, 20",asha_k',
        header="Coupon Name,Coupon Code,Code Status,Redeemed Date,Redeemed By Username",
    )

    row = report.rows.get()
    assert (row.outcome, row.redeemed_on.isoformat()) == (Outcome.REDEEMED, "2020-09-30")


def test_a_file_that_tells_of_no_redemption_is_refused_with_a_sentence(issue):
    report = bring_in(provider_of(issue), "SECRETCODE0001", header="Code")

    assert report.state == UsageState.REFUSED
    assert "no column tells it" in report.problem
    assert not report.file and not report.rows.exists()


def test_the_same_file_comes_once(issue):
    row = f"SECRETCODE0001,redeemed,{TODAY},asha_k"
    bring_in(provider_of(issue), row)

    with pytest.raises(Refused, match="brought in already"):
        bring_in(provider_of(issue), row)


def test_a_report_of_days_to_come_is_refused(issue):
    with pytest.raises(Refused, match="days to come"):
        usage.bring_in_usage(
            provider=provider_of(issue),
            as_on=timezone.localdate() + timedelta(days=1),
            file=usage_file("SECRETCODE0001,redeemed,,x"),
            acting_user=make_user(Role.DEALING_HAND),
            at=AT,
        )


def test_only_the_desk_brings_reports_in(issue):
    with pytest.raises(Refused):
        bring_in(provider_of(issue), "SECRETCODE0001,redeemed,,x", user=make_user(Role.OFFICER))


def test_codes_stand_in_no_row_log_audit_entry_or_notice(issue, caplog):
    make_user(Role.DEALING_HAND)
    make_coupon(batch=issue.coupon.batch, code="STILLINPOOL01")
    with caplog.at_level(logging.DEBUG):
        apply(
            bring_in(
                provider_of(issue),
                f"SECRETCODE0001,redeemed,{TODAY},thief",
                f"STILLINPOOL01,redeemed,{TODAY},thief",
            )
        )

    stored = [
        *UsageReportRow.objects.values_list(),
        *AuditEntry.objects.values_list("details", "subject_name"),
        *Notice.objects.values_list("params", "link"),
        *ReconciliationCase.objects.values_list("subject", "facts"),
    ]
    for code in ("SECRETCODE0001", "STILLINPOOL01"):
        assert code not in str(stored) and code not in caplog.text


# --- leaks --------------------------------------------------------------------------------------


def test_a_leak_is_told_to_the_desk_as_soon_as_the_report_is_read(issue):
    hand = make_user(Role.DEALING_HAND)
    make_coupon(batch=issue.coupon.batch, code="STILLINPOOL01")

    report = bring_in(provider_of(issue), f"STILLINPOOL01,redeemed,{TODAY},x")

    notice = Notice.objects.get(user=hand)
    assert notice.params["codes"] == "1"
    assert notice.link == reverse("admin:enrollment_usagereport_rows", args=[report.pk])


def test_a_leaked_code_leaves_the_pool_when_the_report_is_applied(issue):
    leaked = make_coupon(batch=issue.coupon.batch, code="STILLINPOOL01")

    apply(bring_in(provider_of(issue), f"STILLINPOOL01,redeemed,{TODAY},x"))

    assert state_of(leaked) == CouponState.REDEEMED
    case = ReconciliationCase.objects.get()
    assert (case.kind, case.coupon, case.issue) == (Kind.LEAKED, leaked, None)


# --- applying -----------------------------------------------------------------------------------


def test_applying_marks_the_code_and_keeps_day_and_account(issue):
    report = apply(bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},asha_k"))

    redemption = Redemption.objects.get()
    assert report.state == UsageState.APPLIED
    assert state_of(issue.coupon) == CouponState.REDEEMED
    assert (redemption.issue, redemption.account) == (issue, "asha_k")
    assert redemption.is_by_holder and redemption.redeemed_on == timezone.localdate()
    assert AuditEntry.objects.about(issue).filter(event="coupon.redeemed").count() == 1
    assert not ReconciliationCase.objects.exists()


def test_the_officers_e_mail_address_names_the_holder_too(issue):
    email = issue.officer.user.email.upper()

    apply(bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},{email}"))

    assert Redemption.objects.get().is_by_holder


def test_another_account_opens_a_case_and_asks_the_officer(issue):
    apply(bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},thief@example.com"))

    case = ReconciliationCase.objects.get()
    assert (case.kind, case.enrollment) == (Kind.OTHER_ACCOUNT, issue.enrollment)
    notice = Notice.objects.get(user=issue.officer.user)
    assert notice.template == "coupon.disputed"
    assert "thief" not in str(notice.params)  # whose account it is stays with the desk
    assert notice.params["ending"] == "0001"


def test_a_code_redeemed_by_two_accounts_is_one_case(issue):
    apply(
        bring_in(
            provider_of(issue),
            f"SECRETCODE0001,redeemed,{TODAY},asha_k",
            f"SECRETCODE0001,redeemed,{TODAY},thief",
        )
    )

    assert Redemption.objects.count() == 1
    assert ReconciliationCase.objects.get().kind == Kind.OTHER_ACCOUNT


def test_a_code_that_was_taken_back_and_is_redeemed_is_a_case(issue):
    revoke_coupon(issue_id=issue.pk, reason="lost", acting_user=make_user(Role.DEALING_HAND), at=AT)

    apply(bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},asha_k"))

    assert state_of(issue.coupon) == CouponState.REDEEMED
    assert ReconciliationCase.objects.get().kind == Kind.TAKEN_BACK


def test_an_unknown_code_that_was_redeemed_is_a_case_and_an_unused_one_is_not(issue):
    apply(bring_in(provider_of(issue), "NOTOURS000001,redeemed,,x", "NOTOURS000002,unused,,"))

    assert ReconciliationCase.objects.get().kind == Kind.UNKNOWN_CODE


def test_rows_are_judged_on_the_codes_as_they_are_when_applied(issue):
    report = bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},asha_k")
    revoke_coupon(issue_id=issue.pk, reason="lost", acting_user=make_user(Role.DEALING_HAND), at=AT)

    apply(report)

    assert outcomes(report) == [Outcome.TAKEN_BACK]


def test_a_second_report_changes_nothing_that_is_known(issue):
    apply(bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},thief"))
    apply(bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},THIEF"))

    assert Redemption.objects.count() == ReconciliationCase.objects.count() == 1
    assert Notice.objects.filter(user=issue.officer.user).count() == 1


def test_whoever_brought_it_in_does_not_approve_it(issue):
    hand = make_user(Role.DEALING_HAND)
    report = bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},asha_k", user=hand)

    with pytest.raises(Refused, match="second person"):
        usage.approve_usage(report_id=report.pk, acting_user=hand, at=AT)

    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        UsageReport.objects.filter(pk=report.pk).update(approved_by=hand)


def test_a_discarded_report_applies_nothing_and_may_come_again(issue):
    row = f"SECRETCODE0001,redeemed,{TODAY},asha_k"
    report = bring_in(provider_of(issue), row)

    usage.discard_usage(
        report_id=report.pk, reason="wrong file", acting_user=make_user(Role.DEALING_HAND), at=AT
    )

    assert usage.apply_usage(report_id=report.pk, at=AT) == 0
    assert bring_in(provider_of(issue), row).state == UsageState.READ


def test_an_apply_cut_off_between_two_transactions_is_finished_by_the_next(issue, monkeypatch):
    monkeypatch.setattr(usage, "ROWS_AT_ONCE", 1)
    make_coupon(batch=issue.coupon.batch, code="STILLINPOOL01")
    report = bring_in(
        provider_of(issue),
        f"SECRETCODE0001,redeemed,{TODAY},asha_k",
        f"STILLINPOOL01,redeemed,{TODAY},x",
    )
    usage.approve_usage(report_id=report.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)

    assert usage.apply_usage(report_id=report.pk, at=AT, most=1) == 1
    assert UsageReport.objects.get(pk=report.pk).state == UsageState.APPROVED
    assert usage.apply_usage(report_id=report.pk, at=AT) == 1

    assert UsageReport.objects.get(pk=report.pk).state == UsageState.APPLIED
    assert Redemption.objects.count() == 2


# --- afterwards ---------------------------------------------------------------------------------


def test_an_issue_whose_code_somebody_used_can_end_and_another_is_given(issue):
    make_coupon(batch=issue.coupon.batch)
    apply(bring_in(provider_of(issue), f"SECRETCODE0001,redeemed,{TODAY},thief"))

    revoke_coupon(issue_id=issue.pk, reason="used", acting_user=make_user(Role.DEALING_HAND), at=AT)
    new = give_again(issue_id=issue.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)

    assert state_of(issue.coupon) == CouponState.REDEEMED
    assert new.coupon != issue.coupon and new.replaces == issue


def test_the_database_refuses_a_redemption_by_the_holder_of_nothing(issue):
    make_redemption(issue=issue)

    with pytest.raises(IntegrityError, match="holder_has_issue"), transaction.atomic():
        Redemption.objects.update(issue=None)


def test_the_database_refuses_an_approved_report_without_its_approver():
    report = make_usage_report(provider=make_provider())

    with pytest.raises(IntegrityError, match="approved_by_someone"), transaction.atomic():
        UsageReport.objects.filter(pk=report.pk).update(state=UsageState.APPROVED)
