"""Grade rules that weigh the online grade and the examination."""

import django.db.models.expressions
from django.db import migrations, models

from igot.lib.change_token import ChangeToken
from igot.lib.no_overlap import NoOverlap


class Migration(migrations.Migration):
    dependencies = [("courses", "0009_seats")]
    operations = [
        migrations.AddField(
            model_name='graderule',
            name='exam_weight',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='weight of the examination, in per cent'),
        ),
        migrations.AddField(
            model_name='graderule',
            name='least_exam_score',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='Blank: the provider says whether the examination is passed.', max_digits=5, null=True, verbose_name='least score of the examination, in per cent'),
        ),
        migrations.AddField(
            model_name='graderule',
            name='least_total',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='least total, in per cent'),
        ),
        migrations.AddField(
            model_name='graderule',
            name='online_weight',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='Blank, with the next two: nothing is weighed.', max_digits=5, null=True, verbose_name='weight of the online grade, in per cent'),
        ),
        migrations.AddConstraint(
            model_name='graderule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('exam_weight__isnull', True), ('least_total__isnull', True), ('online_weight__isnull', True)), models.Q(('exam_weight', django.db.models.expressions.CombinedExpression(models.Value(100), '-', models.F('online_weight'))), ('exam_weight__gt', 0), ('least_total__range', (0, 100)), ('needs_proctored_exam', True), ('online_weight__gt', 0)), _connector='OR'), name='courses_graderule_weights_make_a_hundred'),
        ),
        migrations.AddConstraint(
            model_name='graderule',
            constraint=models.CheckConstraint(condition=models.Q(('least_exam_score__isnull', True), models.Q(('least_exam_score__range', (0, 100)), ('needs_proctored_exam', True)), _connector='OR'), name='courses_graderule_exam_score_of_an_exam'),
        ),
        ChangeToken('courses_catalogueversion', ['courses_graderule'], again=True),
        NoOverlap('courses_graderule', 'courses_graderule_no_overlap', ['programme_id'], again=True),
    ]
