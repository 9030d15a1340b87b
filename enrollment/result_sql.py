"""The words that statements on results are put together from, on PostgreSQL and SQLite.

`{…}` stands for a quoted table or a word of the database, never for a value.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, models

from accounts.models import Officer, User
from enrollment.models import (
    Enrollment,
    ProviderAccount,
    Result,
    ResultImport,
    ResultImportRow,
    ResultReversal,
)
from enrollment.models.result_imports import APPLIABLE
from enrollment.states import EnrollmentState

WITH_RESULTS: Final = (  # registrations that a result may belong to
    EnrollmentState.CONFIRMED,
    EnrollmentState.IN_PROGRESS,
    EnrollmentState.COMPLETED,
    EnrollmentState.NOT_COMPLETED,
)
CARRIED: Final = (  # what a row keeps as it was read, with the type that each has in the table
    ("row", "integer"),
    ("raw", "jsonb"),
    ("username", "text"),
    ("online_grade", "numeric"),
    ("exam_outcome", "text"),
    ("exam_score", "numeric"),
    ("total", "numeric"),
    ("would_pass", "boolean"),
    ("exam_on", "date"),
    ("exam_centre", "text"),
    ("exam_city", "text"),
)
READ: Final = (
    *CARRIED,
    ("email", "text"),
    ("fault", "text"),
    ("by_hand", "bigint"),
    ("stood", "text"),  # what a row came to when it was read, and for which registration
    ("stood_for", "bigint"),
)
GIVEN: Final = "given_results"  # rows as they were read
REGISTERED: Final = "registered_for_results"  # the registrations of their run
COLUMNS: Final = {
    GIVEN: ", ".join(f'"{name}" {kind}' for name, kind in READ),
    REGISTERED: """id bigint, state text, is_first boolean, name text, address text,
 attempt integer, sat integer, passed boolean, online_grade numeric, exam_outcome text,
 exam_score numeric, exam_on date""",
}


def quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def sql_of(text: str, **more: str) -> str:
    """Fill in tables, and the words that the two databases have of their own."""
    is_postgresql = connection.vendor == "postgresql"
    tables: dict[str, type[models.Model]] = {
        "import": ResultImport,
        "row": ResultImportRow,
        "result": Result,
        "reversal": ResultReversal,
        "enrollment": Enrollment,
        "account": ProviderAccount,
        "officer": Officer,
        "user": User,
    }
    words = {name: quote(model._meta.db_table) for name, model in tables.items()}
    names = [quote(name) for name, _kind in CARRIED]
    words |= {
        "given": quote(GIVEN),
        "registered": quote(REGISTERED),
        "columns": ", ".join(names),
        "kept": ", ".join(f"r.{name}" for name in names),
        "with_results": _quoted(state.value for state in WITH_RESULTS),
        "appliable": _quoted(outcome.value for outcome in APPLIABLE),
        **(_postgresql() if is_postgresql else _sqlite()),
        **more,
    }
    for _round in range(2):  # a word may hold another one
        for name, word in words.items():
            text = text.replace(f"{{{name}}}", word)
    return text


def _postgresql() -> dict[str, str]:
    return {
        "materialized": "MATERIALIZED",
        "raw_email": "r.raw->>'email'",
        "raw_fault": "r.raw->>'fault'",
        "hand": "CAST(%(hand)s AS bigint)",
        "no": "FALSE",
    }


def _sqlite() -> dict[str, str]:
    return {
        "materialized": "",
        "raw_email": "json_extract(r.raw, '$.email')",
        "raw_fault": "json_extract(r.raw, '$.fault')",
        "hand": "%(hand)s",
        "no": "0",
    }


def take_time() -> None:
    """Let the statements of this transaction run longer than those of a page may."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '180s'")


def make_table(cursor: Any, name: str) -> None:
    """Make the table of this session `name`, unless it is there: `GIVEN` or `REGISTERED`."""
    cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {quote(name)} ({COLUMNS[name]})")


def drop_tables(cursor: Any) -> None:
    """Drop the tables of this session, where they are."""
    for name in COLUMNS:
        cursor.execute(f"DROP TABLE IF EXISTS {quote(name)}")


@contextmanager
def by_sets(cursor: Any) -> Iterator[None]:
    """Let the statements within join whole sets, in memory as far as 32 MB reach.

    What PostgreSQL guesses of rows that it has just been given is far off: it would look each of
    them up in turn among as many, or compile the statement for longer than it runs.
    """
    if connection.vendor != "postgresql":
        yield
        return
    cursor.execute(
        "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '32MB'; SET LOCAL jit = off"
    )
    yield
    cursor.execute(
        "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL work_mem TO DEFAULT; "
        "SET LOCAL jit TO DEFAULT"
    )


def count_rows(cursor: Any, *tables: str) -> None:
    """Let PostgreSQL look at some hundred rows of each of `tables`, which were just filled."""
    if connection.vendor == "postgresql":
        cursor.execute("SET LOCAL default_statistics_target = 1")
        for table in tables:
            cursor.execute(f"ANALYZE {quote(table)}")
        cursor.execute("SET LOCAL default_statistics_target TO DEFAULT")
