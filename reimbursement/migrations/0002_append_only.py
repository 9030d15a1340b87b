"""Revisions of claims are added and never changed: the database itself sees to it."""

from django.db import migrations

from igot.lib.append_only import AppendOnlyTable


class Migration(migrations.Migration):
    dependencies = [("reimbursement", "0001_initial")]

    operations = [AppendOnlyTable("reimbursement_claimrevision")]
