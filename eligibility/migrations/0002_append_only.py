"""The database itself keeps these tables append-only."""

from django.db import migrations

from igot.lib.append_only import AppendOnlyTable


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0001_initial")]
    operations = [
        AppendOnlyTable("eligibility_decision"),
    ]
