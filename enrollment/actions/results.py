"""What happens to files of results: staged by one person, approved and applied by another."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Any, Final, cast

from django.core.files.base import File
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from courses.models import Run
from enrollment import (
    pool_policies,
    provider_tables,
    result_matching,
    result_policies,
    states,
)
from enrollment.actions import result_writing, steps
from enrollment.actions.provider_files import FileReader, advance, drop_file, take_in
from enrollment.models import ColumnMap, Result, ResultImport
from enrollment.result_reading import ResultRow, open_results, refuse_fractions
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from igot.lib.tables import TableError

log = logging.getLogger("igot.uploads")
AT_ONCE: Final = 1_000  # rows that are applied while their approver waits
CHUNK: Final = 2_000


def stage_results(
    *,
    run: Run,
    file: File,
    file_name: str,
    acting_user: User,
    at: datetime,
    public_from: datetime | None = None,
) -> ResultImport:
    """Take in a provider's file of results; a small one is read at once, a large one by a task.

    Nothing else changes. Once approved, its results are public from `public_from`, or at once.
    :raises Refused: not open to `acting_user`, lacks a column, or brought in before
    """
    staged = _take_in(run, file, file_name, public_from, acting_user, at)
    return RESULT_FILES.read_if_small(staged, at)


@transaction.atomic(durable=True)
def _take_in(
    run: Run,
    file: File,
    file_name: str,
    public_from: datetime | None,
    acting_user: User,
    at: datetime,
) -> ResultImport:
    if reason := pool_policies.why_not_import(acting_user):
        raise Refused(reason)
    Run.objects.select_for_update(no_key=True).get(pk=run.pk)  # the files of a run come in turn
    staged = ResultImport(
        run=run,
        file_name=file_name[:150],
        state=states.ImportState.READING,
        public_from=public_from,
        uploaded_by=acting_user,
        uploaded_at=at,
    )
    result_matching.keep_rule(staged, result_matching.pass_rule_of(run))
    _refuse_unreadable(staged, file)
    take_in(staged, file, known=ResultImport.objects.standing())
    staged.save()
    audit.record(
        staged, "resultimport.taken_in", acting_user=acting_user, at=at, rows=staged.rows_total
    )
    return staged


def _refuse_unreadable(staged: ResultImport, file: File) -> None:
    """Refuse at the form what the first lines of a file show: no table, or a column missing."""
    try:
        file.seek(0)
        opened = open_results(
            cast(IO[bytes], file), rule=result_matching.rule_kept(staged), by=_map_of(staged)
        )
        if next(iter(opened.table.table.records()), None) is None:
            raise TableError(_("The file has no row below its header."))
    except TableError as problem:
        log.warning("refused a file of results of %s bytes: %s", file.size, problem)
        raise Refused(str(problem)) from None


def _map_of(staged: ResultImport) -> ColumnMap | None:
    on = civil_date(staged.uploaded_at)
    return provider_tables.map_in_force(staged.run.course.provider, ColumnMap.Kind.RESULTS, on)


class ResultFiles(FileReader[ResultImport, ResultRow]):
    """How a file of results is read: each row with its registration and what would come of it."""

    model = ResultImport
    name = "resultimport"

    def rows(self, thing: ResultImport, file: IO[bytes]) -> Iterator[ResultRow]:
        rule = result_matching.rule_kept(thing)
        return open_results(file, rule=rule, by=_map_of(thing)).rows()

    def keep(self, thing: ResultImport, rows: list[ResultRow]) -> None:
        """Take a chunk of rows in; what they come to is looked up once, for all of them."""
        result_matching.take_rows(rows)

    def forget(self, thing: ResultImport) -> None:
        result_matching.forget_rows()
        thing.rows.all().delete()

    def finish(self, thing: ResultImport, at: datetime) -> None:
        """Leave the file to be approved.

        :raises TableError: its grades are fractions
        """
        result_writing.take_time()
        refuse_fractions(result_matching.highest_grade())
        result_matching.keep_rows(thing)
        counted = dict(thing.rows.values_list("outcome").annotate(Count("pk")).order_by("outcome"))
        drop_file(thing)
        advance(
            thing,
            states.ImportState.STAGED,
            "resultimport.staged",
            acting_user=thing.uploaded_by,
            at=at,
            **counted,
        )


RESULT_FILES: Final = ResultFiles()


# --- approved by a second person ----------------------------------------------------------------
def apply_results(
    *, import_id: int, rows: int, passes: int, acting_user: User, at: datetime
) -> None:
    """Approve a staged file: results are recorded, registrations move, officers are told.

    `rows` and `passes` are the totals of the provider's letter, typed by the approver. A large
    file is carried out by a task, and one that is not public yet is recorded only: nobody outside
    the desk sees anything of it until it is made public.
    :raises Refused: not open to `acting_user`, the totals do not agree, or the registrations have
        changed since the file was staged
    """
    if _approve(import_id, rows, passes, acting_user, at) <= AT_ONCE:
        carry_out(import_id=import_id, at=at)


@transaction.atomic(durable=True)
def _approve(import_id: int, rows: int, passes: int, acting_user: User, at: datetime) -> int:
    """Approve the file and return how many rows bring something new."""
    result_writing.take_time()
    staged = _lock_for(states.APPROVE_IMPORT, import_id, acting_user)
    found = (staged.rows.count(), staged.rows.appliable().filter(would_pass=True).count())
    if found != (rows, passes):
        raise Refused(
            _("The totals do not agree with the file. Compare it with the provider's letter.")
        )
    _check_unchanged(staged)
    staged.approved_by, staged.approved_at = acting_user, at
    news = staged.rows.with_news().count()
    by_hand = staged.rows.filter(settled_how="matched").count()
    advance(
        staged,
        states.ImportState.APPROVED,
        "resultimport.approved",
        acting_user=acting_user,
        at=at,
        news=news,
        by_hand=by_hand,
        public_from=staged.public_from,
    )
    return news


def _check_unchanged(staged: ResultImport) -> None:
    """Match and judge the rows again: what was approved must be what is applied."""
    if result_matching.pass_rule_of(staged.run) != result_matching.rule_kept(staged):
        raise Refused(
            _(
                "What passing means in this batch has changed since the file was read. Discard "
                "this import and bring in the file anew."
            )
        )
    if row := result_matching.first_changed(staged):
        raise Refused(
            _(
                "Row %(row)s would come out differently now, because a registration or a "
                "result has changed. Discard this import and bring in the file anew."
            )
            % {"row": row}
        )


@transaction.atomic(durable=True)
def carry_out(*, import_id: int, at: datetime) -> bool:
    """Record the results of an approved file, and make them public when that is due at `at`.

    All of it in one transaction; False where there is nothing to do, or another worker did it.
    """
    result_writing.take_time()
    staged = _lock(import_id)
    if staged.state != states.ImportState.APPROVED:
        return False
    is_due = staged.public_from is None or staged.public_from <= at
    if staged.results_recorded_at is None:
        _record(staged, at)
    elif not is_due:
        return False
    if is_due:
        _publish(staged, None, at)
    return True


@transaction.atomic(durable=True)
def publish_results(*, import_id: int, acting_user: User, at: datetime) -> None:
    """Make the recorded results of a file public now, before the instant that was set.

    :raises Refused: the step is not open to `acting_user`
    """
    result_writing.take_time()
    _publish(_lock_for(states.PUBLISH_IMPORT, import_id, acting_user), acting_user, at)


@transaction.atomic(durable=True)
def discard_results(*, import_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Put a staged file aside; nothing of it is applied.

    :raises Refused: the step is not open to `acting_user`
    """
    staged = _lock_for(states.DISCARD_IMPORT, import_id, acting_user)
    to = states.ImportState.DISCARDED
    advance(staged, to, "resultimport.discarded", acting_user=acting_user, at=at, reason=reason)


