"""Rows of one kind whose days may not overlap: refused by the database itself.

An exclusion constraint on PostgreSQL, triggers on SQLite. Both ends of a row are inclusive, and a
row without a last day lasts.
"""

from collections.abc import Sequence
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_FOREVER = "'9999-12-31'"


class NoOverlap(migrations.RunPython):
    """Migration step: rows of `table` alike in `same` never cover one day twice.

    `where` narrows the rows that are meant, as SQL with `{row}` before each column; the columns of
    `same` are whole numbers or texts without NULL. `again` is for a table that SQLite has built
    anew, which drops its triggers.
    """

    def __init__(
        self,
        table: str,
        name: str,
        same: Sequence[str],
        first: str = "effective_from",
        until: str = "effective_to",
        where: str = "",
        again: bool = False,
    ) -> None:
        self.table, self.name, self.same = table, name, list(same)
        self.first, self.until, self.where = first, until, where
        self.again = again
        super().__init__(self._refuse, self._stay if again else self._allow)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        given = [self.table, self.name, self.same, self.first, self.until, self.where]
        return (self.__class__.__name__, given, {"again": True} if self.again else {})

    def _refuse(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            if not self.again:
                self._exclude(editor)
            return
        for verb in ("INSERT", "UPDATE"):
            editor.execute(
                f"CREATE TRIGGER {self.name}_{verb.lower()} BEFORE {verb} ON {self.table} "
                f"WHEN {self._overlaps()} BEGIN SELECT RAISE(ABORT, '{self.name}'); END",
                params=None,
            )

    def _exclude(self, editor: BaseDatabaseSchemaEditor) -> None:
        editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        alike = ", ".join(f"{column} WITH =" for column in self.same)
        where = f" WHERE ({self.where.format(row='')})" if self.where else ""
        editor.execute(
            f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} EXCLUDE USING gist "
            f"({alike}, daterange({self.first}, {self.until}, '[]') WITH &&){where}",
            params=None,
        )

    def _overlaps(self) -> str:
        """Say in SQLite's words that NEW covers a day of another row."""
        alike = " AND ".join(f"other.{column} = NEW.{column}" for column in self.same)
        meant = both = ""
        if self.where:
            meant = f"{self.where.format(row='NEW.')} AND "
            both = f" AND {self.where.format(row='other.')}"
        return (
            f"{meant}EXISTS (SELECT 1 FROM {self.table} AS other WHERE {alike} "  # noqa: S608 – of the migration's own words
            f"AND other.id IS NOT NEW.id{both} "
            f"AND other.{self.first} <= COALESCE(NEW.{self.until}, {_FOREVER}) "
            f"AND NEW.{self.first} <= COALESCE(other.{self.until}, {_FOREVER}))"
        )

    def _stay(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        """Going back leaves the table watched, as it was before."""

    def _allow(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}")
            return
        for verb in ("insert", "update"):
            editor.execute(f"DROP TRIGGER {self.name}_{verb}")
