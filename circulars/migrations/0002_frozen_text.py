"""The database itself keeps the text of what was issued, and the particulars of a document."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

PUBLIC = "('issued', 'superseded', 'archived')"
CIRCULAR = (
    "form office_file_id number code subject subject_hi dated_on salutation salutation_hi "
    "signatory_name signatory_name_hi signatory_designation signatory_designation_hi "
    "signatory_telephone signatory_email enclosed_in_id author_id approver_id issued_at"
).split()
DOCUMENT = "public_id kind number title title_hi dated_on particulars pdf sha256 size pages".split()
PARTS = ("circulars_paragraph", "circulars_addressee")

FUNCTIONS = f"""
CREATE FUNCTION circulars_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is frozen once issued', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION circulars_refuse_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM circulars_circular WHERE id = OLD.circular_id AND state IN {PUBLIC}) THEN
    RAISE EXCEPTION '% is frozen once issued', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
"""  # noqa: S608 – of constants only


def differs(columns: list[str], word: str) -> str:
    return "(" + " OR ".join(f"OLD.{name} {word} NEW.{name}" for name in columns) + ")"


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        freeze_postgresql(editor)
    else:
        freeze_sqlite(editor)


def freeze_postgresql(editor: BaseDatabaseSchemaEditor) -> None:
    word = "IS DISTINCT FROM"
    editor.execute(FUNCTIONS, params=None)  # type: ignore[arg-type]
    editor.execute(
        "CREATE TRIGGER circulars_circular_frozen BEFORE UPDATE ON circulars_circular "
        f"FOR EACH ROW WHEN (OLD.state IN {PUBLIC} AND {differs(CIRCULAR, word)}) "
        "EXECUTE FUNCTION circulars_refuse()"
    )
    editor.execute(
        "CREATE TRIGGER circulars_issueddocument_frozen BEFORE UPDATE ON circulars_issueddocument "
        f"FOR EACH ROW WHEN {differs(DOCUMENT, word)} EXECUTE FUNCTION circulars_refuse()"
    )
    editor.execute(
        "CREATE TRIGGER circulars_issueddocument_kept BEFORE DELETE ON circulars_issueddocument "
        "FOR EACH ROW EXECUTE FUNCTION circulars_refuse()"
    )
    for table in PARTS:
        editor.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION circulars_refuse_part()"
        )


def freeze_sqlite(editor: BaseDatabaseSchemaEditor) -> None:
    issued = f"(SELECT state FROM circulars_circular WHERE id = OLD.circular_id) IN {PUBLIC}"  # noqa: S608 – constants
    for table, verb, condition in (
        (
            "circulars_circular",
            "UPDATE",
            f"OLD.state IN {PUBLIC} AND {differs(CIRCULAR, 'IS NOT')}",
        ),
        ("circulars_issueddocument", "UPDATE", differs(DOCUMENT, "IS NOT")),
        ("circulars_issueddocument", "DELETE", "1"),
        *((table, verb, issued) for table in PARTS for verb in ("UPDATE", "DELETE")),
    ):
        editor.execute(
            f"CREATE TRIGGER {table}_frozen_{verb.lower()} BEFORE {verb} ON {table} "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{table} is frozen once issued'); END"
        )


def open_again(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    tables = ("circulars_circular", "circulars_issueddocument", *PARTS)
    if editor.connection.vendor == "postgresql":
        for table in tables:
            editor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen ON {table}")
        editor.execute("DROP TRIGGER circulars_issueddocument_kept ON circulars_issueddocument")
        editor.execute("DROP FUNCTION circulars_refuse()")
        editor.execute("DROP FUNCTION circulars_refuse_part()")
        return
    for table in tables:
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen_{verb}")


class Migration(migrations.Migration):
    dependencies = [("circulars", "0001_initial")]

    operations = [migrations.RunPython(freeze, open_again)]
