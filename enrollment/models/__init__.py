"""Tables from registration to verified certificate, by topic."""

from enrollment.models.certificates import CertificateCheck, CertificateSubmission
from enrollment.models.completions import CompletionBenefit, ProgrammeCompletion
from enrollment.models.coupons import Coupon, CouponBatch, CouponImportRow, CouponIssue
from enrollment.models.intimations import Intimation
from enrollment.models.provider_lists import ProviderList, ProviderListLine
from enrollment.models.registrations import Enrollment, ProviderAccount
from enrollment.models.results import Result, ResultImport, ResultImportRow

__all__ = [
    "CertificateCheck",
    "CertificateSubmission",
    "CompletionBenefit",
    "Coupon",
    "CouponBatch",
    "CouponImportRow",
    "CouponIssue",
    "Enrollment",
    "Intimation",
    "ProgrammeCompletion",
    "ProviderAccount",
    "ProviderList",
    "ProviderListLine",
    "Result",
    "ResultImport",
    "ResultImportRow",
]
