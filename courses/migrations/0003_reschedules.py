"""Each move of the days of a run, kept for good."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from igot.lib.append_only import AppendOnlyTable


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0002_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RunReschedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('commences_from', models.DateField(verbose_name='commenced on')),
                ('commences_to', models.DateField(verbose_name='commences on')),
                ('ends_from', models.DateField(null=True, verbose_name='ended on')),
                ('ends_to', models.DateField(null=True, verbose_name='ends on')),
                ('opens_from', models.DateField(verbose_name='registration opened on')),
                ('opens_to', models.DateField(verbose_name='registration opens on')),
                ('closes_from', models.DateField(verbose_name='registration closed on')),
                ('closes_to', models.DateField(verbose_name='registration closes on')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('reference', models.CharField(max_length=150, verbose_name='letter or circular')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('rescheduled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='rescheduled by')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reschedules', to='courses.run', verbose_name='run')),
            ],
            options={
                'verbose_name': 'rescheduling of a run',
                'verbose_name_plural': 'reschedulings of runs',
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__gt', ''), ('reference__gt', '')), name='courses_runreschedule_has_grounds')],
            },
        ),
        AppendOnlyTable("courses_runreschedule"),
    ]
