"""Work that the schedule finds in the rows: letters to issue, coupons to give, codes run out."""

import logging
import uuid
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from celery import shared_task
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import delegations, postings
from circulars.documents import kept
from courses.models import Course, Programme
from credits.models import CreditStatement
from enrollment import (
    certificate_looks,
    completion_letter,
    completions,
    credit_paper,
    documents,
    papers,
    receipt_paper,
)
from enrollment.actions import (
    authority_reminders,
    batches,
    checking,
    coupon_queue,
    coupons,
    intimations,
    lapses,
    pieces,
    pool_alarm,
    pool_watch,
    recomputing,
    results,
    usage,
    waiting_list,
)
from enrollment.actions import completions as completing
from enrollment.actions import papers as issuing
from enrollment.actions.provider_files import FileReader
from enrollment.models import (
    CertificateSubmission,
    Enrollment,
    Intimation,
    ProgrammeCompletion,
    Receipt,
    ResultImport,
    StatementPaper,
    UsageReport,
)
from igot.lib.errors import Refused
from igot.lib.virus_scan import ScannerSilent, TooLargeToScan

log = logging.getLogger("igot.uploads")
LETTERS_AT_ONCE = 50
PAPERS_AT_ONCE = 40  # looked up at a time
SECONDS_OF_A_ROUND = 30  # of each minute: the worker has other work besides
ENDED_AT_ONCE = 200
CERTIFICATES_AT_ONCE = 5  # each may take half a minute
READERS: tuple[FileReader[Any, Any], ...] = (
    batches.COUPON_FILES,
    results.RESULT_FILES,
    usage.READER,
)


@shared_task
def issue_missing_letters(**ignored: Any) -> int:
    """Issue the letters of the intimations that have none yet; return how many were issued."""
    waiting = Intimation.objects.without_letter().with_all().order_by("pk")[:LETTERS_AT_ONCE]
    return sum(_issue_letter(intimation) for intimation in waiting)


def _issue_letter(intimation: Intimation) -> bool:
    with kept(documents.letter_of(intimation, public_id=uuid.uuid4())) as pdf:
        try:
            intimations.file_letter(intimation_id=intimation.pk, pdf=pdf, at=timezone.now())
        except Refused:  # another worker was first: `kept` takes the file away again
            return False
    return True


@shared_task
def record_completions(**ignored: Any) -> int:
    """Record the programmes that officers have completed, and issue their letters; return both."""
    recorded = 0
    for programme in Programme.objects.order_by("pk"):
        for officer_id in completions.newly_complete(programme):
            recorded += _record_completion(officer_id, programme.pk)
    waiting = ProgrammeCompletion.objects.without_letter().with_all().order_by("pk")
    return recorded + sum(_issue_completion(row) for row in waiting[:LETTERS_AT_ONCE])


def _record_completion(officer_id: int, programme_id: int) -> bool:
    try:
        completing.record_completion(
            officer_id=officer_id, programme_id=programme_id, at=timezone.now()
        )
    except Refused:  # another worker was first, or a certificate was taken back meanwhile
        return False
    return True


def _issue_completion(completion: ProgrammeCompletion) -> bool:
    particulars = completion_letter.particulars_of(completion)
    with kept(completion_letter.letter_of(completion, public_id=uuid.uuid4())) as pdf:
        try:
            completing.file_completion_letter(
                completion_id=completion.pk, particulars=particulars, pdf=pdf, at=timezone.now()
            )
        except Refused:  # another worker was first: `kept` takes the file away again
            return False
    return True


# --- receipts and statements --------------------------------------------------------------------
def _issue_for_a_while(waiting: Callable[[], QuerySet[Any]], issue: Callable[[Any], bool]) -> int:
    """Issue what waits, until nothing does or the seconds of a round are over; return how many."""
    until, issued = monotonic() + SECONDS_OF_A_ROUND, 0
    while rows := list(waiting()[:PAPERS_AT_ONCE]):
        before = issued
        for row in rows:
            issued += issue(row)
            if monotonic() >= until:
                return issued
        if issued == before:  # what is left is refused: another worker is at it, or it has changed
            break
    return issued


@shared_task
def issue_receipts(**ignored: Any) -> int:
    """Issue the receipts of the submissions that have none yet; return how many were issued."""
    return _issue_for_a_while(papers.awaiting_receipt, _issue_receipt)


def _issue_receipt(enrollment: Enrollment) -> bool:
    drafted = receipt_paper.draft_of(enrollment)
    with kept(receipt_paper.paper_of(drafted, public_id=uuid.uuid4())) as pdf:
        try:
            issuing.file_receipt(drafted=drafted, pdf=pdf, at=timezone.now())
        except Refused:  # another worker was first, or it has changed: `kept` takes the file away
            return False
    return True


@shared_task
def issue_statements(**ignored: Any) -> int:
    """Issue the statements of credit points that were drawn; return how many were issued."""
    return _issue_for_a_while(CreditStatement.objects.without_paper, _issue_statement)


def _issue_statement(statement: CreditStatement) -> bool:
    with kept(credit_paper.paper_of(statement, public_id=uuid.uuid4())) as pdf:
        try:
            issuing.file_statement(statement_id=statement.pk, pdf=pdf, at=timezone.now())
        except Refused:  # another worker was first: `kept` takes the file away again
            return False
    return True


@shared_task
def end_papers(**ignored: Any) -> int:
    """End the receipts and statements that do not hold any more; return how many were ended."""
    receipts = list(Receipt.objects.overtaken().order_by("pk")[:ENDED_AT_ONCE])
    statements = list(StatementPaper.objects.overtaken().order_by("pk")[:ENDED_AT_ONCE])
    at = timezone.now()
    return sum(
        [
            *(_ended(issuing.end_receipt, receipt_id=row.pk, at=at) for row in receipts),
            *(_ended(issuing.end_statement, paper_id=row.pk, at=at) for row in statements),
        ]
    )


