"""The queues of each role: how many wait, in which words, and where they are."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import ngettext

from accounts.models import Officer, ProposedChange, RollImport, User
from accounts.roles import Role
from circulars.models import Circular
from circulars.states import CircularState
from committee.models import Invitation, Meeting, Minutes, Proposal
from committee.states import PROPOSERS
from courses.models import CommitteeDecision
from courses.states import DecisionState
from eligibility.models import Representation
from enrollment.models import (
    CertificateSubmission,
    CouponBatch,
    Enrollment,
    Intimation,
    PoolAlert,
    ProviderAnswer,
    ProviderListLine,
    ReconciliationCase,
    ResultImport,
    ResultImportRow,
    UsageReport,
)
from reimbursement.models import Claim, PaymentBatch
from reimbursement.states import ClaimState


class Queue(NamedTuple):
    """A queue of a role: how many wait, in which words, and where they are."""

    role: Role
    rows: Callable[[User], "QuerySet[Any, Any]"]
    words: Callable[[int], str]
    url: str
    query: str = ""


QUEUES = (
    Queue(
        Role.NODAL_OFFICER,
        lambda user: Officer.objects.visible_to(user).awaiting_verification(),
        lambda n: ngettext("%(n)s service record to verify", "%(n)s service records to verify", n),
        "accounts:officer_list",
    ),
    Queue(
        Role.NODAL_OFFICER,
        lambda user: RollImport.objects.awaiting_approval_by(user),
        lambda n: ngettext("%(n)s roll to approve", "%(n)s rolls to approve", n),
        "accounts:roll_list",
    ),
    Queue(
        Role.NODAL_OFFICER,
        lambda user: ProposedChange.objects.awaiting_decision_by(user),
        lambda n: ngettext(
            "%(n)s proposed change of a record to decide",
            "%(n)s proposed changes of records to decide",
            n,
        ),
        "accounts:change_list",
    ),
    Queue(
        Role.NODAL_OFFICER,
        lambda user: Intimation.objects.visible_to(user).awaiting_answer(),
        lambda n: ngettext("%(n)s registration to note", "%(n)s registrations to note", n),
        "enrollment:authority",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: Officer.objects.awaiting_verification(),
        lambda n: ngettext("%(n)s service record to verify", "%(n)s service records to verify", n),
        "admin:accounts_officer_changelist",
        "?record_state__exact=declared",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: Representation.objects.waiting().exclude(officer__user=user),
        lambda n: ngettext(
            "%(n)s representation waits for its answer",
            "%(n)s representations wait for their answers",
            n,
        ),
        "admin:eligibility_representation_changelist",
        "?state__in=received,under_consideration",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: RollImport.objects.awaiting_approval_by(user),
        lambda n: ngettext("%(n)s roll to approve", "%(n)s rolls to approve", n),
        "accounts:roll_list",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: ProposedChange.objects.awaiting_decision_by(user),
        lambda n: ngettext(
            "%(n)s proposed change of a record to decide",
            "%(n)s proposed changes of records to decide",
            n,
        ),
        "accounts:change_list",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: Enrollment.objects.awaiting_confirmation(),
        lambda n: ngettext("%(n)s registration to confirm", "%(n)s registrations to confirm", n),
        "admin:enrollment_enrollment_changelist",
        "?state__exact=submitted",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: Intimation.objects.escalated(),
        lambda n: ngettext(
            "%(n)s approval that an authority does not answer",
            "%(n)s approvals that authorities do not answer",
            n,
        ),
        "admin:enrollment_intimation_changelist",
        "?waits=desk",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: ProviderAnswer.objects.awaiting_application(),
        lambda n: ngettext(
            "%(n)s answer of a provider to apply", "%(n)s answers of providers to apply", n
        ),
        "admin:enrollment_provideranswer_changelist",
        "?state__exact=staged",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: ProviderListLine.objects.refused(),
        lambda n: ngettext(
            "%(n)s officer whom a provider refused", "%(n)s officers whom providers refused", n
        ),
        "admin:enrollment_providerlistline_changelist",
        "?refused=open",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: Enrollment.objects.held(),
        lambda n: ngettext(
            "%(n)s held registration to settle", "%(n)s held registrations to settle", n
        ),
        "admin:enrollment_enrollment_changelist",
        "?waits=hold",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: CouponBatch.objects.awaiting_release().exclude(imported_by=user),
        lambda n: ngettext("%(n)s coupon batch to release", "%(n)s coupon batches to release", n),
        "admin:enrollment_couponbatch_changelist",
        "?state__exact=imported",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: UsageReport.objects.awaiting_approval().exclude(uploaded_by=user),
        lambda n: ngettext(
            "%(n)s report on the use of codes to approve",
            "%(n)s reports on the use of codes to approve",
            n,
        ),
        "admin:enrollment_usagereport_changelist",
        "?state__exact=read",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: ReconciliationCase.objects.open(),
        lambda n: ngettext(
            "%(n)s case of reconciliation to close", "%(n)s cases of reconciliation to close", n
        ),
        "admin:enrollment_reconciliationcase_changelist",
        "?state__exact=open",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: PoolAlert.objects.open(),
        lambda n: ngettext(
            "%(n)s pool of codes is low or expires soon",
            "%(n)s pools of codes are low or expire soon",
            n,
        ),
        "enrollment:pool",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: ResultImport.objects.awaiting_approval().exclude(uploaded_by=user),
        lambda n: ngettext(
            "%(n)s file of results to approve", "%(n)s files of results to approve", n
        ),
        "admin:enrollment_resultimport_changelist",
        "?state__exact=staged",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: ResultImportRow.objects.in_queue(),
        lambda n: ngettext("%(n)s row of results to settle", "%(n)s rows of results to settle", n),
        "admin:enrollment_resultimportrow_changelist",
        "?settled_how__exact=&result_import__state__exact=staged",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: CertificateSubmission.objects.awaiting_review(),
        lambda n: ngettext("%(n)s certificate to verify", "%(n)s certificates to verify", n),
        "admin:enrollment_certificatesubmission_changelist",
        "?state__exact=under_review",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: CertificateSubmission.objects.put_off(),
        lambda n: ngettext(
            "%(n)s certificate cannot be checked just now",
            "%(n)s certificates cannot be checked just now",
            n,
        ),
        "admin:enrollment_certificatesubmission_changelist",
        "?state__exact=checking",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: Claim.objects.awaiting_scrutiny(),
        lambda n: ngettext("%(n)s claim to take up", "%(n)s claims to take up", n),
        "admin:reimbursement_claim_changelist",
        "?state__exact=submitted",
    ),
    Queue(
        Role.DEALING_HAND,
        lambda user: Claim.objects.filter(state=ClaimState.UNDER_SCRUTINY, taken_up_by=user),
        lambda n: ngettext(
            "%(n)s claim under your scrutiny", "%(n)s claims under your scrutiny", n
        ),
        "admin:reimbursement_claim_changelist",
        "?state__exact=under_scrutiny",
    ),
    Queue(
        Role.SANCTIONING_AUTHORITY,
        lambda user: Claim.objects.awaiting_sanction(),
        lambda n: ngettext("%(n)s claim to decide", "%(n)s claims to decide", n),
        "admin:reimbursement_claim_changelist",
        "?state__exact=recommended",
    ),
    Queue(
        Role.PAYING_OFFICER,
        lambda user: Claim.objects.awaiting_payment(),
        lambda n: ngettext("%(n)s sanctioned claim to pay", "%(n)s sanctioned claims to pay", n),
        "admin:reimbursement_claim_changelist",
        "?state__exact=sanctioned",
    ),
    Queue(
        Role.PAYING_OFFICER,
        lambda user: PaymentBatch.objects.awaiting_release().exclude(locked_by=user),
        lambda n: ngettext("%(n)s payment batch to release", "%(n)s payment batches to release", n),
        "admin:reimbursement_paymentbatch_changelist",
        "?state__exact=locked",
    ),
    Queue(
        Role.PAYING_OFFICER,
        lambda user: PaymentBatch.objects.awaiting_return(),
        lambda n: ngettext(
            "%(n)s payment batch waits for its return file",
            "%(n)s payment batches wait for their return files",
            n,
        ),
        "admin:reimbursement_paymentbatch_changelist",
        "?state__exact=exported",
    ),
    Queue(
        Role.COMMITTEE_MEMBER,
        lambda user: CommitteeDecision.objects.filter(state=DecisionState.DRAFT).exclude(
            recorded_by=user
        ),
        lambda n: ngettext("%(n)s decision to confirm", "%(n)s decisions to confirm", n),
        "courses:committee",
    ),
    Queue(
        Role.COMMITTEE_SECRETARY,
        lambda user: CommitteeDecision.objects.filter(state=DecisionState.DRAFT),
        lambda n: ngettext(
            "%(n)s decision waits for a member", "%(n)s decisions wait for a member", n
        ),
        "admin:courses_committeedecision_changelist",
        "?state__exact=draft",
    ),
    *(
        Queue(
            role,
            lambda user: Proposal.objects.drafts_of(user),
            lambda n: ngettext("%(n)s proposal to submit", "%(n)s proposals to submit", n),
            "committee:proposals",
            "?state=draft",
        )
        for role in PROPOSERS
    ),
    Queue(
        Role.COMMITTEE_MEMBER,
        lambda user: Minutes.objects.awaiting_chair(user),
        lambda n: ngettext(
            "%(n)s text of minutes to confirm", "%(n)s texts of minutes to confirm", n
        ),
        "committee:minutes_list",
    ),
    Queue(
        Role.COMMITTEE_SECRETARY,
        lambda user: Meeting.objects.without_minutes(),
        lambda n: ngettext(
            "%(n)s meeting waits for its minutes", "%(n)s meetings wait for their minutes", n
        ),
        "committee:minutes_list",
    ),
    Queue(
        Role.COMMITTEE_SECRETARY,
        lambda user: Meeting.objects.to_announce(),
        lambda n: ngettext(
            "%(n)s meeting has decisions to announce",
            "%(n)s meetings have decisions to announce",
            n,
        ),
        "committee:minutes_list",
    ),
    Queue(
        Role.CIRCULAR_AUTHOR,
        lambda user: Meeting.objects.without_circular(),
        lambda n: ngettext(
            "%(n)s meeting waits for the circular of its decisions",
            "%(n)s meetings wait for the circulars of their decisions",
            n,
        ),
        "committee:circulars",
    ),
    Queue(
        Role.COMMITTEE_MEMBER,
        lambda user: Meeting.objects.visible_to(user).awaiting_interests_of(user),
        lambda n: ngettext(
            "Declare your interests for %(n)s meeting",
            "Declare your interests for %(n)s meetings",
            n,
        ),
        "committee:home",
    ),
    Queue(
        Role.COMMITTEE_MEMBER,
        lambda user: Meeting.objects.visible_to(user).coming(),
        lambda n: ngettext(
            "%(n)s meeting of the selection committee to come",
            "%(n)s meetings of the selection committee to come",
            n,
        ),
        "committee:home",
    ),
    Queue(
        Role.NODAL_OFFICER,
        lambda user: Invitation.objects.waiting_for(user),
        lambda n: ngettext(
            "The selection committee asks for your opinion on %(n)s course",
            "The selection committee asks for your opinion on %(n)s courses",
            n,
        ),
        "committee:home",
    ),
    Queue(
        Role.COMMITTEE_SECRETARY,
        lambda user: Proposal.objects.awaiting_screening(),
        lambda n: ngettext("%(n)s proposal to screen", "%(n)s proposals to screen", n),
        "committee:home",
    ),
    Queue(
        Role.COMMITTEE_SECRETARY,
        lambda user: Meeting.objects.being_prepared(),
        lambda n: ngettext("%(n)s meeting to prepare", "%(n)s meetings to prepare", n),
        "committee:meetings",
    ),
    Queue(
        Role.CIRCULAR_AUTHOR,
        lambda user: Circular.objects.filter(state=CircularState.DRAFT, author=user),
        lambda n: ngettext("%(n)s draft of yours", "%(n)s drafts of yours", n),
        "admin:circulars_circular_changelist",
        "?state__exact=draft",
    ),
    Queue(
        Role.CIRCULAR_APPROVER,
        lambda user: Circular.objects.filter(
            state__in=[CircularState.SUBMITTED, CircularState.APPROVED]
        ).exclude(author=user),
        lambda n: ngettext(
            "%(n)s circular to approve or issue", "%(n)s circulars to approve or issue", n
        ),
        "admin:circulars_circular_changelist",
    ),
)
