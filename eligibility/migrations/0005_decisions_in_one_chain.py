"""The database itself keeps decisions in chains of one officer, overridden by other persons."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

DECISION, PROPOSAL = "eligibility_decision", "eligibility_overrideproposal"
SAME = {"postgresql": "IS NOT DISTINCT FROM", "sqlite": "IS"}
# A decision takes the place of one on the same officer, course and run.
ELSEWHERE = f"""NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM {DECISION} AS earlier
  WHERE earlier.id = NEW.supersedes_id AND earlier.officer_id = NEW.officer_id
  AND earlier.course_id = NEW.course_id AND earlier.run_id {{same}} NEW.run_id)"""  # noqa: S608 – constants
CONCERNED = "SELECT user_id FROM accounts_officer WHERE id = NEW.officer_id AND user_id IS NOT NULL"
OWN_DECISION = (
    f"NEW.override_proposed_by_id IN ({CONCERNED}) OR NEW.override_approved_by_id IN ({CONCERNED})"
)
CONCERNED_BY_PROPOSAL = (
    f"SELECT o.user_id FROM accounts_officer AS o JOIN {DECISION} AS d ON d.officer_id = o.id "  # noqa: S608 – constants
    "WHERE d.id = NEW.decision_id AND o.user_id IS NOT NULL"
)
OWN_PROPOSAL = (
    f"NEW.proposed_by_id IN ({CONCERNED_BY_PROPOSAL}) "
    f"OR NEW.decided_by_id IN ({CONCERNED_BY_PROPOSAL})"
)
GUARDS = (  # name, table, verbs, condition, what is said
    ("one_chain", DECISION, ("INSERT",), ELSEWHERE, "supersedes a decision on something else"),
    ("own_override", DECISION, ("INSERT",), OWN_DECISION, "is overridden by the officer concerned"),
    (
        "own_proposal",
        PROPOSAL,
        ("INSERT", "UPDATE"),
        OWN_PROPOSAL,
        "is proposed or decided by the officer concerned",
    ),
)


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    vendor = editor.connection.vendor
    for name, table, verbs, condition, says in GUARDS:
        refuses = condition.replace("{same}", SAME[vendor])
        if vendor == "postgresql":
            editor.execute(
                f"CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {refuses} THEN RAISE EXCEPTION '{table} {says}' "
                "USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
                params=None,
            )
            editor.execute(
                f"CREATE TRIGGER {table}_{name} BEFORE {' OR '.join(verbs)} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_{name}()"
            )
            continue
        for verb in verbs:
            editor.execute(
                f"CREATE TRIGGER {table}_{name}_{verb.lower()} BEFORE {verb} ON {table} "
                f"WHEN {refuses} BEGIN SELECT RAISE(ABORT, '{table} {says}'); END"
            )


def open_again(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for name, table, verbs, _condition, _says in GUARDS:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {table}_{name} ON {table}")
            editor.execute(f"DROP FUNCTION {table}_{name}()")
            continue
        for verb in verbs:
            editor.execute(f"DROP TRIGGER {table}_{name}_{verb.lower()}")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_rolls_and_postings"),
        ("eligibility", "0004_frozen_law"),
    ]

    operations = [migrations.RunPython(guard, open_again)]
