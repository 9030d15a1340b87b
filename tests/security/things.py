"""The things that the tables of who reaches what are about: each with its keys and its owner."""

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from circulars.states import CircularState
from committee.actions.resolutions import record_resolution
from committee.models import Participation, ProposalImport
from committee.tasks import render_minutes
from courses.actions.editions import submit_first_edition
from credits.actions import draw_statement
from enrollment import tasks
from enrollment.models import (
    CertificatePage,
    CertificateUpload,
    ProgrammeCompletion,
    ProviderAnswer,
    ProviderList,
)
from enrollment.states import CertificateState, EnrollmentState, ImportState
from igot.lib.uploads import check_upload
from reimbursement.states import BatchState, ClaimState
from reports.models import Feedback
from tests.committee.rooms import make_open_item, make_voted_item, shortlisting
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_user,
)
from tests.factories.circulars import make_circular
from tests.factories.committee import (
    chair_of,
    make_committee,
    make_item,
    make_proposal,
    make_rubric,
    make_secretary,
    members_of,
)
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.credits import make_credit_entry
from tests.factories.eligibility import make_decision, make_representation, make_rule_set_version
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.meetings import make_invitation
from tests.factories.meetings import make_paper as make_paper_of
from tests.factories.minutes import chair_user, make_minutes
from tests.factories.pool import (
    make_certificate,
    make_coupon_batch,
    make_coupon_issue,
    make_result_import,
)
from tests.factories.reimbursement import make_claim, make_payment_batch
from tests.factories.rolls import make_change, make_checked, make_source
from tests.factories.screenings import make_screening
from tests.factories.usage import make_case, make_usage_report
from tests.lib.bad_files import picture, plain_pdf


def owner():
    return make_officer(name="Zarina Owner")


def make_submitted():
    enrollment = make_enrollment(state=EnrollmentState.SUBMITTED, officer=owner())
    return enrollment, {"enrollment": enrollment.pk}, enrollment.officer.user


def make_begun():
    enrollment = make_enrollment(state=EnrollmentState.DRAFT, run=make_run(), officer=owner())
    return enrollment, {"draft": enrollment.pk}, enrollment.officer.user


def make_letter():
    intimation = make_intimation(
        enrollment=make_enrollment(state=EnrollmentState.SUBMITTED, officer=owner())
    )
    tasks.issue_missing_letters()
    return intimation, {"intimation": intimation.pk}, intimation.enrollment.officer.user


def make_receipt():
    enrollment, _keys, user = make_submitted()
    tasks.issue_receipts()
    document = enrollment.receipts.get().document
    return document, {"receipt": document.public_id}, user


def make_statement():
    officer = owner()
    drawn = draw_statement(
        officer_id=officer.pk,
        as_of=timezone.localdate(),
        acting_user=officer.user,
        at=timezone.now(),
    )
    tasks.issue_statements()
    return drawn.paper.document, {"statement": drawn.paper.document.public_id}, officer.user


def make_issue():
    issue = make_coupon_issue(enrollment=make_enrollment(officer=owner()))
    return issue, {"confirmed": issue.enrollment_id}, issue.officer.user


def make_reviewed():
    certificate = make_certificate(
        state=CertificateState.UNDER_REVIEW,
        enrollment=make_enrollment(state=EnrollmentState.COMPLETED, officer=owner()),
    )
    page = CertificatePage(submission=certificate, number=1, width=8, height=6)
    page.image.save("page.jpg", ContentFile(picture(size=(8, 6))))
    keys = {"certificate": certificate.pk, "completed": certificate.enrollment_id}
    return certificate, keys, certificate.officer.user


def make_upload():
    certificate = make_certificate(
        state=CertificateState.RETURNED,
        enrollment=make_enrollment(state=EnrollmentState.COMPLETED, officer=owner()),
    )
    now = timezone.now()
    upload = CertificateUpload.objects.create(
        enrollment=certificate.enrollment,
        file_name="certificate.pdf",
        size=1000,
        started_at=now,
        touched_at=now,
    )
    keys = {"upload": str(upload.pk), "returned": certificate.enrollment_id}
    return upload, keys, certificate.officer.user