def _ended(action: Callable[..., None], **wanted: Any) -> bool:
    try:
        action(**wanted)
    except Refused:  # another worker was first
        return False
    return True


@shared_task
def carry_out_results(**ignored: Any) -> int:
    """Record the results of approved files, and make public what is due; return how many files."""
    now = timezone.now()
    due = list(ResultImport.objects.to_be_carried_out(now).values_list("pk", flat=True))
    return sum(results.carry_out(import_id=import_id, at=now) for import_id in due)


@shared_task
def read_provider_files(**ignored: Any) -> int:
    """Read the files of providers that wait, each kind in its turn; return how many were read."""
    return sum(
        reader.read(thing_id)
        for reader in READERS
        for thing_id in list(reader.model.objects.to_be_read().values_list("pk", flat=True))
    )


@shared_task
def serve_coupon_queue(**ignored: Any) -> int:
    """Give coupons to the confirmed registrations that wait; return how many."""
    return coupon_queue.serve_coupon_queue(at=timezone.now())


@shared_task
def check_pool(**ignored: Any) -> int:
    """Count the pool anew and tell the desk what does not hold; return how many faults."""
    return pool_alarm.check_pool(at=timezone.now())


@shared_task
def expire_coupons(**ignored: Any) -> int:
    """Mark the codes whose validity is over; return how many."""
    return coupons.expire_coupons(at=timezone.now())


@shared_task
def decide_anew(**ignored: Any) -> int:
    """Decide anew the registrations whose day or record has changed; return how many."""
    return recomputing.decide_all_anew(at=timezone.now()).total()


@shared_task
def put_postings_in_force(**ignored: Any) -> int:
    """Let records follow the postings whose day has come; return how many.

    It stands here because the lowest app's own tasks deliver the notices that actions write.
    """
    return postings.put_due_in_force(at=timezone.now())


@shared_task
def remind_authorities(**ignored: Any) -> int:
    """Remind nodal officers of approvals that wait, hand to the desk what waits on; how many."""
    return authority_reminders.see_to_approvals(at=timezone.now())


@shared_task
def follow_delegations(**ignored: Any) -> int:
    """Give and take the role of delegates as their days come and go; return how many.

    It stands here for the same reason.
    """
    return delegations.follow_days(at=timezone.now())


# --- certificates -------------------------------------------------------------------------------


@shared_task
def check_certificates(**ignored: Any) -> int:
    """Check the certificates that wait, the oldest first; return how many were looked at."""
    waiting = CertificateSubmission.objects.awaiting_checks(timezone.now())
    due = list(waiting.values_list("pk", flat=True)[:CERTIFICATES_AT_ONCE])
    for submission_id in due:
        with suppress(Refused):  # another worker was first, or it was replaced meanwhile
            _check_certificate(submission_id)
    return len(due)


def _check_certificate(submission_id: int) -> None:
    begun, lease = checking.begin_checks(submission_id=submission_id, at=timezone.now())
    this: dict[str, Any] = {"submission_id": submission_id, "lease": lease}
    try:
        look = certificate_looks.look_into(begun)
    except certificate_looks.Infected as found:
        checking.refuse_by_check(**this, found=str(found), at=timezone.now())
    except TooLargeToScan:
        checking.refuse_by_check(**this, found="", at=timezone.now())
    except (ScannerSilent, FileNotFoundError) as why:
        log.error("certificate %s could not be checked: %s", submission_id, why)
        is_silent = isinstance(why, ScannerSilent)
        problem = (
            _("The virus scanner does not answer.")
            if is_silent
            else _("The file is not in the store.")
        )
        checking.put_off_checks(**this, problem=problem, at=timezone.now())
    else:
        with certificate_looks.stored_pages(look) as pages:
            checking.finish_checks(**this, look=look, pages=pages, at=timezone.now())


# --- the use of codes ---------------------------------------------------------------------------


@shared_task
def apply_usage_reports(**ignored: Any) -> int:
    """Apply the reports on the use of codes that are approved; return how many rows."""
    waiting = UsageReport.objects.to_be_applied().values_list("pk", flat=True)
    return sum(usage.apply_usage(report_id=pk, at=timezone.now()) for pk in list(waiting))


@shared_task
def watch_pools(**ignored: Any) -> int:
    """Tell the desk of pools that are low or expire, and officers of codes that do; return both."""
    at = timezone.now()
    courses = Course.objects.filter(coupon_batches__isnull=False).distinct().order_by("pk")
    ids = list(courses.values_list("pk", flat=True))
    changed = sum(pool_watch.watch_pool(course_id=course_id, at=at) for course_id in ids)
    return changed + pool_watch.remind_of_expiry(at=at)


@shared_task
def forget_uploads(**ignored: Any) -> int:
    """Delete the files in pieces that nobody has gone on with for a day; return how many."""
    return pieces.forget_uploads(at=timezone.now())


# --- registrations that wait -------------------------------------------------------------------


@shared_task
def tell_waiting_lists(**ignored: Any) -> int:
    """Tell officers that they wait for a seat, or that one is theirs; return how many."""
    return waiting_list.tell_waiting_lists(at=timezone.now())


@shared_task
def remind_and_lapse(**ignored: Any) -> int:
    """Remind officers of what waits for them and let lapse what nobody goes on with; count both."""
    return sum(lapses.remind_and_lapse(at=timezone.now()))
