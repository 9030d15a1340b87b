"""For each task that runs by itself: something that is due, as the portal leaves it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import audit
from accounts.models import Service
from accounts.notifications import notify
from accounts.roles import Role
from credits.actions import draw_statement
from enrollment.actions import pieces, results, usage
from enrollment.models import CertificateUpload, Enrollment, ResultImport
from enrollment.states import CertificateState, CouponState, EnrollmentState
from enrollment.tasks import issue_receipts
from reimbursement.states import ClaimState
from tests.factories.accounts import (
    make_authority,
    make_delegation,
    make_nodal_officer,
    make_officer,
    make_posting,
    make_service,
    make_user,
)
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.credits import make_credit_entry
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.pool import (
    make_certificate,
    make_coupon,
    make_coupon_batch,
    make_coupon_issue,
    make_result,
)
from tests.factories.registrations import make_registration_policy
from tests.factories.reimbursement import make_claim
from tests.factories.usage import (
    bring_in,
    make_pool_policy,
    make_usage_report,
    usage_file,
)
from tests.lib import pictures

E = EnrollmentState


def hand() -> Any:
    return make_user(Role.DEALING_HAND)


def days_ago(number: int) -> Any:
    return timezone.now() - timedelta(days=number)


def notice_unsent() -> None:
    officer = make_officer()
    entry = audit.record(officer, "record.verified", acting_user=hand(), at=timezone.now())
    notify(officer.user, of=entry, link="/me/record/")


def entry_unsealed() -> None:
    audit.record(make_officer(), "record.verified", acting_user=hand(), at=timezone.now())


def letter_missing() -> None:
    make_intimation()


def receipt_missing() -> None:
    make_enrollment(state=E.SUBMITTED)


def receipt_overtaken() -> None:
    enrollment = make_enrollment(state=E.SUBMITTED)
    issue_receipts()
    Enrollment.objects.filter(pk=enrollment.pk).update(state=E.WITHDRAWN, reason="Ill.")


def statement_drawn() -> None:
    officer = make_officer()
    make_credit_entry(officer=officer)
    now = timezone.now()
    draw_statement(
        officer_id=officer.pk, as_of=timezone.localdate(now), acting_user=officer.log_in, at=now
    )


def programme_completed() -> None:
    officer, programme = make_officer(), make_programme()
    for _number in range(2):
        enrollment = make_enrollment(
            officer=officer, course=make_course(programme=programme), state=E.COMPLETED
        )
        make_result(enrollment=enrollment)
        make_certificate(enrollment=enrollment)


def file_to_be_read() -> None:
    enrollment = make_enrollment()
    usage.take_in_usage(
        provider=enrollment.course.provider,
        as_on=timezone.localdate(),
        file=usage_file("SOME-CODE-0001,redeemed,,somebody"),
        acting_user=hand(),
        at=timezone.now(),
    )


def report_to_be_applied() -> None:
    issue = make_coupon_issue(first_revealed_at=days_ago(3))
    report = bring_in(issue.coupon.provider, f"{issue.coupon.code},redeemed,,thief")
    usage.approve_usage(report_id=report.pk, acting_user=hand(), at=timezone.now())


def results_to_be_made_public() -> None:
    run = make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=30),
    )
    make_enrollment(run=run, username="asha", state=E.IN_PROGRESS)
    staged = results.stage_results(
        run=run,
        file_name="r.csv",
        file=ContentFile(b"username,grade,exam\nasha,72,passed\n"),
        public_from=timezone.now() + timedelta(hours=1),
        acting_user=hand(),
        at=timezone.now(),
    )
    given = {"rows": 1, "passes": 1, "acting_user": hand(), "at": timezone.now()}
    results.apply_results(import_id=staged.pk, **given)
    ResultImport.objects.update(public_from=days_ago(1))


def officer_waits_for_a_code() -> None:
    make_coupon_batch(course=make_enrollment().course, codes=1)


def code_run_out() -> None:
    over = timezone.localdate() - timedelta(days=1)
    batch = make_coupon_batch(codes=1, valid_until=over)
    enrollment = make_enrollment(run=make_run(course=batch.course))
    coupon = make_coupon(batch=batch, state=CouponState.ISSUED, valid_until=over)
    make_coupon_issue(enrollment=enrollment, coupon=coupon)


def pool_that_does_not_add_up() -> None:
    make_coupon(state=CouponState.ISSUED)  # to nobody
    hand()


def pool_running_out() -> None:
    batch = make_coupon_batch(codes=1, valid_until=timezone.localdate() + timedelta(days=5))
    make_pool_policy(provider=batch.provider)
    hand()


def code_long_unused() -> None:
    issue = make_coupon_issue(issued_at=days_ago(300), first_revealed_at=days_ago(299))
    make_pool_policy(provider=issue.coupon.provider)
    make_usage_report(provider=issue.coupon.provider, state="applied")


def officer_beyond_the_seats() -> None:
    run = make_run(seats=1)
    for _number in range(3):
        make_enrollment(run=run, state=E.SUBMITTED)


def registration_forgotten() -> None:
    make_registration_policy()
    run = make_run(commences_on=timezone.localdate() + timedelta(days=300))
    for number in (8, 40):  # one to be reminded of, one to lapse
        make_enrollment(state=E.RETURNED, run=run, state_since=days_ago(number), at=days_ago(50))


def approval_awaited() -> None:
    make_registration_policy()
    service = make_service(
        code="ISS", authority=make_authority(), cca_mode=Service.Mode.PRIOR_APPROVAL
    )
    enrollment = make_enrollment(state=E.AWAITING_AUTHORITY, officer=make_officer(service=service))
    make_nodal_officer(authority=service.authority)
    make_intimation(enrollment=enrollment, dated_on=timezone.localdate() - timedelta(days=10))


def delegation_begun() -> None:
    make_delegation().user.groups.clear()  # its first day has come, and nobody gave the role yet


def posting_in_force_today() -> None:
    make_posting(make_officer(), starts_on=timezone.localdate(), group="A", is_ahead=True)


def certificate_unchecked() -> None:
    make_certificate(
        state=CertificateState.UPLOADED,
        content=pictures.saved(pictures.certificate()),
        content_type="image/png",
    )


def upload_left_lying() -> None:
    enrollment = make_enrollment(
        course=make_course(mode="self_paced", certification="modules"), state=E.IN_PROGRESS
    )
    pieces.start_upload(
        enrollment_id=enrollment.pk,
        file_name="a.pdf",
        size=1000,
        sha256="",
        acting_user=enrollment.officer.log_in,
        at=days_ago(3),
    )
    CertificateUpload.objects.update(touched_at=days_ago(3))


def batch_moved() -> None:
    enrollment = make_enrollment(state=E.CONFIRMED)
    run = enrollment.run
    assert run is not None and run.commences_on is not None
    run.commences_on += timedelta(days=9)
    run.save()


def order_without_letter() -> None:
    make_claim(state=ClaimState.SANCTIONED, has_document=False)


DUE: Final[dict[str, Callable[[], None]]] = {
    "accounts.tasks.deliver_unsent": notice_unsent,
    "accounts.tasks.seal_audit": entry_unsealed,
    "enrollment.tasks.issue_missing_letters": letter_missing,
    "enrollment.tasks.issue_receipts": receipt_missing,
    "enrollment.tasks.end_papers": receipt_overtaken,
    "enrollment.tasks.issue_statements": statement_drawn,
    "enrollment.tasks.record_completions": programme_completed,
    "enrollment.tasks.read_provider_files": file_to_be_read,
    "enrollment.tasks.apply_usage_reports": report_to_be_applied,
    "enrollment.tasks.carry_out_results": results_to_be_made_public,
    "enrollment.tasks.serve_coupon_queue": officer_waits_for_a_code,
    "enrollment.tasks.expire_coupons": code_run_out,
    "enrollment.tasks.check_pool": pool_that_does_not_add_up,
    "enrollment.tasks.watch_pools": pool_running_out,
    "enrollment.tasks.tell_waiting_lists": officer_beyond_the_seats,
    "enrollment.tasks.remind_and_lapse": registration_forgotten,
    "enrollment.tasks.remind_authorities": approval_awaited,
    "enrollment.tasks.follow_delegations": delegation_begun,
    "enrollment.tasks.put_postings_in_force": posting_in_force_today,
    "enrollment.tasks.check_certificates": certificate_unchecked,
    "enrollment.tasks.forget_uploads": upload_left_lying,
    "enrollment.tasks.decide_anew": batch_moved,
    "reimbursement.tasks.issue_missing_orders": order_without_letter,
    "reimbursement.tasks.reconcile_coupons": code_long_unused,
}
# Run again in the tests of their own: they need a file, a clock, or a meeting.
ELSEWHERE: Final = frozenset(
    {
        "accounts.tasks.beat_heartbeat",
        "accounts.tasks.forget_rolls",
        "accounts.tasks.send_digests",
        "accounts.tasks.work_on_rolls",
        "circulars.tasks.deliver_undelivered",
        "circulars.tasks.render_unrendered",
        "committee.tasks.follow_announcements",
        "committee.tasks.render_minutes",
        "eligibility.tasks.delete_old_rolls",
        "eligibility.tasks.delete_old_screenings",
        "eligibility.tasks.make_screenings",
        "eligibility.tasks.screen_rolls",
    }
)
