"""Results of screenings are read by ranges and made by one statement: no key to keep up row by row."""

from typing import Any

from django.db import migrations

TABLE = "eligibility_screeningresult"


def take_the_key_off(apps: Any, schema_editor: Any) -> None:
    """Let PostgreSQL find the rows by the ranges of their pages; SQLite keeps its key."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {TABLE}_pkey")
    schema_editor.execute(
        f"CREATE INDEX {TABLE}_ranges ON {TABLE} USING brin (screening_id, officer_id) "
        "WITH (pages_per_range = 16)"
    )


def put_the_key_back(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(f"DROP INDEX {TABLE}_ranges")
    schema_editor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (screening_id, officer_id)")


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0008_rolls_screened"),
    ]

    operations = [migrations.RunPython(take_the_key_off, put_the_key_back)]
