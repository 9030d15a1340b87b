"""Whose result a row of the provider's file is, and what would come of it: by sets of rows.

A row is matched by the name of the account, else by the e-mail address, never by the name of the
officer. Two rows of a file for one registration are both left to a person. The statements are the
same on PostgreSQL and SQLite; the caller holds the transaction. `{…}` stands for a quoted table or
a word of the database, never for a value.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import terms
from courses.models import Run
from courses.models.catalogue import OF_THE_EXAM
from courses.models.institutes import RULE_FIELDS
from enrollment.models import Enrollment, ResultImport, ResultImportRow
from enrollment.result_reading import PassRule, ResultRow
from enrollment.result_sql import (
    CARRIED,
    GIVEN,
    READ,
    REGISTERED,
    by_sets,
    count_rows,
    drop_tables,
    make_table,
    quote,
    sql_of,
)
from igot.lib.copying import copy_into
from igot.lib.errors import Refused

# The registrations of the run with the attempt that counts. An officer may have registered again:
# `is_first` is the one that is alive, which gets the result.
REGISTER: Final = """
INSERT INTO {registered}
SELECT e.id, e.state, e.is_first, LOWER(a.platform_username),
 LOWER(COALESCE(u.email, o.official_email)), s.attempt, s.sat,
 s.passed, s.online_grade, s.exam_outcome, s.exam_score, s.exam_on
FROM (
 SELECT w.id, w.state, w.officer_id, w.provider_account_id, w.state IN ({with_results})
  AND ROW_NUMBER() OVER (PARTITION BY w.officer_id ORDER BY
   CASE WHEN w.state = 'not_completed' THEN 1 WHEN w.state IN ({with_results}) THEN 0 ELSE 2 END,
   w.id DESC) = 1 AS is_first
 FROM {enrollment} w WHERE w.run_id = %(run)s
) e JOIN {officer} o ON o.id = e.officer_id
LEFT JOIN {user} u ON u.id = o.user_id
LEFT JOIN {account} a ON a.id = e.provider_account_id
LEFT JOIN (
 SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.enrollment_id ORDER BY r.attempt DESC) AS place,
  SUM(CASE WHEN r.exam_outcome IN ('passed', 'failed') THEN 1 ELSE 0 END)
   OVER (PARTITION BY r.enrollment_id) AS sat
 FROM {result} r JOIN {enrollment} x ON x.id = r.enrollment_id
 LEFT JOIN {reversal} v ON v.result_id = r.id
 WHERE x.run_id = %(run)s AND v.id IS NULL
) s ON s.enrollment_id = e.id AND s.place = 1"""
# What the rows that are given come to, each by itself.
JUDGED: Final = """
matched AS {materialized} (
 SELECT w.row, w.is_torn, CASE WHEN w.is_torn THEN NULL
   ELSE COALESCE(w.by_hand, w.named, w.addressed) END AS enrollment_id
 FROM (
  SELECT g.row, g.by_hand, n.id AS named, d.id AS addressed, g.by_hand IS NULL
   AND COALESCE((d.alike = 1 AND n.id <> d.id) OR (d.alike > 1 AND n.id IS NULL), {no}) AS is_torn
  FROM {given} g
  LEFT JOIN {registered} n ON n.is_first AND n.name = LOWER(g.username) AND g.username <> ''
  LEFT JOIN (
   SELECT f.address, MIN(f.id) AS id, COUNT(*) AS alike FROM {registered} f
   WHERE f.is_first AND f.address <> '' GROUP BY f.address
  ) d ON d.address = LOWER(g.email)
 ) w
),
judged AS (
 SELECT g.*, m.enrollment_id,
  CASE WHEN m.is_torn THEN 'ambiguous'
   WHEN m.enrollment_id IS NULL AND EXISTS (SELECT 1 FROM {account} k
    WHERE k.provider_id = %(provider)s AND LOWER(k.platform_username) = LOWER(g.username))
    THEN 'not_enrolled'
   WHEN m.enrollment_id IS NULL THEN 'unknown_officer'
   WHEN g.fault <> '' THEN 'bad_score'
   WHEN m.is_same THEN 'same'
   WHEN m.has_passed AND NOT g.would_pass THEN 'conflict'
   WHEN m.is_too_often THEN 'conflict'
   WHEN m.has_earlier THEN 'changed'
   ELSE 'new' END AS found,
  CASE WHEN m.is_torn THEN %(torn)s
   WHEN m.enrollment_id IS NULL THEN ''
   WHEN g.fault <> '' THEN g.fault
   WHEN m.is_same THEN ''
   WHEN m.has_passed AND NOT g.would_pass THEN %(passed)s
   WHEN m.is_too_often THEN %(often)s
   ELSE '' END AS why
 FROM {given} g JOIN (
  SELECT g.row, f.enrollment_id, f.is_torn,
   e.attempt IS NOT NULL AS has_earlier,
   COALESCE(e.online_grade = g.online_grade AND e.exam_outcome = g.exam_outcome
    AND COALESCE(e.exam_score, -1) = COALESCE(g.exam_score, -1)
    AND (e.exam_on IS NULL OR g.exam_on IS NULL OR e.exam_on = g.exam_on), {no}) AS is_same,
   COALESCE(e.state = 'completed', {no}) OR COALESCE(e.passed, {no}) AS has_passed,
   COALESCE(g.exam_outcome IN ('passed', 'failed') AND e.sat >= %(most)s, {no}) AS is_too_often
  FROM {given} g
  JOIN matched f ON f.row = g.row
  LEFT JOIN {registered} e ON e.id = f.enrollment_id
 ) m ON m.row = g.row
)"""
TAKE_AGAIN: Final = """
INSERT INTO {given}
SELECT {kept}, COALESCE({raw_email}, ''), COALESCE({raw_fault}, ''),
 CASE WHEN r.settled_how = 'matched' THEN r.enrollment_id ELSE {hand} END,
 r.outcome, r.enrollment_id
