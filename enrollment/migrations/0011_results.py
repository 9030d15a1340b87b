"""Embargo, reversal, matching by hand, and where an examination was taken."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

from igot.lib.append_only import AppendOnlyTable


def say_what_is_public(apps, editor):
    """Results that are on record before there was an embargo are public since then."""
    apps.get_model("enrollment", "Result")._base_manager.update(public_at=F("recorded_at"))
    applied = apps.get_model("enrollment", "ResultImport")._base_manager.filter(state="applied")
    applied.update(made_public_at=F("approved_at"), results_recorded_at=F("approved_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0010_reconciliation"),
        ("courses", "0010_weighted_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='ResultReversal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'reversal of a result',
                'verbose_name_plural': 'reversals of results',
            },
        ),
        migrations.AlterModelOptions(
            name='result',
            options={'default_manager_name': 'objects', 'verbose_name': 'result', 'verbose_name_plural': 'results'},
        ),
        migrations.RemoveConstraint(
            model_name='resultimport',
            name='enrollment_resultimport_applied_by_someone',
        ),
        migrations.RemoveConstraint(
            model_name='resultimport',
            name='enrollment_resultimport_file_once',
        ),
        migrations.AddField(
            model_name='result',
            name='exam_centre',
            field=models.CharField(blank=True, max_length=150, verbose_name='centre of the examination'),
        ),
        migrations.AddField(
            model_name='result',
            name='exam_city',
            field=models.CharField(blank=True, max_length=100, verbose_name='city of the examination'),
        ),
        migrations.AddField(
            model_name='result',
            name='exam_on',
            field=models.DateField(null=True, verbose_name='examined on'),
        ),
        migrations.AddField(
            model_name='result',
            name='exam_score',
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='score of the examination'),
        ),
        migrations.AddField(
            model_name='result',
            name='exam_weight',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=5, null=True, verbose_name='weight of the examination'),
        ),
        migrations.AddField(
            model_name='result',
            name='least_exam_score',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=5, null=True, verbose_name='least score of the examination'),
        ),
        migrations.AddField(
            model_name='result',
            name='least_total',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=5, null=True, verbose_name='least total'),
        ),
        migrations.AddField(
            model_name='result',
            name='moved_from',
            field=models.CharField(blank=True, max_length=20, verbose_name='registration before'),
        ),
        migrations.AddField(
            model_name='result',
            name='online_weight',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=5, null=True, verbose_name='weight of the online grade'),
        ),
        migrations.AddField(
            model_name='result',
            name='public_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='public since'),
        ),
        migrations.AddField(
            model_name='result',
            name='total',
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='weighted total'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='exam_weight',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=5, null=True, verbose_name='weight of the examination'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='grade_rule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courses.graderule', verbose_name='grade rule'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='least_exam_score',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=5, null=True, verbose_name='least score of the examination'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='least_grade',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=5, null=True, verbose_name='least online grade, in per cent'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='least_total',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=5, null=True, verbose_name='least total'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='made_public_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='made public at'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='most_attempts',
            field=models.PositiveSmallIntegerField(editable=False, null=True, verbose_name='attempts at the examination'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='needs_proctored_exam',
            field=models.BooleanField(editable=False, null=True, verbose_name='proctored examination required'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='online_weight',
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=5, null=True, verbose_name='weight of the online grade'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='public_from',
            field=models.DateTimeField(blank=True, help_text='Until then nobody outside the desk sees a result. Blank: at once.', null=True, verbose_name='public from'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='results_recorded_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='results recorded at'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='reversal_reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='why reversed'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='reversed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='reversed at'),
        ),
        migrations.AddField(
            model_name='resultimport',
            name='reversed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reversed by'),
        ),
        migrations.AddField(
            model_name='resultimportrow',
            name='exam_centre',
            field=models.CharField(blank=True, max_length=150, verbose_name='centre of the examination'),
        ),
        migrations.AddField(
            model_name='resultimportrow',
            name='exam_city',
            field=models.CharField(blank=True, max_length=100, verbose_name='city of the examination'),
        ),
        migrations.AddField(
            model_name='resultimportrow',
            name='exam_on',
            field=models.DateField(null=True, verbose_name='examined on'),
        ),
        migrations.AddField(
            model_name='resultimportrow',
            name='exam_score',
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='score of the examination'),
        ),
        migrations.AddField(
            model_name='resultimportrow',
            name='settled_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='settled at'),
        ),
        migrations.AddField(
            model_name='resultimportrow',
            name='settled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='settled by'),
        ),
        migrations.AddField(
            model_name='resultimportrow',
            name='settled_how',
            field=models.CharField(blank=True, choices=[('matched', 'Matched by hand'), ('aside', 'Put aside')], max_length=8, verbose_name='settled'),
        ),
        migrations.AddField(
            model_name='resultimportrow',
            name='settled_reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='why so settled'),
        ),
        migrations.AddField(
            model_name='resultimportrow',
            name='total',
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='weighted total'),
        ),
        migrations.RunPython(say_what_is_public, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='certificatesubmission',
            name='state',
            field=models.CharField(choices=[('under_review', 'Under review'), ('verified', 'Verified'), ('returned', 'Returned for correction'), ('rejected', 'Rejected'), ('superseded', 'Replaced by a later upload'), ('revoked', 'Revoked')], default='under_review', max_length=12, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='resultimport',
            name='state',
            field=models.CharField(choices=[('reading', 'Being read'), ('refused', 'Could not be read'), ('stopped', 'Stopped'), ('staged', 'Waiting for approval'), ('approved', 'Approved, not public yet'), ('applied', 'Applied'), ('discarded', 'Discarded'), ('reversed', 'Reversed')], default='staged', max_length=10, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='result',
            index=models.Index(condition=models.Q(('public_at__isnull', True)), fields=['enrollment'], name='enrollment_result_embargoed'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(('exam_score__isnull', True), ('exam_score__range', (0, 100)), _connector='OR'), name='enrollment_result_score_within_hundred'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(('moved_from', ''), ('public_at__isnull', False), _connector='OR'), name='enrollment_result_moves_when_public'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['discarded', 'refused', 'reversed', 'stopped']), _negated=True), fields=('sha256',), name='enrollment_resultimport_file_once'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'applied', 'reversed']), _negated=True), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='enrollment_resultimport_applied_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'applied'), _negated=True), ('made_public_at__isnull', False), _connector='OR'), name='enrollment_resultimport_applied_is_public'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reversal_reason', ''), ('reversed_at__isnull', True), ('reversed_by__isnull', True)), models.Q(('reversal_reason__gt', ''), ('reversed_at__isnull', False), ('reversed_by__isnull', False)), _connector='OR'), name='enrollment_resultimport_reversed_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'reversed'), _negated=True), ('reversed_by__isnull', False), _connector='OR'), name='enrollment_resultimport_reversed_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='resultimport',
            constraint=models.CheckConstraint(condition=models.Q(('reversed_by__isnull', True), models.Q(('reversed_by', models.F('approved_by')), _negated=True), _connector='OR'), name='enrollment_resultimport_reversed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='resultimportrow',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome__in', ['changed', 'new', 'same'])), fields=('result_import', 'enrollment'), name='enrollment_resultimportrow_once_a_registration'),
        ),
        migrations.AddConstraint(
            model_name='resultimportrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('settled_by__isnull', True), ('settled_how', '')), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False), ('settled_how__in', ['aside', 'matched']), ('settled_reason__gt', '')), _connector='OR'), name='enrollment_resultimportrow_settled_with_reason'),
        ),
        migrations.AddField(
            model_name='resultreversal',
            name='result',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='enrollment.result', verbose_name='result'),
        ),
        migrations.AddField(
            model_name='resultreversal',
            name='reversed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reversed by'),
        ),
        migrations.AddConstraint(
            model_name='resultreversal',
            constraint=models.CheckConstraint(condition=models.Q(('reason__gt', '')), name='enrollment_resultreversal_has_reason'),
        ),
        AppendOnlyTable('enrollment_resultreversal'),
    ]
