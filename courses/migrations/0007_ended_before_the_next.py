"""End each fee, tariff of points and grade rule the day before the next one of its kind begins.

Until now the latest to begin was taken; from now on no day is covered twice (docs/decisions/0142).
"""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.db import migrations

KINDS = (("CourseFee", "course_id"), ("CourseCredit", "course_id"), ("GradeRule", "programme_id"))


def end_each_before_the_next(apps: Any, editor: Any) -> None:
    for name, owner in KINDS:
        rows = apps.get_model("courses", name).objects.using(editor.connection.alias)
        rows = list(rows.order_by(owner, "effective_from"))
        for row in rows:
            if row.effective_to and row.effective_to < row.effective_from:
                row.effective_to = row.effective_from  # one day at least: it was entered
                row.save()
        for row, following in pairwise(rows):
            if getattr(row, owner) != getattr(following, owner):
                continue
            until = following.effective_from - timedelta(days=1)
            if row.effective_to is None or row.effective_to > until:
                row.effective_to = until
                row.save()


class Migration(migrations.Migration):
    dependencies = [("courses", "0006_search")]
    operations = [migrations.RunPython(end_each_before_the_next, migrations.RunPython.noop)]
