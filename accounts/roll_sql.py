"""Rolls in bulk: rows staged by COPY, matched with the records, and brought in, set by set.

Each function is one statement or a few, the same on PostgreSQL and SQLite; the caller holds the
transaction. `{…}` stands for a quoted table or column, never for a value.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO
from typing import Any, Final

from django.db import connection, models

from accounts.models import (
    Officer,
    Posting,
    ProposedChange,
    Rank,
    RollImport,
    RollRow,
    Service,
    ServiceRecordEntry,
    State,
    User,
)
from accounts.roll_reading import STAGED, Staged
from accounts.roll_states import MATCHED_ANEW
from accounts.states import RecordState

NULL: Final = "\x00"  # no cell holds it: what is no text was refused
MATCHED: Final = ", ".join(f"'{outcome.value}'" for outcome in sorted(MATCHED_ANEW))
SAME_IF_BLANK: Final = ("designation", "ministry")
COMPARED: Final = (  # facts whose blank in a roll says nothing
    "born_on",
    "service_id",
    "cadre_id",
    "rank_id",
    "allotment_year",
    "joined_on",
    "break_days",
)
# An officer is found by the employee code; who declared none yet, by the official address.
BY_ADDRESS: Final = """
 LEFT JOIN (
  SELECT LOWER(COALESCE(u.email, a.official_email)) AS address, MIN(a.id) AS id,
   COUNT(*) AS number, MIN(a.employee_code) AS code
  FROM {officer} a LEFT JOIN {user} u ON u.id = a.user_id
  WHERE COALESCE(u.email, a.official_email) <> '' GROUP BY 1
 ) m ON r.official_email <> '' AND m.address = r.official_email"""
NO_ADDRESS: Final = """
 CROSS JOIN (SELECT CAST(NULL AS {bigint}) AS id, 0 AS number, CAST(NULL AS {text}) AS code) m"""
CLASSIFY: Final = """
UPDATE {row} AS staged SET outcome = k.outcome, officer_id = k.officer_id,
 problems = {json_open}k.problems{json_close}
FROM (
 SELECT j.id, j.officer_id, j.outcome,
  CASE WHEN j.outcome = 'outside' THEN '[{{"code": "officer.outside"}}]'
   WHEN j.outcome = 'conflict' AND j.is_other THEN '[{{"code": "code.other"}}]'
   WHEN j.outcome = 'conflict' THEN '[{{"code": "email.other"}}]'
   ELSE '[]' END AS problems
 FROM (
  SELECT f.*, CASE
    WHEN f.officer_id IS NOT NULL AND %s > 0 AND f.authority_id <> %s THEN 'outside'
    WHEN f.is_other OR f.is_shared THEN 'conflict'
    WHEN f.officer_id IS NULL THEN 'new'
    WHEN NOT f.differs THEN 'same'
    WHEN EXISTS (SELECT 1 FROM {change} p WHERE p.officer_id = f.officer_id
     AND p.state = 'proposed') THEN 'waiting'
    ELSE 'changed' END AS outcome
  FROM (
   SELECT r.id, o.id AS officer_id, s.authority_id,
    (c.id IS NOT NULL AND c.name <> '' AND LOWER(c.name) <> LOWER(r.name)
     AND c.born_on IS NOT NULL AND c.born_on <> r.born_on) AS is_other,
    (m.id IS NOT NULL AND (m.number > 1 OR m.id <> COALESCE(c.id, m.id)
     OR (c.id IS NULL AND m.code IS NOT NULL))) AS is_shared,
    (o.id IS NOT NULL AND ({differs})) AS differs
   FROM {row} r
   LEFT JOIN {officer} c ON c.employee_code = r.employee_code{by_address}
   LEFT JOIN {officer} o ON o.id = COALESCE(c.id,
    CASE WHEN m.number = 1 AND m.code IS NULL THEN m.id END)
   LEFT JOIN {service} s ON s.id = o.service_id
   WHERE r.roll_id = %s AND r.outcome IN ({matched})
  ) f
 ) j
) k
WHERE staged.id = k.id AND (staged.outcome <> k.outcome
 OR COALESCE(staged.officer_id, 0) <> COALESCE(k.officer_id, 0))"""
INSERT_OFFICERS: Final = """
INSERT INTO {officer} ({columns}) SELECT {values} FROM {row} r
WHERE r.roll_id = %s AND r.outcome = 'new' ORDER BY r.number
ON CONFLICT (employee_code) DO NOTHING"""
INSERT_ENTRIES: Final = """
INSERT INTO {entry} (officer_id, record_state, facts, note, acting_user_id, at)
SELECT o.id, o.record_state, {object}(
  'name', o.name, 'employee_code', o.employee_code, 'born_on', CAST(o.born_on AS {text}),
  'service', s.code, 'cadre', c.code, {group_fact}, 'rank', k.code,
  'allotment_year', o.allotment_year, 'joined_on', CAST(o.joined_on AS {text}),
  'break_days', o.break_days),
 %s, %s, %s
