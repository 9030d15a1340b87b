"""Corrections of dates of birth, and postings whose day is still to come."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_rolls_without_news'),
    ]

    operations = [
        migrations.AddField(
            model_name='officer',
            name='group_since',
            field=models.DateField(blank=True, help_text='As declared with a changed group; the history takes it on verification.', null=True, verbose_name='in this group since'),
        ),
        migrations.AddField(
            model_name='posting',
            name='is_ahead',
            field=models.BooleanField(db_default=False, default=False, help_text='Recorded for a later day, on which the record follows it.', verbose_name='not yet in force'),
        ),
        migrations.CreateModel(
            name='BirthDateCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('born_from', models.DateField(verbose_name='date of birth on record')),
                ('born_to', models.DateField(verbose_name='date of birth by the order')),
                ('order_reference', models.CharField(max_length=150, verbose_name='order')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('approved', 'Approved'), ('declined', 'Declined')], default='proposed', max_length=8, verbose_name='state')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('remark', models.CharField(blank=True, max_length=500, verbose_name='remark')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='birth_date_corrections', to='accounts.officer', verbose_name='officer')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
            ],
            options={
                'verbose_name': 'correction of a date of birth',
                'verbose_name_plural': 'corrections of dates of birth',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('officer',), name='accounts_birthdatecorrection_one_open'), models.CheckConstraint(condition=models.Q(('order_reference__gt', ''), ('reason__gt', ''), models.Q(('born_to', models.F('born_from')), _negated=True)), name='accounts_birthdatecorrection_has_grounds'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('state', 'proposed')), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='accounts_birthdatecorrection_two_persons')],
            },
        ),
    ]
