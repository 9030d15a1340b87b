"""Statements that PostgreSQL plans once for a connection and then only runs.

Planning a join of eight tables takes longer than running it for one row. A statement that is run
thousands of times an hour is therefore prepared on the server; its first executions show the
server whether one plan serves all values (PREPARE, plan_cache_mode).
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import connection
from psycopg2.extensions import AsIs

RUNS: Final = 1000  # a plan serves so often: tables grow, and it was made when they were smaller


class Planned:
    """A statement for PostgreSQL, in which `%s` stands for each of `parameters`.

    A parameter is a `Slot`, given anew each time, or a value that always stands there.
    """

    def __init__(self, sql: str, parameters: Sequence[Any]) -> None:
        self.sql, self.parameters = sql, parameters
        self.slots = max((one.number for one in parameters if isinstance(one, Slot)), default=0)
        self.name = f"igot_{sha256(repr((sql, list(parameters))).encode()).hexdigest()[:20]}"
        given = f"({', '.join(['%s'] * self.slots)})" if self.slots else ""
        self.call = f"EXECUTE {self.name}{given}"

    def ready(self) -> str:
        """Return what runs it, given a value for each slot; prepare it where this is yet to do.

        Preparing outlives a transaction that is rolled back, and ends with the connection.
        """
        connection.ensure_connection()
        own = connection.connection
        runs = _prepared.setdefault(own, {})
        left = runs.get(self.name, 0)
        if not left:
            with connection.wrap_database_errors, own.cursor() as cursor:
                if runs.pop(self.name, None) is not None:
                    cursor.execute(f"DEALLOCATE {self.name}")
                values = [one.as_sql() if isinstance(one, Slot) else one for one in self.parameters]
                cursor.execute(f"PREPARE {self.name} AS {self.sql}", values)
        runs[self.name] = (left or RUNS) - 1
        return self.call


class Slot:
    """Where a value goes that each run gives: the first, the second … of them.

    `type` is its type in PostgreSQL where the statement does not show it.
    """

    def __init__(self, number: int, type: str = "") -> None:
        self.number, self.type = number, type

    def __repr__(self) -> str:
        return f"Slot({self.number}, {self.type!r})"

    def as_sql(self) -> AsIs:
        return AsIs(f"${self.number}::{self.type}" if self.type else f"${self.number}")


def planned(sql: str, **types: str) -> Planned:
    """Return a statement whose slots are named, as `%(course)s`; their order is that of `types`."""
    slots = {name: Slot(number, type) for number, (name, type) in enumerate(types.items(), 1)}
    order: list[Slot] = []

    class Names(dict[str, str]):
        def __missing__(self, name: str) -> str:
            order.append(slots[name])
            return "%s"

    return Planned(sql % Names(), order)


_prepared: WeakKeyDictionary[Any, dict[str, int]] = WeakKeyDictionary()  # runs left of a plan
