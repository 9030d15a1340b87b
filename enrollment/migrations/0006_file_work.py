"""Files of providers that tasks read, and how their columns are named."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enrollment.models.provider_files
from igot.lib.no_overlap import NoOverlap


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0005_course_withdrawn"),
        ('courses', '0010_weighted_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='ColumnMap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('effective_from', models.DateField(verbose_name='from')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='until')),
                ('circular_reference', models.CharField(max_length=200, verbose_name='circular')),
                ('kind', models.CharField(choices=[('coupons', 'Codes'), ('usage', 'Usage of codes'), ('results', 'Results'), ('answer', 'Answer to a list of officers')], max_length=10, verbose_name='kind of file')),
                ('columns', models.JSONField(default=dict, help_text='What the portal reads, and the heading of the provider’s column for it.', verbose_name='columns')),
                ('words', models.JSONField(blank=True, default=dict, help_text='For a column, what each of the provider’s words means here.', verbose_name='words')),
                ('date_form', models.CharField(choices=[('civil', '21.05.2019 or 2019-05-21'), ('dmy', '21/05/2019: the day first'), ('mdy', '05/21/2019: the month first'), ('named', 'Sep 30, 20: the month by its English name')], default='civil', max_length=6, verbose_name='how dates are written')),
                ('grades_out_of', models.DecimalField(decimal_places=2, default=100, max_digits=6, verbose_name='grades are out of')),
                ('passed_over_without', models.CharField(blank=True, max_length=40, verbose_name='rows are passed over that lack')),
            ],
            options={
                'verbose_name': 'map of columns',
                'verbose_name_plural': 'maps of columns',
            },
        ),
        migrations.AddField(
            model_name='couponbatch',
            name='file',
            field=models.FileField(blank=True, help_text='Kept until it is read.', max_length=200, upload_to=enrollment.models.provider_files._storage_name, verbose_name='file as sent'),
        ),
        migrations.AddField(
            model_name='couponbatch',
            name='lease',
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='couponbatch',
            name='leased_until',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='couponbatch',
            name='problem',
            field=models.CharField(blank=True, max_length=500, verbose_name='why it could not be read'),
        ),
        migrations.AddField(
            model_name='couponbatch',
            name='rows_done',
            field=models.PositiveIntegerField(default=0, verbose_name='rows read'),
        ),
        migrations.AddField(
            model_name='couponbatch',
            name='rows_total',
            field=models.PositiveIntegerField(default=0, verbose_name='rows in the file'),
        ),
        migrations.AddField(
            model_name='couponbatch',
            name='size',
            field=models.PositiveBigIntegerField(default=0, verbose_name='size in bytes'),
        ),
        migrations.AddField(
            model_name='couponbatch',
            name='stop_asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='stop asked for at'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='file',
            field=models.FileField(blank=True, help_text='Kept until it is read.', max_length=200, upload_to=enrollment.models.provider_files._storage_name, verbose_name='file as sent'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='lease',
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='leased_until',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='problem',
            field=models.CharField(blank=True, max_length=500, verbose_name='why it could not be read'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='rows_done',
            field=models.PositiveIntegerField(default=0, verbose_name='rows read'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='rows_total',
            field=models.PositiveIntegerField(default=0, verbose_name='rows in the file'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='size',
            field=models.PositiveBigIntegerField(default=0, verbose_name='size in bytes'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='stop_asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='stop asked for at'),
        ),
        migrations.AlterField(
            model_name='couponbatch',
            name='sha256',
            field=models.CharField(max_length=64, verbose_name='digest'),
        ),
        migrations.AlterField(
            model_name='couponbatch',
            name='state',
            field=models.CharField(choices=[('reading', 'Being read'), ('refused', 'Could not be read'), ('stopped', 'Stopped'), ('imported', 'Imported'), ('released', 'Released'), ('closed', 'Closed')], default='imported', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='resultimport',
            name='sha256',
            field=models.CharField(max_length=64, verbose_name='digest'),
        ),
        migrations.AlterField(
            model_name='resultimport',
            name='state',
            field=models.CharField(choices=[('reading', 'Being read'), ('refused', 'Could not be read'), ('stopped', 'Stopped'), ('staged', 'Waiting for approval'), ('applied', 'Applied'), ('discarded', 'Discarded'), ('reversed', 'Reversed')], default='staged', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='couponbatch',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['refused', 'stopped']), _negated=True), fields=('sha256',), name='enrollment_couponbatch_file_once'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['discarded', 'refused', 'stopped']), _negated=True), fields=('sha256',), name='enrollment_resultimport_file_once'),
        ),
        migrations.AddField(
            model_name='columnmap',
            name='provider',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='column_maps', to='courses.provider', verbose_name='provider'),
        ),
        migrations.AddConstraint(
            model_name='columnmap',
            constraint=models.UniqueConstraint(fields=('provider', 'kind', 'effective_from'), name='enrollment_columnmap_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='columnmap',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='enrollment_columnmap_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='columnmap',
            constraint=models.CheckConstraint(condition=models.Q(('grades_out_of__gt', 0)), name='enrollment_columnmap_grades_out_of'),
        ),
        NoOverlap('enrollment_columnmap', 'enrollment_columnmap_no_overlap', ['provider_id', 'kind']),
    ]