FROM {row} r JOIN {officer} o ON o.employee_code = r.employee_code
LEFT JOIN {service} s ON s.id = o.service_id
LEFT JOIN {state} c ON c.id = o.cadre_id
LEFT JOIN {rank} k ON k.id = o.rank_id
WHERE r.roll_id = %s AND r.outcome = 'new' ORDER BY r.number"""
INSERT_POSTINGS: Final = """
INSERT INTO {posting}
 (officer_id, starts_on, {group}, rank_id, designation, ministry, order_reference,
  recorded_by_id, recorded_at)
SELECT o.id, r.group_since, r.{group}, r.rank_id, r.designation, r.ministry, '', %s, %s
FROM {row} r JOIN {officer} o ON o.employee_code = r.employee_code
WHERE r.roll_id = %s AND r.outcome = 'new' AND r.group_since IS NOT NULL ORDER BY r.number"""


def stage(roll: RollImport, rows: Sequence[Staged]) -> None:
    """Add rows to the table of rows: by COPY where there is one."""
    columns = ("roll_id", *STAGED)
    table = _quote(RollRow._meta.db_table)
    names = ", ".join(_quote(name) for name in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", StringIO(_copied(roll, rows)))
        else:
            marks = ", ".join(["%s"] * len(columns))
            values = [(str(roll.pk), *row) for row in rows]
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608 – names of our own columns


def _copied(roll: RollImport, rows: Sequence[Staged]) -> str:
    """Write rows as COPY reads them; what they hold has no tabs and no line breaks."""
    key = str(roll.pk)
    lines = ["\t".join([key, *[NULL if cell is None else cell for cell in row]]) for row in rows]
    return "\n".join([*lines, ""]).replace("\\", "\\\\").replace(NULL, "\\N")


def mark_repeated(roll: RollImport, repeats: Iterable[tuple[int, str]]) -> None:
    """Mark the earlier rows that a later one repeats, which nobody could know when they came."""
    rows = [(problems, roll.pk, number) for number, problems in repeats]
    sql = (
        "UPDATE {row} SET outcome = 'duplicate', problems = {json_open}%s{json_close} "
        "WHERE roll_id = %s AND number = %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(_sql(sql), rows)


def classify(roll: RollImport) -> int:
    """Match the rows of `roll` with the records as they are now; return how many changed."""
    by_address = BY_ADDRESS if roll.mapping.get("email") else NO_ADDRESS
    sql = CLASSIFY.replace("{by_address}", by_address).replace("{differs}", _differs())
    authority = roll.source.authority_id or 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_sql("ANALYZE {row}"))
        cursor.execute(_sql(sql), [authority, authority, roll.pk])
        return int(cursor.rowcount)


def _differs() -> str:
    """Say in SQL that the row `r` gives another fact than the record of the officer `o` has."""
    terms = ["LOWER(o.name) <> LOWER(r.name)", "o.employee_code IS NULL", "o.{group} <> r.{group}"]
    terms += [f"(r.{n} IS NOT NULL AND (o.{n} IS NULL OR o.{n} <> r.{n}))" for n in COMPARED]
    terms += [f"(r.{n} <> '' AND o.{n} <> r.{n})" for n in SAME_IF_BLANK]
    terms.append(
        "(r.official_email <> '' AND o.user_id IS NULL AND o.official_email <> r.official_email)"
    )
    terms.append(
        "(r.group_since IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {posting} g "
        "WHERE g.officer_id = o.id AND g.starts_on = r.group_since AND g.{group} = r.{group}))"
    )
    return " OR ".join(terms)


def insert_officers(roll: RollImport, *, approver: User, at: datetime) -> int:
    """Add the officers of the rows that are new, verified by `approver`; return how many.

    Whoever came by the same code meanwhile is left alone: then fewer are added than are new.
    """
    moment = connection.ops.adapt_datetimefield_value(at)
    given: dict[str, tuple[str, Any]] = {
        "verified_by_id": ("%s", approver.pk),
        "verified_at": ("%s", moment),
        "declared_at": ("%s", moment),
        "facts_changed_at": ("%s", moment),
        "record_state": ("%s", RecordState.VERIFIED.value),
        "break_days": ("COALESCE(r.break_days, %s)", 0),
    }
    # Since when the group is held stands in the history, not in the record.
    copied = {field.column for field in RollRow._meta.concrete_fields} - {"id", "group_since"}
    columns, values, params = [], [], []
    for field in Officer._meta.concrete_fields:
        if field.primary_key:
            continue
        name = str(field.column)
        columns.append(_quote(name))
        if name in copied and name not in given:
            values.append(f"r.{_quote(name)}")
            continue
        expression, value = given.get(name, ("%s", _blank(field)))
        values.append(expression)
        params.append(value)
    sql = INSERT_OFFICERS.replace("{columns}", ", ".join(columns))
    sql = sql.replace("{values}", ", ".join(values))
    with connection.cursor() as cursor:
        cursor.execute(_sql(sql), [*params, roll.pk])
        return int(cursor.rowcount)


def _blank(field: Any) -> Any:
    return None if field.null else field.get_db_prep_save(field.get_default(), connection)


def insert_entries(roll: RollImport, *, note: str, approver: User, at: datetime) -> None:
    """Add the first version of the record of each new officer."""
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_sql(INSERT_ENTRIES), [note, approver.pk, moment, roll.pk])


def insert_postings(roll: RollImport, *, approver: User, at: datetime) -> None:
    """Add the posting of each new officer whose roll says since when the group is held."""
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_sql(INSERT_POSTINGS), [approver.pk, moment, roll.pk])


def counts_of(roll: RollImport) -> dict[str, int]:
    """Count the rows of `roll` by outcome."""
    rows = RollRow.objects.filter(roll=roll).values_list("outcome")
    return dict(rows.annotate(number=models.Count("pk")).order_by())


def take_time() -> None:
    """Let the statements of this transaction run longer than those of a page may."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '180s'")


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _sql(text: str) -> str:
    """Fill in tables, and the words that the two databases have of their own."""
    is_postgresql = connection.vendor == "postgresql"
    tables: dict[str, type[models.Model]] = {
        "row": RollRow,
        "officer": Officer,
        "user": User,
        "service": Service,
        "state": State,
        "rank": Rank,
        "posting": Posting,
        "entry": ServiceRecordEntry,
        "change": ProposedChange,
    }
    return text.format(
        **{name: _quote(model._meta.db_table) for name, model in tables.items()},
        group=_quote("group"),
        group_fact=f"'group', o.{_quote('group')}",
        matched=MATCHED,
        object="jsonb_build_object" if is_postgresql else "json_object",
        json_open="CAST(" if is_postgresql else "",
        json_close=" AS jsonb)" if is_postgresql else "",
        bigint="bigint" if is_postgresql else "integer",
        text="text",
    )
