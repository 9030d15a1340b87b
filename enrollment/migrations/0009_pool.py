"""Codes read by a task, and issued without a search over used ones."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0008_authority")]
    operations = []