def make_completed():
    programme = make_programme()
    course = make_course(programme=programme, certification="certificate", fee_usd=None)
    enrollment = make_enrollment(state=EnrollmentState.COMPLETED, officer=owner(), course=course)
    make_certificate(enrollment=enrollment)
    tasks.record_completions()
    completion = ProgrammeCompletion.objects.get(officer=enrollment.officer)
    return completion, {"completion": completion.pk}, enrollment.officer.user


def make_claimed(state):
    def make():
        claim = make_claim(state=state, officer=owner())
        name = {"submitted": "claim"}.get(state, str(state))
        paper = claim.documents.first()
        return claim, {name: claim.pk, "paper": paper.pk}, claim.claimant_user

    return make


def make_batch():
    batch = make_payment_batch(state=BatchState.DRAFT)
    return batch, {"batch": batch.pk}, batch.lines.get().claim.claimant_user


def make_paper():
    circular = make_circular(state=CircularState.SUBMITTED)
    return circular, {"circular": circular.pk, "circular_code": circular.code}, owner().user


def make_declared():
    officer = make_officer(name="Zarina Owner", is_verified=False)
    return officer, {"officer": officer.pk}, officer.user


def make_advice():
    enrollment, _keys, user = make_submitted()
    return enrollment.decision, {}, user


def make_represented():
    paper = check_upload(SimpleUploadedFile("book.pdf", plain_pdf()))
    officer = make_officer(name="Zarina Owner", joined_on=timezone.localdate())
    sent = make_representation(decision=make_decision(officer=officer), attachment=paper)
    return sent, {"representation": sent.pk}, sent.officer.user


def make_draft_of_rules():
    draft = make_rule_set_version()
    return draft, {"ruleset": draft.pk}, owner().user


def make_draft_of_a_page():
    course = make_course(title="Zarina Owner's course")
    made = {"acting_user": make_user(Role.DEALING_HAND), "at": timezone.now()}
    with transaction.atomic():
        edition = submit_first_edition(course=course, **made)
    return edition, {"edition": edition.pk}, owner().user


def make_screened():
    officer = owner()
    made = make_screening(authority=officer.authority)
    return made, {"screening": made.pk}, officer.user


def make_points():
    entry = make_credit_entry(officer=owner())
    return entry, {}, entry.officer.user


def make_trail():
    entry, _keys, user = make_points()
    return AuditEntry.objects.about(entry).get(), {}, user


def make_pool():
    batch = make_coupon_batch(codes=1, is_released=False)
    return batch, {"pool": batch.course.code}, owner().user


def make_usage():
    report = make_usage_report(provider=make_course().provider)
    return report, {"usage": report.pk}, owner().user


def make_results():
    staged = make_result_import(run=make_run(), state=ImportState.STAGED)
    return staged, {"results": staged.pk}, owner().user


def make_provider_list():
    sent = ProviderList.objects.create(
        provider=make_course().provider,
        number="IGOT/L/2026/T1",
        dated_on=timezone.localdate(),
        rows=0,
        content=b"",
        sha256="a" * 64,
        made_by=make_user(Role.DEALING_HAND),
        made_at=timezone.now(),
    )
    return sent, {}, owner().user


def make_answer():
    sent, _keys, user = make_provider_list()
    answer = ProviderAnswer.objects.create(
        provider_list=sent,
        file_name="answer.csv",
        sha256="b" * 64,
        uploaded_by=make_user(Role.DEALING_HAND),
        uploaded_at=timezone.now(),
    )
    return answer, {"answer": answer.pk}, user


def make_difference():
    issue = make_coupon_issue(enrollment=make_enrollment(officer=owner()))
    return make_case(issue=issue), {}, issue.officer.user


def make_message():
    message = Feedback.objects.create(
        number="F-1",
        subject=Feedback.Subject.CLAIMS,
        message="Zarina Owner asks.",
        email="zarina@example.gov.in",
        language="en",
        received_at=timezone.now(),
        reply_by=timezone.localdate(),
    )
    return message, {}, owner().user


def make_member_of_item():
    item = make_open_item()
    own = members_of(item)[0]
    return own, item, own.seat.user


def make_item_before_committee():
    _own, item, member = make_member_of_item()
    return item, {"openitem": item.pk}, member


