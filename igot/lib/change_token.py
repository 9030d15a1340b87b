"""A token that the database itself renews whenever a row of certain tables changes.

What is kept in memory under the token can never be older than the tables: a change by a page, a
command, `QuerySet.update()` or SQL renews it, and a rolled back change leaves it as it was. A
token never comes again.
"""

from collections.abc import Sequence
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO {table} (id, token) VALUES (1, gen_random_uuid()::text)
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
  RETURN NULL;
END $$
"""
_TOLD = _POSTGRESQL.replace("  RETURN NULL;", "  PERFORM pg_notify('{table}', '');\n  RETURN NULL;")
_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {name}_{watched}_{verb} AFTER {verb} ON {watched} BEGIN
  INSERT INTO {table} (id, token) VALUES (1, lower(hex(randomblob(16))))
  ON CONFLICT (id) DO UPDATE SET token = excluded.token;
END
"""
VERBS = ("INSERT", "UPDATE", "DELETE")


class ChangeToken(migrations.RunPython):
    """Migration step: each change of a row of `watched` renews the token in `table` (id, token).

    `again` watches tables once more that SQLite has built anew, which drops their triggers; going
    back leaves them as they are. `more` adds tables to those already watched.
    """

    def __init__(
        self, table: str, watched: Sequence[str], *, again: bool = False, more: bool = False
    ) -> None:
        self.table = table
        self.watched = list(watched)
        self.again, self.more = again, more
        super().__init__(self._watch, self._stay if again else self._leave)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        named = {"again": self.again, "more": self.more}
        given = {name: value for name, value in named.items() if value}
        return (self.__class__.__name__, [self.table, self.watched], given)

    @property
    def _name(self) -> str:
        return f"{self.table}_renew"

    def _watch(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        words = {"name": self._name, "table": self.table}
        if editor.connection.vendor == "postgresql":
            if not (self.again or self.more):
                editor.execute(_POSTGRESQL.format(**words), params=None)
            for watched in self.watched:
                editor.execute(
                    f"CREATE OR REPLACE TRIGGER {self._name} "
                    f"AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {watched} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {self._name}()"
                )
            return
        for watched in self.watched:
            for verb in VERBS:
                editor.execute(_SQLITE.format(watched=watched, verb=verb, **words), params=None)

    def _leave(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        for watched in self.watched:
            if editor.connection.vendor == "postgresql":
                editor.execute(f"DROP TRIGGER {self._name} ON {watched}")
                continue
            for verb in VERBS:
                editor.execute(f"DROP TRIGGER {self._name}_{watched}_{verb}")
        if editor.connection.vendor == "postgresql" and not self.more:
            editor.execute(f"DROP FUNCTION {self._name}()")

    def _stay(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        """Going back, the tables stay watched by the step that first watched them."""


class ChangeTold(migrations.RunPython):
    """Migration step: PostgreSQL tells each renewal of the token in `table` to whoever listens.

    The channel has the name of the table; listeners hear of a change once it is committed, and
    of one that is rolled back never (`igot.lib.token_watch`). On SQLite there is nothing to do.
    """

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(self._tell, self._be_silent)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.table], {})

    def _tell(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        self._replace(editor, _TOLD)

    def _be_silent(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        self._replace(editor, _POSTGRESQL)

    def _replace(self, editor: BaseDatabaseSchemaEditor, function: str) -> None:
        if editor.connection.vendor == "postgresql":
            words = {"name": f"{self.table}_renew", "table": self.table}
            editor.execute(function.format(**words), params=None)
