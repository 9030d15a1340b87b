"""Drafts beside the public page; fees, points and grade rules that never cover one day twice."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# ruff: noqa: S608 – SQL of constants only
from igot.lib.change_token import ChangeToken
from igot.lib.no_overlap import NoOverlap
from igot.lib.refusals import Refusal

REBUILT = ['courses_course', 'courses_coursefee', 'courses_coursecredit', 'courses_graderule']
TREE = 'courses_requirement'
ABOVE = (
    f'EXISTS (SELECT 1 FROM {TREE} AS a LEFT JOIN {TREE} AS b ON b.id = a.parent_id '
    f'LEFT JOIN {TREE} AS c ON c.id = b.parent_id WHERE a.id = NEW.parent_id AND (%s))'
)  # the nodes above a row, up to three


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0007_ended_before_the_next'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CourseEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(verbose_name='code')),
                ('title', models.CharField(max_length=150, verbose_name='title')),
                ('content', models.JSONField(default=dict, verbose_name='content')),
                ('base_digest', models.CharField(blank=True, max_length=64, verbose_name='digest of the page that it was written beside')),
                ('state', models.CharField(choices=[('draft', 'Being written'), ('submitted', 'With a second person'), ('returned', 'Returned'), ('published', 'Published'), ('discarded', 'Discarded')], default='draft', max_length=10, verbose_name='state')),
                ('note', models.TextField(blank=True, verbose_name='what changes, and why')),
                ('reference', models.CharField(blank=True, max_length=200, verbose_name='letter or circular')),
                ('written_at', models.DateTimeField(verbose_name='written at')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted at')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('remark', models.TextField(blank=True, verbose_name='remark')),
            ],
            options={
                'verbose_name': 'draft of a course page',
                'verbose_name_plural': 'drafts of course pages',
            },
        ),
        migrations.AddField(
            model_name='course',
            name='withdrawn_reference',
            field=models.CharField(blank=True, max_length=200, verbose_name='withdrawn by'),
        ),
        migrations.AddConstraint(
            model_name='coursecredit',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='courses_coursecredit_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='coursefee',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='courses_coursefee_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='graderule',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='courses_graderule_ends_after_start'),
        ),
        migrations.AddField(
            model_name='courseedition',
            name='course',
            field=models.ForeignKey(blank=True, help_text='Blank for a course that is not yet in the catalogue.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='courses.course', verbose_name='course'),
        ),
        migrations.AddField(
            model_name='courseedition',
            name='published_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by'),
        ),
        migrations.AddField(
            model_name='courseedition',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by'),
        ),
        migrations.AddIndex(
            model_name='courseedition',
            index=models.Index(fields=['state', 'submitted_at'], name='courses_courseedition_queue'),
        ),
        migrations.AddConstraint(
            model_name='courseedition',
            constraint=models.UniqueConstraint(condition=models.Q(('course__isnull', False), ('state__in', ['draft', 'returned', 'submitted'])), fields=('course',), name='courses_courseedition_one_live_a_course'),
        ),
        migrations.AddConstraint(
            model_name='courseedition',
            constraint=models.UniqueConstraint(condition=models.Q(('course__isnull', True), ('state__in', ['draft', 'returned', 'submitted'])), fields=('code',), name='courses_courseedition_one_live_a_code'),
        ),
        migrations.AddConstraint(
            model_name='courseedition',
            constraint=models.CheckConstraint(condition=models.Q(('published_by__isnull', True), models.Q(('published_by', models.F('written_by')), _negated=True), _connector='OR'), name='courses_courseedition_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='courseedition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('course__isnull', False), ('published_at__isnull', False), ('published_by__isnull', False), ('submitted_at__isnull', False)), _connector='OR'), name='courses_courseedition_published_by_someone'),
        ),
        ChangeToken('courses_catalogueversion', REBUILT, again=True),
        NoOverlap('courses_coursefee', 'courses_coursefee_no_overlap', ['course_id']),
        NoOverlap('courses_coursecredit', 'courses_coursecredit_no_overlap', ['course_id']),
        NoOverlap('courses_graderule', 'courses_graderule_no_overlap', ['programme_id']),
        Refusal(
            TREE,
            'courses_requirement_tree',
            ['INSERT', 'UPDATE'],
            ABOVE
            % (
                "c.parent_id IS NOT NULL OR a.programme_id <> NEW.programme_id "
                "OR a.kind = 'course' "
                'OR NEW.id IN (a.id, COALESCE(b.id, 0), COALESCE(c.id, 0))'
            ),
        ),
    ]