def make_room():
    _own, item, member = make_member_of_item()
    return item.meeting, {"meetingroom": item.meeting_id, "openitem": item.pk}, member


def make_participation():
    own, item, member = make_member_of_item()
    return own, {"openitem": item.pk}, member


def make_resolved():
    item = make_voted_item()
    resolution = record_resolution(
        item_id=item.pk, terms=shortlisting(), acting_user=make_secretary(), at=timezone.now()
    )
    keys = {"resolution": resolution.pk, "decideditem": item.pk}
    return resolution, keys, members_of(item)[0].seat.user


def make_roll():
    own = make_source(name="List of Zarina Owner", authority=make_authority())
    roll = make_checked(source=own)
    return roll, {"roll": roll.pk}, owner().user


def make_proposed():
    change = make_change(officer=owner(), designation="Director")
    return change, {"change": change.pk}, change.officer.user


def make_confirmed_minutes():
    minutes = make_minutes(state="confirmed")
    render_minutes()
    return minutes, {"meeting": minutes.meeting_id}, chair_user(minutes.meeting)


def make_proposed_course(state):
    def make():
        nodal = make_nodal_officer()
        proposal = make_proposal(state=state, recorded_by=nodal, proposer="Zarina Owner")
        return proposal, {"proposal": proposal.pk}, nodal

    return make


def make_list():
    nodal = make_nodal_officer()
    imported = ProposalImport.objects.create(
        file_name="list.csv", sha256="f" * 64, uploaded_by=nodal, uploaded_at=timezone.now()
    )
    return imported, {"import": imported.pk}, nodal


def make_constituted():
    committee = make_committee()
    committee.order_pdf.save("order.pdf", ContentFile(plain_pdf()))
    return committee, {"committee": committee.pk}, committee.seats.first().user


def make_drafted_rubric():
    return make_rubric(is_approved=False), {}, owner().user


def make_called():
    item = make_item()
    row = chair_of(item)
    Participation.objects.filter(pk=row.pk).update(interest="none")
    paper = make_paper_of(item)
    keys = {"meeting": item.meeting_id, "item": item.pk, "paper": paper.pk}
    return item.meeting, keys, row.seat.user


def make_listed():
    meeting, keys, user = make_called()
    return meeting.items.get(), keys, user


def make_paper_listed():
    item, keys, user = make_listed()
    return item.papers.get(), keys, user


def make_invited():
    item, keys, user = make_listed()
    return make_invitation(item=item), keys, user


MAKERS = {
    "enrollment": make_submitted,
    "draft": make_begun,
    "intimation": make_letter,
    "couponissue": make_issue,
    "upload": make_upload,
    "certificate": make_reviewed,
    "completion": make_completed,
    "receipt": make_receipt,
    "statement": make_statement,
    "claim": make_claimed(ClaimState.SUBMITTED),
    "recommended": make_claimed(ClaimState.RECOMMENDED),
    "sanctioned": make_claimed(ClaimState.SANCTIONED),
    "batch": make_batch,
    "circular": make_paper,
    "officer": make_declared,
    "decision": make_advice,
    "representation": make_represented,
    "ruleset": make_draft_of_rules,
    "courseedition": make_draft_of_a_page,
    "screening": make_screened,
    "creditentry": make_points,
    "auditentry": make_trail,
    "couponbatch": make_pool,
    "usagereport": make_usage,
    "resultimport": make_results,
    "providerlist": make_provider_list,
    "provideranswer": make_answer,
    "examdemand": make_submitted,
    "reconciliationcase": make_difference,
    "feedback": make_message,
    "rollimport": make_roll,
    "proposedchange": make_proposed,
    "proposal": make_proposed_course("draft"),
    "submittedproposal": make_proposed_course("submitted"),
    "committee": make_constituted,
    "proposalfile": make_list,
    "rubric": make_drafted_rubric,
    "minutes": make_confirmed_minutes,
    "openitem": make_item_before_committee,
    "meetingroom": make_room,
    "participation": make_participation,
    "resolution": make_resolved,
    "meeting": make_called,
    "agendaitem": make_listed,
    "itempaper": make_paper_listed,
    "invitation": make_invited,
}
