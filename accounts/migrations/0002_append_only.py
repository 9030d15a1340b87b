"""The database itself keeps these tables append-only."""

from django.db import migrations

from igot.lib.append_only import AppendOnlyTable


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        AppendOnlyTable("accounts_auditentry"),
        AppendOnlyTable("accounts_auditseal"),
        AppendOnlyTable("accounts_servicerecordentry"),
    ]
