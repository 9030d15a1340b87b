"""The database itself keeps approved rule sets as they were approved, one at a time."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

VERSION, LINE = "eligibility_rulesetversion", "eligibility_audienceentry"
FROZEN = (
    "rule_set_id version effective_from circular_reference circular_id audience_source "
    "audience_source_hi service_source service_source_hi age_source age_source_hi service_base "
    "joining_stands_in_for service_years service_edge service_test_date service_break_policy "
    "age_limit age_reference_month age_reference_day age_mode age_relaxation missing_data "
    "selfpaced_commencement boundary_to_human treat_cscs_as_css treat_ut_services_as_state "
    "include_state_police_forest drafted_by_id approved_by_id approved_at"
).split()

FUNCTIONS = f"""
CREATE FUNCTION eligibility_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is frozen once approved', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION eligibility_refuse_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  of_version bigint;
  approved timestamptz;
BEGIN
  FOREACH of_version IN ARRAY CASE TG_OP
    WHEN 'INSERT' THEN ARRAY[NEW.rule_set_version_id]
    WHEN 'DELETE' THEN ARRAY[OLD.rule_set_version_id]
    ELSE ARRAY[OLD.rule_set_version_id, NEW.rule_set_version_id]
  END LOOP
    SELECT approved_at INTO approved FROM {VERSION} WHERE id = of_version FOR SHARE;
    IF approved IS NOT NULL THEN
      RAISE EXCEPTION '% is frozen once approved', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END IF;
  END LOOP;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
"""  # noqa: S608 – of constants only


def differs(word: str) -> str:
    """Say that an approved version changes: in a rule, or in its last day but to end it earlier."""
    rules = " OR ".join(f"OLD.{name} {word} NEW.{name}" for name in FROZEN)
    later = "(NEW.effective_to IS NULL OR NEW.effective_to > OLD.effective_to)"
    reopened = f"(OLD.effective_to IS NOT NULL AND {later})"
    return f"OLD.approved_at IS NOT NULL AND ({rules} OR {reopened})"


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        freeze_postgresql(editor)
    else:
        freeze_sqlite(editor)


def freeze_postgresql(editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    editor.execute(
        f"ALTER TABLE {VERSION} ADD CONSTRAINT {VERSION}_one_at_a_time EXCLUDE USING gist "
        "(rule_set_id WITH =, daterange(effective_from, effective_to, '[]') WITH &&) "
        "WHERE (approved_at IS NOT NULL)"
    )
    editor.execute(FUNCTIONS, params=None)  # type: ignore[arg-type]
    editor.execute(
        f"CREATE TRIGGER {VERSION}_frozen BEFORE UPDATE ON {VERSION} FOR EACH ROW "
        f"WHEN ({differs('IS DISTINCT FROM')}) EXECUTE FUNCTION eligibility_refuse()"
    )
    editor.execute(
        f"CREATE TRIGGER {VERSION}_kept BEFORE DELETE ON {VERSION} FOR EACH ROW "
        "WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION eligibility_refuse()"
    )
    editor.execute(
        f"CREATE TRIGGER {LINE}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {LINE} "
        "FOR EACH ROW EXECUTE FUNCTION eligibility_refuse_line()"
    )


def freeze_sqlite(editor: BaseDatabaseSchemaEditor) -> None:
    end = "'9999-12-31'"
    overlaps = (
        f"NEW.approved_at IS NOT NULL AND EXISTS (SELECT 1 FROM {VERSION} AS other "  # noqa: S608 – constants
        "WHERE other.rule_set_id = NEW.rule_set_id AND other.id IS NOT NEW.id "
        "AND other.approved_at IS NOT NULL "
        f"AND other.effective_from <= COALESCE(NEW.effective_to, {end}) "
        f"AND NEW.effective_from <= COALESCE(other.effective_to, {end}))"
    )
    approved = f"(SELECT approved_at FROM {VERSION} WHERE id = {{}}.rule_set_version_id) NOTNULL"  # noqa: S608 – constants
    old, new = approved.format("OLD"), approved.format("NEW")
    frozen = "is frozen once approved"
    for name, table, verb, condition, says in (
        (f"{VERSION}_one_at_a_time_insert", VERSION, "INSERT", overlaps, "overlaps another"),
        (f"{VERSION}_one_at_a_time_update", VERSION, "UPDATE", overlaps, "overlaps another"),
        (f"{VERSION}_frozen", VERSION, "UPDATE", differs("IS NOT"), frozen),
        (f"{VERSION}_kept", VERSION, "DELETE", "OLD.approved_at IS NOT NULL", frozen),
        (f"{LINE}_frozen_insert", LINE, "INSERT", new, frozen),
        (f"{LINE}_frozen_update", LINE, "UPDATE", f"{old} OR {new}", frozen),
        (f"{LINE}_frozen_delete", LINE, "DELETE", old, frozen),
    ):
        editor.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{table} {says}'); END"
        )


def open_again(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER TABLE {VERSION} DROP CONSTRAINT {VERSION}_one_at_a_time")
        for name, table in (("frozen", VERSION), ("kept", VERSION), ("frozen", LINE)):
            editor.execute(f"DROP TRIGGER {table}_{name} ON {table}")
        editor.execute("DROP FUNCTION eligibility_refuse()")
        editor.execute("DROP FUNCTION eligibility_refuse_line()")
        return
    for name in (
        f"{VERSION}_one_at_a_time_insert",
        f"{VERSION}_one_at_a_time_update",
        f"{VERSION}_frozen",
        f"{VERSION}_kept",
        f"{LINE}_frozen_insert",
        f"{LINE}_frozen_update",
        f"{LINE}_frozen_delete",
    ):
        editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0003_switches_and_circular")]

    operations = [migrations.RunPython(freeze, open_again)]
