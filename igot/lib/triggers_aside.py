"""Triggers put aside while SQLite builds a table anew, and put back as they were.

SQLite knows no change of a constraint: Django builds the table anew under another name, which
drops its triggers and is refused where a trigger of another table names it. PostgreSQL needs none
of this. Going back, the two steps change places.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_ASIDE = "igot_triggers_aside"


class PutTriggersAside(migrations.RunPython):
    """Migration step: on SQLite, drop the triggers that name `table` and keep their words."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(self._put_aside, self._put_back)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.table], {})

    def _put_aside(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor != "sqlite":
            return
        with editor.connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE {_ASIDE} AS SELECT name, sql FROM main.sqlite_master "  # noqa: S608 – a constant
                "WHERE type = 'trigger' AND instr(sql, %s) > 0 ORDER BY rowid",
                [self.table],
            )
            cursor.execute(f"SELECT name FROM {_ASIDE}")  # noqa: S608
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')

    def _put_back(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor != "sqlite":
            return
        with editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT sql FROM {_ASIDE}")  # noqa: S608
            for (sql,) in cursor.fetchall():
                cursor.execute(sql)
            cursor.execute(f"DROP TABLE {_ASIDE}")


class PutTriggersBack(PutTriggersAside):
    """Migration step: put the triggers back that an earlier step of this migration put aside."""

    def __init__(self, table: str) -> None:
        self.table = table
        super(PutTriggersAside, self).__init__(self._put_back, self._put_aside)
