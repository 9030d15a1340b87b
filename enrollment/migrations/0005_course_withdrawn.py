"""Nobody new registers for a course that is withdrawn; registrations under way are left alone."""

# ruff: noqa: S608 – SQL of constants only

from django.db import migrations

from igot.lib.refusals import Refusal

TABLE = "enrollment_enrollment"
WITHDRAWN = "(SELECT withdrawn_on FROM courses_course WHERE id = NEW.course_id) IS NOT NULL"
NEW_ONE = (
    "NEW.predecessor_id IS NULL AND NEW.state IN "
    "('draft', 'submitted', 'awaiting_authority', 'returned', 'confirmed', 'in_progress')"
)


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
    ]
