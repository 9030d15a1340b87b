"""Whose result a row of the provider's file is, and what would come of it: by sets of rows.

A row is matched by the name of the account, else by the e-mail address, never by the name of the
officer. Two rows of a file for one registration are both left to a person. The statements are the
same on PostgreSQL and SQLite; the caller holds the transaction. `{…}` stands for a quoted table or
a word of the database, never for a value.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import terms
from courses.models import Run
from courses.models.catalogue import OF_THE_EXAM
from courses.models.institutes import RULE_FIELDS
from enrollment.models import Enrollment, ResultImport, ResultImportRow
from enrollment.result_reading import PassRule, ResultRow, columns_of
from enrollment.result_sql import CARRIED, by_sets, quote, sql_of
from igot.lib.errors import Refused

# An officer may have registered again for a run: the registration that is alive gets the result.
REGISTERED: Final = """
registered AS (
 SELECT f.*, COUNT(*) OVER (PARTITION BY f.address) AS alike,
  ROW_NUMBER() OVER (PARTITION BY f.address ORDER BY f.id) AS place
 FROM (
  SELECT e.id, e.state, LOWER(a.platform_username) AS name,
   LOWER(COALESCE(u.email, o.official_email)) {bytewise} AS address,
   ROW_NUMBER() OVER (PARTITION BY e.officer_id ORDER BY
    CASE WHEN e.state = 'not_completed' THEN 1 ELSE 0 END, e.id DESC) AS rank
  FROM {enrollment} e JOIN {officer} o ON o.id = e.officer_id
  LEFT JOIN {user} u ON u.id = o.user_id
  LEFT JOIN {account} a ON a.id = e.provider_account_id
  WHERE e.run_id = %(run)s AND e.state IN ({with_results})
 ) f WHERE f.rank = 1
),
latest AS (
 SELECT r.enrollment_id, MAX(r.attempt) AS attempt,
  SUM(CASE WHEN r.exam_outcome IN ('passed', 'failed') THEN 1 ELSE 0 END) AS sat
 FROM {result} r JOIN {enrollment} e ON e.id = r.enrollment_id
 WHERE e.run_id = %(run)s
  AND NOT EXISTS (SELECT 1 FROM {reversal} v WHERE v.result_id = r.id)
 GROUP BY r.enrollment_id
)"""
# What the rows of `given` come to, each by itself.
JUDGED: Final = """
found AS (
 SELECT w.row, w.is_torn, CASE WHEN w.is_torn THEN NULL
   ELSE COALESCE(w.by_hand, w.named, w.addressed) END AS enrollment_id
 FROM (
  SELECT g.row, g.by_hand, n.id AS named, d.id AS addressed, g.by_hand IS NULL
   AND COALESCE((d.alike = 1 AND n.id <> d.id) OR (d.alike > 1 AND n.id IS NULL), {no}) AS is_torn
  FROM given g
  LEFT JOIN registered n ON g.username <> '' AND n.name = LOWER(g.username)
  LEFT JOIN registered d ON g.email <> '' AND d.address = LOWER(g.email) AND d.place = 1
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
 FROM given g JOIN (
  SELECT g.row, f.enrollment_id, f.is_torn,
   l.attempt IS NOT NULL AS has_earlier,
   COALESCE(s.online_grade = g.online_grade AND s.exam_outcome = g.exam_outcome
    AND CAST(COALESCE(s.exam_score, -1) AS numeric) = CAST(COALESCE(g.exam_score, -1) AS numeric)
    AND (s.exam_on IS NULL OR g.exam_on IS NULL OR s.exam_on = g.exam_on), {no}) AS is_same,
   COALESCE(e.state = 'completed', {no}) OR COALESCE(s.passed, {no}) AS has_passed,
   COALESCE(g.exam_outcome IN ('passed', 'failed') AND l.sat >= %(most)s, {no}) AS is_too_often
  FROM given g
  JOIN found f ON f.row = g.row
  LEFT JOIN {enrollment} e ON e.id = f.enrollment_id
  LEFT JOIN latest l ON l.enrollment_id = f.enrollment_id
  LEFT JOIN {result} s ON s.enrollment_id = l.enrollment_id AND s.attempt = l.attempt
 ) m ON m.row = g.row
)"""
# Rows as they were read, given as one text of JSON.
FROM_JSON: Final = """given AS {materialized} (SELECT {read} FROM {records})"""
FROM_TABLE: Final = """
given AS (
 SELECT {kept}, COALESCE({raw_email}, '') AS email,
  COALESCE({raw_fault}, '') AS fault,
  CASE WHEN r.settled_how = 'matched' THEN r.enrollment_id ELSE {hand} END AS by_hand,
  r.outcome AS stood, r.enrollment_id AS stood_for
 FROM {row} r WHERE r.result_import_id = %(import)s AND {which}
)"""
FIRST: Final = """
SELECT j.row, j.found, j.why FROM judged j WHERE {wanted} ORDER BY j.row LIMIT 1"""
# An earlier row of the file for the same registration loses its place to a person, too.
DISPLACE: Final = """
UPDATE {row} SET outcome = 'ambiguous', reason = %(twice)s
WHERE result_import_id = %(import)s AND outcome IN ({appliable}) AND enrollment_id IN (
 SELECT o.enrollment_id FROM {row} o
 WHERE o.result_import_id = %(import)s AND o.outcome = 'ambiguous')"""
KEEP: Final = """
INSERT INTO {row} (result_import_id, {columns}, enrollment_id, outcome, reason,
 settled_how, settled_reason)
{with_all}
SELECT %(import)s, {carried}, j.enrollment_id,
 CASE WHEN j.times > 1 OR j.is_repeated THEN 'ambiguous' ELSE j.found END,
 CASE WHEN j.times > 1 OR j.is_repeated THEN %(twice)s ELSE j.why END, '', ''
FROM (
 SELECT j.*, CASE WHEN j.enrollment_id IS NULL THEN 0 ELSE
   COUNT(*) OVER (PARTITION BY j.enrollment_id) END AS times,
  EXISTS (SELECT 1 FROM {row} o WHERE o.result_import_id = %(import)s
   AND o.enrollment_id = j.enrollment_id) AS is_repeated
 FROM judged j
) j"""


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


def keep_rows(staged: ResultImport, rows: Sequence[ResultRow]) -> None:
    """Add rows of a file, each with the registration found for it and what would come of it."""
    records = json.dumps([_record(row) for row in rows], ensure_ascii=False)
    given = {**_params(staged), "records": records}
    with_all = f"WITH {FROM_JSON}, {REGISTERED}, {JUDGED}"
    carried = ", ".join(f"j.{quote(name)}" for name, _kind in CARRIED)
    with by_sets() as cursor:
        cursor.execute(sql_of(KEEP.replace("{with_all}", with_all), carried=carried), given)
        cursor.execute(sql_of(DISPLACE), given)


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
    table = FROM_TABLE.replace("{which}", which)
    wanted = FIRST.replace("{wanted}", wanted)
    with by_sets() as cursor:
        cursor.execute(sql_of(f"WITH {table}, {REGISTERED}, {JUDGED} {wanted}"), given)
        return list(cursor.fetchall())


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


def _record(row: ResultRow) -> dict[str, Any]:
    grades = {name: _plain(value) for name, value in columns_of(row.verdict).items()}
    return {
        "row": row.number,
        "raw": {**row.raw, "fault": row.verdict.fault[:250]} if row.verdict.fault else row.raw,
        "username": row.username,
        **grades,
        "exam_on": row.exam_on and row.exam_on.isoformat(),
        "exam_centre": row.exam_centre,
        "exam_city": row.exam_city,
        "email": row.email,
        "fault": row.verdict.fault[:250],
        "by_hand": None,
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | str) else str(value)
