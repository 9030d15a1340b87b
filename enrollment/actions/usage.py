"""What happens to reports on the use of codes: brought in, read, approved by another, applied."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import IO, Final

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.notifications import notify
from accounts.roles import Role
from courses.models import Provider
from enrollment import pool_policies, states, usage_matching
from enrollment import reconciliation_policies as policies
from enrollment.actions import provider_files
from enrollment.actions.redeeming import redeem
from enrollment.models import UsageReport, UsageReportRow
from enrollment.states import UsageState
from enrollment.usage_matching import UsageRow
from igot.lib.copying import copy_in
from igot.lib.crypto import blind_index
from igot.lib.dates import civil_date
from igot.lib.errors import Refused

ROWS_AT_ONCE: Final = 2_000  # applied in one transaction
IN_THE_REQUEST: Final = 2_000  # rows that are applied while the approver waits
Outcome = UsageReportRow.Outcome
FOREIGN: Final = ("report", "coupon")
COLUMNS: Final = (
    "report",
    "row",
    "digest",
    "ending",
    "coupon",
    "is_redeemed",
    "redeemed_on",
    "account",
    "outcome",
    "reason",
)
COLUMNS_OF: Final = attrgetter(*(f"{name}_id" if name in FOREIGN else name for name in COLUMNS))
SILENT: Final = (Outcome.DUPLICATE, Outcome.MALFORMED)


class UsageReader(provider_files.FileReader[UsageReport, UsageRow]):
    """Reads a report; nothing but its own rows is changed by that."""

    model = UsageReport
    name = "usagereport"

    def rows(self, thing: UsageReport, file: IO[bytes]) -> Iterator[UsageRow]:
        """Read the rows of a report."""
        return usage_matching.read_usage(thing.provider, file, as_on=thing.as_on)

    def keep(self, thing: UsageReport, rows: list[UsageRow]) -> None:
        """Write a chunk of rows with what each means beside our records as they stand."""
        kept = [_kept(thing, row) for row in rows]
        digests = {row.digest for row in kept if row.digest}
        known = usage_matching.known_of(thing.provider, digests)
        for row in kept:
            if row.outcome != Outcome.MALFORMED:
                code = known.get(row.digest)
                row.coupon_id = code.coupon_id if code else None
                row.outcome = usage_matching.judge(
                    code, is_redeemed=row.is_redeemed, account=row.account
                )
        told = UsageReportRow.objects.filter(report=thing, digest__in=digests)
        standing = {row.digest: row for row in told.exclude(outcome__in=SILENT).order_by("-row")}
        changed = _merge(standing, kept)
        copy_in(UsageReportRow, COLUMNS, (COLUMNS_OF(row) for row in kept))
        UsageReportRow.objects.bulk_update(changed, ["outcome", "reason"], batch_size=500)

    def forget(self, thing: UsageReport) -> None:
        """Delete the rows that were kept."""
        thing.rows.all().delete()

    def finish(self, thing: UsageReport, at: datetime) -> None:
        """Put the report before the second person; codes that have leaked are told at once."""
        provider_files.drop_file(thing)
        provider_files.advance(
            thing,
            UsageState.READ,
            "usagereport.read",
            acting_user=None,
            at=at,
            rows=thing.rows_done,
        )
        _tell_of_leaks(thing, at)


READER: Final = UsageReader()


@transaction.atomic(durable=True)
def take_in_usage(
    *, provider: Provider, as_on: date, file: File, acting_user: User, at: datetime
) -> UsageReport:
    """Store a provider's report, to be read at once or by a task.

    :raises Refused: not open to `acting_user`, a day to come, or the very file is known
    """
    if reason := pool_policies.why_not_import(acting_user):
        raise Refused(reason)
    if as_on > civil_date(at):
        raise Refused(_("A report cannot tell of days to come: give the day that it names."))
    report = UsageReport(
        provider=provider,
        as_on=as_on,
        file_name=(file.name or "")[:150],
        uploaded_by=acting_user,
        uploaded_at=at,
    )
    nothing = UsageReport.NO_FILE_KEPT
    provider_files.take_in(report, file, known=UsageReport.objects.exclude(state__in=nothing))
    report.save()
    audit.record(report, "usagereport.brought_in", acting_user=acting_user, at=at)
    return report


def bring_in_usage(
    *, provider: Provider, as_on: date, file: File, acting_user: User, at: datetime
) -> UsageReport:
    """Store a report, and read it while its sender waits where it is small.

    :raises Refused: as `take_in_usage`
    """
    report = take_in_usage(
        provider=provider, as_on=as_on, file=file, acting_user=acting_user, at=at
    )
    if report.size <= provider_files.SMALL:
        READER.read(report.pk)
        report.refresh_from_db()
    return report


@transaction.atomic(durable=True)
def approve_usage(*, report_id: int, acting_user: User, at: datetime) -> None:
    """Approve a report that is read: what it tells is applied, at once or by a task.

    :raises Refused: the step is not open to `acting_user`, above all if they brought it in
    """
    report = _lock_for(states.APPROVE_USAGE, report_id, acting_user)
    report.approved_by, report.approved_at = acting_user, at
    provider_files.advance(
        report, UsageState.APPROVED, "usagereport.approved", acting_user=acting_user, at=at
    )


def approve_and_apply(*, report_id: int, acting_user: User, at: datetime) -> None:
    """Approve a report and apply it; of a long one the schedule applies the rest.

    :raises Refused: as `approve_usage`
    """
    approve_usage(report_id=report_id, acting_user=acting_user, at=at)
    apply_usage(report_id=report_id, at=at, most=IN_THE_REQUEST)


@transaction.atomic(durable=True)
def discard_usage(*, report_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Put a report aside; nothing of it is applied.

    :raises Refused: the step is not open to `acting_user`
    """
    report = _lock_for(states.DISCARD_USAGE, report_id, acting_user)
    provider_files.advance(
        report,
        UsageState.DISCARDED,
        "usagereport.discarded",
        acting_user=acting_user,
        at=at,
        reason=reason,
    )


