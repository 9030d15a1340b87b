"""Coupons, results and certificates for tests, each with what its state requires."""

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from courses.models import Course, GradeRule, Run
from enrollment.models import (
    CertificateRule,
    CertificateSubmission,
    Coupon,
    CouponBatch,
    CouponImportRow,
    CouponIssue,
    Enrollment,
    Result,
    ResultImport,
    ResultImportRow,
)
from enrollment.models.results import ExamOutcome
from enrollment.states import (
    BEING_CHECKED,
    BatchState,
    CertificateState,
    CouponState,
    EnrollmentState,
    ImportState,
)
from igot.lib.crypto import blind_index
from tests.factories.accounts import make_user
from tests.factories.courses import make_course
from tests.factories.enrollment import make_enrollment

numbers = count(1)
REVIEWED = frozenset(
    {CertificateState.VERIFIED, CertificateState.RETURNED, CertificateState.REJECTED}
)
PDF = b"%PDF-1.4 stands for a certificate in tests that never open it\n%%EOF\n"


def make_coupon_batch(
    *,
    course: Course | None = None,
    codes: int = 0,
    valid_until: date | None = None,
    is_released: bool = True,
    **fields: Any,
) -> CouponBatch:
    """Make a batch with `codes` coupons, released by a second person unless a test says not."""
    course = course or make_course()
    fields.setdefault("provider", course.provider)
    fields.setdefault("letter_reference", f"edX/{next(numbers)}")
    fields.setdefault("file_name", "codes.csv")
    fields.setdefault("sha256", sha256(str(next(numbers)).encode()).hexdigest())
    fields.setdefault("imported_by", make_user(Role.DEALING_HAND))
    fields.setdefault("imported_at", timezone.now())
    if is_released:
        fields.setdefault("state", BatchState.RELEASED)
        fields.setdefault("released_by", make_user(Role.DEALING_HAND))
        fields.setdefault("released_at", timezone.now())
    batch = CouponBatch.objects.create(course=course, **fields)
    for number in range(codes):
        make_coupon(batch=batch, valid_until=valid_until, row=number + 2)
    return batch


def make_coupon(
    *,
    batch: CouponBatch | None = None,
    code: str = "",
    valid_until: date | None = None,
    state: str = CouponState.AVAILABLE,
    row: int = 0,
    price_usd: Decimal = Decimal(100),
) -> Coupon:
    """Make one coupon with the row of the file that it came from."""
    batch = batch or make_coupon_batch()
    code = code or f"EDX{next(numbers):09d}"
    row = row or batch.rows.count() + 2
    CouponImportRow.objects.create(
        batch=batch, row=row, ending=code[-4:], outcome=CouponImportRow.Outcome.ACCEPTED
    )
    return Coupon.objects.create(
        batch=batch,
        provider=batch.provider,
        course=batch.course,
        code=code,
        code_digest=blind_index(code),
        ending=code[-4:],
        valid_until=valid_until or timezone.localdate() + timedelta(days=365),
        price_usd=price_usd,
        state=state,
    )


def make_coupon_issue(
    *, enrollment: Enrollment | None = None, coupon: Coupon | None = None, **fields: Any
) -> CouponIssue:
    """Make a live issue, not yet shown to its officer."""
    enrollment = enrollment or make_enrollment()
    coupon = coupon or make_coupon(
        batch=make_coupon_batch(course=enrollment.course), state=CouponState.ISSUED
    )
    fields.setdefault("issued_at", timezone.now())
    return CouponIssue.objects.create(
        coupon=coupon,
        enrollment=enrollment,
        officer=enrollment.officer,
        course=enrollment.course,
        **fields,
    )


