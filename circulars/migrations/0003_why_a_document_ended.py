"""Say to whoever verifies a document why it no longer holds.

The column admits NULL and has no default: so SQLite adds it in place, and the triggers that keep
issued documents (0002) stay.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("circulars", "0002_frozen_text")]

    operations = [
        migrations.AddField(
            model_name="issueddocument",
            name="ended_because",
            field=models.JSONField(blank=True, null=True, verbose_name="why it ended"),
        ),
    ]