def apply_usage(*, report_id: int, at: datetime, most: int = 0) -> int:
    """Apply an approved report, some thousand rows in a transaction; return how many rows.

    A worker that dies leaves off between two transactions, and the next goes on from there.
    `most` 0 is all of them.
    """
    done = 0
    while applied := _apply_next(report_id, at):
        done += applied
        if most and done >= most:
            break
    return done


@transaction.atomic(durable=True)
def _apply_next(report_id: int, at: datetime) -> int:
    """Apply the next rows of a report; 0 when none is left, and then the report is applied."""
    rows = UsageReport.objects.select_for_update(no_key=True, of=("self",))
    report = rows.select_related("provider", "approved_by").get(pk=report_id)
    if report.state != UsageState.APPROVED:
        return 0
    telling = report.rows.filter(is_redeemed=True, row__gt=report.applied_to_row)
    chunk = list(telling.exclude(outcome__in=SILENT).order_by("row")[:ROWS_AT_ONCE])
    if not chunk:
        counts = dict(_counts(report))
        provider_files.advance(
            report, UsageState.APPLIED, "usagereport.applied", acting_user=None, at=at, **counts
        )
        return 0
    Provider.objects.select_for_update(no_key=True).get(pk=report.provider_id)
    redeem(report.provider, chunk, at=at)
    report.applied_to_row = chunk[-1].row
    report.save(update_fields=["applied_to_row"])
    return len(chunk)


def _counts(report: UsageReport) -> Iterator[tuple[str, int]]:
    found: dict[str, int] = {}
    for outcome in report.rows.values_list("outcome", flat=True).iterator():
        found[outcome] = found.get(outcome, 0) + 1
    yield from sorted(found.items())


def _kept(report: UsageReport, row: UsageRow) -> UsageReportRow:
    return UsageReportRow(
        report=report,
        row=row.number,
        digest=blind_index(row.code) if row.code and not row.fault else "",
        ending=row.ending,
        is_redeemed=row.is_redeemed,
        redeemed_on=row.redeemed_on,
        account=row.account,
        outcome=Outcome.MALFORMED if row.fault else Outcome.UNUSED,
        reason=row.fault[:250],
    )


def _merge(
    standing: dict[str, UsageReportRow], rows: Sequence[UsageReportRow]
) -> list[UsageReportRow]:
    """Settle which of several rows on one code speaks; return the earlier ones that are changed.

    A redeemed code stands twice in the reports of some providers, as assigned and as redeemed: the
    redeemed row speaks. Two accounts that redeemed one code are a conflict.
    """
    changed: list[UsageReportRow] = []
    for row in rows:
        before = standing.get(row.digest)
        if not row.digest or before is None:
            standing[row.digest] = row
            continue
        if row.is_redeemed and not before.is_redeemed:
            silent, standing[row.digest] = before, row
        elif row.is_redeemed and not usage_matching.same_account(before.account, row.account):
            row.outcome = before.outcome = _conflict(row)
            changed.append(before)
            continue
        else:
            silent = row
        silent.outcome = Outcome.DUPLICATE
        silent.reason = _("Row %(row)s tells of this code.") % {"row": standing[row.digest].row}
        changed.append(silent)
    return [row for row in {id(row): row for row in changed}.values() if row.pk]


def _conflict(row: UsageReportRow) -> UsageReportRow.Outcome:
    return Outcome.CONFLICT if row.coupon_id else Outcome.UNKNOWN_CODE


def _tell_of_leaks(report: UsageReport, at: datetime) -> None:
    """Tell the whole desk at once of codes that were redeemed though nobody had them from us."""
    leaked = report.rows.filter(outcome=Outcome.NEVER_ISSUED).count()
    if not leaked:
        return
    entry = audit.record(report, "usagereport.leaks_found", acting_user=None, at=at, codes=leaked)
    link = reverse("admin:enrollment_usagereport_rows", args=[report.pk])
    for user in User.objects.holding(Role.DEALING_HAND):
        notify(user, of=entry, link=link, provider=report.provider.name, codes=leaked)


def _lock_for(step: states.Step[UsageState], report_id: int, acting_user: User) -> UsageReport:
    locked = UsageReport.objects.select_for_update(no_key=True, of=("self",))
    report = locked.select_related("provider").get(pk=report_id)
    if reason := policies.why_not_usage(step, report, acting_user):
        raise Refused(reason)
    return report