def make_result_import(
    *, run: Run, state: str = ImportState.APPLIED, **fields: Any
) -> ResultImport:
    fields.setdefault("file_name", "results.csv")
    fields.setdefault("sha256", sha256(f"results {next(numbers)}".encode()).hexdigest())
    fields.setdefault("uploaded_by", make_user(Role.DEALING_HAND))
    fields.setdefault("uploaded_at", timezone.now())
    if state == ImportState.APPLIED:
        fields.setdefault("approved_by", make_user(Role.DEALING_HAND))
        fields.setdefault("approved_at", timezone.now())
        fields.setdefault("results_recorded_at", timezone.now())
        fields.setdefault("made_public_at", timezone.now())
    return ResultImport.objects.create(run=run, state=state, **fields)


def make_result(
    *,
    enrollment: Enrollment | None = None,
    online_grade: Decimal = Decimal("72.00"),
    exam_outcome: str = ExamOutcome.PASSED,
    passed: bool = True,
    attempt: int = 1,
    **fields: Any,
) -> Result:
    """Make a result as an applied import leaves it; the registration's state is the test's."""
    enrollment = enrollment or make_enrollment(state=EnrollmentState.COMPLETED)
    assert enrollment.run is not None
    row = ResultImportRow.objects.create(
        result_import=make_result_import(run=enrollment.run),
        row=2,
        raw={},
        username=str(enrollment.provider_account or ""),
        enrollment=enrollment,
        online_grade=online_grade,
        exam_outcome=exam_outcome,
        would_pass=passed,
        outcome=ResultImportRow.Outcome.NEW,
    )
    rule = GradeRule.objects.filter(programme__courses=enrollment.course).first()
    fields.setdefault("recorded_at", timezone.now())
    fields.setdefault("public_at", fields["recorded_at"])
    return Result.every.create(
        enrollment=enrollment,
        attempt=attempt,
        online_grade=online_grade,
        exam_outcome=exam_outcome,
        passed=passed,
        grade_rule=rule,
        import_row=row,
        **fields,
    )


def make_certificate(
    *,
    enrollment: Enrollment | None = None,
    state: str = CertificateState.VERIFIED,
    reviewed_by: User | None = None,
    completed_on: date | None = None,
    content: bytes = b"",
    **fields: Any,
) -> CertificateSubmission:
    """Make a certificate, verified unless a test says otherwise; its registration is completed."""
    number = next(numbers)
    completed_on = completed_on or timezone.localdate()
    enrollment = enrollment or make_enrollment(
        state=EnrollmentState.COMPLETED, completed_on=completed_on
    )
    content = content or PDF + str(number).encode()
    if state in BEING_CHECKED:
        fields.setdefault("check_at", timezone.now())
    if state in REVIEWED:
        fields["reviewed_by"] = reviewed_by or make_user(Role.DEALING_HAND)
        fields.setdefault("reviewed_at", timezone.now())
    certificate_number = fields.pop("certificate_number", f"CERT-{number:06d}")
    submission = CertificateSubmission(
        enrollment=enrollment,
        officer=enrollment.officer,
        course=enrollment.course,
        file_name=fields.pop("file_name", "certificate.pdf"),
        content_type=fields.pop("content_type", "application/pdf"),
        size=len(content),
        sha256=sha256(content).hexdigest(),
        certificate_number=certificate_number,
        certificate_number_folded=certificate_number.casefold(),
        name_on_certificate=fields.pop("name_on_certificate", enrollment.officer.name),
        completed_on=completed_on,
        state=state,
        uploaded_at=fields.pop("uploaded_at", timezone.now()),
        **fields,
    )
    if state != CertificateState.REFUSED:
        submission.file.save("certificate", ContentFile(content), save=False)
    submission.save()
    return submission


def make_certificate_rule(**fields: Any) -> CertificateRule:
    """Make the rule of all days on comparing certificates, as it is loaded."""
    fields.setdefault("effective_from", date(2019, 5, 17))
    fields.setdefault("circular_reference", "Default of the portal")
    return CertificateRule.objects.create(
        least_name_score=fields.pop("least_name_score", 80),
        most_apart=fields.pop("most_apart", 24),
        **fields,
    )
