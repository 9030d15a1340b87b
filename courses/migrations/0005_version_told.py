"""Let PostgreSQL tell the portal's processes of every change of the catalogue."""

from django.db import migrations

from igot.lib.change_token import ChangeTold


class Migration(migrations.Migration):
    dependencies = [("courses", "0004_terms_and_names")]
    operations = [ChangeTold("courses_catalogueversion")]
