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
READ: Final = (*CARRIED, ("email", "text"), ("fault", "text"), ("by_hand", "bigint"))


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
    kinds = ", ".join(f"{quote(name)} {kind}" for name, kind in READ)
    return {
        "materialized": "MATERIALIZED",
        "read": ", ".join(f"t.{quote(name)}" for name, _kind in READ),
        "records": f"jsonb_to_recordset(CAST(%(records)s AS jsonb)) AS t({kinds})",
        "raw_email": "r.raw->>'email'",
        "raw_fault": "r.raw->>'fault'",
        "hand": "CAST(%(hand)s AS bigint)",
        "no": "FALSE",
        "bytewise": 'COLLATE "C"',
    }


def _sqlite() -> dict[str, str]:
    values = [f"json_extract(t.value, '$.{name}')" for name, _kind in READ]
    named = zip(values, READ, strict=True)
    return {
        "materialized": "",
        "read": ", ".join(f"{value} AS {quote(name)}" for value, (name, _kind) in named),
        "records": "json_each(%(records)s) t",
        "raw_email": "json_extract(r.raw, '$.email')",
        "raw_fault": "json_extract(r.raw, '$.fault')",
        "hand": "%(hand)s",
        "no": "0",
        "bytewise": "COLLATE BINARY",
    }


def take_time() -> None:
    """Let the statements of this transaction run longer than those of a page may."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '180s'")


@contextmanager
def by_sets() -> Iterator[Any]:
    """Open a cursor whose statements join whole sets: PostgreSQL knows little of rows from JSON.

    It would take some thousand of them for a hundred, and look each up in turn among as many.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_nestloop = on")