def _lock(import_id: int) -> ResultImport:
    locked = ResultImport.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("run__course__provider", "uploaded_by").get(pk=import_id)


def _lock_for(
    step: states.Step[states.ImportState], import_id: int, acting_user: User
) -> ResultImport:
    staged = _lock(import_id)
    if reason := result_policies.why_not_results(step, staged, acting_user):
        raise Refused(reason)
    return staged


def _record(staged: ResultImport, at: datetime) -> None:
    """Add the results of the rows that bring something new; nobody sees or hears of them yet."""
    result_writing.add_results(staged, at=at)
    for results in _chunks(staged):
        alike: dict[tuple[int, bool], list[Result]] = defaultdict(list)
        for result in results:
            alike[result.attempt, result.passed].append(result)
        for (attempt, passed), group in alike.items():
            audit.record_each(
                group,
                "result.recorded",
                acting_user=staged.approved_by,
                at=at,
                attempt=attempt,
                passed=passed,
            )
    staged.results_recorded_at = at
    staged.save(update_fields=["results_recorded_at"])


def _publish(staged: ResultImport, acting_user: User | None, at: datetime) -> None:
    """Make recorded results public: registrations move by them, and their officers are told."""
    result_writing.lock_registrations(staged)
    by, done = acting_user or staged.approved_by, 0
    for results in _chunks(staged):
        Result.every.filter(pk__in=[result.pk for result in results]).update(public_at=at)
        _move(results, by, at)
        result_writing.tell_officers(results, at=at)
        done += len(results)
        result_writing.show_progress(staged, done)
    staged.made_public_at = at
    state, event = states.ImportState.APPLIED, "resultimport.applied"
    advance(staged, state, event, acting_user=acting_user, at=at, recorded=done)


def _move(results: Sequence[Result], acting_user: User | None, at: datetime) -> None:
    """Move the registrations that the results settle, by the table of steps."""
    moved: dict[tuple[str, Any], list[Result]] = defaultdict(list)
    for result in results:
        step = states.COMPLETE if result.passed else states.FAIL
        state = result.enrollment.state
        if state in step.sources and not result_writing.waits(result):
            moved[state, step].append(result)
    for (state, step), group in moved.items():
        steps.take_each(
            step, [result.enrollment for result in group], was=state, acting_user=acting_user, at=at
        )
        Result.every.filter(pk__in=[result.pk for result in group]).update(moved_from=state)


def _chunks(staged: ResultImport) -> Iterator[list[Result]]:
    """Yield the results of a file with their registrations, some thousand at a time."""
    rows = Result.every.of_import(staged.pk).valid().order_by("pk")
    rows = rows.select_related("enrollment__officer__user", "enrollment__course", "enrollment__run")
    last = 0
    while results := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = results[-1].pk
        yield results
