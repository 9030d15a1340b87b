"""What the database itself refuses to change, said once for PostgreSQL and SQLite.

A refusal is a condition over OLD and NEW in SQL that both understand (subqueries allowed). It
shows as an IntegrityError that carries the refusal's name, whatever wrote the row.
"""

from collections.abc import Sequence
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_POSTGRESQL = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {condition} THEN
    RAISE EXCEPTION '{name}' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
"""


class Refusal(migrations.RunPython):
    """Migration step: the database refuses `verbs` on a row of `table` where `condition` holds."""

    def __init__(self, table: str, name: str, verbs: Sequence[str], condition: str) -> None:
        self.table, self.name, self.verbs = table, name, list(verbs)
        self.condition = condition
        super().__init__(self._refuse, self._allow)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        given = [self.table, self.name, self.verbs, self.condition]
        return (self.__class__.__name__, given, {})

    def _refuse(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        words = {"name": self.name, "condition": self.condition}
        if editor.connection.vendor == "postgresql":
            editor.execute(_POSTGRESQL.format(**words), params=None)
            editor.execute(
                f"CREATE TRIGGER {self.name} BEFORE {' OR '.join(self.verbs)} ON {self.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
            )
            return
        for verb in self.verbs:
            editor.execute(
                f"CREATE TRIGGER {self.name}_{verb.lower()} BEFORE {verb} ON {self.table} "
                f"WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{self.name}'); END",
                params=None,
            )

    def _allow(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {self.name} ON {self.table}")
            editor.execute(f"DROP FUNCTION {self.name}()")
            return
        for verb in self.verbs:
            editor.execute(f"DROP TRIGGER {self.name}_{verb.lower()}")


def any_differs(columns: str) -> str:
    """Say that one of the columns, named in one text, changes from OLD to NEW."""
    return "(" + " OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in columns.split()) + ")"
