"""Tables whose rows are added and never changed: a guard in Python and triggers in the database."""

from typing import Any, Never

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


class AppendOnlyError(Exception):
    """Code tried to change or delete a row of an append-only table: a bug."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """A queryset that adds and reads."""

    def update(self, **kwargs: Any) -> Never:
        raise AppendOnlyError(f"{self.model._meta.label} is append-only")

    def delete(self) -> Never:
        raise AppendOnlyError(f"{self.model._meta.label} is append-only")


class AppendOnlyModel(models.Model):
    """A row that can be added, never saved again and never deleted."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{self._meta.label} is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise AppendOnlyError(f"{self._meta.label} is append-only")


_FUNCTION = """
CREATE OR REPLACE FUNCTION igot_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


class AppendOnlyTable(migrations.RunPython):
    """Migration step: the database itself refuses UPDATE, DELETE and (PostgreSQL) TRUNCATE."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(self._protect, self._open)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.table], {})

    def _protect(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        table = self.table
        if editor.connection.vendor == "postgresql":
            editor.execute(_FUNCTION, params=None)
            editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION igot_append_only()"
            )
            editor.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION igot_append_only()"
            )
            return
        for verb in ("UPDATE", "DELETE"):
            editor.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )

    def _open(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        table = self.table
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            editor.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
            return
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER {table}_no_{verb}")
