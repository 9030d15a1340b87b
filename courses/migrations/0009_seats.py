"""How many officers a batch takes, and until when they choose the city of their examination."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0008_editions_and_validity")]
    operations = [
        migrations.AddField(
            model_name='run',
            name='cities_close_on',
            field=models.DateField(blank=True, help_text='Blank: as the policy of registration says, counted back from the end.', null=True, verbose_name='examination cities may be chosen until'),
        ),
        migrations.AddField(
            model_name='run',
            name='seats',
            field=models.PositiveIntegerField(blank=True, help_text='Blank: no limit. Who registers beyond the seats stands on the waiting list.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='seats'),
        ),
    ]
