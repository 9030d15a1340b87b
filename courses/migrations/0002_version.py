"""Let every change of a table that the catalogue shows renew its version."""

from django.db import migrations

from igot.lib.change_token import ChangeToken

SHOWN = [
    "courses_provider",
    "courses_institute",
    "courses_programme",
    "courses_graderule",
    "courses_committeedecision",
    "courses_course",
    "courses_course_partners",
    "courses_programmecourse",
    "courses_coursemodule",
    "courses_courseunit",
    "courses_coursefee",
    "courses_coursecredit",
    "courses_run",
    "circulars_circular",
]


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_initial"), ("circulars", "0001_initial")]
    operations = [ChangeToken("courses_catalogueversion", SHOWN)]
