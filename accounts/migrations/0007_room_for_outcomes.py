"""Leave room beside the rows of a roll: matching then rewrites them in place, off the indexes."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def leave_room(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE accounts_rollrow SET (fillfactor = 45)")


def leave_none(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE accounts_rollrow RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_corrections_and_postings_ahead")]
    operations = [migrations.RunPython(leave_room, leave_none)]
