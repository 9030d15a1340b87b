"""Nobody new registers for a withdrawn course; terms of a batch stay once somebody has registered."""

# ruff: noqa: S608 – SQL of constants only

from django.db import migrations

from igot.lib.refusals import Refusal, any_differs

TABLE = "enrollment_enrollment"
WITHDRAWN = "(SELECT withdrawn_on FROM courses_course WHERE id = NEW.course_id) IS NOT NULL"
NEW_ONE = (
    "NEW.predecessor_id IS NULL AND NEW.state IN "
    "('draft', 'submitted', 'awaiting_authority', 'returned', 'confirmed', 'in_progress')"
)
TERMS = (
    "fee_usd cap_usd most_attempts least_grade needs_proctored_exam payment_valid_until "
    "terms_reference"
)
REGISTERED = f"EXISTS (SELECT 1 FROM {TABLE} WHERE run_id = OLD.id AND state <> 'draft')"


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0004_programme_completions"),
        ("courses", "0008_editions_and_validity"),
    ]
    operations = [
        Refusal(
            TABLE, "enrollment_course_withdrawn", ["INSERT"], f"{NEW_ONE} AND {WITHDRAWN}"
        ),
        Refusal(
            TABLE,
            "enrollment_course_withdrawn_draft",
            ["UPDATE"],
            f"OLD.state = 'draft' AND NEW.state = 'submitted' AND {WITHDRAWN}",
        ),
        Refusal(
            "courses_run",
            "courses_run_terms_frozen",
            ["UPDATE"],
            f"{any_differs(TERMS)} AND {REGISTERED}",
        ),
    ]
