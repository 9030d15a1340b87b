"""Tables from registration to verified certificate, by topic."""

from enrollment.models.certificates import (
    CertificateCheck,
    CertificateFingerprint,
    CertificatePage,
    CertificateRule,
    CertificateSubmission,
    FingerprintBand,
)
from enrollment.models.completions import CompletionBenefit, ProgrammeCompletion
from enrollment.models.coupons import Coupon, CouponBatch, CouponImportRow, CouponIssue
from enrollment.models.examinations import ExamCity, ExamPreference
from enrollment.models.intimations import Intimation
from enrollment.models.papers import Receipt, StatementPaper
from enrollment.models.pieces import CertificateUpload
from enrollment.models.pool import CouponRequest, PoolAlert, PoolPolicy
from enrollment.models.provider_answers import ProviderAnswer, ProviderAnswerRow
from enrollment.models.provider_files import ColumnMap
from enrollment.models.provider_lists import ProviderList, ProviderListLine
from enrollment.models.reconciliation import ReconciliationCase
from enrollment.models.registration_policies import RegistrationPolicy, RegistrationReminder
from enrollment.models.registrations import Enrollment, ProviderAccount
from enrollment.models.result_imports import ResultImport, ResultImportRow
from enrollment.models.results import Result, ResultReversal
from enrollment.models.usage import (
    Redemption,
    RedemptionDeclaration,
    UsageReport,
    UsageReportRow,
)

__all__ = [
    "CertificateCheck",
    "CertificateFingerprint",
    "CertificatePage",
    "CertificateRule",
    "CertificateSubmission",
    "CertificateUpload",
    "ColumnMap",
    "CompletionBenefit",
    "Coupon",
    "CouponBatch",
    "CouponImportRow",
    "CouponIssue",
    "CouponRequest",
    "Enrollment",
    "ExamCity",
    "ExamPreference",
    "FingerprintBand",
    "Intimation",
    "PoolAlert",
    "PoolPolicy",
    "ProgrammeCompletion",
    "ProviderAccount",
    "ProviderAnswer",
    "ProviderAnswerRow",
    "ProviderList",
    "ProviderListLine",
    "Receipt",
    "ReconciliationCase",
    "Redemption",
    "RedemptionDeclaration",
    "RegistrationPolicy",
    "RegistrationReminder",
    "Result",
    "ResultImport",
    "ResultImportRow",
    "ResultReversal",
    "StatementPaper",
    "UsageReport",
    "UsageReportRow",
]