FROM {row} r WHERE r.result_import_id = %(import)s AND {which}"""
FIRST: Final = """
WITH {judged} SELECT j.row, j.found, j.why FROM judged j WHERE {wanted} ORDER BY j.row LIMIT 1"""
KEEP: Final = """
INSERT INTO {row} (result_import_id, {columns}, enrollment_id, outcome, reason,
 settled_how, settled_reason)
WITH {judged},
twice AS (
 SELECT m.enrollment_id FROM matched m WHERE m.enrollment_id IS NOT NULL
 GROUP BY m.enrollment_id HAVING COUNT(*) > 1
)
SELECT %(import)s, {carried}, j.enrollment_id,
 CASE WHEN t.enrollment_id IS NULL THEN j.found ELSE 'ambiguous' END,
 CASE WHEN t.enrollment_id IS NULL THEN j.why ELSE %(twice)s END, '', ''
FROM judged j LEFT JOIN twice t ON t.enrollment_id = j.enrollment_id"""


def pass_rule_of(run: Run) -> PassRule:
    """Return what passing means in `run`: its own numbers, else the programme's on its first day.

    :raises Refused: neither says it, or the programmes of the course say different things
    """
    general = terms.rule_of(run.course, run.commences_on) if run.commences_on else None
    said: dict[str, Any] = {name: getattr(general, name, None) for name in RULE_FIELDS}
    for name in ("least_grade", "needs_proctored_exam"):
        own = getattr(run, name)
        said[name] = said[name] if own is None else own
    if said["least_grade"] is None or said["needs_proctored_exam"] is None:
        raise Refused(
            _(
                "For %(course)s there must be one grade rule in force on the commencement, or the "
                "batch must say its own."
            )
            % {"course": run.course}
        )
    if not said["needs_proctored_exam"]:
        said |= dict.fromkeys(OF_THE_EXAM)
    return PassRule(**said)


def rule_kept(staged: ResultImport) -> PassRule:
    """Return the rule under which the rows of an import were judged."""
    return PassRule(**{name.name: getattr(staged, name.name) for name in fields(PassRule)})


def keep_rule(staged: ResultImport, rule: PassRule) -> None:
    """Write down, on an import that the caller saves, what its rows are judged by."""
    run = staged.run
    for name, value in asdict(rule).items():
        setattr(staged, name, value)
    staged.grade_rule = terms.rule_of(run.course, run.commences_on) if run.commences_on else None
    staged.most_attempts = run.most_attempts


def take_rows(rows: Sequence[ResultRow]) -> None:
    """Lay rows of a file beside those that this session was given before."""
    with connection.cursor() as cursor:
        make_table(cursor, GIVEN)
    copy_into(GIVEN, READ, map(_values, rows))


def highest_grade() -> Decimal | None:
    """Return the highest grade of the rows that were taken; None where none can be read."""
    with connection.cursor() as cursor:
        cursor.execute(sql_of("SELECT MAX(g.online_grade) FROM {given} g"))
        (highest,) = cursor.fetchone()
    return highest if highest is None else Decimal(str(highest))


def keep_rows(staged: ResultImport) -> None:
    """Add the rows that were taken, each with its registration and what would come of it.

    :raises RuntimeError: they are not all there
    """
    given = _params(staged)
    carried = ", ".join(f"j.{quote(name)}" for name, _kind in CARRIED)
    with connection.cursor() as cursor:
        _register(cursor, given)
        with by_sets(cursor):
            cursor.execute(sql_of(KEEP, judged=JUDGED, carried=carried), given)
            if (kept := cursor.rowcount) != staged.rows_done:
                raise RuntimeError(f"{kept} of {staged.rows_done} rows were kept")
        drop_tables(cursor)


def forget_rows() -> None:
    """Drop what this session was given."""
    with connection.cursor() as cursor:
        drop_tables(cursor)


def first_changed(staged: ResultImport) -> int | None:
    """Return the first row that would come out differently now, of those to be applied."""
    which = "r.outcome IN ({appliable})"
    found = _judged(staged, which, "j.found <> j.stood OR j.enrollment_id <> j.stood_for", None)
    return found[0][0] if found else None


def judge_by_hand(row: ResultImportRow, enrollment: Enrollment) -> tuple[str, str]:
    """Return outcome and reason of a row that a person gives to `enrollment`."""
    which = "r.id = %(row)s"
    found = _judged(row.result_import, which, "1 = 1", enrollment.pk, row=row.pk)
    _row, outcome, reason = found[0]
    return outcome, reason


def _judged(
    staged: ResultImport, which: str, wanted: str, by_hand: int | None, **more: Any
) -> list[tuple[int, str, str]]:
    given = {**_params(staged), "hand": by_hand, **more}
    with connection.cursor() as cursor:
        drop_tables(cursor)
        make_table(cursor, GIVEN)
        cursor.execute(sql_of(TAKE_AGAIN, which=which), given)
        _register(cursor, given)
        with by_sets(cursor):
            cursor.execute(sql_of(FIRST, judged=JUDGED, wanted=wanted), given)
            found = list(cursor.fetchall())
        drop_tables(cursor)
    return found


def _register(cursor: Any, given: dict[str, Any]) -> None:
    make_table(cursor, REGISTERED)
    cursor.execute(sql_of(REGISTER), given)
    count_rows(cursor, GIVEN, REGISTERED)


def _params(staged: ResultImport) -> dict[str, Any]:
    most = staged.most_attempts
    return {
        "import": staged.pk,
        "run": staged.run_id,
        "provider": staged.run.course.provider_id,
        "most": most or 10_000,
        "torn": _("The name of the account and the address belong to two officers."),
        "passed": _("A pass stands on record; taking it back needs a person's decision."),
        "twice": _("The officer stands in two rows."),
        "often": ngettext(
            "The batch allows %(most)s attempt at the examination; this would be one more.",
            "The batch allows %(most)s attempts at the examination; this would be one more.",
            most or 0,
        )
        % {"most": most},
    }


def _values(row: ResultRow) -> tuple[Any, ...]:
    """Return the values of `READ`."""
    verdict, fault = row.verdict, row.verdict.fault[:250]
    return (
        row.number,
        {**row.raw, "fault": fault} if fault else row.raw,
        row.username,
        verdict.online_grade,
        verdict.exam_outcome or "",
        verdict.exam_score,
        verdict.total,
        verdict.passes,
        row.exam_on,
        row.exam_centre,
        row.exam_city,
        row.email,
        fault,
        None,
        None,
        None,
    )
